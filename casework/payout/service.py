"""Ordering payouts and booking what the bank did with them. Every action happens once per key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.brought import brought_by_actor
from casework.cases.find import case_for
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.decision.tables import DecisionVote
from casework.fund.once import attempt
from casework.payout.refusals import (
    AccountMissing,
    AlreadyOrdered,
    DateBefore,
    DateInFuture,
    LineReleased,
    NotApproved,
    NothingChosen,
    NotUnderWay,
    OwnCase,
    PayoutState,
    ReleaseReason,
)
from casework.payout.tables import Payout
from casework.settlement.state import refresh_case
from errors import NotFound
from ledger import book, events
from ledger.entries import Draft
from rules.lifecycle import PAYMENT, DecisionState, PaymentAction, PaymentState, next_state

_LIVE = (PayoutState.ORDERED.value, PayoutState.PAID.value)


def order_payouts(work: Work, *, cost_line_ids: Sequence[int], key: str) -> tuple[str, ...]:
    """Order the payment of these cost lines, to payee and account as approved; gives the references.

    All of them or none. Raises :class:`NothingChosen`, :class:`NotApproved`, :class:`AlreadyOrdered`,
    :class:`LineReleased`, :class:`AccountMissing`, :class:`OwnCase`.
    """
    chosen = sorted(set(cost_line_ids))
    if not chosen:
        raise NothingChosen(field="line")
    cases = _lock_cases_of(work, chosen)
    done = attempt(work, "payout.order", key, lines=",".join(map(str, chosen)))
    if done.repeated:
        return tuple(done.result.split(","))
    lines = {line.id: (case, line) for case in cases for line in case.cost_lines}
    references = [_order_one(work, *lines[line_id], key=f"{key}:{line_id}") for line_id in chosen]
    done.finish(",".join(references))
    return tuple(references)


def _lock_cases_of(work: Work, cost_line_ids: Sequence[int]) -> list[Case]:
    """The cases of these lines, locked in one order for everybody so that nobody waits in a circle."""
    rows = work.session.execute(
        select(CostLine.id, Case.number)
        .join(Case, Case.id == CostLine.case_id)
        .where(CostLine.id.in_(cost_line_ids), Case.network_id == work.network.id)
    ).all()
    if len(rows) < len(cost_line_ids):
        raise NotFound()
    numbers = sorted({row.number for row in rows})
    return [case_for(work, number, Permission.PAYOUT_ORDER, lock=True) for number in numbers]


def _order_one(work: Work, case: Case, line: CostLine, *, key: str) -> str:
    _check_payable(work, case, line)
    action = PaymentAction.ORDER
    following = next_state(PAYMENT, PaymentState(case.payment_state), action)
    payout = Payout(
        network_id=work.network.id,
        case_id=case.id,
        cost_line_id=line.id,
        reference=f"{case.number}-U{_payouts_so_far(work, case) + 1}",
        amount_cents=line.amount_cents,
        payee_name=line.payee_name,
        payee_iban=line.payee_iban,
        ordered_by=work.actor.person_id,
        ordered_on=work.today,
        ordered_at_utc=work.now_utc,
    )
    work.session.add(payout)
    work.session.flush()
    draft = events.payment_ordered(
        case=case.number,
        payment=payout.reference,
        amount_cents=payout.amount_cents,
        booked_on=work.today,
        cause=payout.reference,
        key=key,
    )
    _post(work, draft)
    case.payment_state = following.value
    record(work, "payout.order", payout.reference, case=case.number, amount_cents=payout.amount_cents)
    work.session.flush()
    return payout.reference


def _check_payable(work: Work, case: Case, line: CostLine) -> None:
    if case.decision_state != DecisionState.APPROVED:
        raise NotApproved(case=case.number)
    if line.released:
        raise LineReleased(case=case.number)
    live = _live_payout(work, line)
    if live is not None:
        raise AlreadyOrdered(case=case.number, reference=live.reference)
    if not line.payee_name or not line.payee_iban:
        raise AccountMissing(case=case.number)
    if is_involved(work, case):
        raise OwnCase(case=case.number)


def is_involved(work: Work, case: Case) -> bool:
    """Whether the actor brought this case or voted on its decision, and so may not pay it."""
    if brought_by_actor(work, case):
        return True
    voted = select(DecisionVote.id).where(
        DecisionVote.case_id == case.id, DecisionVote.person_id == work.actor.person_id
    )
    return work.session.scalar(voted) is not None


def confirm_payout(work: Work, *, reference: str, paid_on: date, key: str) -> str:
    """Book that the bank debited this payout on ``paid_on``: the case is paid when no line is left to pay.

    Raises :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    case, payout = _locked(work, reference)
    done = attempt(work, "payout.confirm", key, reference=reference, on=paid_on.isoformat())
    if done.repeated:
        return done.result
    _need(payout, PayoutState.ORDERED)
    _check_day(work, paid_on, earliest=payout.ordered_on)
    _post(
        work,
        events.payment_seen(
            payment=payout.reference,
            amount_cents=payout.amount_cents,
            booked_on=paid_on,
            cause=payout.reference,
            key=key,
        ),
    )
    payout.state = PayoutState.PAID.value
    payout.paid_on = paid_on
    payout.confirmed_by = work.actor.person_id
    work.session.flush()
    action = PaymentAction.CONFIRM_PART if _open_lines(work, case) else PaymentAction.CONFIRM
    _move(case, action)
    case.first_paid_on = min(case.first_paid_on or paid_on, paid_on)
    refresh_case(work, case)  # what was settled before leaves this part to be settled
    record(work, "payout.confirm", reference, case=case.number, amount_cents=payout.amount_cents)
    return done.finish(reference)


def reject_payout(work: Work, *, reference: str, rejected_on: date, key: str) -> str:
    """Book that the bank refused this payout before debiting it: the promise stands again.

    Raises :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    case, payout = _locked(work, reference)
    done = attempt(work, "payout.reject", key, reference=reference, on=rejected_on.isoformat())
    if done.repeated:
        return done.result
    _need(payout, PayoutState.ORDERED)
    _check_day(work, rejected_on, earliest=payout.ordered_on)
    _post(
        work,
        events.payment_rejected(
            case=case.number,
            payment=payout.reference,
            amount_cents=payout.amount_cents,
            booked_on=rejected_on,
            cause=payout.reference,
            key=key,
        ),
    )
    payout.state = PayoutState.REJECTED.value
    payout.ended_on = rejected_on
    work.session.flush()
    others = _live_payouts(work, case)
    _move(case, PaymentAction.REJECT_PART if others else PaymentAction.REJECT)
    record(work, "payout.reject", reference, case=case.number, amount_cents=payout.amount_cents)
    return done.finish(reference)


def return_payout(work: Work, *, reference: str, returned_on: date, key: str) -> str:
    """Book that the bank sent this payment back after debiting it: the promise stands again.

    Raises :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    case, payout = _locked(work, reference)
    done = attempt(work, "payout.return", key, reference=reference, on=returned_on.isoformat())
    if done.repeated:
        return done.result
    _need(payout, PayoutState.PAID)
    _check_day(work, returned_on, earliest=payout.paid_on or payout.ordered_on)
    _post(
        work,
        events.payment_returned(
            case=case.number,
            amount_cents=payout.amount_cents,
            booked_on=returned_on,
            cause=payout.reference,
            key=key,
        ),
    )
    payout.state = PayoutState.RETURNED.value
    payout.ended_on = returned_on
    work.session.flush()
    others = _live_payouts(work, case)
    whole = not others and case.payment_state == PaymentState.PAID
    _move(case, PaymentAction.RETURN if whole else PaymentAction.RETURN_PART)
    case.first_paid_on = min((one.paid_on for one in others if one.paid_on), default=None)
    refresh_case(work, case)
    record(work, "payout.return", reference, case=case.number, amount_cents=payout.amount_cents)
    return done.finish(reference)


def release_line(work: Work, *, cost_line_id: int, reason: ReleaseReason, key: str) -> str:
    """Release the promise for a cost line that will not be paid; gives the case's number.

    Raises :class:`NotApproved`, :class:`AlreadyOrdered`, :class:`LineReleased`.
    """
    [case] = _lock_cases_of(work, [cost_line_id])
    done = attempt(work, "payout.release", key, line=cost_line_id, reason=reason.value)
    if done.repeated:
        return done.result
    line = next(line for line in case.cost_lines if line.id == cost_line_id)
    if case.decision_state != DecisionState.APPROVED:
        raise NotApproved(case=case.number)
    if line.released:
        raise LineReleased(case=case.number)
    live = _live_payout(work, line)
    if live is not None:
        raise AlreadyOrdered(case=case.number, reference=live.reference)
    _post(
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
        _move(case, PaymentAction.EXPIRE)
    elif not _open_lines(work, case):
        # The line that will not be paid was the last one that kept the payment from being whole.
        _move(case, PaymentAction.CONFIRM)
    record(
        work,
        "commitment.release",
        case.number,
        line=line.position,
        amount_cents=line.amount_cents,
        reason=reason.value,
    )
    return done.finish(case.number)


def _locked(work: Work, reference: str) -> tuple[Case, Payout]:
    """The payout and its case, with the case locked: everything about one case happens in turn."""
    wanted = select(Payout).where(Payout.network_id == work.network.id, Payout.reference == reference)
    number = work.session.scalar(
        select(Case.number)
        .join(Payout, Payout.case_id == Case.id)
        .where(Payout.network_id == work.network.id, Payout.reference == reference)
    )
    if number is None:
        raise NotFound()
    case = case_for(work, number, Permission.PAYOUT_ORDER, lock=True)
    return case, work.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _need(payout: Payout, state: PayoutState) -> None:
    if payout.state != state:
        present = PayoutState(payout.state)
        raise NotUnderWay(reference=payout.reference, state_nl=present.nl, state_en=present.en)


def _check_day(work: Work, day: date, *, earliest: date) -> None:
    if day > work.today:
        raise DateInFuture(field="on")
    if day < earliest:
        raise DateBefore(field="on", day=f"{earliest:%d-%m-%Y}")


def _move(case: Case, action: PaymentAction) -> None:
    case.payment_state = next_state(PAYMENT, PaymentState(case.payment_state), action).value


def _live_payout(work: Work, line: CostLine) -> Payout | None:
    return work.session.scalar(select(Payout).where(Payout.cost_line_id == line.id, Payout.state.in_(_LIVE)))


def _live_payouts(work: Work, case: Case) -> list[Payout]:
    return list(
        work.session.scalars(select(Payout).where(Payout.case_id == case.id, Payout.state.in_(_LIVE)))
    )


def _open_lines(work: Work, case: Case) -> list[CostLine]:
    """The lines that are still to be paid or whose payment is under way."""
    paid = {one.cost_line_id for one in _live_payouts(work, case) if one.state == PayoutState.PAID}
    return [
        line for line in case.cost_lines if line.amount_cents and not line.released and line.id not in paid
    ]


def _payouts_so_far(work: Work, case: Case) -> int:
    count = work.session.scalar(select(func.count()).where(Payout.case_id == case.id))
    return int(count or 0)


def _post(work: Work, draft: Draft) -> None:
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
