"""Reference prices for a mini-business-case, each with its source, price year and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from errors import NotFound
from rules.csv_table import read_table
from rules.policy_reader import Reader

_COLUMNS = (
    "code",
    "domain",
    "description",
    "unit",
    "amount",
    "price_year",
    "bearer_kind",
    "source",
    "confidence",
)


@dataclass(frozen=True, slots=True)
class Price:
    """One reference price. ``bearer_kind`` is the kind of party that usually pays it.

    ``confidence``: A a national standard, B an official tariff, C an estimate.
    """

    code: str
    domain: str
    description: str
    unit: str
    amount_cents: int
    price_year: int
    bearer_kind: str
    source: str
    confidence: str


class PriceNotFound(NotFound):
    """The price list has no such code."""

    nl = "De prijslijst kent ‘{code}’ niet. Kies een regel uit de lijst."
    en = "The price list does not know ‘{code}’. Choose a line from the list."


def load_price_list(path: Path) -> tuple[Price, ...]:
    """The prices in the CSV file at ``path``. Raises :class:`~rules.policy_reader.PolicyWrong`."""
    return read_table(path, _COLUMNS, _read)


def price(prices: tuple[Price, ...], code: str) -> Price:
    """The price with ``code``. Raises :class:`PriceNotFound`."""
    for one in prices:
        if one.code == code:
            return one
    raise PriceNotFound(code=code)


def _read(reader: Reader) -> Price:
    year = reader.text("price_year", pattern="(19|20)[0-9]{2}")
    return Price(
        code=reader.text("code", pattern="[a-z0-9-]+"),
        domain=reader.text("domain"),
        description=reader.text("description"),
        unit=reader.text("unit"),
        amount_cents=reader.cents("amount", at_least=1),
        price_year=int(year) if year.isdigit() else 0,
        bearer_kind=reader.text("bearer_kind"),
        source=reader.text("source"),
        confidence=reader.text("confidence", pattern="[ABC]"),
    )
