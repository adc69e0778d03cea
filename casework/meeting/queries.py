"""Reading meetings: the list of them, searched, and one with its agenda, minutes and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.members import bench, names_of
from casework.meeting.agenda import PointKind
from casework.meeting.decisions import Taken, taken_between
from casework.meeting.service import meeting_for
from casework.meeting.tables import Meeting, MeetingPoint
from casework.paging import PER_PAGE, Page, offset_of
from errors import Forbidden

FIRST_LOOKS_BACK = timedelta(days=31)
"""How far back the first meeting lists decisions, as there is none before it."""


@dataclass(frozen=True, slots=True)
class PointView:
    """A point as it is read: a case with its number and what it asks in cents, or a title of our own."""

    id: int
    kind: PointKind
    number: str
    title: str
    partner_name: str
    amount_cents: int | None
    note: str


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting in the list."""

    id: int
    held_on: date
    points: int
    written: bool
    adopted: bool


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """One meeting. ``from_on`` is the first day whose decisions it lists, ``people`` all who can be there.

    ``present`` and ``absent`` are names; both are empty before there are minutes.
    """

    id: int
    held_on: date
    revision: int
    from_on: date
    sections: tuple[tuple[PointKind, tuple[PointView, ...]], ...]
    taken: tuple[Taken, ...]
    people: tuple[tuple[int, str, bool], ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    remarks: str
    written_by: str
    written_at_utc: datetime | None
    adopted_by: str
    adopted_at_utc: datetime | None
    may_adopt: bool

    @property
    def adopted(self) -> bool:
        """Whether the minutes stand for good."""
        return self.adopted_at_utc is not None


def meeting_list(work: Work, *, search: str = "", page: int = 1) -> Page[MeetingRow]:
    """The meetings, newest first. ``search`` looks in points, notes and remarks, and in case numbers.

    Texts are encrypted, so they are searched here and not in the database.
    """
    if not may_ever(work.actor, Permission.MEETING):
        raise Forbidden()
    meetings = work.session.scalars(
        select(Meeting).where(Meeting.network_id == work.network.id).order_by(Meeting.held_on.desc())
    ).all()
    words = search.casefold().split()
    if words:
        cases = _cases(work, [point for meeting in meetings for point in meeting.points])
        meetings = [one for one in meetings if _holds(one, cases, words)]
    start = offset_of(page)
    rows = tuple(
        MeetingRow(
            id=one.id,
            held_on=one.held_on,
            points=len(one.points),
            written=one.written_by is not None,
            adopted=one.adopted_by is not None,
        )
        for one in meetings[start : start + PER_PAGE]
    )
    return Page(rows, max(1, page), len(meetings))


def meeting_page(work: Work, meeting_id: int) -> MeetingPage:
    """One meeting, for the secretariat of its network."""
    meeting = meeting_for(work, meeting_id)
    before = work.session.scalar(
        select(Meeting.held_on)
        .where(Meeting.network_id == work.network.id, Meeting.held_on < meeting.held_on)
        .order_by(Meeting.held_on.desc())
        .limit(1)
    )
    from_on = before + timedelta(days=1) if before is not None else meeting.held_on - FIRST_LOOKS_BACK
    there = {one.person_id: one.present for one in meeting.attendance}
    names = names_of(work, {*there, *(one for one in (meeting.written_by, meeting.adopted_by) if one)})
    sitting = {one.person_id: one.name for one in bench(work).members} if not meeting.adopted_by else {}
    people = {one: names[one] for one in there} | sitting
    by_name = sorted(people.items(), key=lambda pair: (pair[1], pair[0]))
    return MeetingPage(
        id=meeting.id,
        held_on=meeting.held_on,
        revision=meeting.revision,
        from_on=from_on,
        sections=_sections(work, meeting),
        taken=taken_between(work, from_on, meeting.held_on),
        people=tuple((person_id, name, there.get(person_id, False)) for person_id, name in by_name),
        present=tuple(name for person_id, name in by_name if there.get(person_id)),
        absent=tuple(name for person_id, name in by_name if there.get(person_id) is False),
        remarks=meeting.remarks,
        written_by=names[meeting.written_by] if meeting.written_by else "",
        written_at_utc=meeting.written_at_utc,
        adopted_by=names[meeting.adopted_by] if meeting.adopted_by else "",
        adopted_at_utc=meeting.adopted_at_utc,
        may_adopt=meeting.adopted_by is None
        and meeting.written_by not in (None, work.actor.person_id)
        and meeting.held_on <= work.today,
    )


def _sections(work: Work, meeting: Meeting) -> tuple[tuple[PointKind, tuple[PointView, ...]], ...]:
    cases = _cases(work, meeting.points)
    views: dict[PointKind, list[PointView]] = {}
    for point in meeting.points:
        case = cases.get(point.case_id or 0)
        kind = PointKind(point.kind)
        views.setdefault(kind, []).append(
            PointView(
                id=point.id,
                kind=kind,
                number=case.number if case else "",
                title=case.title if case else point.title,
                partner_name=case.partner.name if case else "",
                amount_cents=case.amount_cents if case else None,
                note=point.note,
            )
        )
    return tuple((kind, tuple(views[kind])) for kind in PointKind if kind in views)


def _cases(work: Work, points: Sequence[MeetingPoint]) -> dict[int, Case]:
    ids = {point.case_id for point in points if point.case_id is not None}
    return {case.id: case for case in work.session.scalars(select(Case).where(Case.id.in_(ids)))}


def _holds(meeting: Meeting, cases: dict[int, Case], words: Sequence[str]) -> bool:
    texts = [meeting.held_on.isoformat(), f"{meeting.held_on:%d-%m-%Y}", meeting.remarks]
    for point in meeting.points:
        case = cases.get(point.case_id or 0)
        texts += [point.title, point.note, f"{case.number} {case.title}" if case else ""]
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)
