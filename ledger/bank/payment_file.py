"""The payment file for the bank: pain.001.001.09, built once per batch. Pure: the same batch, the same bytes.

Built by sepaxml and checked against the schema that comes with it, before anybody keeps it. Addresses are
left out: since 15 November 2026 banks refuse unstructured ones, and SEPA needs none. The batch is booked
payment by payment (batch booking off), so that each can be recognised on the statement by its reference.

Source: ISO 20022 pain.001.001.09; the implementation guide of the Dutch banks (Betaalvereniging Nederland);
TARGET holidays by the European Central Bank.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sepaxml
from text_unidecode import unidecode

from errors import Conflict

if TYPE_CHECKING:
    from xmlschema import XMLSchema

SCHEMA = "pain.001.001.09"
NAME_MAX, TEXT_MAX, REFERENCE_MAX = 70, 140, 35
_OUTSIDE_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
_REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+]{1,35}(?<!/)")


class PayeeNameUnwritable(Conflict):
    """Nothing of the name is left in the characters that banks take."""

    nl = "De naam van de ontvanger van {reference} kan niet in een betaalbestand. Laat haar verbeteren."
    en = "The name of the payee of {reference} cannot be put in a payment file. Have it corrected."


class PaymentFileWrong(Conflict):
    """The file does not fit the banks' schema: nothing was released."""

    nl = "Het betaalbestand klopt niet volgens de regels van de banken. Er is niets vrijgegeven. Meld dit."
    en = "The payment file does not fit the rules of the banks. Nothing was released. Report this."


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One payment: its reference comes back on the statement as end-to-end id; ``text`` is for the payee."""

    reference: str
    amount_cents: int
    payee_name: str
    payee_iban: str
    text: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """What goes to the bank in one file, from one account, on one day."""

    message_id: str
    created_at_utc: datetime
    debtor_name: str
    debtor_iban: str
    debtor_bic: str
    execution_on: date
    orders: Sequence[PaymentOrder]

    @property
    def total_cents(self) -> int:
        """The control sum, in cents."""
        return sum(order.amount_cents for order in self.orders)


def build_file(content: PaymentFile) -> bytes:
    """The file, valid against its schema. Raises :class:`PayeeNameUnwritable`, :class:`PaymentFileWrong`."""
    transfer = _Transfer(content)
    for order in content.orders:
        transfer.add_payment(
            {
                "name": _name(order),
                "IBAN": order.payee_iban,
                "amount": order.amount_cents,
                "execution_date": content.execution_on,
                "description": sepa_text(order.text, TEXT_MAX),
                "endtoend_id": _reference(order.reference),
            }
        )
    built: bytes = transfer.export(validate=False)
    if not schema(SCHEMA).is_valid(built.decode()):
        raise PaymentFileWrong()
    return built


def sepa_text(text: str, longest: int) -> str:
    """``text`` in the characters that every SEPA bank takes, at most ``longest`` of them."""
    return " ".join(_OUTSIDE_SEPA.sub(" ", unidecode(text)).split()).strip("/ ")[:longest].strip()


@cache
def schema(name: str) -> XMLSchema:
    """The schema ``name`` that comes with sepaxml, read once per process."""
    # It takes a fifth of a second to load, which a process that makes no files need not spend.
    from xmlschema import XMLSchema  # noqa: PLC0415

    return XMLSchema(Path(sepaxml.__file__).parent / "schemas" / f"{name}.xsd")


def is_bank_day(day: date) -> bool:
    """Whether banks settle on ``day``: no weekend and no TARGET holiday."""
    easter = _easter(day.year)
    moving = {easter - timedelta(days=2), easter + timedelta(days=1)}
    return day.weekday() < 5 and day not in moving and (day.month, day.day) not in _FIXED_HOLIDAYS


def next_bank_day(day: date) -> date:
    """``day`` itself if banks settle on it, else the first day after it on which they do."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


def _easter(year: int) -> date:
    """Easter Sunday (Gregorian), by the algorithm of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _name(order: PaymentOrder) -> str:
    name = sepa_text(order.payee_name, NAME_MAX)
    if not name:
        raise PayeeNameUnwritable(reference=order.reference)
    return name


def _reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise ValueError(f"{text!r} cannot be a reference in a payment file")
    return text


class _Transfer(sepaxml.SepaTransfer):  # type: ignore[misc]  # sepaxml carries no types
    """sepaxml's file, with our own ids and moment in the places where it would put the clock and chance."""

    def __init__(self, content: PaymentFile) -> None:
        self._content = content
        config = {
            "name": sepa_text(content.debtor_name, NAME_MAX),
            "IBAN": content.debtor_iban,
            "BIC": content.debtor_bic,
            "batch": True,  # all orders in one block; whether the bank books them as one is said apart
            "currency": "EUR",
        }
        super().__init__(config, schema=SCHEMA, clean=True)

    def _create_header(self) -> None:
        super()._create_header()
        created = self._content.created_at_utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._set("GrpHdr/MsgId", _reference(self._content.message_id))
        self._set("GrpHdr/CreDtTm", created)

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        self._set("PmtInf/PmtInfId", _reference(self._content.message_id))
        self._set("PmtInf/BtchBookg", "false")

    def _set(self, path: str, text: str) -> None:
        found: list[Any] = self._xml.findall(f"{self.root_el}/{path}")
        assert len(found) == 1, path
        found[0].text = text
