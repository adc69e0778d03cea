"""Writing the log."""

from __future__ import annotations

from casework.audit.tables import LogRecord
from casework.context import Work


def record(
    work: Work, action: str, object_ref: str = "", *, result: str = "done", **facts: str | int | bool | None
) -> None:
    """Add one record in the transaction of the change itself. ``facts`` hold codes and numbers, no texts.

    What the program did by itself names no person.
    """
    work.session.add(
        LogRecord(
            at_utc=work.now_utc,
            network_id=work.network.id,
            person_id=None if work.actor.is_program else work.actor.person_id,
            action=action,
            object_ref=object_ref,
            result=result,
            address=work.address,
            facts=dict(facts),
        )
    )
