"""The price list that comes with the program, and who would pay such a price in a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from casework.context import Work
from casework.network.tables import Partner
from config.settings import ROOT
from rules.price_list import Price, load_price_list

PRICE_LIST = ROOT / "config" / "price_list.csv"
RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who can bear a cost: partners by code, then kinds of party outside the network."""

    partners: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Everything that can be chosen."""
        return frozenset(code for code, _name in self.partners) | frozenset(self.outside)


@cache
def prices() -> tuple[Price, ...]:
    """The price list; read once, for it only changes with the program."""
    return load_price_list(PRICE_LIST)


def price_of(code: str) -> Price | None:
    """The price with ``code``, if the list has it."""
    return next((one for one in prices() if one.code == code), None)


def parties(work: Work) -> Parties:
    """Every partner, also one that has left (a line may still name it), and the outside kinds of the list."""
    rows = work.session.execute(
        select(Partner.code, Partner.name, Partner.kind)
        .where(Partner.network_id == work.network.id)
        .order_by(Partner.name)
    ).all()
    codes = {code for code, _name, _kind in rows}
    kinds = {kind for _code, _name, kind in rows}
    outside = sorted({one.bearer_kind for one in prices()} - codes - kinds)
    return Parties(tuple((code, name) for code, name, _kind in rows), tuple(outside))


def bearer(work: Work, price: Price) -> str:
    """The party that would pay ``price`` here: the partner of that kind if there is one, else the kind."""
    found = work.session.scalars(
        select(Partner.code)
        .where(Partner.network_id == work.network.id, Partner.kind == price.bearer_kind)
        .order_by(Partner.code)
        .limit(2)
    ).all()
    if len(found) == 1:
        return found[0]
    return price.bearer_kind if price.bearer_kind in parties(work).outside else ""
