"""What happened on everything one party owes: the lines of a statement of account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ledger import book, tables
from ledger.accounts import Account
from ledger.entries import EntryKind


@dataclass(frozen=True, slots=True)
class Movement:
    """One leg on a sub-account. ``subject`` is the claim or the partner; debit above zero, in whole cents.

    A reversal has the kind of what it reverses, and ``reversal`` says so.
    """

    booked_on: date
    book_year: int
    number: int
    kind: EntryKind
    reversal: bool
    subject: str
    cause: str
    amount_cents: int


def claim_movements(
    session: Session, *, network: str, account: Account, party: str, date_from: date, date_to: date
) -> tuple[int, tuple[Movement, ...]]:
    """What ``party`` owed on ``account`` before ``date_from``, and every movement until ``date_to``."""
    fund_id = book.fund_id_of(session.connection(), network)
    c, lg = tables.claim.c, tables.leg.c
    of_party = select(c.reference).where(c.fund_id == fund_id, c.account == account.value, c.party == party)
    return _movements(
        session,
        fund_id,
        account=account,
        subjects=lg.subject.in_(of_party),
        date_from=date_from,
        date_to=date_to,
    )


def subject_movements(
    session: Session, *, network: str, account: Account, subject: str, date_from: date, date_to: date
) -> tuple[int, tuple[Movement, ...]]:
    """The balance of one sub-account before ``date_from``, and every movement until ``date_to``."""
    fund_id = book.fund_id_of(session.connection(), network)
    return _movements(
        session,
        fund_id,
        account=account,
        subjects=tables.leg.c.subject == subject,
        date_from=date_from,
        date_to=date_to,
    )


def _movements(
    session: Session,
    fund_id: int,
    *,
    account: Account,
    subjects: ColumnElement[bool],
    date_from: date,
    date_to: date,
) -> tuple[int, tuple[Movement, ...]]:
    e, lg = tables.entry.c, tables.leg.c
    original = tables.entry.alias()
    joined = tables.leg.join(tables.entry, e.id == lg.entry_id).outerjoin(
        original, original.c.id == e.reverses
    )
    within = (e.fund_id == fund_id, lg.account == account.value, subjects)
    connection = session.connection()
    opening = connection.scalar(
        select(func.coalesce(func.sum(lg.amount_cents), 0))
        .select_from(joined)
        .where(*within, e.booked_on < date_from)
    )
    rows = connection.execute(
        select(
            e.booked_on,
            e.book_year,
            e.number,
            func.coalesce(original.c.kind, e.kind).label("kind"),
            e.reverses,
            lg.subject,
            e.cause,
            lg.amount_cents,
        )
        .select_from(joined)
        .where(*within, e.booked_on >= date_from, e.booked_on <= date_to)
        .order_by(e.booked_on, e.id, lg.subject)
    )
    return int(opening or 0), tuple(
        Movement(
            booked_on=row.booked_on,
            book_year=row.book_year,
            number=row.number,
            kind=EntryKind(row.kind),
            reversal=row.reverses is not None,
            subject=row.subject,
            cause=row.cause,
            amount_cents=row.amount_cents,
        )
        for row in rows
    )
