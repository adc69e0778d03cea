"""The steps at a year's end, each by its own role: close, audit, adopt; and reopening by two people.

Every step locks the fund first, so that of two people at the same moment the second sees what the first did.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.book_year.bank import bank_at_year_end
from casework.book_year.refusals import (
    BookNotRight,
    ClosedByYourself,
    ReopeningAskedAlready,
    ReopeningReasonMissing,
    StatementsEndTooEarly,
    StatementsInFuture,
    StatementsNotConfirmed,
    StatementsNotThatFar,
)
from casework.book_year.state import (
    Quorum,
    closed_by,
    closing_number,
    closing_obstacle,
    known_year,
    quorum,
)
from casework.book_year.tables import AdoptedOverview, BookYearSignature
from casework.context import Work
from casework.mail import notices
from casework.once import attempt
from casework.reports.annual import annual_overview, for_executives
from casework.reports.as_json import overview_json
from errors import Forbidden
from ledger import book, closing
from ledger.closing import BookYear, YearAct, YearState
from ledger.refusals import YearNotReady
from ledger.verify import VerifyReport, verify


def close(work: Work, *, year: int, complete: bool, statements_through_on: date, key: str) -> None:
    """Close ``year``, as the treasurer; costs and income go to the result in an entry of 31 December.

    ``complete`` is the treasurer's word that every bank statement through ``statements_through_on`` was
    processed. Raises the refusals of :func:`~casework.book_year.state.closing_obstacle`,
    :class:`StatementsNotConfirmed`, :class:`StatementsEndTooEarly`, :class:`StatementsInFuture`,
    :class:`StatementsNotThatFar` and :class:`ledger.refusals.YearNotReady` for a year that is not open.
    """
    _begin(work, year, Permission.YEAR_CLOSE)
    done = attempt(work, "year.close", key, year=year)
    if done.repeated:
        return
    check_closing(work, year=year, complete=complete, through_on=statements_through_on)
    closing.close_year(
        work.session,
        network=work.network.code,
        year=year,
        by=str(work.actor.person_id),
        statements_through=statements_through_on,
        recorded_at_utc=work.now_utc,
    )
    _sign(work, year, "close", statements_through_on)
    record(work, "year.close", str(year), statements_through_on=statements_through_on.isoformat())
    done.finish(str(year))


def check_closing(work: Work, *, year: int, complete: bool, through_on: date) -> None:
    """Raise what keeps ``year`` from being closed with the treasurer's word on the bank statements."""
    require_state(known_year(work, year), YearState.OPEN)
    obstacle = closing_obstacle(work, year)
    if obstacle is not None:
        raise obstacle
    if not complete:
        raise StatementsNotConfirmed(field="complete", year=year)
    if through_on < date(year, 12, 31):
        raise StatementsEndTooEarly(field="through_on", year=year)
    if through_on > work.today:
        raise StatementsInFuture(field="through_on")
    bank = bank_at_year_end(work, year)
    if bank is not None and through_on > bank.through_on:
        raise StatementsNotThatFar(field="through_on", through=f"{bank.through_on:%d-%m-%Y}")


def require_state(found: BookYear, *states: YearState) -> None:
    """Raise :class:`ledger.refusals.YearNotReady` where the year is in none of ``states``."""
    if found.state in states:
        return
    raise YearNotReady(
        book_year=found.book_year,
        state=closing.STATE_NL[found.state],
        needs_nl="Kijk bij het boekjaar welke stap nu kan.",
        needs_en="See which step is next.",
    )


def examine(work: Work, *, year: int) -> VerifyReport:
    """Recompute the whole book for the auditor of ``year``. Raises :class:`BookNotRight`."""
    found = _begin(work, year, Permission.YEAR_AUDIT)
    _may_audit(work, found)
    return _verified(work)


def audit(work: Work, *, year: int, key: str) -> str:
    """Mark the closed ``year`` audited, after the book was recomputed here and now; gives the chain's head.

    Raises :class:`ClosedByYourself`, :class:`BookNotRight`, :class:`ledger.refusals.YearNotReady`.
    """
    found = _begin(work, year, Permission.YEAR_AUDIT)
    done = attempt(work, "year.audit", key, year=year)
    if done.repeated:
        return done.result
    _may_audit(work, found)
    report = _verified(work)
    closing.audit_year(
        work.session,
        network=work.network.code,
        year=year,
        by=str(work.actor.person_id),
        at_utc=work.now_utc,
    )
    _sign(work, year, "audit")
    record(work, "year.audit", str(year), entries=report.entry_count)
    notices.year_audited(work, year)
    return done.finish(report.heads[work.network.code])


def adopt(work: Work, *, year: int, key: str) -> Quorum:
    """Put one's name, as an executive, under the audited ``year``; with the quorum it is adopted.

    Signing twice is signing once. With the last signature the book is verified against the head that the
    auditor saw, and the overview is kept as it is at that moment. Raises :class:`BookNotRight`,
    :class:`ledger.refusals.YearNotReady`.
    """
    found = _begin(work, year, Permission.OVERVIEW_ADOPT)
    done = attempt(work, "year.adopt", key, year=year)
    if done.repeated:
        return quorum(work, found)
    require_state(found, YearState.AUDITED)
    new = work.actor.person_id not in quorum(work, found).signed_ids
    if new:
        _sign(work, year, "adopt")
    reached = quorum(work, found)
    if reached.reached:
        _freeze(work, found, reached)
    if new or reached.reached:
        record(work, "year.adopt" if reached.reached else "year.sign", str(year), signed=len(reached.signed))
    done.finish(str(year))
    return reached


def ask_reopening(work: Work, *, year: int, reason: str, key: str) -> None:
    """Ask to reopen ``year``; someone else has to confirm it. ``reason`` stays in the ledger's own log.

    Raises :class:`ReopeningReasonMissing`, :class:`ReopeningAskedAlready`, and
    :class:`ledger.refusals.YearNotReady` for a year that is open, adopted, or before another closed one.
    """
    found = _begin(work, year, Permission.YEAR_REOPEN)
    done = attempt(work, "year.reopen_ask", key, year=year)
    if done.repeated:
        return
    if not reason.strip():
        raise ReopeningReasonMissing(field="reason")
    if _asked_by(found, work.actor.person_id):
        raise ReopeningAskedAlready(year=year)
    closing.ask_reopening(
        work.session,
        network=work.network.code,
        year=year,
        by=str(work.actor.person_id),
        reason=reason.strip(),
        at_utc=work.now_utc,
    )
    _sign(work, year, "ask_reopening")
    record(work, "year.reopen_ask", str(year))
    done.finish(str(year))


def reopen(work: Work, *, year: int, key: str) -> None:
    """Confirm, as the second person, that ``year`` is opened again; its closing entry is reversed.

    Raises :class:`ledger.refusals.SecondPersonNeeded`, :class:`ledger.refusals.YearNotReady`.
    """
    _begin(work, year, Permission.YEAR_REOPEN)
    done = attempt(work, "year.reopen", key, year=year)
    if done.repeated:
        return
    closing.reopen_year(
        work.session,
        network=work.network.code,
        year=year,
        by=str(work.actor.person_id),
        recorded_at_utc=work.now_utc,
    )
    _sign(work, year, "reopen")
    record(work, "year.reopen", str(year))
    done.finish(str(year))


def _begin(work: Work, year: int, permission: Permission) -> BookYear:
    if not may_ever(work.actor, permission):
        raise Forbidden()
    book.lock_fund(work.session, network=work.network.code)
    return known_year(work, year)


def _may_audit(work: Work, found: BookYear) -> None:
    require_state(found, YearState.CLOSED)
    if closed_by(found) == str(work.actor.person_id):
        raise ClosedByYourself(year=found.book_year)


def _verified(work: Work, head: str | None = None) -> VerifyReport:
    report = verify(work.session, network=work.network.code, head=head)
    if report.first is not None:
        raise BookNotRight(where=report.first.where, what=report.first.what)
    return report


def _asked_by(found: BookYear, person_id: int) -> bool:
    """Whether this person has asked for a reopening since the year was last closed."""
    for act in reversed(found.acts):
        if act.act is YearAct.CLOSED:
            return False
        if act.act is YearAct.REOPENING_ASKED and str(person_id) in act.people:
            return True
    return False


def _sign(work: Work, year: int, act: str, statements_through_on: date | None = None) -> None:
    """Keep the actor's name under what was done, with the head of the chain after it."""
    found = known_year(work, year)
    work.session.add(
        BookYearSignature(
            network_id=work.network.id,
            book_year=year,
            closing=closing_number(found),
            act=act,
            person_id=work.actor.person_id,
            at_utc=work.now_utc,
            head_hash=book.head_hash(work.session, network=work.network.code),
            statements_through_on=statements_through_on,
        )
    )
    work.session.flush()


def _freeze(work: Work, found: BookYear, signed: Quorum) -> None:
    """Adopt the year and keep its overview as it is now."""
    audited = work.session.scalars(
        select(BookYearSignature.head_hash).where(
            BookYearSignature.network_id == work.network.id,
            BookYearSignature.book_year == found.book_year,
            BookYearSignature.closing == closing_number(found),
            BookYearSignature.act == "audit",
        )
    ).first()
    _verified(work, audited)
    closing.adopt_year(
        work.session,
        network=work.network.code,
        year=found.book_year,
        by=[str(one) for one in signed.signed_ids],
        at_utc=work.now_utc,
    )
    overview = annual_overview(
        work.session, network=work.network.code, year=found.book_year, as_of_utc=work.now_utc
    )
    work.session.add(
        AdoptedOverview(
            network_id=work.network.id,
            book_year=found.book_year,
            adopted_at_utc=work.now_utc,
            head_hash=book.head_hash(work.session, network=work.network.code),
            document=overview_json(for_executives(overview)),
        )
    )
    work.session.flush()
