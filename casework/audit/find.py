"""Reading the log: who did what to which object, when, from where and with what result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from casework.audit.tables import LogRecord
from casework.context import Work
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Appointment, Person

_PERSON = re.compile(r"person:([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One record. ``object_name`` is a person's name where the record is about a person."""

    id: int
    at_utc: datetime
    person_name: str | None
    action: str
    object_ref: str
    object_name: str
    result: str
    address: str
    facts: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class LogSearch:
    """What someone looks for. Empty finds everything; days are days in the network, both included."""

    action: str = ""
    person: str = ""
    object_ref: str = ""
    from_on: date | None = None
    until_on: date | None = None
    refused_only: bool = False


def log(work: Work, search: LogSearch, *, page: int = 1) -> Page[LogRow]:
    """The records of the actor's network that fit, newest first.

    Signing in happens before a network is chosen: such records belong to every network in which the
    person holds or held a role.
    """
    query = select(LogRecord).where(_of_network(work), *_conditions(work, search))
    total = work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    records = work.session.scalars(
        query.order_by(LogRecord.id.desc()).limit(PER_PAGE).offset(offset_of(page))
    ).all()
    return Page(rows=_rows(work, records), number=page, total=total)


def _of_network(work: Work) -> ColumnElement[bool]:
    here = exists(
        select(Appointment.id).where(
            Appointment.person_id == LogRecord.person_id, Appointment.network_id == work.network.id
        )
    )
    return or_(LogRecord.network_id == work.network.id, and_(LogRecord.network_id.is_(None), here))


def _conditions(work: Work, search: LogSearch) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.action:
        found.append(LogRecord.action == search.action)
    if search.person:
        found.append(LogRecord.person_id.in_(_named(search.person)))
    if search.object_ref:
        persons = work.session.scalars(_named(search.object_ref)).all()
        refs = [f"person:{person}" for person in persons]
        pattern = _like(search.object_ref.lower())
        found.append(
            or_(func.lower(LogRecord.object_ref).like(pattern, escape="\\"), LogRecord.object_ref.in_(refs))
        )
    zone = ZoneInfo(work.network.time_zone)
    if search.from_on is not None:
        found.append(LogRecord.at_utc >= datetime.combine(search.from_on, time.min, zone))
    if search.until_on is not None:
        after = search.until_on + timedelta(days=1)
        found.append(LogRecord.at_utc < datetime.combine(after, time.min, zone))
    if search.refused_only:
        found.append(LogRecord.result != "done")
    return found


def _named(words: str) -> Select[int]:
    """The ids of people in whose name every word occurs; a word with an @ is looked for in addresses."""
    query = select(Person.id)
    for word in words.lower().split():
        column = Person.email if "@" in word else func.lower(Person.name)
        query = query.where(column.like(_like(word), escape="\\"))
    return query


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _rows(work: Work, records: Sequence[LogRecord]) -> tuple[LogRow, ...]:
    about = {one.object_ref: int(match[1]) for one in records if (match := _PERSON.fullmatch(one.object_ref))}
    ids = {one.person_id for one in records if one.person_id is not None} | set(about.values())
    people = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row.id: row.name for row in people}
    return tuple(
        LogRow(
            id=one.id,
            at_utc=one.at_utc,
            person_name=names.get(one.person_id) if one.person_id is not None else None,
            action=one.action,
            object_ref=one.object_ref,
            object_name=names.get(about.get(one.object_ref, 0), one.object_ref),
            result=one.result,
            address=one.address,
            facts=dict(one.facts),
        )
        for one in records
    )
