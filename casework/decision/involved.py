"""Who took part in deciding a case: they do not pay it, nor forgive what is owed on it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select

from casework.cases.brought import brought_by
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import Decision, DecisionVote


def decided_by(person_id: int) -> ColumnElement[bool]:
    """Of a ``Case`` in a query: whether this person voted on it, or promised it from the waiting list."""
    voted = exists().where(DecisionVote.case_id == Case.id, DecisionVote.person_id == person_id)
    promised = exists().where(Decision.case_id == Case.id, Decision.promised_by == person_id)
    return or_(voted, promised)


def involved_in(person_id: int) -> ColumnElement[bool]:
    """Of a ``Case`` in a query: whether this person brought it or took part in deciding it."""
    return or_(brought_by(person_id), decided_by(person_id))


def actor_is_involved(work: Work, case: Case) -> bool:
    """Whether the actor brought ``case`` or took part in deciding it."""
    query = select(Case.id).where(Case.id == case.id, involved_in(work.actor.person_id))
    return work.session.scalar(query) is not None
