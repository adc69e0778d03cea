"""What a treasurer books by hand of a payment, and promises that will not be paid. Once per key.

Payments are ordered in batches (:mod:`casework.payout.batches`).
"""

from __future__ import annotations

from datetime import date

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.fund.by_hand import refuse_by_hand, refuse_undoing
from casework.fund.refusals import ReasonMissing
from casework.fund.tables import Correction
from casework.once import Attempt, attempt
from casework.payout import bank_facts
from casework.payout.parts import live_reference, lock_cases_of, move, open_lines, post
from casework.payout.refusals import AlreadyOrdered, LineReleased, NotApproved, ReleaseReason
from errors import Forbidden
from ledger import events
from rules.lifecycle import DecisionState, PaymentAction, PaymentState


def confirm_payout(work: Work, *, reference: str, paid_on: date, key: str) -> str:
    """Book that the bank debited this payment on ``paid_on``.

    Raises ``BookedByStatement`` once statements do this, and what :func:`bank_facts.seen` raises.
    """
    done = _by_hand(work, "payout.confirm", key, reference=reference, on=paid_on.isoformat())
    if not done.repeated:
        refuse_by_hand(work)
        bank_facts.seen(work, reference=reference, paid_on=paid_on, key=key)
    return done.finish(reference)


def reject_payout(work: Work, *, reference: str, rejected_on: date, key: str) -> str:
    """Book that the bank refused it before debiting it: no statement ever shows that.

    Raises what :func:`bank_facts.rejected` raises.
    """
    done = _by_hand(work, "payout.reject", key, reference=reference, on=rejected_on.isoformat())
    if not done.repeated:
        bank_facts.rejected(work, reference=reference, rejected_on=rejected_on, key=key)
    return done.finish(reference)


def return_payout(work: Work, *, reference: str, returned_on: date, key: str) -> str:
    """Book that the bank sent it back after debiting it.

    Raises ``BookedByStatement`` once statements do this, and what :func:`bank_facts.returned` raises.
    """
    done = _by_hand(work, "payout.return", key, reference=reference, on=returned_on.isoformat())
    if not done.repeated:
        refuse_by_hand(work)
        bank_facts.returned(work, reference=reference, returned_on=returned_on, key=key)
    return done.finish(reference)


def reopen_payout(work: Work, *, reference: str, reason: str, key: str) -> str:
    """Take back a confirmation that was a mistake: the payment is under way again.

    Raises :class:`ReasonMissing` and what :func:`bank_facts.unseen` raises.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    done = _by_hand(work, "payout.reopen", key, reference=reference)
    if done.repeated:
        return done.result
    entry = bank_facts.unseen(work, reference=reference, key=key)
    refuse_undoing(work, entry.reverses or 0)  # what a statement showed is undone on its line
    work.session.add(
        Correction(
            network_id=work.network.id,
            entry_id=entry.reverses or 0,
            reason=reason.strip(),
            corrected_by=work.actor.person_id,
            corrected_at_utc=work.now_utc,
        )
    )
    work.session.flush()
    return done.finish(reference)


def release_line(work: Work, *, cost_line_id: int, reason: ReleaseReason, key: str) -> str:
    """Release the promise for a cost line that will not be paid; gives the case's number.

    Raises :class:`NotApproved`, :class:`AlreadyOrdered`, :class:`LineReleased`.
    """
    [case] = lock_cases_of(work, [cost_line_id])
    done = attempt(work, "payout.release", key, line=cost_line_id, reason=reason.value)
    if done.repeated:
        return done.result
    line = open_line(work, case, cost_line_id)
    release_promise(work, case, line, reason=reason, key=key)
    return done.finish(case.number)


def release_promise(work: Work, case: Case, line: CostLine, *, reason: ReleaseReason, key: str) -> None:
    """Release the promise for an open line of a locked case. The caller has seen that it may and can."""
    post(
        work,
        events.commitment_released(
            case=case.number,
            amount_cents=line.amount_cents,
            booked_on=work.today,
            cause=case.number,
            key=key,
        ),
    )
    line.released = True
    work.session.flush()
    if case.payment_state != PaymentState.ORDERED:
        move(case, PaymentAction.EXPIRE)
    elif not open_lines(work, case):
        # The line that will not be paid was the last one that kept the payment from being whole.
        move(case, PaymentAction.CONFIRM)
    record(
        work,
        "commitment.release",
        case.number,
        line=line.position,
        amount_cents=line.amount_cents,
        reason=reason.value,
    )


def open_line(work: Work, case: Case, cost_line_id: int) -> CostLine:
    """The line of this locked case, if something can still be paid on it and nothing is under way.

    Raises :class:`NotApproved`, :class:`LineReleased`, :class:`AlreadyOrdered`.
    """
    line = next(line for line in case.cost_lines if line.id == cost_line_id)
    require_promised(case, line)
    live = live_reference(work, line)
    if live is not None:
        raise AlreadyOrdered(case=case.number, reference=live)
    return line


def require_promised(case: Case, line: CostLine) -> None:
    """Raise :class:`NotApproved` or :class:`LineReleased` where nothing is promised for this line."""
    if case.decision_state != DecisionState.APPROVED:
        raise NotApproved(case=case.number)
    if line.released:
        raise LineReleased(case=case.number)


def _by_hand(work: Work, action: str, key: str, **content: str) -> Attempt:
    """Claim the key of a step that a treasurer takes by hand. Raises :class:`errors.Forbidden`."""
    if not may_ever(work.actor, Permission.PAYOUT_ORDER):
        raise Forbidden()
    return attempt(work, action, key, **content)
