"""Who brought a case: also whoever had it before, so that handing over does not open what was shut."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work

# A colleague hands over; the secretariat or an ambassador does so where the applicant has left.
HANDED_OVER = ("case.hand_over", "case.reassign")


def brought_by(person_id: int) -> ColumnElement[bool]:
    """Of a ``Case`` in a query: whether this person is its applicant, or was before it was handed over.

    The log is the only place that keeps a former applicant; its records are never changed. Who brought
    the main case brought its top-ups.
    """
    main = aliased(Case)
    main_number = select(main.number).where(main.id == Case.main_case_id).correlate(Case).scalar_subquery()
    handed_over = exists().where(
        LogRecord.network_id == Case.network_id,
        or_(LogRecord.object_ref == Case.number, LogRecord.object_ref == main_number),
        LogRecord.action.in_(HANDED_OVER),
        LogRecord.result == "done",
        LogRecord.facts["from_person"].as_integer() == person_id,
    )
    return or_(Case.applicant_id == person_id, handed_over)


def brought_by_actor(work: Work, case: Case) -> bool:
    """Whether the actor brought ``case``. Nobody decides on what they brought, or pays it."""
    if case.applicant_id == work.actor.person_id:
        return True
    query = select(Case.id).where(Case.id == case.id, brought_by(work.actor.person_id))
    return work.session.scalar(query) is not None


def former_applicants(work: Work, cases: Iterable[Case]) -> dict[int, frozenset[int]]:
    """Per case id the people who had it before, its main case included, in one query."""
    main = aliased(Case)
    rows = work.session.execute(
        select(Case.id, LogRecord.facts["from_person"].as_integer())
        .outerjoin(main, main.id == Case.main_case_id)
        .join(
            LogRecord,
            (LogRecord.network_id == Case.network_id)
            & or_(LogRecord.object_ref == Case.number, LogRecord.object_ref == main.number),
        )
        .where(
            Case.id.in_([case.id for case in cases]),
            LogRecord.action.in_(HANDED_OVER),
            LogRecord.result == "done",
        )
    )
    found: dict[int, set[int]] = {}
    for case_id, person_id in rows:
        found.setdefault(case_id, set()).add(person_id)
    return {case_id: frozenset(people) for case_id, people in found.items()}
