"""What happened to a case, from the log: who did what when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.cases.top_up import MARK
from casework.context import Work
from casework.people.tables import Person

# Everyone who may see the case sees these.
OPEN_ACTIONS = frozenset(
    {
        "case.create", "case.submit", "case.top_up", "case.reassign", "case.attach", "case.answer",
        "case.withdraw", "case.hand_over",
        "case.take_up", "case.ask", "case.resume", "case.approve", "case.decline", "case.wait",
        "case.promise", "payout.order", "payout.confirm", "payout.reject", "payout.return",
        "payout.reopen", "payout.hand_out", "payout.advance",
        "commitment.release", "settlement.decide", "settlement.repaid",
    }
)  # fmt: skip
# How the secretariat works together, and whom it is putting a settlement to, is for the secretariat.
INSIDE_ACTIONS = frozenset(
    {
        "case.assess", "case.assess_again", "case.vote", "case.review", "settlement.propose",
        "settlement.drop", "settlement.accept", "settlement.dispute", "settlement.silence",
        "settlement.escalate", "settlement.vote", "settlement.undo_ask", "settlement.undo",
        "settlement.undo_refuse", "settlement.reopen", "claim.repay", "claim.write_off",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. ``facts`` are codes and numbers; the page makes a sentence of it."""

    at_utc: datetime
    who: str
    action: str
    facts: Mapping[str, Any]


def timeline_of(work: Work, case: Case, *, inside: bool) -> tuple[Happening, ...]:
    """What happened to ``case`` and its payouts and claims, oldest first.

    Their references begin with the case's number, so the log needs no other key. Of its top-ups it tells
    that they were asked; the rest is on their own pages.
    """
    begins = LogRecord.object_ref.startswith(f"{case.number}-", autoescape=True)
    actions = OPEN_ACTIONS | INSIDE_ACTIONS if inside else OPEN_ACTIONS
    rows = work.session.execute(
        select(LogRecord.at_utc, Person.name, LogRecord.action, LogRecord.facts)
        .outerjoin(Person, Person.id == LogRecord.person_id)
        .where(
            LogRecord.network_id == case.network_id,
            or_(
                LogRecord.object_ref == case.number,
                begins & ~LogRecord.object_ref.startswith(f"{case.number}{MARK}", autoescape=True),
                begins & (LogRecord.action == "case.top_up"),
            ),
            LogRecord.action.in_(actions),
            LogRecord.result == "done",
        )
        .order_by(LogRecord.at_utc, LogRecord.id)
    )
    told = [Happening(at_utc, name or "", action, facts) for at_utc, name, action, facts in rows]
    # Of what happened in one moment, that all is repaid follows from the rest.
    return tuple(sorted(told, key=lambda one: (one.at_utc, one.action == "settlement.repaid")))
