"""Who brought a case: also whoever handed it over since, so that handing over does not open what was shut."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work


def brought_by(person_id: int) -> ColumnElement[bool]:
    """Of a ``Case`` in a query: whether this person is its applicant, or was before handing it over.

    The log is the only place that keeps a former applicant; its records are never changed.
    """
    handed_over = exists().where(
        LogRecord.network_id == Case.network_id,
        LogRecord.object_ref == Case.number,
        LogRecord.action == "case.hand_over",
        LogRecord.result == "done",
        LogRecord.person_id == person_id,
    )
    return or_(Case.applicant_id == person_id, handed_over)


def brought_by_actor(work: Work, case: Case) -> bool:
    """Whether the actor brought ``case``. Nobody decides on what they brought, or pays it."""
    if case.applicant_id == work.actor.person_id:
        return True
    query = select(Case.id).where(Case.id == case.id, brought_by(work.actor.person_id))
    return work.session.scalar(query) is not None
