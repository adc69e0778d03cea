"""What a release does: order each payment in the book and build the file that tells the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework.accounts.tables import BankAccount
from casework.audit.record import record
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.payout.fund_payments import order_payment
from casework.payout.parts import move, next_reference, post
from casework.payout.refusals import BatchStale
from casework.payout.service import require_promised
from casework.payout.tables import FundPayment, PaymentBatch, PaymentBatchLine, Payout
from ledger import events
from ledger.bank.payment_file import PaymentFile, PaymentOrder, build_file
from rules.lifecycle import PaymentAction


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a batch with what it pays: a cost line of a case, or a payment out of the pot."""

    row: PaymentBatchLine
    case: Case | None
    line: CostLine | None
    of_fund: FundPayment | None
    payout: Payout | None

    @property
    def reference(self) -> str:
        """The end-to-end id; the batch's line before a payout has one."""
        known = self.payout or self.of_fund
        return known.reference if known else f"{self.case.number if self.case else ''} ({self.row.position})"

    @property
    def state(self) -> str:
        """How far it is: a state of a payout or of a fund payment; empty while nothing is ordered."""
        known = self.payout or self.of_fund
        return known.state if known else ""


def payments_of(
    work: Work, batch: PaymentBatch, rows: Sequence[PaymentBatchLine], cases: Sequence[Case]
) -> list[Payment]:
    """The payments of ``rows``, with their locked cases; payments out of the pot are locked here."""
    lines = {line.id: (case, line) for case in cases for line in case.cost_lines}
    chosen = [row.fund_payment_id for row in rows if row.fund_payment_id]
    of_fund = {
        one.id: one
        for one in work.session.scalars(
            select(FundPayment)
            .where(FundPayment.id.in_(chosen))
            .order_by(FundPayment.id)
            .with_for_update(of=FundPayment)
            .execution_options(populate_existing=True)
        )
    }
    made = select(Payout).join(PaymentBatchLine, PaymentBatchLine.payout_id == Payout.id)
    payouts = {one.id: one for one in work.session.scalars(made.where(PaymentBatchLine.batch_id == batch.id))}
    found = []
    for row in rows:
        case, line = lines.get(row.cost_line_id or 0, (None, None))
        payment, payout = of_fund.get(row.fund_payment_id or 0), payouts.get(row.payout_id or 0)
        found.append(Payment(row, case, line, payment, payout))
    return found


def order_and_build(work: Work, batch: PaymentBatch, payments: Sequence[Payment], *, key: str) -> bytes:
    """Order everything in the book, in the order of the batch, and build its payment file.

    Raises :class:`BatchStale` where a line is no longer what was prepared, ``FundExhausted`` where cards
    would take more than is available, and what :func:`ledger.bank.payment_file.build_file` raises.
    """
    orders = [
        PaymentOrder(
            reference=_order(work, batch, one, key=f"{key}:{one.row.position}"),
            amount_cents=one.row.amount_cents,
            payee_name=one.row.payee_name,
            payee_iban=one.row.payee_iban,
            text=_text(work, one),
        )
        for one in payments
    ]
    account = work.session.get_one(BankAccount, batch.account_id)
    batch.message_id = f"{work.network.case_prefix}{work.network.id}-{batch.reference}"
    return build_file(
        PaymentFile(
            message_id=batch.message_id,
            created_at_utc=work.now_utc,
            debtor_name=account.holder,
            debtor_iban=account.iban,
            debtor_bic=account.bic,
            execution_on=batch.execution_on,
            orders=orders,
        )
    )


def _order(work: Work, batch: PaymentBatch, one: Payment, *, key: str) -> str:
    if one.of_fund is not None:
        _same(one, one.of_fund.payee_name, one.of_fund.payee_iban, one.of_fund.amount_cents)
        return order_payment(work, one.of_fund, key=key)
    # The database holds that it is one or the other.
    assert one.case is not None
    assert one.line is not None
    case, line = one.case, one.line
    require_promised(case, line)  # that nothing else pays it is held by the batch
    _same(one, line.payee_name, line.payee_iban, line.amount_cents)
    payout = Payout(
        network_id=work.network.id,
        case_id=case.id,
        cost_line_id=line.id,
        reference=next_reference(work, case),
        amount_cents=line.amount_cents,
        payee_name=line.payee_name,
        payee_iban=line.payee_iban,
        ordered_by=batch.prepared_by,
        ordered_on=work.today,
        ordered_at_utc=work.now_utc,
    )
    work.session.add(payout)
    work.session.flush()
    one.row.payout_id = payout.id
    post(
        work,
        events.payment_ordered(
            case=case.number,
            payment=payout.reference,
            amount_cents=payout.amount_cents,
            booked_on=work.today,
            cause=payout.reference,
            key=key,
        ),
    )
    move(case, PaymentAction.ORDER)
    record(work, "payout.order", payout.reference, case=case.number, amount_cents=payout.amount_cents)
    return payout.reference


def _same(one: Payment, name: str, iban: str, amount_cents: int) -> None:
    row = one.row
    if (row.payee_name, row.payee_iban, row.amount_cents) != (name, iban, amount_cents):
        raise BatchStale(reference=one.reference)


def _text(work: Work, one: Payment) -> str:
    """What the payee reads: the case's number, no story. Of other payments what they are for."""
    if one.case is not None:
        return f"{one.case.number} {work.network.name}"
    assert one.of_fund is not None  # as above
    return f"{one.of_fund.reference} {one.of_fund.description or work.network.name}"
