"""The book as it stood: on a past date, or as it was known at a past moment.

Two clocks run apart. *On* a date counts every entry dated then or earlier. *Recorded until* a moment leaves
out what was posted later, so that a printed statement can be found back to the cent.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import Session

from ledger import balances, book, tables
from ledger.accounts import Account
from ledger.balances import FundPosition
from ledger.entries import EntryKind


def main_balances(
    session: Session, *, network: str, on: date, recorded_until_utc: datetime | None = None
) -> dict[Account, int]:
    """Every main account's balance (debit positive) after the last entry dated ``on`` or earlier.

    Without ``recorded_until_utc`` it reads the months and only the entries of the last one.
    """
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    totals = dict.fromkeys(Account, 0)
    first = date(on.year, on.month, 1) if recorded_until_utc is None else None
    if first is not None:
        _add(connection, totals, _months_before(fund_id, first))
    _add(connection, totals, _legs(fund_id, first, on, recorded_until_utc))
    return totals


def subject_balances(
    session: Session,
    *,
    network: str,
    account: Account,
    on: date,
    recorded_until_utc: datetime | None = None,
) -> dict[str, int]:
    """The balances of the sub-accounts of ``account`` after the last entry dated ``on``, without zeros."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg = tables.entry.c, tables.leg.c
    summed = func.sum(lg.amount_cents)
    query = (
        select(lg.subject, summed)
        .select_from(tables.leg.join(tables.entry, e.id == lg.entry_id))
        .where(lg.account == account.value, *_when(fund_id, None, on, recorded_until_utc))
        .group_by(lg.subject)
        .having(summed != 0)
        .order_by(lg.subject)
    )
    return {subject: int(cents) for subject, cents in connection.execute(query)}


def balance_cents(
    session: Session,
    *,
    network: str,
    account: Account,
    subject: str = "",
    on: date,
    recorded_until_utc: datetime | None = None,
) -> int:
    """One balance after the last entry dated ``on`` or earlier; of the main account without ``subject``."""
    if not subject:
        totals = main_balances(session, network=network, on=on, recorded_until_utc=recorded_until_utc)
        return totals[account]
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg = tables.entry.c, tables.leg.c
    query = (
        select(func.coalesce(func.sum(lg.amount_cents), 0))
        .select_from(tables.leg.join(tables.entry, e.id == lg.entry_id))
        .where(lg.account == account.value, lg.subject == subject)
        .where(*_when(fund_id, None, on, recorded_until_utc))
    )
    return int(connection.scalar(query) or 0)


def fund_position(
    session: Session, *, network: str, on: date, recorded_until_utc: datetime | None = None
) -> FundPosition:
    """How the fund stood, with the buffer in force at the end of that day (or at that moment)."""
    totals = main_balances(session, network=network, on=on, recorded_until_utc=recorded_until_utc)
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    c = tables.buffer_change.c
    query = select(c.buffer_cents).where(c.fund_id == fund_id).order_by(c.at_utc.desc(), c.id.desc())
    if recorded_until_utc is not None:
        query = query.where(c.at_utc <= recorded_until_utc)
    else:
        query = query.where(
            func.date(c.at_utc) <= (on if connection.dialect.name != "sqlite" else on.isoformat())
        )
    return balances.position_of(totals, connection.scalar(query.limit(1)) or 0)


def turnover_by_kind(
    session: Session,
    *,
    network: str,
    date_from: date,
    date_to: date,
    recorded_until_utc: datetime | None = None,
) -> dict[tuple[EntryKind, Account], int]:
    """Debit less credit per kind and main account in a period; a reversal counts under what it reverses."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg = tables.entry.c, tables.leg.c
    original = tables.entry.alias()
    kind = func.coalesce(original.c.kind, e.kind)
    query = (
        select(kind, lg.account, func.sum(lg.amount_cents))
        .select_from(
            tables.leg.join(tables.entry, e.id == lg.entry_id).outerjoin(
                original, original.c.id == e.reverses
            )
        )
        .where(*_when(fund_id, date_from, date_to, recorded_until_utc))
        .group_by(kind, lg.account)
    )
    rows = connection.execute(query)
    return {(EntryKind(kind), Account(account)): int(cents) for kind, account, cents in rows}


def _months_before(fund_id: int, first: date) -> Select[Any]:
    m = tables.month.c
    return (
        select(m.account, func.sum(m.debit_cents) - func.sum(m.credit_cents))
        .where(m.fund_id == fund_id, m.month < first.year * 100 + first.month)
        .group_by(m.account)
    )


def _legs(fund_id: int, first: date | None, last: date, recorded_until_utc: datetime | None) -> Select[Any]:
    e, lg = tables.entry.c, tables.leg.c
    return (
        select(lg.account, func.sum(lg.amount_cents))
        .select_from(tables.leg.join(tables.entry, e.id == lg.entry_id))
        .where(*_when(fund_id, first, last, recorded_until_utc))
        .group_by(lg.account)
    )


def _when(
    fund_id: int, first: date | None, last: date, recorded_until_utc: datetime | None
) -> list[ColumnElement[bool]]:
    e = tables.entry.c
    conditions = [e.fund_id == fund_id, e.booked_on <= last]
    if first is not None:
        conditions.append(e.booked_on >= first)
    if recorded_until_utc is not None:
        conditions.append(e.recorded_at_utc <= recorded_until_utc)
    return conditions


def _add(connection: Connection, totals: dict[Account, int], query: Select[Any]) -> None:
    for account, cents in connection.execute(query):
        totals[Account(account)] += int(cents)
