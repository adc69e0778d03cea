"""What every format needs from the book, one row at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import book, statements, tables
from ledger.accounts import RULES, Account, Subject
from ledger.entries import AccountKey, PostedEntry
from ledger.stream import ROWS_AT_A_TIME, stream

Progress = Callable[[int, int], None]  # entries done, entries in all


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a book reaches: its number of entries, their first and last date, and the chain's head."""

    entry_count: int
    first_on: date
    last_on: date
    head_hash: str


def extent(session: Session, *, network: str, year: int | None = None) -> Extent | None:
    """The extent of the book, or of one book year of it; ``None`` when nothing was posted."""
    connection = session.connection()
    e = tables.entry.c
    query = select(func.count(), func.min(e.booked_on), func.max(e.booked_on)).where(
        e.fund_id == book.fund_id_of(connection, network)
    )
    if year is not None:
        query = query.where(e.booked_on.between(date(year, 1, 1), date(year, 12, 31)))
    entry_count, first_on, last_on = connection.execute(query).one()
    if not entry_count:
        return None
    return Extent(entry_count, first_on, last_on, book.head_hash(session, network=network))


def entries(
    session: Session, *, network: str, found: Extent, progress: Progress | None, year: int | None = None
) -> Iterator[PostedEntry]:
    """The entries of the book or of one year, in order of posting, telling ``progress`` on the way."""
    period: dict[str, date] = {}
    if year is not None:
        period = {"date_from": date(year, 1, 1), "date_to": date(year, 12, 31)}
    for done, entry in enumerate(stream(session, network=network, **period), start=1):
        yield entry
        if progress is not None and (done % ROWS_AT_A_TIME == 0 or done == found.entry_count):
            progress(done, found.entry_count)


def sub_account_balances(session: Session, *, network: str) -> Iterator[tuple[AccountKey, int]]:
    """Every sub-account that was ever posted to, and every main account that has none, with its balance."""
    connection = session.connection()
    b = tables.balance.c
    with_subject = [a.value for a, rule in RULES.items() if rule.subject is not Subject.NONE]
    query = (
        select(b.account, b.subject, b.balance_cents)
        .where(b.fund_id == book.fund_id_of(connection, network))
        .where((b.subject != "") | b.account.not_in(with_subject))
        .order_by(b.account, b.subject)
    )
    for account, subject, cents in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        yield AccountKey(Account(account), subject), cents


def year_ends(session: Session, *, network: str, found: Extent) -> Iterator[tuple[int, dict[Account, int]]]:
    """Every main account's balance at the end of each year before the last one, from the months."""
    for year in range(found.first_on.year, found.last_on.year):
        totals = statements.year_totals(session, network=network, year=year)
        yield year, {account: total.closing_cents for account, total in totals.items()}
