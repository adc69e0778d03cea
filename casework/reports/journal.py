"""The year's entries leg by leg, each with the cash flow it explains: what every sum traces back to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.reports.fund import FundDoesNotAddUp, FundYear
from ledger import statements, tables
from ledger.accounts import CASH, Account
from ledger.cash_flows import CLASSES, OUT, Flow
from ledger.entries import EntryKind, PostedEntry

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class BookedLeg:
    """One line of one entry. ``flow`` is the class of money in or out that it explains, if any."""

    number: str
    booked_on: date
    kind: EntryKind
    cause: str
    account: Account
    subject: str
    amount_cents: int
    flow: Flow | None


def journal_of(session: Session, *, network: str, fund: FundYear) -> tuple[BookedLeg, ...]:
    """The legs of the year's entries, in order of posting.

    Raises :class:`FundDoesNotAddUp` where they do not sum to the flows of ``fund``.
    """
    legs: list[BookedLeg] = []
    for entries in _pages(session, network, fund.year):
        undone = _kinds(session, [one.reverses for one in entries if one.reverses is not None])
        for entry in entries:
            kind = entry.kind if entry.reverses is None else undone[entry.reverses]
            legs += _legs(entry, CLASSES.get(kind, {}))
    _compare(legs, fund)
    return tuple(legs)


def _pages(session: Session, network: str, year: int) -> Iterator[list[PostedEntry]]:
    offset, total = 0, 1
    while offset < total:
        page = statements.entries(
            session,
            network=network,
            date_from=date(year, 1, 1),
            date_to=date(year, 12, 31),
            newest_first=False,
            limit=_PAGE,
            offset=offset,
        )
        yield [row.entry for row in page.rows]
        offset, total = offset + _PAGE, page.total


def _kinds(session: Session, ids: list[int]) -> dict[int, EntryKind]:
    e = tables.entry.c
    rows = session.connection().execute(select(e.id, e.kind).where(e.id.in_(ids)))
    return {entry_id: EntryKind(kind) for entry_id, kind in rows}


def _legs(entry: PostedEntry, classes: dict[Account, Flow]) -> Iterator[BookedLeg]:
    for leg in entry.legs:
        yield BookedLeg(
            number=f"{entry.book_year}-{entry.number}",
            booked_on=entry.booked_on,
            kind=entry.kind,
            cause=entry.cause,
            account=leg.key.account,
            subject=leg.key.subject,
            amount_cents=leg.amount_cents,
            flow=None if leg.key.account in CASH else classes.get(leg.key.account),
        )


def _compare(legs: Iterable[BookedLeg], fund: FundYear) -> None:
    summed: dict[Flow, int] = defaultdict(int)
    for leg in legs:
        if leg.flow is not None:
            summed[leg.flow] += leg.amount_cents if leg.flow in OUT else -leg.amount_cents
    for flow, cents in (*fund.flows_in.items(), *fund.flows_out.items()):
        if summed[flow] != cents:
            raise FundDoesNotAddUp(f"{flow}: {summed[flow]} by entries, {cents} by months")
