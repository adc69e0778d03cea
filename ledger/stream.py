"""The whole book, one entry at a time: for exports and for whoever must see every entry.

Two cursors run beside each other, entries and legs, both in the order of the chain, so that memory does
not grow with the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import book, tables
from ledger.accounts import Account
from ledger.entries import AccountKey, Leg, PostedEntry
from ledger.statements import posted
from ledger.tables import IDS_PER_FUND

ROWS_AT_A_TIME = 2_000


def count(session: Session, *, network: str) -> int:
    """How many entries the book of ``network`` has, from its fund's row."""
    f = tables.fund.c
    return session.connection().scalar(select(f.entry_count).where(f.network == network)) or 0


def stream(
    session: Session, *, network: str, date_from: date | None = None, date_to: date | None = None
) -> Iterator[PostedEntry]:
    """Every entry of ``network`` in the order of posting, optionally of a period; constant memory."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg = tables.entry.c, tables.leg.c
    entries = select(tables.entry).where(e.fund_id == fund_id).order_by(e.id)
    if date_from is not None:
        entries = entries.where(e.booked_on >= date_from)
    if date_to is not None:
        entries = entries.where(e.booked_on <= date_to)
    first, last = fund_id * IDS_PER_FUND, (fund_id + 1) * IDS_PER_FUND
    legs = (
        select(lg.entry_id, lg.account, lg.subject, lg.amount_cents)
        .where(lg.entry_id.between(first, last))
        .order_by(lg.entry_id, lg.account, lg.subject)
    )
    options = {"yield_per": ROWS_AT_A_TIME}
    leg_rows = iter(connection.execute(legs, execution_options=options))
    leg = next(leg_rows, None)
    for row in connection.execute(entries, execution_options=options):
        own: list[Leg] = []
        while leg is not None and leg.entry_id <= row.id:
            if leg.entry_id == row.id:
                own.append(Leg(AccountKey(Account(leg.account), leg.subject), leg.amount_cents))
            leg = next(leg_rows, None)
        yield posted(row, network, own)
