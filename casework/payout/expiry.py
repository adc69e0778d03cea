"""Promises that nobody used: released when the term in policy has passed.

A step of :mod:`casework.due`. What is ordered, stands in a batch or was paid is left alone. The term is that
of the policy by which the case is judged. It runs from the decision, and anew from the day on which a payment
that was under way came to nothing: only then could the money be used again.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.payout.parts import live_reference, locked_case
from casework.payout.refusals import ReleaseReason
from casework.payout.service import release_promise
from casework.payout.tables import PaymentBatch, PaymentBatchLine, Payout
from casework.settlement.mandate import policy_of_case
from errors import Forbidden
from ledger.accounts import Account
from ledger.balances import subject_balances
from rules.lifecycle import DecisionState


def expired_lines(work: Work) -> tuple[str, ...]:
    """The promised cost lines whose term seems to be over; each is looked at again under lock."""
    promised = subject_balances(work.session, network=work.network.code, account=Account.COMMITMENTS)
    live = exists().where(Payout.cost_line_id == CostLine.id, Payout.state.in_(("ordered", "paid")))
    rows = work.session.execute(
        select(CostLine.id, Case)
        .join(Case, Case.id == CostLine.case_id)
        .where(
            Case.network_id == work.network.id,
            Case.number.in_([number for number, cents in promised.items() if cents]),
            Case.decision_state == DecisionState.APPROVED.value,
            CostLine.released.is_(False),
            CostLine.amount_cents > 0,
            ~live,
        )
        .order_by(CostLine.id)
    ).all()
    return tuple(str(line_id) for line_id, case in rows if _last_day(work, case, line_id) < work.today)


def release_expired(work: Work, item: str) -> str | None:
    """Release the promise for one cost line, if its term is over and nothing is under way for it."""
    if not work.actor.is_program:
        raise Forbidden()
    wanted = select(CostLine.case_id).join(Case, Case.id == CostLine.case_id)
    case_id = work.session.scalar(wanted.where(CostLine.id == int(item), Case.network_id == work.network.id))
    if case_id is None:
        return None
    case = locked_case(work, case_id)
    line = next((one for one in case.cost_lines if one.id == int(item)), None)
    if (
        line is None
        or line.released
        or case.decision_state != DecisionState.APPROVED.value
        or live_reference(work, line) is not None
        or _last_day(work, case, line.id) >= work.today
    ):
        return None
    release_promise(work, case, line, reason=ReleaseReason.EXPIRED, key=f"expired-line-{line.id}")
    return f"{case.number}: the promise for line {line.position} expired and is released."


def _last_day(work: Work, case: Case, line_id: int) -> date:
    """The last day on which the promise for this line can still be used."""
    decided = case.decided_at_utc or case.created_at_utc
    zone = ZoneInfo(work.network.time_zone)
    ended = work.session.scalar(select(func.max(Payout.ended_on)).where(Payout.cost_line_id == line_id))
    # Out of a batch that was cancelled the line can be used again as well.
    taken_out = work.session.scalar(
        select(func.max(PaymentBatch.ended_at_utc))
        .join(PaymentBatchLine, PaymentBatchLine.batch_id == PaymentBatch.id)
        .where(PaymentBatchLine.cost_line_id == line_id)
    )
    days = [decided.astimezone(zone).date()]
    days += [ended] if ended else []
    days += [taken_out.astimezone(zone).date()] if taken_out else []
    return max(days) + timedelta(days=policy_of_case(work, case).terms.commitment_expires_days)
