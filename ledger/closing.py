"""A book year's end: closed by the treasurer, audited, adopted; reopened by two people until adopted.

Closing moves the year's costs and income to the result, in an entry dated 31 December. From then on
nothing is dated into the year. Every step is logged with who, when and the head of the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.orm import Session

from ledger import book, events, statements, tables
from ledger.accounts import COSTS_AND_INCOME
from ledger.entries import PostedEntry
from ledger.refusals import SecondPersonNeeded, YearNotReady


class YearState(StrEnum):
    """How far a book year is."""

    OPEN = "open"
    CLOSED = "closed"
    AUDITED = "audited"
    ADOPTED = "adopted"


class YearAct(StrEnum):
    """What was done to a book year."""

    CLOSED = "closed"
    AUDITED = "audited"
    ADOPTED = "adopted"
    REOPENING_ASKED = "reopening_asked"
    REOPENED = "reopened"


STATE_NL = {
    YearState.OPEN: "open",
    YearState.CLOSED: "afgesloten",
    YearState.AUDITED: "gecontroleerd",
    YearState.ADOPTED: "vastgesteld",
}


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """One line of a year's log. ``people`` are ids; ``head_hash`` is the chain's head after the act."""

    act: YearAct
    people: tuple[str, ...]
    reason: str
    at_utc: datetime
    entry_id: int | None
    head_hash: str


@dataclass(frozen=True, slots=True)
class BookYear:
    """A book year with entries or acts, and its log, oldest first."""

    book_year: int
    state: YearState
    last_number: int
    acts: tuple[LoggedAct, ...]


def years(session: Session, *, network: str) -> tuple[BookYear, ...]:
    """Every book year of ``network``, newest first."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    y, a = tables.year.c, tables.year_act.c
    log: dict[int, list[LoggedAct]] = {}
    for row in connection.execute(select(tables.year_act).where(a.fund_id == fund_id).order_by(a.id)):
        log.setdefault(row.book_year, []).append(
            LoggedAct(
                act=YearAct(row.act),
                people=tuple(row.people.splitlines()),
                reason=row.reason,
                at_utc=row.at_utc,
                entry_id=row.entry_id,
                head_hash=row.head_hash,
            )
        )
    rows = connection.execute(select(tables.year).where(y.fund_id == fund_id).order_by(y.book_year.desc()))
    return tuple(
        BookYear(row.book_year, YearState(row.state), row.last_number, tuple(log.get(row.book_year, ())))
        for row in rows
    )


def book_year(session: Session, *, network: str, year: int) -> BookYear:
    """One book year; open and empty when nothing was posted in it."""
    found = next((one for one in years(session, network=network) if one.book_year == year), None)
    return found or BookYear(year, YearState.OPEN, 0, ())


def close_year(
    session: Session,
    *,
    network: str,
    year: int,
    by: str,
    statements_through: date,
    recorded_at_utc: datetime,
) -> PostedEntry | None:
    """Close ``year``: post its closing entry (``None`` when there were no costs or income) and log it.

    ``statements_through`` is the last day for which bank statements were read. Raises
    :class:`YearNotReady` while they are not complete, the year is not open, or an earlier one still is.
    """
    found = _in_state(session, network, year, YearState.OPEN)
    connection = session.connection()
    if statements_through < date(year, 12, 31):
        raise _not_ready(
            found,
            "Lees eerst de afschriften in tot en met 31 december.",
            "First read the bank statements up to and including 31 December.",
        )
    if any(one.book_year < year and one.state is YearState.OPEN for one in years(session, network=network)):
        raise _not_ready(found, "Sluit eerst de jaren ervoor af.", "Close the years before it first.")
    totals = statements.year_totals(session, network=network, year=year, with_closing=True)
    turnover = {a: totals[a].debit_cents - totals[a].credit_cents for a in COSTS_AND_INCOME}
    draft = events.year_closed(
        results=turnover,
        booked_on=date(year, 12, 31),
        cause=f"{year}",
        key=f"year-{year}-closed-{1 + len(found.acts)}",
    )
    entry = None
    if draft is not None:
        entry = book.post(session, network=network, draft=draft, recorded_at_utc=recorded_at_utc)
    _move(connection, network, year, YearState.CLOSED, closed_through=year)
    _log(session, network, year, YearAct.CLOSED, people=[by], at_utc=recorded_at_utc, entry=entry)
    return entry


def audit_year(session: Session, *, network: str, year: int, by: str, at_utc: datetime) -> None:
    """The auditor has checked the closed ``year``. Raises :class:`YearNotReady`."""
    _in_state(session, network, year, YearState.CLOSED)
    _move(session.connection(), network, year, YearState.AUDITED)
    _log(session, network, year, YearAct.AUDITED, people=[by], at_utc=at_utc)


def adopt_year(session: Session, *, network: str, year: int, by: Sequence[str], at_utc: datetime) -> None:
    """The executives in ``by`` adopt the audited ``year``; its figures are final. Who is enough is theirs.

    Raises :class:`YearNotReady` for a year that is not audited.
    """
    _in_state(session, network, year, YearState.AUDITED)
    _move(session.connection(), network, year, YearState.ADOPTED)
    _log(session, network, year, YearAct.ADOPTED, people=by, at_utc=at_utc)


def ask_reopening(
    session: Session, *, network: str, year: int, by: str, reason: str, at_utc: datetime
) -> None:
    """The first of two people asks to reopen the last closed ``year``. Raises :class:`YearNotReady`."""
    _reopenable(session, network, year)
    _log(session, network, year, YearAct.REOPENING_ASKED, people=[by], at_utc=at_utc, reason=reason)


def reopen_year(
    session: Session, *, network: str, year: int, by: str, recorded_at_utc: datetime
) -> PostedEntry | None:
    """The second person reopens ``year``: its closing entry is reversed and it can be posted to again.

    Raises :class:`SecondPersonNeeded` when nobody else asked for it since it was closed, and
    :class:`YearNotReady` when it is open or adopted, or a later year is closed already.
    """
    found = _reopenable(session, network, year)
    closing = max(n for n, act in enumerate(found.acts) if act.act is YearAct.CLOSED)
    asked = [act for act in found.acts[closing:] if act.act is YearAct.REOPENING_ASKED]
    if not any(by not in act.people for act in asked):
        raise SecondPersonNeeded()
    connection = session.connection()
    before = [
        one.book_year
        for one in years(session, network=network)
        if one.book_year < year and one.state is not YearState.OPEN
    ]
    _move(connection, network, year, YearState.OPEN, closed_through=max(before, default=0))
    entry = None
    entry_id = found.acts[closing].entry_id
    if entry_id is not None:
        entry = book.reverse(
            session,
            network=network,
            entry_id=entry_id,
            booked_on=date(year, 12, 31),
            cause=f"{year}",
            key=f"year-{year}-reopened-{1 + len(found.acts)}",
            recorded_at_utc=recorded_at_utc,
        )
    _log(session, network, year, YearAct.REOPENED, people=[by], at_utc=recorded_at_utc, entry=entry)
    return entry


def _in_state(session: Session, network: str, year: int, state: YearState) -> BookYear:
    book.lock_fund(session, network=network)
    found = book_year(session, network=network, year=year)
    if found.state is not state:
        raise _not_ready(found, "Kijk bij het boekjaar welke stap nu kan.", "See which step is next.")
    return found


def _reopenable(session: Session, network: str, year: int) -> BookYear:
    book.lock_fund(session, network=network)
    found = book_year(session, network=network, year=year)
    if found.state not in (YearState.CLOSED, YearState.AUDITED):
        raise _not_ready(
            found,
            "Boek een correctie in het open jaar.",
            "Post a correction in the open year.",
        )
    later = [one for one in years(session, network=network) if one.book_year > year]
    if any(one.state is not YearState.OPEN for one in later):
        raise _not_ready(found, "Heropen eerst het jaar erna.", "Reopen the year after it first.")
    return found


def _not_ready(found: BookYear, needs_nl: str, needs_en: str) -> YearNotReady:
    return YearNotReady(
        book_year=found.book_year, state=STATE_NL[found.state], needs_nl=needs_nl, needs_en=needs_en
    )


def _move(
    connection: Connection, network: str, year: int, state: YearState, *, closed_through: int | None = None
) -> None:
    fund_id = book.fund_id_of(connection, network)
    y, f = tables.year.c, tables.fund.c
    where = (y.fund_id == fund_id) & (y.book_year == year)
    if connection.scalar(select(func.count()).select_from(tables.year).where(where)):
        connection.execute(update(tables.year).where(where).values(state=state.value))
    else:
        connection.execute(
            insert(tables.year).values(fund_id=fund_id, book_year=year, last_number=0, state=state.value)
        )
    if closed_through is not None:
        connection.execute(update(tables.fund).where(f.id == fund_id).values(closed_through=closed_through))


def _log(
    session: Session,
    network: str,
    year: int,
    act: YearAct,
    *,
    people: Sequence[str],
    at_utc: datetime,
    entry: PostedEntry | None = None,
    reason: str = "",
) -> None:
    connection = session.connection()
    connection.execute(
        insert(tables.year_act).values(
            fund_id=book.fund_id_of(connection, network),
            book_year=year,
            act=act.value,
            people="\n".join(people),
            reason=reason,
            at_utc=at_utc,
            entry_id=entry.id if entry else None,
            head_hash=book.head_hash(session, network=network),
        )
    )
