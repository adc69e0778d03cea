"""Reading summaries: by everyone what was released, by the secretariat what is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.learning.recognisable import Finding, findings
from casework.learning.service import digest, live_summary, may_be_told
from casework.learning.tables import CaseSummary
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from errors import Forbidden, NotFound
from rules.lifecycle import SettlementKind
from rules.wording import Choice


@dataclass(frozen=True, slots=True)
class SummaryView:
    """A summary as it is read. ``case_number`` is only there for who may see the case."""

    id: int
    state: str
    title: str
    situation: str
    barrier: str
    breakthrough: str
    lesson: str
    domains: tuple[Choice, ...]
    barrier_field: str
    barrier_law: str
    about_cents: int
    settled_as: SettlementKind
    paid_year: int
    released_at_utc: datetime | None
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class SummarySearch:
    """What someone looks for. Empty finds everything."""

    words: str = ""
    domain: str = ""
    barrier_field: str = ""


@dataclass(frozen=True, slots=True)
class SummaryList:
    """A page of what was found, the choices to search by, and what waits for a second reader."""

    page: Page[SummaryView]
    any_at_all: bool
    domains: tuple[Choice, ...]
    barrier_fields: tuple[str, ...]
    to_check: tuple[SummaryView, ...]


@dataclass(frozen=True, slots=True)
class SummaryWork:
    """The summary of one case for who writes or checks it, with the story beside it."""

    case_number: str
    case_title: str
    possible: bool
    summary: SummaryView | None
    written_by: str
    written_by_me: bool
    written_at_utc: datetime | None
    checked_by: str
    seen: str
    findings: tuple[Finding, ...]
    story: tuple[str, str, str]


def summaries(work: Work, search: SummarySearch, *, page: int = 1) -> SummaryList:
    """What was released and fits, the newest first. Texts are encrypted, so they are searched here."""
    _may_read(work)
    released = _of_state(work, "released")
    words = search.words.casefold().split()
    found = [one for one in released if _fits(one, search, words)]
    start = offset_of(page)
    writes = may_ever(work.actor, Permission.SUMMARY_WRITE)
    return SummaryList(
        page=Page(tuple(found[start : start + PER_PAGE]), page, len(found)),
        any_at_all=bool(released),
        domains=tuple(dict.fromkeys(domain for one in released for domain in one.domains)),
        barrier_fields=tuple(sorted({one.barrier_field for one in released if one.barrier_field})),
        to_check=_of_state(work, "offered") if writes else (),
    )


def summary(work: Work, summary_id: int) -> SummaryView:
    """One that was released. Raises :class:`NotFound` for any other."""
    _may_read(work)
    row = work.session.get(CaseSummary, summary_id)
    if row is None or row.network_id != work.actor.network_id or row.state != "released":
        raise NotFound()
    return _view(work, row, work.session.get_one(Case, row.case_id).number)


def how_many_like(work: Work, barrier_field: str) -> int:
    """How many released summaries are about this barrier."""
    if not barrier_field or not may_ever(work.actor, Permission.SUMMARY_VIEW):
        return 0
    query = select(CaseSummary.id).where(
        CaseSummary.network_id == work.actor.network_id,
        CaseSummary.state == "released",
        CaseSummary.barrier_field == barrier_field,
    )
    return len(work.session.scalars(query).all())


def summary_work(work: Work, number: str) -> SummaryWork:
    """What the secretariat needs to write or check the summary of case ``number``."""
    case = case_for(work, number, Permission.SUMMARY_WRITE)
    row = live_summary(work, case)
    people = _names(work, row)
    return SummaryWork(
        case_number=case.number,
        case_title=case.title,
        possible=may_be_told(case),
        summary=None if row is None else _view(work, row, case.number),
        written_by="" if row is None else people[row.written_by],
        written_by_me=row is not None and row.written_by == work.actor.person_id,
        written_at_utc=None if row is None else row.written_at_utc,
        checked_by="" if row is None else people.get(row.checked_by or 0, ""),
        seen="" if row is None else digest(row),
        findings=()
        if row is None
        else findings(case, (row.title, row.situation, row.barrier, row.breakthrough, row.lesson)),
        story=(case.situation, case.barrier, case.breakthrough),
    )


def _may_read(work: Work) -> None:
    if not may_ever(work.actor, Permission.SUMMARY_VIEW):
        raise Forbidden()


def _of_state(work: Work, state: str) -> tuple[SummaryView, ...]:
    query = (
        select(CaseSummary, Case.number)
        .join(Case, Case.id == CaseSummary.case_id)
        .where(CaseSummary.network_id == work.actor.network_id, CaseSummary.state == state)
        .order_by(CaseSummary.released_at_utc.desc(), CaseSummary.id.desc())
    )
    return tuple(_view(work, row, number) for row, number in work.session.execute(query))


def _view(work: Work, row: CaseSummary, number: str) -> SummaryView:
    known = {one.code: one for one in work.policy.case_form.domains}
    # Who writes summaries may see every case that was submitted; for others a number says nothing.
    sees = may_ever(work.actor, Permission.SUMMARY_WRITE)
    return SummaryView(
        id=row.id,
        state=row.state,
        title=row.title,
        situation=row.situation,
        barrier=row.barrier,
        breakthrough=row.breakthrough,
        lesson=row.lesson,
        domains=tuple(known.get(code, Choice(code, code, code)) for code in row.domains),
        barrier_field=row.barrier_field,
        barrier_law=row.barrier_law,
        about_cents=row.about_cents,
        settled_as=SettlementKind(row.settled_as),
        paid_year=row.paid_year,
        released_at_utc=row.released_at_utc,
        case_number=number if sees else "",
    )


def _fits(one: SummaryView, search: SummarySearch, words: Sequence[str]) -> bool:
    if search.domain and search.domain not in {domain.code for domain in one.domains}:
        return False
    if search.barrier_field and search.barrier_field != one.barrier_field:
        return False
    parts = (one.title, one.situation, one.barrier, one.breakthrough, one.lesson, one.barrier_law)
    text = " ".join((*parts, one.barrier_field)).casefold()
    return all(word in text for word in words)


def _names(work: Work, row: CaseSummary | None) -> dict[int, str]:
    if row is None:
        return {}
    wanted = [row.written_by, *([row.checked_by] if row.checked_by else [])]
    rows = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {found.id: found.name for found in rows}
