"""What the bank has done with a payment: debited, rejected, returned. Booked whoever or whatever saw it.

These ask no access and no key of a form: :mod:`casework.payout.service` does that for a treasurer who books
by hand, and bank matching calls them for a line of a statement. ``reference`` is the end-to-end id: of a
payout for a case, or of another payment out of the pot. Each gives the entry that moved 1100 or 1150.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from casework.audit.record import record
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.payout.parts import (
    check_day,
    end_batch_line,
    live_payouts,
    locked_case,
    move,
    open_lines,
    post,
    reverse,
    standing_entry,
)
from casework.payout.refusals import (
    FundPaymentState,
    NotOfThisMethod,
    NotUnderWay,
    PayoutMethod,
    PayoutState,
)
from casework.payout.tables import FundPayment, PaymentBatchLine, Payout
from casework.settlement.state import refresh_case
from errors import NotFound
from ledger import events
from ledger.accounts import Account
from ledger.entries import AccountKey, EntryKind, PostedEntry
from rules.lifecycle import PaymentAction, PaymentState


def seen(work: Work, *, reference: str, paid_on: date, key: str) -> PostedEntry:
    """The bank debited it on ``paid_on``; a case is paid when no line of it is left to pay.

    Raises :class:`NotFound`, :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    found = _locked(work, reference)
    _need(found, PayoutState.ORDERED)
    check_day(work, paid_on, earliest=_ordered_on(found))
    entry = post(
        work,
        events.payment_seen(
            payment=reference,
            amount_cents=found.amount_cents,
            booked_on=paid_on,
            cause=reference,
            key=key,
        ),
    )
    found.state = PayoutState.PAID.value
    found.paid_on = paid_on
    if isinstance(found, FundPayment):
        found.entry_ids = [*found.entry_ids, entry.id]
        record(work, "payout.confirm", reference, amount_cents=found.amount_cents)
        work.session.flush()
        return entry
    found.confirmed_by = None if work.actor.is_program else work.actor.person_id
    case = locked_case(work, found.case_id)
    after_paid(work, case, paid_on, PaymentAction.CONFIRM_PART, PaymentAction.CONFIRM)
    record(work, "payout.confirm", reference, case=case.number, amount_cents=found.amount_cents)
    work.session.flush()
    return entry


def rejected(work: Work, *, reference: str, rejected_on: date, key: str) -> PostedEntry:
    """The bank refused it before debiting it: what was promised or owed stands again.

    Raises :class:`NotFound`, :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    found = _locked(work, reference)
    _need(found, PayoutState.ORDERED)
    check_day(work, rejected_on, earliest=_ordered_on(found))
    if isinstance(found, FundPayment):
        entry = _reverse_all(work, found, rejected_on, key)
        _end(work, found, PayoutState.REJECTED, rejected_on)
        record(work, "payout.reject", reference, amount_cents=found.amount_cents)
        work.session.flush()
        return entry
    case = locked_case(work, found.case_id)
    entry = post(
        work,
        events.payment_rejected(
            case=case.number,
            payment=reference,
            amount_cents=found.amount_cents,
            booked_on=rejected_on,
            cause=reference,
            key=key,
        ),
    )
    _end(work, found, PayoutState.REJECTED, rejected_on)
    move(case, PaymentAction.REJECT_PART if live_payouts(work, case) else PaymentAction.REJECT)
    record(work, "payout.reject", reference, case=case.number, amount_cents=found.amount_cents)
    work.session.flush()
    return entry


def returned(work: Work, *, reference: str, returned_on: date, key: str) -> PostedEntry:
    """The bank sent it back after debiting it: what was promised or owed stands again.

    Raises :class:`NotFound`, :class:`NotUnderWay`, :class:`DateInFuture`, :class:`DateBefore`,
    :class:`NotOfThisMethod`.
    """
    found = _locked(work, reference)
    _need(found, PayoutState.PAID)
    _through_the_bank(found)
    check_day(work, returned_on, earliest=found.paid_on or _ordered_on(found))
    if isinstance(found, FundPayment):
        entry = _reverse_all(work, found, returned_on, key)
        _end(work, found, PayoutState.RETURNED, returned_on)
        record(work, "payout.return", reference, amount_cents=found.amount_cents)
        work.session.flush()
        return entry
    case = locked_case(work, found.case_id)
    entry = post(
        work,
        events.payment_returned(
            case=case.number,
            amount_cents=found.amount_cents,
            booked_on=returned_on,
            cause=reference,
            key=key,
        ),
    )
    _end(work, found, PayoutState.RETURNED, returned_on)
    after_returned(work, case)
    record(work, "payout.return", reference, case=case.number, amount_cents=found.amount_cents)
    work.session.flush()
    return entry


def unseen(work: Work, *, reference: str, key: str) -> PostedEntry:
    """It was taken for debited by mistake: it is under way again. The entry is reversed, dated today.

    Raises :class:`NotFound`, :class:`NotUnderWay`, :class:`NotOfThisMethod`.
    """
    found = _locked(work, reference)
    _need(found, PayoutState.PAID)
    _through_the_bank(found)
    on = AccountKey(Account.IN_TRANSIT, reference)
    debited = standing_entry(work, EntryKind.PAYMENT_SEEN, on, cause=reference)
    entry = reverse(work, debited, booked_on=work.today, cause=reference, key=key)
    found.state = PayoutState.ORDERED.value
    found.paid_on = None
    if isinstance(found, FundPayment):
        found.entry_ids = [one for one in found.entry_ids if one != debited]
        record(work, "payout.reopen", reference, amount_cents=found.amount_cents)
        work.session.flush()
        return entry
    found.confirmed_by = None
    case = locked_case(work, found.case_id)
    work.session.flush()
    move(case, PaymentAction.REOPEN)
    _first_paid(work, case)
    refresh_case(work, case)
    record(work, "payout.reopen", reference, case=case.number, amount_cents=found.amount_cents)
    work.session.flush()
    return entry


def after_paid(work: Work, case: Case, paid_on: date, part: PaymentAction, whole: PaymentAction) -> None:
    """Bring the case to where its payouts are, once one of them is paid."""
    work.session.flush()
    move(case, part if open_lines(work, case) else whole)
    case.first_paid_on = min(case.first_paid_on or paid_on, paid_on)
    refresh_case(work, case)  # what was settled before leaves this part to be settled
    if case.payment_state == PaymentState.PAID.value:
        notices.case_paid(work, case)


def after_returned(work: Work, case: Case) -> None:
    """Bring the case to where its payouts are, once one that was paid came back."""
    work.session.flush()
    move(case, PaymentAction.RETURN_PART if live_payouts(work, case) else PaymentAction.RETURN)
    _first_paid(work, case)
    refresh_case(work, case)


def _first_paid(work: Work, case: Case) -> None:
    days = [one.paid_on for one in live_payouts(work, case) if one.paid_on]
    case.first_paid_on = min(days, default=None)


def _locked(work: Work, reference: str) -> Payout | FundPayment:
    """The payment, with its case locked first: everything about one case happens in turn."""
    query = select(Payout).where(Payout.network_id == work.network.id, Payout.reference == reference)
    payout = work.session.scalar(query)
    if payout is not None:
        locked_case(work, payout.case_id)
        return work.session.scalars(query.execution_options(populate_existing=True)).one()
    payment = work.session.scalar(
        select(FundPayment)
        .where(FundPayment.network_id == work.network.id, FundPayment.reference == reference)
        .with_for_update(of=FundPayment)
        .execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound()
    return payment


def _need(found: Payout | FundPayment, state: PayoutState) -> None:
    if found.state == state.value:
        return
    states = PayoutState if isinstance(found, Payout) else FundPaymentState
    present = states(found.state)
    raise NotUnderWay(reference=found.reference, state_nl=present.nl, state_en=present.en)


def _through_the_bank(found: Payout | FundPayment) -> None:
    if isinstance(found, Payout) and found.method != PayoutMethod.BANK:
        raise NotOfThisMethod(reference=found.reference)


def _ordered_on(found: Payout | FundPayment) -> date:
    assert found.ordered_on is not None  # whatever is under way was ordered on a day
    return found.ordered_on


def _reverse_all(work: Work, payment: FundPayment, booked_on: date, key: str) -> PostedEntry:
    """Undo what was booked for a payment, the last entry first; gives the reversal of that one."""
    reversals = [
        reverse(work, entry_id, booked_on=booked_on, cause=payment.reference, key=f"{key}:{entry_id}")
        for entry_id in reversed(payment.entry_ids)
    ]
    payment.entry_ids = []
    return reversals[0]


def _end(work: Work, found: Payout | FundPayment, state: PayoutState, ended_on: date) -> None:
    found.state = state.value
    found.ended_on = ended_on
    if isinstance(found, Payout):
        end_batch_line(work, found)
    else:
        query = select(PaymentBatchLine).where(
            PaymentBatchLine.fund_payment_id == found.id, PaymentBatchLine.live.is_(True)
        )
        for line in work.session.scalars(query):
            line.live = False
    work.session.flush()
