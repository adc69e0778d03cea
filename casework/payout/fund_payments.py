"""Money out of the pot for something else than a cost line: asked for first, paid in a batch.

Cards for stock, the refund of what a partner paid in advance, a leaver's contribution, a receipt that goes
back. Nothing is booked until the batch is released; until then it can be withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from casework.access import Permission, may_ever
from casework.accounts.find import partner_account, partner_account_needed
from casework.accounts.refusals import AccountState
from casework.accounts.tables import BankAccount
from casework.audit.record import record
from casework.context import Work
from casework.fund.refusals import MoreThanOwedBack, PartnerUnknown, StillMember
from casework.fund.suspense import owed_back_on
from casework.network.numbering import next_number
from casework.network.tables import Partner
from casework.once import attempt
from casework.payout.parts import post
from casework.payout.refusals import (
    FundPaymentKind,
    FundPaymentState,
    MoreThanOwed,
    NotAmongThese,
    PartnerAccountChanged,
)
from casework.payout.tables import FundPayment, PaymentBatchLine
from errors import Forbidden, NotFound
from ledger import book, events
from ledger.accounts import Account
from ledger.balances import balance_cents, fund_position
from ledger.bank.iban import read_iban
from ledger.entries import Draft
from ledger.refusals import FundExhausted, in_euros


def ask_cards(work: Work, *, supplier: str, iban: str, amount_cents: int, description: str, key: str) -> str:
    """Ask to buy cards for stock from ``supplier``; gives the payment's reference.

    Raises what :func:`ledger.bank.iban.read_iban` raises.
    """
    _may(work)
    done = attempt(work, "payment.ask", key, kind="cards", cents=amount_cents, iban=iban)
    if done.repeated:
        return done.result
    return done.finish(
        _ask(
            work,
            _reference(work),
            FundPaymentKind.CARDS,
            amount_cents=amount_cents,
            payee_name=supplier,
            payee_iban=read_iban(iban).iban,
            description=description,
        )
    )


def ask_advance_refund(work: Work, *, partner: str, amount_cents: int, key: str) -> str:
    """Ask to refund (part of) what a partner paid in advance, to its confirmed account.

    Raises :class:`PartnerUnknown`, :class:`MoreThanOwed`, :class:`NoPartnerAccount`.
    """
    _may(work)
    payee = _partner(work, partner)
    done = attempt(work, "payment.ask", key, kind="advance", partner=partner, cents=amount_cents)
    if done.repeated:
        return done.result
    reference = _reference(work)
    book.lock_fund(work.session, network=work.network.code)
    left = advance_left(work, payee)
    if amount_cents > left:
        raise MoreThanOwed(field="amount", partner=payee.name, left=in_euros(left))
    return done.finish(_ask_to_partner(work, reference, FundPaymentKind.ADVANCE, payee, amount_cents))


def ask_contribution_back(work: Work, *, partner: str, amount_cents: int, description: str, key: str) -> str:
    """Ask to pay a leaver (part of) its contribution back, to its confirmed account.

    Whether the pot can bear it is decided at the release. Raises :class:`PartnerUnknown`,
    :class:`StillMember`, :class:`NoPartnerAccount`.
    """
    _may(work)
    payee = _partner(work, partner)
    if payee.left_on is None:
        raise StillMember(field="partner", partner=payee.name)
    done = attempt(work, "payment.ask", key, kind="contribution", partner=partner, cents=amount_cents)
    if done.repeated:
        return done.result
    return done.finish(
        _ask_to_partner(
            work, _reference(work), FundPaymentKind.CONTRIBUTION, payee, amount_cents, description=description
        )
    )


def ask_receipt_back(
    work: Work, *, subject: str, amount_cents: int, payee_name: str, payee_iban: str, key: str
) -> str:
    """Ask to pay (part of) a receipt back to who paid it.

    Raises :class:`ReceiptNotFound`, :class:`MoreThanOwedBack`, and what reading the number raises.
    """
    _may(work)
    done = attempt(work, "payment.ask", key, kind="receipt", subject=subject, cents=amount_cents)
    if done.repeated:
        return done.result
    reference = _reference(work)
    book.lock_fund(work.session, network=work.network.code)
    owed = owed_back_on(work, subject)
    left = owed.amount_cents - _waiting_cents(work, FundPayment.subject == subject)
    if amount_cents > left:
        raise MoreThanOwedBack(field="amount", left=in_euros(max(0, left)))
    return done.finish(
        _ask(
            work,
            reference,
            FundPaymentKind.RECEIPT,
            amount_cents=amount_cents,
            payee_name=payee_name,
            payee_iban=read_iban(payee_iban).iban,
            subject=subject,
        )
    )


def withdraw_payment(work: Work, *, reference: str) -> None:
    """Take back what was asked, while it waits. Raises :class:`NotAmongThese` once it is in a batch."""
    _may(work)
    payment = work.session.scalar(
        select(FundPayment)
        .where(FundPayment.network_id == work.network.id, FundPayment.reference == reference)
        .with_for_update(of=FundPayment)
        .execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound()
    if payment.state != FundPaymentState.WAITING or _in_batch(work, payment):
        raise NotAmongThese(reference=reference)
    payment.state = FundPaymentState.WITHDRAWN.value
    record(work, "payment.withdraw", reference, amount_cents=payment.amount_cents)
    work.session.flush()


def waiting_payments(work: Work, payment_ids: Sequence[int]) -> list[FundPayment]:
    """These payments, locked, all waiting and in no batch. Raises :class:`NotAmongThese`."""
    if not payment_ids:
        return []
    found = list(
        work.session.scalars(
            select(FundPayment)
            .where(FundPayment.network_id == work.network.id, FundPayment.id.in_(payment_ids))
            .order_by(FundPayment.id)
            .with_for_update(of=FundPayment)
            .execution_options(populate_existing=True)
        )
    )
    if len(found) < len(payment_ids):
        raise NotFound()
    for payment in found:
        if payment.state != FundPaymentState.WAITING or _in_batch(work, payment):
            raise NotAmongThese(reference=payment.reference)
    return found


def order_payment(work: Work, payment: FundPayment, *, key: str) -> str:
    """Order a waiting payment of a batch that is released, in the book; gives its reference.

    Raises :class:`NotAmongThese`, :class:`PartnerAccountChanged`, ``FundExhausted`` where the pot cannot
    bear it.
    """
    if payment.state != FundPaymentState.WAITING:
        raise NotAmongThese(reference=payment.reference)
    _same_account(work, payment)
    if payment.kind == FundPaymentKind.CARDS:
        require_available(work, payment.amount_cents)
    entry = post(work, _draft(work, payment, key))
    payment.state = FundPaymentState.ORDERED.value
    payment.ordered_on = work.today
    payment.entry_ids = [entry.id]
    record(work, "payout.order", payment.reference, amount_cents=payment.amount_cents)
    return payment.reference


def require_available(work: Work, amount_cents: int) -> None:
    """Raise ``FundExhausted`` where the pot has less available: cards in stock can no longer be promised."""
    book.lock_fund(work.session, network=work.network.code)
    available = fund_position(work.session, network=work.network.code).available_cents
    if available < amount_cents:
        raise FundExhausted(
            available=in_euros(available),
            needed=in_euros(amount_cents),
            available_cents=available,
            needed_cents=amount_cents,
        )


def advance_left(work: Work, partner: Partner) -> int:
    """What a partner paid in advance and is not refunded, set off or asked to be refunded, in cents."""
    owed = -balance_cents(
        work.session, network=work.network.code, account=Account.PARTNER_ADVANCES, subject=partner.code
    )
    waiting = _waiting_cents(
        work, FundPayment.partner_id == partner.id, FundPayment.kind == FundPaymentKind.ADVANCE.value
    )
    return max(0, owed - waiting)


def _same_account(work: Work, payment: FundPayment) -> None:
    """Raise where a partner's account is no longer the one to which the payment was asked, or is in doubt."""
    if payment.partner_id is None:
        return
    account = partner_account(work.session, payment.partner_id, work.today)
    doubted = select(BankAccount.id).where(
        BankAccount.partner_id == payment.partner_id, BankAccount.state == AccountState.PROPOSED.value
    )
    asked = (payment.payee_name, payment.payee_iban)
    if account is None or (account.holder, account.iban) != asked or work.session.scalar(doubted):
        partner = work.session.get_one(Partner, payment.partner_id)
        raise PartnerAccountChanged(reference=payment.reference, partner=partner.name)


def _draft(work: Work, payment: FundPayment, key: str) -> Draft:
    code = work.session.get_one(Partner, payment.partner_id).code if payment.partner_id else ""
    amount_cents, reference, booked_on = payment.amount_cents, payment.reference, work.today
    match FundPaymentKind(payment.kind):
        case FundPaymentKind.CARDS:
            return events.cards_bought(
                payment=reference, amount_cents=amount_cents, booked_on=booked_on, cause=reference, key=key
            )
        case FundPaymentKind.ADVANCE:
            return events.advance_refunded(
                partner=code,
                payment=reference,
                amount_cents=amount_cents,
                booked_on=booked_on,
                cause=reference,
                key=key,
            )
        case FundPaymentKind.CONTRIBUTION:
            return events.contribution_paid_back(
                partner=code,
                payment=reference,
                amount_cents=amount_cents,
                booked_on=booked_on,
                cause=reference,
                key=key,
            )
        case FundPaymentKind.RECEIPT:
            return events.receipt_sent_back(
                receipt=payment.subject,
                payment=reference,
                amount_cents=amount_cents,
                booked_on=booked_on,
                cause=reference,
                key=key,
            )


def _ask_to_partner(
    work: Work,
    reference: str,
    kind: FundPaymentKind,
    payee: Partner,
    amount_cents: int,
    *,
    description: str = "",
) -> str:
    account = partner_account_needed(work.session, payee, work.today)
    return _ask(
        work,
        reference,
        kind,
        amount_cents=amount_cents,
        payee_name=account.holder,
        payee_iban=account.iban,
        partner_id=payee.id,
        description=description,
    )


def _ask(
    work: Work,
    reference: str,
    kind: FundPaymentKind,
    *,
    amount_cents: int,
    payee_name: str,
    payee_iban: str,
    partner_id: int | None = None,
    subject: str = "",
    description: str = "",
) -> str:
    payment = FundPayment(
        network_id=work.network.id,
        reference=reference,
        kind=kind.value,
        partner_id=partner_id,
        subject=subject,
        amount_cents=amount_cents,
        payee_name=payee_name,
        payee_iban=payee_iban,
        description=description,
        asked_by=work.actor.person_id,
        asked_at_utc=work.now_utc,
    )
    work.session.add(payment)
    record(work, "payment.ask", payment.reference, amount_cents=amount_cents, kind=kind.value)
    work.session.flush()
    return payment.reference


def _reference(work: Work) -> str:
    """The next reference. To be taken before the fund is locked, as everywhere."""
    year, number = next_number(work, "fund_payment")
    return f"P-{year}-{number:04d}"


def _waiting_cents(work: Work, *conditions: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(FundPayment.amount_cents), 0)).where(
        FundPayment.network_id == work.network.id,
        FundPayment.state == FundPaymentState.WAITING.value,
        *conditions,
    )
    return int(work.session.scalar(query) or 0)


def _in_batch(work: Work, payment: FundPayment) -> bool:
    live = select(PaymentBatchLine.id).where(
        PaymentBatchLine.fund_payment_id == payment.id, PaymentBatchLine.live.is_(True)
    )
    return work.session.scalar(live) is not None


def _partner(work: Work, code: str) -> Partner:
    found = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == code)
    )
    if found is None:
        raise PartnerUnknown(field="partner")
    return found


def _may(work: Work) -> None:
    if not may_ever(work.actor, Permission.PAYOUT_ORDER):
        raise Forbidden()
