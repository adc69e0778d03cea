"""The collection file for the bank: pain.008.001.08. Pure: the same batch, the same bytes.

Built by sepaxml and checked against the schema that comes with it, before anybody keeps it. Every collection
is RCUR: since 20 November 2016 the first of a mandate needs no sequence type of its own. They are booked one
by one (batch booking off), so that each can be recognised on the statement by its end-to-end id.

Source: ISO 20022 pain.008.001.08; SEPA Direct Debit Core and B2B Rulebooks (EPC016-06, EPC222-07), AT-21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sepaxml

from errors import Conflict
from ledger.bank.payment_file import NAME_MAX, TEXT_MAX, schema, sepa_text

SCHEMA = "pain.008.001.08"
SEQUENCE_TYPE = "RCUR"


class CollectionFileWrong(Conflict):
    """The file does not fit the banks' schema: nothing was released."""

    nl = "Het incassobestand klopt niet volgens de regels van de banken. Er is niets vrijgegeven. Meld dit."
    en = "The collection file does not fit the rules of the banks. Nothing was released. Report this."


class DebtorNameUnwritable(Conflict):
    """Nothing of the name is left in the characters that banks take."""

    nl = "De rekeninghouder van machtiging {reference} kan niet in een incassobestand. Leg haar opnieuw vast."
    en = "The account holder of mandate {reference} cannot be put in a collection file. Record it anew."


@dataclass(frozen=True, slots=True)
class CollectionOrder:
    """One collection. ``end_to_end_id`` comes back on the statement; ``text`` is for the one who pays."""

    end_to_end_id: str
    amount_cents: int
    mandate: str
    signed_on: date
    debtor_name: str
    debtor_iban: str
    text: str


@dataclass(frozen=True, slots=True)
class CollectionFile:
    """What goes to the bank in one file, into one account, on one day. ``scheme`` is CORE or B2B."""

    message_id: str
    created_at_utc: datetime
    creditor_name: str
    creditor_iban: str
    creditor_bic: str
    creditor_id: str
    scheme: str
    collect_on: date
    orders: Sequence[CollectionOrder]

    @property
    def total_cents(self) -> int:
        """The control sum, in cents."""
        return sum(order.amount_cents for order in self.orders)


def build_collection_file(content: CollectionFile) -> bytes:
    """The valid file. Raises :class:`DebtorNameUnwritable`, :class:`CollectionFileWrong`."""
    debit = _Debit(content)
    for order in content.orders:
        name = sepa_text(order.debtor_name, NAME_MAX)
        if not name:
            raise DebtorNameUnwritable(reference=order.mandate)
        debit.add_payment(
            {
                "name": name,
                "IBAN": order.debtor_iban,
                "amount": order.amount_cents,
                "type": SEQUENCE_TYPE,
                "collection_date": content.collect_on,
                "mandate_id": order.mandate,
                "mandate_date": order.signed_on,
                "description": sepa_text(order.text, TEXT_MAX) or order.end_to_end_id,
                "endtoend_id": order.end_to_end_id,
            }
        )
    built: bytes = debit.export(validate=False)
    if not schema(SCHEMA).is_valid(built.decode()):
        raise CollectionFileWrong()
    return built


class _Debit(sepaxml.SepaDD):  # type: ignore[misc]  # sepaxml carries no types
    """sepaxml's file, with our own ids and moment in the places where it would put the clock and chance."""

    def __init__(self, content: CollectionFile) -> None:
        self._content = content
        config = {
            "name": sepa_text(content.creditor_name, NAME_MAX),
            "IBAN": content.creditor_iban,
            "creditor_id": content.creditor_id,
            "instrument": content.scheme,
            "batch": True,  # all in one block; whether the bank books them as one is said apart
            "currency": "EUR",
        }
        if content.creditor_bic:
            config["BIC"] = content.creditor_bic
        super().__init__(config, schema=SCHEMA, clean=True)

    def _create_header(self) -> None:
        super()._create_header()
        created = self._content.created_at_utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._set("GrpHdr/MsgId", self._content.message_id)
        self._set("GrpHdr/CreDtTm", created)

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        self._set("PmtInf/PmtInfId", self._content.message_id)
        self._set("PmtInf/BtchBookg", "false")

    def _set(self, path: str, text: str) -> None:
        found: list[Any] = self._xml.findall(f"{self.root_el}/{path}")
        assert len(found) == 1, path
        found[0].text = text
