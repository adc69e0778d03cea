"""Whether the book says what the bank says: per statement, and item by item for what is in between."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from casework.access import Permission, may_ever
from casework.bank.booking import open_line_count
from casework.bank.lines import kept, lines_query
from casework.context import Work
from casework.fund.suspense import owed_back
from casework.payout.tables import FundPayment, Payout
from errors import Forbidden
from ledger import tables
from ledger.accounts import Account
from ledger.balances import balance_cents, subject_balances
from ledger.bank.tables import bank_booking, bank_line, bank_statement

_SHOWN = 60
_HAND_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StatementBalance:
    """What the bank and the book say at the end of a statement, in cents.

    ``book_cents`` is what is on 1100 by everything but statements, and by the statements so far.
    """

    id: int
    statement_id: str
    iban: str
    closing_on: date
    bank_cents: int
    book_cents: int
    open_lines: int

    @property
    def difference_cents(self) -> int:
        """What the book has more than the bank."""
        return self.book_cents - self.bank_cents


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment that is ordered and on no statement yet."""

    reference: str
    amount_cents: int
    ordered_on: date | None
    is_payout: bool


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """What is left of a receipt. ``line_id`` is its bank line, where it came from one."""

    subject: str
    amount_cents: int
    since_on: date | None
    whose: str
    line_id: int | None


@dataclass(frozen=True, slots=True)
class ByHand:
    """An entry on the bank's account that no statement line caused."""

    book_year: int
    number: int
    booked_on: date
    kind: str
    cause: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything the page shows. ``statements`` newest first; ``by_hand`` what can explain a difference."""

    statements: tuple[StatementBalance, ...]
    statement_count: int
    book_cents: int
    under_way: tuple[UnderWay, ...]
    not_recognised: tuple[NotRecognised, ...]
    unexplained_costs_cents: int
    open_lines: int
    by_hand: tuple[ByHand, ...]
    by_hand_before_cents: int

    @property
    def agrees(self) -> bool:
        """Whether every statement shown ends where the book does, and nothing waits to be booked."""
        return self.open_lines == 0 and all(not one.difference_cents for one in self.statements)

    @property
    def under_way_cents(self) -> int:
        """All payments under way together: what 1150 stands at, without its sign."""
        return sum(one.amount_cents for one in self.under_way)


def agreement(work: Work) -> Agreement:
    """How book and bank stand to each other now."""
    if not may_ever(work.actor, Permission.BANK_VIEW):
        raise Forbidden()
    network = work.network.code
    book_cents = balance_cents(work.session, network=network, account=Account.BANK)
    statements, count, first_day = _statements(work, book_cents)
    by_hand, before = _by_hand(work, first_day)
    return Agreement(
        statements=statements,
        statement_count=count,
        book_cents=book_cents,
        under_way=_under_way(work),
        not_recognised=_not_recognised(work),
        unexplained_costs_cents=_unexplained_costs(work),
        open_lines=open_line_count(work),
        by_hand=by_hand,
        by_hand_before_cents=before,
    )


def _statements(work: Work, book_cents: int) -> tuple[tuple[StatementBalance, ...], int, date | None]:
    """The newest statements, each with what the book says at its end; how many there are; the first's day."""
    s, f = bank_statement.c, tables.fund.c
    ours = (f.network == work.network.code) & (s.state != "set_aside")
    rows = work.session.execute(
        select(s.id, s.statement_id, s.iban, s.opening_on, s.closing_on, s.opening_cents, s.closing_cents)
        .join(tables.fund, f.id == s.fund_id)
        .where(ours)
        .order_by(s.closing_on, s.id)
    ).all()
    if not rows:
        return (), 0, None
    booked = _booked_per_statement(work)
    waiting: dict[int, int] = dict(
        work.session.execute(
            select(bank_line.c.statement_id, func.count())
            .where(bank_line.c.state == "open", bank_line.c.statement_id.in_([row.id for row in rows]))
            .group_by(bank_line.c.statement_id)
        ).all()
    )
    # What no statement caused stands before the first of them.
    running = book_cents - sum(booked.values())
    ends: dict[str, int] = {}  # per account, what the bank said last
    found = []
    for row in rows:
        running += booked.get(row.id, 0)
        ends[row.iban] = row.closing_cents
        # Other accounts of the fund stand where their own last statement left them.
        others = sum(cents for iban, cents in ends.items() if iban != row.iban)
        found.append(
            StatementBalance(
                row.id,
                row.statement_id,
                row.iban,
                row.closing_on,
                row.closing_cents,
                running - others,
                waiting.get(row.id, 0),
            )
        )
    return tuple(reversed(found[-_SHOWN:])), len(found), rows[0].opening_on


def _booked_per_statement(work: Work) -> dict[int, int]:
    """What the lines of each statement did to 1100, with what undid it."""
    b, ln, lg = bank_booking.c, bank_line.c, tables.leg.c
    s, f = bank_statement.c, tables.fund.c
    found: dict[int, int] = defaultdict(int)
    for entry in (b.entry_id, b.undone_by):  # one by one: for either of both no index would do
        rows = work.session.execute(
            select(ln.statement_id, func.sum(lg.amount_cents))
            .select_from(bank_booking)
            .join(bank_line, ln.id == b.line_id)
            .join(bank_statement, s.id == ln.statement_id)
            .join(tables.fund, f.id == s.fund_id)
            .join(tables.leg, (lg.entry_id == entry) & (lg.account == Account.BANK.value))
            .where(f.network == work.network.code)
            .group_by(ln.statement_id)
        )
        for statement_id, cents in rows:
            found[statement_id] += int(cents)
    return found


def _by_hand(work: Work, first_day: date | None) -> tuple[tuple[ByHand, ...], int]:
    """Entries on 1100 since the first statement that no line caused, newest first; and the sum before."""
    if first_day is None:
        return (), 0
    e, lg, f, b = tables.entry.c, tables.leg.c, tables.fund.c, bank_booking.c
    of_a_line = select(b.entry_id).union(select(b.undone_by).where(b.undone_by.is_not(None)))
    outside = (
        select(e.book_year, e.number, e.booked_on, e.kind, e.cause, lg.amount_cents)
        .select_from(tables.leg)
        .join(tables.entry, e.id == lg.entry_id)
        .join(tables.fund, f.id == e.fund_id)
        .where(f.network == work.network.code, lg.account == Account.BANK.value, e.id.not_in(of_a_line))
    )
    rows = work.session.execute(
        outside.where(e.booked_on >= first_day).order_by(e.id.desc()).limit(_HAND_SHOWN)
    )
    before = outside.where(e.booked_on < first_day).subquery()
    total = work.session.scalar(select(func.coalesce(func.sum(before.c.amount_cents), 0)))
    return tuple(ByHand(*row) for row in rows), int(total or 0)


def _under_way(work: Work) -> tuple[UnderWay, ...]:
    """1150 item by item, the longest under way first."""
    on_the_way = subject_balances(work.session, network=work.network.code, account=Account.IN_TRANSIT)
    days: dict[str, tuple[date | None, bool]] = {}
    for table in (Payout, FundPayment):
        rows = work.session.execute(
            select(table.reference, table.ordered_on).where(
                table.network_id == work.network.id, table.reference.in_(on_the_way)
            )
        )
        days |= {row.reference: (row.ordered_on, table is Payout) for row in rows}
    found = [
        UnderWay(reference, -cents, *days.get(reference, (None, False)))
        for reference, cents in on_the_way.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.ordered_on or work.today, one.reference)))


def _not_recognised(work: Work) -> tuple[NotRecognised, ...]:
    """2900 item by item, the longest there first."""
    rows = work.session.execute(lines_query(work).where(bank_line.c.state == "parked"))
    lines = {one.name: one for one in map(kept, rows)}
    found = []
    for owed in owed_back(work):
        line = lines.get(owed.subject)
        whose = line.line.counter_name if line else owed.party_name
        found.append(
            NotRecognised(owed.subject, owed.amount_cents, owed.since_on, whose, line.id if line else None)
        )
    return tuple(found)


def _unexplained_costs(work: Work) -> int:
    """Debits that nobody recognised yet: they stand among other costs until then."""
    b, ln, s, f = bank_booking.c, bank_line.c, bank_statement.c, tables.fund.c
    query = (
        select(func.coalesce(func.sum(b.amount_cents), 0))
        .select_from(bank_booking)
        .join(bank_line, ln.id == b.line_id)
        .join(bank_statement, s.id == ln.statement_id)
        .join(tables.fund, f.id == s.fund_id)
        .where(
            f.network == work.network.code,
            b.kind == "unrecognised",
            b.undone_by.is_(None),
            ln.amount_cents < 0,
        )
    )
    return int(work.session.scalar(query) or 0)
