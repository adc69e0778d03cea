"""Preparing a meeting and keeping its minutes, until a second member adopts them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.decision.members import bench
from casework.meeting.agenda import PointKind, subjects
from casework.meeting.refusals import (
    AdoptedByWriter,
    MeetingNotHeld,
    MeetingOnThatDay,
    MeetingOutOfOrder,
    MeetingPassesNext,
    MinutesAdopted,
    MinutesChanged,
    MinutesNotWritten,
    PointEmpty,
)
from casework.meeting.tables import Meeting, MeetingAttendance, MeetingPoint
from casework.network.tables import Network
from casework.people_data import BsnFound, contains_bsn
from errors import Forbidden, NotFound


def meeting_for(work: Work, meeting_id: int, *, lock: bool = False) -> Meeting:
    """A meeting of the actor's network. Raises :class:`errors.Forbidden` or :class:`errors.NotFound`."""
    if not may_ever(work.actor, Permission.MEETING):
        raise Forbidden()
    query = select(Meeting).where(Meeting.id == meeting_id, Meeting.network_id == work.network.id)
    if lock:
        query = query.with_for_update(of=Meeting)
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def plan(work: Work, *, held_on: date) -> int:
    """Put a meeting on the calendar with the agenda as it is now; its id.

    Raises :class:`MeetingOnThatDay` and :class:`MeetingOutOfOrder`.
    """
    if not may_ever(work.actor, Permission.MEETING):
        raise Forbidden()
    # Two members planning at once must not both come after the same last meeting.
    own = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(own.with_for_update(key_share=True))
    last = work.session.scalar(
        select(Meeting.held_on)
        .where(Meeting.network_id == work.network.id)
        .order_by(Meeting.held_on.desc())
        .limit(1)
    )
    if last == held_on:
        raise MeetingOnThatDay(field="held_on", on=f"{held_on:%d-%m-%Y}")
    if last is not None and last > held_on:
        raise MeetingOutOfOrder(field="held_on", on=f"{last:%d-%m-%Y}")
    meeting = Meeting(
        network_id=work.network.id,
        held_on=held_on,
        created_by=work.actor.person_id,
        created_at_utc=work.now_utc,
    )
    work.session.add(meeting)
    _fill(work, meeting)
    record(work, "meeting.plan", held_on.isoformat(), points=len(meeting.points))
    work.session.flush()
    return meeting.id


def refresh(work: Work, *, meeting_id: int) -> int:
    """Add what the worklist has now and the agenda has not; how many points came. Nothing is taken off."""
    meeting = _concept(work, meeting_id)
    before = len(meeting.points)
    _fill(work, meeting)
    added = len(meeting.points) - before
    record(work, "meeting.agenda", meeting.held_on.isoformat(), points=added)
    work.session.flush()
    return added


def add_point(work: Work, *, meeting_id: int, title: str) -> int:
    """Put a point of one's own on the agenda; its id. Raises :class:`PointEmpty` and ``BsnFound``."""
    meeting = _concept(work, meeting_id)
    title = title.strip()
    if not title:
        raise PointEmpty(field="title")
    _refuse_bsn("title", title)
    point = MeetingPoint(position=_next_position(meeting), kind=PointKind.OWN.value, title=title, note="")
    meeting.points.append(point)
    record(work, "meeting.agenda", meeting.held_on.isoformat(), points=1)
    work.session.flush()
    return point.id


def remove_point(work: Work, *, meeting_id: int, point_id: int) -> None:
    """Take a point off the agenda, with what was noted at it."""
    meeting = _concept(work, meeting_id)
    point = next((one for one in meeting.points if one.id == point_id), None)
    if point is None:
        raise NotFound()
    meeting.points.remove(point)
    record(work, "meeting.agenda", meeting.held_on.isoformat(), points=-1)
    work.session.flush()


def write(
    work: Work,
    *,
    meeting_id: int,
    revision: int,
    held_on: date,
    present: Collection[int],
    notes: Mapping[int, str],
    remarks: str,
) -> None:
    """Save the minutes: who was there, a note per point, and what else was said.

    ``revision`` is the one that the form was opened with. Everyone in the secretariat today who is not in
    ``present`` was absent. Raises :class:`MinutesAdopted`, :class:`MinutesChanged`,
    :class:`MeetingOnThatDay`, :class:`MeetingOutOfOrder`, :class:`MeetingPassesNext` and ``BsnFound``.
    """
    meeting = _concept(work, meeting_id)
    if meeting.revision != revision:
        raise MinutesChanged()
    for point in meeting.points:
        _refuse_bsn(f"note-{point.id}", notes.get(point.id, ""))
    _refuse_bsn("remarks", remarks)
    if held_on != meeting.held_on:
        _check_between(work, meeting, held_on)
        meeting.held_on = held_on
    for point in meeting.points:
        point.note = notes.get(point.id, point.note).strip()
    meeting.remarks = remarks.strip()
    _set_attendance(work, meeting, present)
    meeting.revision += 1
    meeting.written_by, meeting.written_at_utc = work.actor.person_id, work.now_utc
    record(work, "meeting.write", meeting.held_on.isoformat(), revision=meeting.revision)
    work.session.flush()


def check_adoption(work: Work, *, meeting_id: int) -> Meeting:
    """The meeting, if the actor may adopt its minutes now: asked before they are asked to confirm."""
    return _adoptable(work, _concept(work, meeting_id))


def adopt(work: Work, *, meeting_id: int, revision: int) -> None:
    """Adopt the minutes as they were read. From then on they do not change.

    Raises :class:`MinutesAdopted`, :class:`MinutesNotWritten`, :class:`MeetingNotHeld`,
    :class:`AdoptedByWriter` and, where they were saved since, :class:`MinutesChanged`.
    """
    meeting = _adoptable(work, _concept(work, meeting_id))
    if meeting.revision != revision:
        raise MinutesChanged()
    meeting.adopted_by, meeting.adopted_at_utc = work.actor.person_id, work.now_utc
    record(work, "meeting.adopt", meeting.held_on.isoformat())
    work.session.flush()


def discard(work: Work, *, meeting_id: int) -> None:
    """Throw a meeting away whose minutes were not adopted. The log keeps that it was there."""
    meeting = _concept(work, meeting_id)
    work.session.delete(meeting)
    record(work, "meeting.discard", meeting.held_on.isoformat())
    work.session.flush()


def _concept(work: Work, meeting_id: int) -> Meeting:
    meeting = meeting_for(work, meeting_id, lock=True)
    if meeting.adopted_by is not None:
        raise MinutesAdopted()
    return meeting


def _adoptable(work: Work, meeting: Meeting) -> Meeting:
    if meeting.written_by is None:
        raise MinutesNotWritten()
    if meeting.held_on > work.today:
        raise MeetingNotHeld(on=f"{meeting.held_on:%d-%m-%Y}")
    if meeting.written_by == work.actor.person_id:
        raise AdoptedByWriter()
    return meeting


def _fill(work: Work, meeting: Meeting) -> None:
    known = {(point.kind, point.case_id) for point in meeting.points}
    for subject in subjects(work):
        if (subject.kind.value, subject.case_id) not in known:
            position = _next_position(meeting)
            meeting.points.append(
                MeetingPoint(
                    position=position, kind=subject.kind.value, case_id=subject.case_id, title="", note=""
                )
            )


def _next_position(meeting: Meeting) -> int:
    return max((point.position for point in meeting.points), default=0) + 1


def _check_between(work: Work, meeting: Meeting, held_on: date) -> None:
    others = select(Meeting.held_on).where(Meeting.network_id == work.network.id, Meeting.id != meeting.id)
    days = sorted(work.session.scalars(others))
    if held_on in days:
        raise MeetingOnThatDay(field="held_on", on=f"{held_on:%d-%m-%Y}")
    earlier = [day for day in days if day < meeting.held_on]
    later = [day for day in days if day > meeting.held_on]
    if earlier and held_on < earlier[-1]:
        raise MeetingOutOfOrder(field="held_on", on=f"{earlier[-1]:%d-%m-%Y}")
    if later and held_on > later[0]:
        raise MeetingPassesNext(field="held_on", on=f"{later[0]:%d-%m-%Y}")


def _set_attendance(work: Work, meeting: Meeting, present: Collection[int]) -> None:
    known = {one.person_id: one for one in meeting.attendance}
    people = {member.person_id for member in bench(work).members} | set(known)
    for person_id in people:
        row = known.get(person_id)
        if row is None:
            row = MeetingAttendance(person_id=person_id, present=False)
            meeting.attendance.append(row)
        row.present = person_id in present


def _refuse_bsn(field: str, text: str) -> None:
    if contains_bsn(text):
        raise BsnFound(field=field)
