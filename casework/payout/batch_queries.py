"""Batches and the payments out of the pot, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from casework.accounts.tables import BankAccount
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.payout.batches import execution_day, lines_of, seal
from casework.payout.parts import involved_in
from casework.payout.refusals import BatchState, FundPaymentKind, FundPaymentState, PayoutState
from casework.payout.tables import FundPayment, PaymentBatch, PaymentBatchLine, Payout
from casework.people.tables import Person
from errors import NotFound

_PREPARED = BatchState.PREPARED.value


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in a list. ``own``: this treasurer prepared it, so another must release it."""

    reference: str
    state: BatchState
    execution_on: date
    line_count: int
    total_cents: int
    prepared_by: str
    prepared_at_utc: datetime
    own: bool
    uploaded_on: date | None


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One payment of a batch. ``reference`` is empty until the release; ``state`` is that of the payment.

    ``case_number`` is empty for a payment out of the pot, which then has a ``kind``. ``involved``: this
    treasurer brought or decided on the case.
    """

    position: int
    reference: str
    case_number: str
    kind: FundPaymentKind | None
    payee_name: str
    payee_iban: str
    amount_cents: int
    state: PayoutState | FundPaymentState | None
    involved: bool


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Everything on the page of a batch. ``seal`` goes with the form that releases what is shown here."""

    row: BatchRow
    lines: tuple[BatchLine, ...]
    account_holder: str
    account_iban: str
    day_asked: date
    seal: str
    involved: bool
    released_by: str
    released_at_utc: datetime | None
    ended_by: str
    ended_at_utc: datetime | None
    uploaded_by: str
    message_id: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class FundPaymentRow:
    """A payment out of the pot that is no cost line. ``batch`` is the batch it is or was in, if any."""

    id: int
    reference: str
    kind: FundPaymentKind
    partner_name: str
    subject: str
    payee_name: str
    payee_iban: str
    amount_cents: int
    description: str
    state: FundPaymentState
    asked_by: str
    asked_at_utc: datetime
    ordered_on: date | None
    paid_on: date | None
    ended_on: date | None
    batch: str


def batches(work: Work, *, state: str = "", page: int = 1) -> Page[BatchRow]:
    """All batches, newest first."""
    where = [PaymentBatch.network_id == work.network.id]
    if state in set(BatchState):
        where.append(PaymentBatch.state == state)
    total = work.session.scalar(select(func.count()).select_from(PaymentBatch).where(*where))
    query = _batches(work).where(*where).order_by(PaymentBatch.id.desc())
    rows = work.session.execute(query.limit(PER_PAGE).offset(offset_of(page)))
    return Page(tuple(_row(work, batch, name) for batch, name in rows), page, int(total or 0))


def prepared_batches(work: Work) -> tuple[BatchRow, ...]:
    """What waits for a second treasurer, oldest first."""
    query = _batches(work).where(PaymentBatch.state == _PREPARED).order_by(PaymentBatch.id)
    return tuple(_row(work, batch, name) for batch, name in work.session.execute(query))


def batches_to_upload(work: Work) -> tuple[BatchRow, ...]:
    """Released and not yet noted as given to the bank, oldest first."""
    query = _batches(work).where(
        PaymentBatch.state == BatchState.RELEASED.value, PaymentBatch.uploaded_on.is_(None)
    )
    return tuple(
        _row(work, batch, name) for batch, name in work.session.execute(query.order_by(PaymentBatch.id))
    )


def batch_page(work: Work, reference: str) -> BatchPage:
    """One batch with its payments. Raises :class:`errors.NotFound`."""
    releasing, ending, uploading = aliased(Person), aliased(Person), aliased(Person)
    found = work.session.execute(
        _batches(work)
        .add_columns(BankAccount, releasing.name, ending.name, uploading.name)
        .join(BankAccount, BankAccount.id == PaymentBatch.account_id)
        .outerjoin(releasing, releasing.id == PaymentBatch.released_by)
        .outerjoin(ending, ending.id == PaymentBatch.ended_by)
        .outerjoin(uploading, uploading.id == PaymentBatch.uploaded_by)
        .where(PaymentBatch.reference == reference)
    ).first()
    if found is None:
        raise NotFound()
    batch, prepared_by, account, released_by, ended_by, uploaded_by = found
    day = execution_day(work, batch) if batch.state == BatchState.PREPARED else batch.execution_on
    lines = _lines(work, batch)
    return BatchPage(
        row=_row(work, batch, prepared_by),
        lines=lines,
        account_holder=account.holder,
        account_iban=account.iban,
        day_asked=day,
        seal=seal(batch, lines_of(work, batch), day),
        involved=any(line.involved for line in lines),
        released_by=released_by or "",
        released_at_utc=batch.released_at_utc,
        ended_by=ended_by or "",
        ended_at_utc=batch.ended_at_utc,
        uploaded_by=uploaded_by or "",
        message_id=batch.message_id or "",
        file_sha256=batch.file_sha256,
    )


def waiting_fund_payments(work: Work, *, only: Sequence[int] | None = None) -> tuple[FundPaymentRow, ...]:
    """The payments out of the pot that are in no batch yet, oldest first."""
    row = aliased(PaymentBatchLine)
    query = _fund_payments(work).where(
        FundPayment.state == FundPaymentState.WAITING.value,
        ~exists().where(row.fund_payment_id == FundPayment.id, row.live.is_(True)),
    )
    if only is not None:
        query = query.where(FundPayment.id.in_(only))
    return tuple(_fund_row(found) for found in work.session.execute(query.order_by(FundPayment.id)))


def fund_payments(work: Work, *, page: int = 1) -> Page[FundPaymentRow]:
    """All payments out of the pot, newest first."""
    own = FundPayment.network_id == work.network.id
    total = work.session.scalar(select(func.count()).select_from(FundPayment).where(own))
    query = _fund_payments(work).order_by(FundPayment.id.desc())
    rows = work.session.execute(query.limit(PER_PAGE).offset(offset_of(page)))
    return Page(tuple(_fund_row(found) for found in rows), page, int(total or 0))


def fund_payments_under_way(work: Work) -> tuple[FundPaymentRow, ...]:
    """What was ordered and the bank has not shown yet, longest under way first."""
    query = _fund_payments(work).where(FundPayment.state == FundPaymentState.ORDERED.value)
    return tuple(_fund_row(found) for found in work.session.execute(query.order_by(FundPayment.id)))


def fund_payment(work: Work, reference: str) -> FundPaymentRow:
    """One payment out of the pot. Raises :class:`errors.NotFound`."""
    found = work.session.execute(_fund_payments(work).where(FundPayment.reference == reference)).first()
    if found is None:
        raise NotFound()
    return _fund_row(found)


def _batches(work: Work) -> Select[PaymentBatch, str]:
    return (
        select(PaymentBatch, Person.name)
        .join(Person, Person.id == PaymentBatch.prepared_by)
        .where(PaymentBatch.network_id == work.network.id)
    )


def _row(work: Work, batch: PaymentBatch, prepared_by: str) -> BatchRow:
    return BatchRow(
        reference=batch.reference,
        state=BatchState(batch.state),
        execution_on=batch.execution_on,
        line_count=batch.line_count,
        total_cents=batch.total_cents,
        prepared_by=prepared_by,
        prepared_at_utc=batch.prepared_at_utc,
        own=batch.prepared_by == work.actor.person_id,
        uploaded_on=batch.uploaded_on,
    )


def _lines(work: Work, batch: PaymentBatch) -> tuple[BatchLine, ...]:
    query = (
        select(
            PaymentBatchLine,
            Case.number,
            Payout.reference,
            Payout.state,
            FundPayment.reference,
            FundPayment.kind,
            FundPayment.state,
            and_(Case.id.is_not(None), involved_in(work.actor.person_id)),
        )
        .outerjoin(CostLine, CostLine.id == PaymentBatchLine.cost_line_id)
        .outerjoin(Case, Case.id == CostLine.case_id)
        .outerjoin(Payout, Payout.id == PaymentBatchLine.payout_id)
        .outerjoin(FundPayment, FundPayment.id == PaymentBatchLine.fund_payment_id)
        .where(PaymentBatchLine.batch_id == batch.id)
        .order_by(PaymentBatchLine.position)
    )
    found = []
    for row, number, payout, payout_state, payment, kind, payment_state, involved in work.session.execute(
        query
    ):
        state: PayoutState | FundPaymentState | None = PayoutState(payout_state) if payout_state else None
        found.append(
            BatchLine(
                position=row.position,
                reference=payout or payment or "",
                case_number=number or "",
                kind=FundPaymentKind(kind) if kind else None,
                payee_name=row.payee_name,
                payee_iban=row.payee_iban,
                amount_cents=row.amount_cents,
                state=FundPaymentState(payment_state) if payment_state else state,
                involved=bool(involved),
            )
        )
    return tuple(found)


def _fund_payments(work: Work) -> Select[FundPayment, str, str, str]:
    newest = (
        select(func.max(PaymentBatchLine.batch_id))
        .where(PaymentBatchLine.fund_payment_id == FundPayment.id)
        .correlate(FundPayment)
        .scalar_subquery()
    )
    return (
        select(FundPayment, Person.name, Partner.name, PaymentBatch.reference)
        .join(Person, Person.id == FundPayment.asked_by)
        .outerjoin(Partner, Partner.id == FundPayment.partner_id)
        .outerjoin(PaymentBatch, PaymentBatch.id == newest)
        .where(FundPayment.network_id == work.network.id)
    )


def _fund_row(found: Row[FundPayment, str, str, str]) -> FundPaymentRow:
    payment, asked_by, partner_name, batch = found
    return FundPaymentRow(
        id=payment.id,
        reference=payment.reference,
        kind=FundPaymentKind(payment.kind),
        partner_name=partner_name or "",
        subject=payment.subject,
        payee_name=payment.payee_name,
        payee_iban=payment.payee_iban,
        amount_cents=payment.amount_cents,
        description=payment.description,
        state=FundPaymentState(payment.state),
        asked_by=asked_by,
        asked_at_utc=payment.asked_at_utc,
        ordered_on=payment.ordered_on,
        paid_on=payment.paid_on,
        ended_on=payment.ended_on,
        batch=batch or "",
    )
