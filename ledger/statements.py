"""Reading the journal: entries by page, an account's card, and totals that never scan entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from ledger import book, tables
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.entries import AccountKey, EntryKind, Leg, PostedEntry

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry in the journal; ``reversed_by`` is the id of the entry that reverses it, if there is one."""

    entry: PostedEntry
    reversed_by: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a longer list of ``total`` rows."""

    rows: tuple[JournalRow, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class CardRow:
    """One movement on an account: what it did, and the balance after it (debit positive)."""

    entry: PostedEntry
    amount_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Card:
    """The movements of one (sub-)account in a period, oldest first, page by page."""

    opening_cents: int
    closing_cents: int
    rows: tuple[CardRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """The turnover of one main account in one month (``yyyymm``)."""

    month: int
    account: Account
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class YearTotal:
    """One line of the trial balance: balances are debit positive, turnover is not."""

    opening_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def closing_cents(self) -> int:
        """The balance after the last entry dated in the year."""
        return self.opening_cents + self.debit_cents - self.credit_cents


def entries(
    session: Session,
    *,
    network: str,
    date_from: date | None = None,
    date_to: date | None = None,
    account: Account | None = None,
    subject: str | None = None,
    kind: EntryKind | None = None,
    search: str | None = None,
    newest_first: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> Page:
    """The journal of ``network`` in order of posting, filtered.

    ``kind`` also finds the reversals of that kind, so that what is listed adds up to what a total says.
    ``search`` is an entry's number (``2026-17``), or part of a cause or of a sub-account.
    """
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    conditions = _conditions(
        fund_id=fund_id,
        date_from=date_from,
        date_to=date_to,
        account=account,
        subject=subject,
        kind=kind,
        search=search,
    )
    e = tables.entry.c
    total = connection.scalar(select(func.count()).select_from(tables.entry).where(*conditions)) or 0
    query = select(tables.entry).where(*conditions)
    query = query.order_by(e.id.desc() if newest_first else e.id).limit(limit).offset(offset)
    rows = _with_legs(connection, network, query)
    reversed_by = _reversals(connection, [row.id for row in rows])
    found = tuple(JournalRow(row, reversed_by.get(row.id)) for row in rows)
    return Page(found, total, limit, offset)


def card(
    session: Session,
    *,
    network: str,
    account: Account,
    subject: str | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Card:
    """The card of a sub-account (without ``subject``: of a main account), by date, with running balance."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg = tables.entry.c, tables.leg.c
    on_account = [e.fund_id == fund_id, lg.account == account.value]
    if subject is not None:
        on_account.append(lg.subject == subject)
    joined = tables.entry.join(tables.leg, lg.entry_id == e.id)
    summed = select(func.coalesce(func.sum(lg.amount_cents), 0)).select_from(joined).where(*on_account)
    opening = int(connection.scalar(summed.where(e.booked_on < date_from)) or 0) if date_from else 0
    if date_to is None:  # up to now: the balance that is kept, without adding up
        closing = balance_cents(session, network=network, account=account, subject=subject or "")
    else:
        closing = int(connection.scalar(summed.where(e.booked_on <= date_to)) or 0)
    moved = (
        select(e.id, func.sum(lg.amount_cents).label("amount_cents"))
        .select_from(joined)
        .where(*on_account, *_period(date_from, date_to))
        .group_by(e.id, e.booked_on)
        .order_by(e.booked_on, e.id)
    )
    total = connection.scalar(select(func.count()).select_from(moved.order_by(None).subquery())) or 0
    running = opening
    if offset:
        earlier = moved.limit(offset).subquery()
        running += int(connection.scalar(select(func.sum(earlier.c.amount_cents))) or 0)
    amounts = {row.id: int(row.amount_cents) for row in connection.execute(moved.limit(limit).offset(offset))}
    loaded = _with_legs(connection, network, select(tables.entry).where(e.id.in_(list(amounts))))
    by_id = {entry.id: entry for entry in loaded}
    rows = []
    for entry_id, amount in amounts.items():
        running += amount
        rows.append(CardRow(by_id[entry_id], amount, running))
    return Card(opening, closing, tuple(rows), total)


def month_totals(session: Session, *, network: str, year: int) -> tuple[MonthTotal, ...]:
    """The turnover per main account and month of ``year``, closing entries included."""
    connection = session.connection()
    m = tables.month.c
    query = (
        select(m.month, m.account, func.sum(m.debit_cents), func.sum(m.credit_cents))
        .where(m.fund_id == book.fund_id_of(connection, network))
        .where(m.month.between(year * 100 + 1, year * 100 + 12))
        .group_by(m.month, m.account)
        .order_by(m.month, m.account)
    )
    return tuple(
        MonthTotal(month, Account(account), int(debit), int(credit))
        for month, account, debit, credit in connection.execute(query)
    )


def year_totals(
    session: Session, *, network: str, year: int, with_closing: bool = True
) -> dict[Account, YearTotal]:
    """The trial balance of ``year``: opening, turnover and closing of every main account, from the months.

    ``with_closing=False`` leaves out the year's closing entry, so that costs and income show.
    """
    connection = session.connection()
    m = tables.month.c
    of_fund = select(m.account, func.sum(m.debit_cents), func.sum(m.credit_cents)).where(
        m.fund_id == book.fund_id_of(connection, network)
    )
    before = of_fund.where(m.month < year * 100).group_by(m.account)
    within = of_fund.where(m.month.between(year * 100 + 1, year * 100 + 12)).group_by(m.account)
    if not with_closing:
        within = within.where(m.kind != EntryKind.YEAR_CLOSED.value)
    opening = {account: int(debit) - int(credit) for account, debit, credit in connection.execute(before)}
    turnover = {a: (int(debit), int(credit)) for a, debit, credit in connection.execute(within)}
    return {
        account: YearTotal(opening.get(account, 0), *turnover.get(account, (0, 0))) for account in Account
    }


def _period(date_from: date | None, date_to: date | None) -> list[ColumnElement[bool]]:
    e = tables.entry.c
    conditions: list[ColumnElement[bool]] = []
    if date_from is not None:
        conditions.append(e.booked_on >= date_from)
    if date_to is not None:
        conditions.append(e.booked_on <= date_to)
    return conditions


def _conditions(
    *,
    fund_id: int,
    date_from: date | None,
    date_to: date | None,
    account: Account | None,
    subject: str | None,
    kind: EntryKind | None,
    search: str | None,
) -> list[ColumnElement[bool]]:
    e, lg = tables.entry.c, tables.leg.c
    conditions = [e.fund_id == fund_id, *_period(date_from, date_to)]
    if account is not None or subject is not None:
        on_leg = []
        if account is not None:
            on_leg.append(lg.account == account.value)
        if subject is not None:
            on_leg.append(lg.subject == subject)
        conditions.append(e.id.in_(select(lg.entry_id).where(*on_leg)))
    if kind is not None:
        original = tables.entry.alias()
        of_kind = exists().where(original.c.id == e.reverses, original.c.kind == kind.value)
        conditions.append(or_(e.kind == kind.value, and_(e.kind == EntryKind.REVERSAL.value, of_kind)))
    if search and (text := search.strip()):
        conditions.append(_matches(text))
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    e, lg = tables.entry.c, tables.leg.c
    if number := _NUMBER.fullmatch(text):
        named = and_(e.book_year == int(number.group(1)), e.number == int(number.group(2)))
    else:
        named = e.cause.icontains(text, autoescape=True)
    return or_(named, e.id.in_(select(lg.entry_id).where(lg.subject.icontains(text, autoescape=True))))


def _reversals(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    e = tables.entry.c
    if not ids:
        return {}
    rows = connection.execute(select(e.reverses, e.id).where(e.reverses.in_(ids)))
    return {original: reversal for original, reversal in rows if original is not None}


def _with_legs(connection: Connection, network: str, query: Select[Any]) -> list[PostedEntry]:
    """The entries that ``query`` selects, with their legs, in its order."""
    rows = connection.execute(query).all()
    lg = tables.leg.c
    legs: dict[int, list[Leg]] = {row.id: [] for row in rows}
    if rows:
        wanted = select(tables.leg).where(lg.entry_id.in_(list(legs)))
        for one in connection.execute(wanted.order_by(lg.entry_id, lg.account, lg.subject)):
            legs[one.entry_id].append(Leg(AccountKey(Account(one.account), one.subject), one.amount_cents))
    return [posted(row, network, legs[row.id]) for row in rows]


def posted(row: Row[Any], network: str, legs: Iterable[Leg]) -> PostedEntry:
    """The entry that a row of ``ledger_entry`` and its legs make."""
    return PostedEntry(
        id=row.id,
        network=network,
        book_year=row.book_year,
        number=row.number,
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        recorded_at_utc=row.recorded_at_utc,
        cause=row.cause,
        idempotency_key=row.idempotency_key,
        legs=tuple(legs),
        hash=row.hash,
        previous_hash=row.previous_hash,
        reverses=row.reverses,
    )
