"""A cost line paid without the bank: by a card from stock, or by a partner that paid in advance."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from casework.audit.record import record
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.fund.refusals import PartnerUnknown, ReasonMissing
from casework.fund.tables import Correction
from casework.network.tables import Partner
from casework.once import attempt
from casework.payout.bank_facts import after_paid, after_returned
from casework.payout.parts import (
    check_day,
    involved_numbers,
    lock_cases_of,
    next_reference,
    post,
    reverse,
    standing_entry,
)
from casework.payout.refusals import (
    NotEnoughCards,
    NotOfThisMethod,
    NotUnderWay,
    OwnCase,
    PayoutMethod,
    PayoutState,
)
from casework.payout.service import open_line
from casework.payout.tables import Payout
from errors import NotFound
from ledger import book, events
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.entries import AccountKey, EntryKind
from ledger.refusals import in_euros
from rules.lifecycle import PaymentAction

_KINDS = {
    PayoutMethod.CARD: EntryKind.CARDS_HANDED_OUT,
    PayoutMethod.ADVANCE: EntryKind.PARTNER_PAID_IN_ADVANCE,
}


def hand_out_cards(work: Work, *, cost_line_id: int, handed_out_on: date, key: str) -> str:
    """Pay a cost line with cards from stock; gives the payout's reference.

    Raises :class:`NotEnoughCards`, :class:`OwnCase`, :class:`NotApproved`, :class:`AlreadyOrdered`,
    :class:`LineReleased`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    [case] = lock_cases_of(work, [cost_line_id])
    done = attempt(work, "payout.hand_out", key, line=cost_line_id, on=handed_out_on.isoformat())
    if done.repeated:
        return done.result
    line = _payable(work, case, cost_line_id, handed_out_on)
    book.lock_fund(work.session, network=work.network.code)
    stock = stock_cents(work)
    if stock < line.amount_cents:
        raise NotEnoughCards(stock=in_euros(stock))
    payout = _paid(work, case, line, handed_out_on, PayoutMethod.CARD)
    post(
        work,
        events.cards_handed_out(
            case=case.number,
            amount_cents=line.amount_cents,
            booked_on=handed_out_on,
            cause=payout.reference,
            key=key,
        ),
    )
    _after(work, case, handed_out_on)
    record(work, "payout.hand_out", payout.reference, case=case.number, amount_cents=payout.amount_cents)
    work.session.flush()
    return done.finish(payout.reference)


def book_advance(work: Work, *, cost_line_id: int, partner: str, paid_on: date, key: str) -> str:
    """Book that a partner has paid a cost line for the pot: it is owed that money.

    Gives the payout's reference. Raises :class:`PartnerUnknown` and what :func:`hand_out_cards` raises.
    """
    [case] = lock_cases_of(work, [cost_line_id])
    done = attempt(work, "payout.advance", key, line=cost_line_id, partner=partner, on=paid_on.isoformat())
    if done.repeated:
        return done.result
    payer = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == partner)
    )
    if payer is None:
        raise PartnerUnknown(field="partner")
    line = _payable(work, case, cost_line_id, paid_on)
    payout = _paid(work, case, line, paid_on, PayoutMethod.ADVANCE, advanced_by=payer.id)
    post(
        work,
        events.partner_paid_in_advance(
            case=case.number,
            partner=payer.code,
            amount_cents=line.amount_cents,
            booked_on=paid_on,
            cause=payout.reference,
            key=key,
        ),
    )
    _after(work, case, paid_on)
    record(work, "payout.advance", payout.reference, case=case.number, amount_cents=payout.amount_cents)
    work.session.flush()
    return done.finish(payout.reference)


def take_back(work: Work, *, reference: str, reason: str, key: str) -> str:
    """A card came back into stock, or a partner had not paid after all: the promise stands again.

    Raises :class:`ReasonMissing`, :class:`NotUnderWay`, :class:`NotOfThisMethod` for a payment through the
    bank, and ``BalanceCrossesZero`` where an advance was refunded or set off already.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    query = select(Payout).where(Payout.network_id == work.network.id, Payout.reference == reference)
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    [case] = lock_cases_of(work, [found.cost_line_id])
    done = attempt(work, "payout.take_back", key, reference=reference)
    if done.repeated:
        return done.result
    payout = work.session.scalars(query.execution_options(populate_existing=True)).one()
    if payout.method == PayoutMethod.BANK:
        raise NotOfThisMethod(reference=reference)
    if payout.state != PayoutState.PAID:
        present = PayoutState(payout.state)
        raise NotUnderWay(reference=reference, state_nl=present.nl, state_en=present.en)
    on = AccountKey(Account.COMMITMENTS, case.number)
    booked = standing_entry(work, _KINDS[PayoutMethod(payout.method)], on, cause=reference)
    reverse(work, booked, booked_on=work.today, cause=reference, key=key)
    work.session.add(
        Correction(
            network_id=work.network.id,
            entry_id=booked,
            reason=reason.strip(),
            corrected_by=work.actor.person_id,
            corrected_at_utc=work.now_utc,
        )
    )
    payout.state = PayoutState.RETURNED.value
    payout.ended_on = work.today
    after_returned(work, case)
    record(work, "payout.return", reference, case=case.number, amount_cents=payout.amount_cents)
    work.session.flush()
    return done.finish(reference)


def stock_cents(work: Work) -> int:
    """What the cards in stock are worth by the book, in cents."""
    return balance_cents(work.session, network=work.network.code, account=Account.CARDS)


def _payable(work: Work, case: Case, cost_line_id: int, on: date) -> CostLine:
    line = open_line(work, case, cost_line_id)
    if involved_numbers(work, [case]):
        raise OwnCase(case=case.number)
    decided = (case.decided_at_utc or work.now_utc).date()
    check_day(work, on, earliest=min(decided, work.today))
    return line


def _paid(
    work: Work,
    case: Case,
    line: CostLine,
    paid_on: date,
    method: PayoutMethod,
    *,
    advanced_by: int | None = None,
) -> Payout:
    payout = Payout(
        network_id=work.network.id,
        case_id=case.id,
        cost_line_id=line.id,
        reference=next_reference(work, case),
        amount_cents=line.amount_cents,
        payee_name=line.payee_name,
        payee_iban="",
        state=PayoutState.PAID.value,
        method=method.value,
        advanced_by=advanced_by,
        ordered_by=work.actor.person_id,
        ordered_on=paid_on,
        ordered_at_utc=work.now_utc,
        confirmed_by=work.actor.person_id,
        paid_on=paid_on,
    )
    work.session.add(payout)
    work.session.flush()
    return payout


def _after(work: Work, case: Case, paid_on: date) -> None:
    after_paid(work, case, paid_on, PaymentAction.BOOK_PART_AS_PAID, PaymentAction.BOOK_AS_PAID)
