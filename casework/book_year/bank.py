"""What a year's end asks of the bank's statements, in a network that takes them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from casework.context import Work
from ledger import as_of, tables
from ledger.accounts import Account
from ledger.bank.matching_facts import MatchKind
from ledger.bank.tables import bank_booking, bank_line, bank_statement


@dataclass(frozen=True, slots=True)
class BankAtYearEnd:
    """``through_on`` is the day until which the statements of every account were taken in, without a gap.

    ``open_lines`` of them up to the year's end are not in the book yet. ``difference_cents`` is what the
    book has more on 31 December than the bank; ``unexplained_costs_cents`` are debits of the year of which
    nobody said what they are: they stand among its other costs.
    """

    through_on: date
    open_lines: int
    difference_cents: int
    unexplained_costs_cents: int


def bank_at_year_end(work: Work, year: int) -> BankAtYearEnd | None:
    """How the bank stands to ``year``; None in a network that never took a statement in."""
    s, f, ln = bank_statement.c, tables.fund.c, bank_line.c
    rows = work.session.execute(
        select(s.iban, s.closing_on, s.closing_cents)
        .join(tables.fund, f.id == s.fund_id)
        .where(*_in_row(work))
        .order_by(s.closing_on, s.id)
    )
    ends = {row.iban: row for row in rows}
    if not ends:
        return None
    last = date(year, 12, 31)
    # An account on which nothing is left was closed, and gets no more statements.
    running = [row for row in ends.values() if row.closing_cents] or list(ends.values())
    after = work.session.scalar(
        select(func.coalesce(func.sum(ln.amount_cents), 0))
        .select_from(bank_line)
        .join(bank_statement, s.id == ln.statement_id)
        .join(tables.fund, f.id == s.fund_id)
        .where(*_in_row(work), ln.booked_on > last)
    )
    said = sum(row.closing_cents for row in ends.values()) - int(after or 0)
    booked = as_of.balance_cents(work.session, network=work.network.code, account=Account.BANK, on=last)
    return BankAtYearEnd(
        through_on=min(row.closing_on for row in running),
        open_lines=_open_lines(work, last),
        difference_cents=booked - said,
        unexplained_costs_cents=_unexplained_costs(work, year),
    )


def _in_row(work: Work) -> tuple[ColumnElement[bool], ...]:
    """The network's statements that were taken in; what is set aside waits for one that is missing."""
    return tables.fund.c.network == work.network.code, bank_statement.c.state != "set_aside"


def _open_lines(work: Work, last: date) -> int:
    ln = bank_line.c
    query = (
        select(func.count())
        .select_from(bank_line)
        .join(bank_statement, bank_statement.c.id == ln.statement_id)
        .join(tables.fund, tables.fund.c.id == bank_statement.c.fund_id)
        .where(*_in_row(work), ln.state == "open", ln.booked_on <= last)
    )
    return int(work.session.scalar(query) or 0)


def _unexplained_costs(work: Work, year: int) -> int:
    b, ln, e = bank_booking.c, bank_line.c, tables.entry.c
    query = (
        select(func.coalesce(func.sum(b.amount_cents), 0))
        .select_from(bank_booking)
        .join(bank_line, ln.id == b.line_id)
        .join(tables.entry, e.id == b.entry_id)
        .join(tables.fund, tables.fund.c.id == e.fund_id)
        .where(
            tables.fund.c.network == work.network.code,
            b.kind == MatchKind.UNRECOGNISED.value,
            b.undone_by.is_(None),
            ln.amount_cents < 0,
            e.book_year == year,
        )
    )
    return int(work.session.scalar(query) or 0)
