"""The one way to a case: by its number, through the permission that is asked."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer_group

from casework.access import Permission, require
from casework.cases.tables import PAYMENT, STORY, Case
from casework.context import Work


def case_for(work: Work, number: str, permission: Permission, *, lock: bool = False) -> Case:
    """The case with ``number``, if the actor may do this to it.

    ``lock`` makes others wait until this transaction ends (PostgreSQL; SQLite writes one at a time).
    Raises :class:`errors.NotFound` or :class:`errors.Forbidden`.
    """
    query = (
        select(Case)
        .where(Case.network_id == work.actor.network_id, Case.number == number)
        .options(undefer_group(STORY), selectinload(Case.cost_lines).undefer_group(PAYMENT))
    )
    if lock:
        query = query.with_for_update(of=Case)
    return require(work.actor, permission, work.session.scalar(query))
