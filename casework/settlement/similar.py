"""How cases like this one were settled before: by barrier and law, else by barrier, else by domain.

Only numbers and outcomes, and only of cases that the reader may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from casework.access import Permission, visible_cases
from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.settlement.tables import Settlement, SettlementParty
from rules.lifecycle import SettlementKind
from rules.wording import Labelled

LAST_FEW = 5
_MOST = 1_000
_STANDING = ("decided", "repaid")


class Likeness(Labelled):
    """What the cases have in common, the closest first."""

    LAW = "law", "hetzelfde knelpunt en dezelfde wet", "the same barrier and law"
    FIELD = "field", "hetzelfde knelpunt", "the same barrier"
    DOMAIN = "domain", "hetzelfde domein", "the same domain"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of settling, with who repaid: how often, and how much in all."""

    kind: SettlementKind
    parties: tuple[str, ...]
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Former:
    """One settlement of another case."""

    case_number: str
    decided_on: date
    kind: SettlementKind
    parties: tuple[str, ...]
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Similar:
    """The closest cases there are: ``ways`` the most frequent first, ``last`` the newest first."""

    likeness: Likeness
    ways: tuple[Way, ...]
    last: tuple[Former, ...]

    @property
    def count(self) -> int:
        """How many settlements there were."""
        return sum(way.count for way in self.ways)


def similar_settlements(work: Work, case: Case) -> Similar | None:
    """How cases like ``case`` were settled, by the closest likeness that any case has. None without any."""
    if case.barrier_field:
        of_field = _former(work, case, Case.barrier_field == case.barrier_field)
        by_law = [one for one in of_field if case.barrier_law and one.law == case.barrier_law]
        if by_law:
            return _similar(work, Likeness.LAW, by_law)
        if of_field:
            return _similar(work, Likeness.FIELD, of_field)
    domains = set(case.domains)
    shared = [one for one in _former(work, case) if domains & set(one.domains)] if domains else []
    return _similar(work, Likeness.DOMAIN, shared) if shared else None


@dataclass(frozen=True, slots=True)
class _Row:
    settlement_id: int
    kind: SettlementKind
    amount_cents: int
    decided_on: date
    outside_party: str
    number: str
    law: str
    domains: tuple[str, ...]


def _former(work: Work, case: Case, *conditions: ColumnElement[bool]) -> list[_Row]:
    """The settlements of other cases that stand, the newest first. What is older than a thousand is left."""
    rows = work.session.execute(
        select(
            Settlement.id,
            Settlement.kind,
            Settlement.amount_cents,
            Settlement.decided_on,
            Settlement.outside_party,
            Case.number,
            Case.barrier_law,
            Case.domains,
        )
        .join(Case, Case.id == Settlement.case_id)
        .where(
            visible_cases(work.actor, Permission.SETTLEMENT_LIST),
            Case.id != case.id,
            Settlement.state.in_(_STANDING),
            Settlement.decided_on.is_not(None),
            *conditions,
        )
        .order_by(Settlement.decided_on.desc(), Settlement.id.desc())
        .limit(_MOST)
    )
    return [
        _Row(
            settlement_id=row.id,
            kind=SettlementKind(row.kind),
            amount_cents=row.amount_cents,
            decided_on=row.decided_on,
            outside_party=row.outside_party,
            number=row.number,
            law=row.barrier_law,
            domains=tuple(row.domains),
        )
        for row in rows
    ]


def _similar(work: Work, likeness: Likeness, found: Sequence[_Row]) -> Similar:
    named = _parties(work, found)
    grouped: dict[tuple[SettlementKind, tuple[str, ...]], list[int]] = {}
    for one in found:
        grouped.setdefault((one.kind, named[one.settlement_id]), []).append(one.amount_cents)
    ways = [Way(kind, parties, len(cents), sum(cents)) for (kind, parties), cents in grouped.items()]
    ways.sort(key=lambda way: (-way.count, way.kind.value, way.parties))
    last = tuple(
        Former(one.number, one.decided_on, one.kind, named[one.settlement_id], one.amount_cents)
        for one in found[:LAST_FEW]
    )
    return Similar(likeness, tuple(ways), last)


def _parties(work: Work, found: Sequence[_Row]) -> dict[int, tuple[str, ...]]:
    """Who repaid, by name; nobody in particular where all partners, the resident or nobody did."""
    rows = work.session.execute(
        select(SettlementParty.settlement_id, Partner.name)
        .join(Partner, Partner.id == SettlementParty.partner_id)
        .where(SettlementParty.settlement_id.in_([one.settlement_id for one in found]))
        .order_by(Partner.name)
    )
    named: dict[int, tuple[str, ...]] = {
        one.settlement_id: (one.outside_party,) if one.outside_party else () for one in found
    }
    for row in rows:
        named[row.settlement_id] += (row.name,)
    return named
