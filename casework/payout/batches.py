"""Batches: one treasurer prepares, another releases, once. Only then is anything ordered and a file built.

What is released is what was seen: the form carries the batch's seal, and its total and number of payments
are typed over. Either treasurer may cancel before the release; afterwards only the bank changes anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.accounts.find import fund_account_needed
from casework.accounts.refusals import AccountState
from casework.accounts.tables import PayeeChange
from casework.audit.record import record
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.mail import notices
from casework.network.numbering import next_number
from casework.once import attempt
from casework.payout import bank_facts
from casework.payout.fund_payments import waiting_payments
from casework.payout.parts import involved_numbers, lock_cases_of
from casework.payout.refusals import (
    AccountMissing,
    AccountUnusable,
    BatchChanged,
    BatchNotIn,
    BatchPartlyDone,
    BatchState,
    CountNotTheSame,
    DateInFuture,
    ExecutionTooEarly,
    ExecutionTooLate,
    FileDamaged,
    FundAccountChanged,
    NoBankDay,
    NothingChosen,
    OwnBatch,
    OwnCase,
    PayeeInDoubt,
    PayoutState,
    TooManyLines,
    TotalNotTheSame,
    UploadedBefore,
)
from casework.payout.release import order_and_build, payments_of
from casework.payout.service import open_line
from casework.payout.tables import FundPayment, PaymentBatch, PaymentBatchLine
from errors import Forbidden, Invalid, NotFound
from ledger.bank.iban import read_iban
from ledger.bank.payment_file import is_bank_day, next_bank_day
from storage.cipher import decrypt_bytes, encrypt_bytes

MOST_LINES = 500
MOST_DAYS_AHEAD = 60


def prepare_batch(
    work: Work,
    *,
    cost_line_ids: Sequence[int],
    payment_ids: Sequence[int] = (),
    execution_on: date,
    key: str,
) -> str:
    """Put these approved cost lines and waiting payments in a batch; gives its reference. All or none.

    Nothing is ordered yet. Raises :class:`NothingChosen`, :class:`TooManyLines`, :class:`NotApproved`,
    :class:`AlreadyOrdered`, :class:`LineReleased`, :class:`AccountMissing`, :class:`AccountUnusable`,
    :class:`PayeeInDoubt`, :class:`OwnCase`, :class:`NotAmongThese`, :class:`NoFundAccount`,
    :class:`NoBankDay`, :class:`ExecutionTooEarly`, :class:`ExecutionTooLate`.
    """
    _may(work, Permission.PAYOUT_ORDER)
    lines, payments = sorted(set(cost_line_ids)), sorted(set(payment_ids))
    if not lines and not payments:
        raise NothingChosen(field="line")
    if len(lines) + len(payments) > MOST_LINES:
        raise TooManyLines(field="line", most=MOST_LINES)
    check_execution(work, execution_on)
    cases = lock_cases_of(work, lines) if lines else []
    done = attempt(
        work,
        "batch.prepare",
        key,
        lines=",".join(map(str, lines)),
        payments=",".join(map(str, payments)),
        on=execution_on.isoformat(),
    )
    if done.repeated:
        return done.result
    _refuse_involved(work, cases)
    account = fund_account_needed(work.session, work.network.id, work.today)
    rows = [_line_of(work, cases, line_id) for line_id in lines]
    rows += [_line_of_payment(payment) for payment in waiting_payments(work, payments)]
    year, number = next_number(work, "payment_batch")
    batch = PaymentBatch(
        network_id=work.network.id,
        reference=f"B-{year}-{number:04d}",
        account_id=account.id,
        execution_on=execution_on,
        line_count=len(rows),
        total_cents=sum(row.amount_cents for row in rows),
        prepared_by=work.actor.person_id,
        prepared_at_utc=work.now_utc,
    )
    work.session.add(batch)
    work.session.flush()
    for position, row in enumerate(rows, 1):
        row.batch_id, row.position = batch.id, position
    work.session.add_all(rows)
    work.session.flush()
    record(work, "batch.prepare", batch.reference, amount_cents=batch.total_cents, payments=batch.line_count)
    notices.batch_prepared(work, batch.reference)
    return done.finish(batch.reference)


def release_batch(
    work: Work, *, reference: str, seen: str, typed_cents: int, typed_count: int, key: str
) -> str:
    """Release a batch that another prepared: everything in it is ordered and its file is built, once.

    ``seen`` is the seal of what the page showed (:func:`seal`). Raises :class:`OwnBatch`,
    :class:`BatchNotIn`, :class:`OwnCase`, :class:`FundAccountChanged`, :class:`BatchChanged`,
    :class:`TotalNotTheSame`, :class:`CountNotTheSame`, and what ordering and building raise.
    """
    _may(work, Permission.PAYOUT_RELEASE)
    batch = locked_batch(work, reference)
    rows = lines_of(work, batch)
    cases = lock_cases_of(work, [row.cost_line_id for row in rows if row.cost_line_id])
    done = attempt(
        work, "batch.release", key, batch=reference, seen=seen, cents=typed_cents, count=typed_count
    )
    if done.repeated:
        return done.result
    _need(batch, BatchState.PREPARED)
    if batch.prepared_by == work.actor.person_id:
        raise OwnBatch()
    _refuse_involved(work, cases)
    if fund_account_needed(work.session, work.network.id, work.today).id != batch.account_id:
        raise FundAccountChanged()
    execution_on = execution_day(work, batch)
    if seen != seal(batch, rows, execution_on):
        raise BatchChanged()
    if typed_count != batch.line_count:
        raise CountNotTheSame(field="count")
    if typed_cents != batch.total_cents:
        raise TotalNotTheSame(field="total")
    batch.execution_on = execution_on
    built = order_and_build(work, batch, payments_of(work, batch, rows, cases), key=key)
    batch.file = encrypt_bytes(built)
    batch.file_sha256 = hashlib.sha256(built).hexdigest()
    batch.state = BatchState.RELEASED.value
    batch.released_by = work.actor.person_id
    batch.released_at_utc = work.now_utc
    record(work, "batch.release", batch.reference, amount_cents=batch.total_cents, payments=batch.line_count)
    return done.finish(batch.reference)


def cancel_batch(work: Work, *, reference: str, key: str) -> str:
    """Take a batch apart that was not released: its lines can be prepared again.

    Raises :class:`BatchNotIn`.
    """
    _may(work, Permission.PAYOUT_ORDER)
    batch = locked_batch(work, reference)
    done = attempt(work, "batch.cancel", key, batch=reference)
    if done.repeated:
        return done.result
    _need(batch, BatchState.PREPARED)
    for row in lines_of(work, batch):
        row.live = False
    _end(work, batch, BatchState.CANCELLED)
    record(work, "batch.cancel", batch.reference, amount_cents=batch.total_cents, payments=batch.line_count)
    return done.finish(batch.reference)


def reject_batch(work: Work, *, reference: str, rejected_on: date, key: str) -> str:
    """Book that the bank refused the whole file before debiting anything: everything in it stands again.

    Raises :class:`BatchNotIn`, :class:`BatchPartlyDone`, :class:`DateInFuture`, :class:`DateBefore`.
    """
    _may(work, Permission.PAYOUT_ORDER)
    batch = locked_batch(work, reference)
    rows = lines_of(work, batch)
    cases = lock_cases_of(work, [row.cost_line_id for row in rows if row.cost_line_id])
    done = attempt(work, "batch.reject", key, batch=reference, on=rejected_on.isoformat())
    if done.repeated:
        return done.result
    _need(batch, BatchState.RELEASED)
    payments = payments_of(work, batch, rows, cases)
    for one in payments:
        if one.state != PayoutState.ORDERED:
            present = PayoutState(one.state)
            raise BatchPartlyDone(reference=one.reference, state_nl=present.nl, state_en=present.en)
    for one in payments:
        bank_facts.rejected(
            work, reference=one.reference, rejected_on=rejected_on, key=f"{key}:{one.reference}"
        )
    _end(work, batch, BatchState.REJECTED)
    record(work, "batch.reject", batch.reference, amount_cents=batch.total_cents, payments=batch.line_count)
    return done.finish(batch.reference)


def note_uploaded(work: Work, *, reference: str, uploaded_on: date) -> None:
    """Note on which day the file was given to the bank. Can be put right; it books nothing.

    Raises :class:`BatchNotIn`, :class:`DateInFuture`, :class:`UploadedBefore`.
    """
    _may(work, Permission.PAYOUT_ORDER)
    batch = locked_batch(work, reference)
    _need(batch, BatchState.RELEASED)
    assert batch.released_at_utc is not None  # a released batch says when
    released_on = batch.released_at_utc.astimezone(ZoneInfo(work.network.time_zone)).date()
    if uploaded_on > work.today:
        raise DateInFuture(field="uploaded_on")
    if uploaded_on < released_on:
        raise UploadedBefore(field="uploaded_on", day=f"{released_on:%d-%m-%Y}")
    batch.uploaded_on = uploaded_on
    batch.uploaded_by = work.actor.person_id
    record(work, "batch.upload", batch.reference, uploaded_on=uploaded_on.isoformat())
    work.session.flush()


def read_file(work: Work, *, reference: str) -> bytes:
    """The payment file, the same bytes each time; every look is logged.

    Raises :class:`BatchNotIn` while it is not released, :class:`FileDamaged`.
    """
    _may(work, Permission.PAYOUT_ORDER)
    batch = _batch(work, reference)
    if batch.file is None:
        present = BatchState(batch.state)
        raise BatchNotIn(reference=reference, state_nl=present.nl, state_en=present.en)
    content = decrypt_bytes(batch.file)
    if hashlib.sha256(content).hexdigest() != batch.file_sha256:
        raise FileDamaged()
    record(work, "batch.download", batch.reference)
    work.session.flush()
    return content


def seal(batch: PaymentBatch, rows: Sequence[PaymentBatchLine], execution_on: date) -> str:
    """A hash of all that is released: account, day, and of each payment whom, where and how much."""
    content = [
        batch.reference,
        batch.account_id,
        execution_on.isoformat(),
        [[row.position, row.amount_cents, row.payee_name, row.payee_iban] for row in rows],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def execution_day(work: Work, batch: PaymentBatch) -> date:
    """The day that is asked of the bank: the one that was chosen, or today when that has passed."""
    return next_bank_day(max(batch.execution_on, work.today))


def check_execution(work: Work, execution_on: date) -> None:
    """Raise where the bank would not take this day."""
    last = work.today + timedelta(days=MOST_DAYS_AHEAD)
    problem: Invalid | None = None
    if execution_on < work.today:
        problem = ExecutionTooEarly(field="execution_on")
    elif execution_on > last:
        problem = ExecutionTooLate(field="execution_on", day=f"{last:%d-%m-%Y}")
    elif not is_bank_day(execution_on):
        problem = NoBankDay(field="execution_on", day=f"{next_bank_day(execution_on):%d-%m-%Y}")
    if problem is not None:
        raise problem


def locked_batch(work: Work, reference: str) -> PaymentBatch:
    """The batch, locked until the transaction ends. Raises :class:`errors.NotFound`."""
    query = select(PaymentBatch).where(
        PaymentBatch.network_id == work.network.id, PaymentBatch.reference == reference
    )
    found = work.session.scalar(
        query.with_for_update(of=PaymentBatch).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def lines_of(work: Work, batch: PaymentBatch) -> list[PaymentBatchLine]:
    """The payments of a batch, in order."""
    query = select(PaymentBatchLine).where(PaymentBatchLine.batch_id == batch.id)
    return list(work.session.scalars(query.order_by(PaymentBatchLine.position)))


def _batch(work: Work, reference: str) -> PaymentBatch:
    found = work.session.scalar(
        select(PaymentBatch).where(
            PaymentBatch.network_id == work.network.id, PaymentBatch.reference == reference
        )
    )
    if found is None:
        raise NotFound()
    return found


def _line_of(work: Work, cases: Sequence[Case], cost_line_id: int) -> PaymentBatchLine:
    case = next(one for one in cases if any(line.id == cost_line_id for line in one.cost_lines))
    line = open_line(work, case, cost_line_id)
    check_account(case, line)
    doubted = select(PayeeChange.id).where(
        PayeeChange.cost_line_id == line.id, PayeeChange.state == AccountState.PROPOSED.value
    )
    if work.session.scalar(doubted) is not None:
        raise PayeeInDoubt(case=case.number, payee=line.payee_name)
    return PaymentBatchLine(
        cost_line_id=line.id,
        amount_cents=line.amount_cents,
        payee_name=line.payee_name,
        payee_iban=line.payee_iban,
    )


def _line_of_payment(payment: FundPayment) -> PaymentBatchLine:
    return PaymentBatchLine(
        fund_payment_id=payment.id,
        amount_cents=payment.amount_cents,
        payee_name=payment.payee_name,
        payee_iban=payment.payee_iban,
    )


def check_account(case: Case, line: CostLine) -> None:
    """Raise :class:`AccountMissing` or :class:`AccountUnusable` where no bank could pay this line."""
    if not line.payee_name or not line.payee_iban:
        raise AccountMissing(case=case.number)
    try:
        read_iban(line.payee_iban)
    except Invalid as error:
        raise AccountUnusable(case=case.number, payee=line.payee_name) from error


def _refuse_involved(work: Work, cases: Sequence[Case]) -> None:
    involved = involved_numbers(work, cases)
    if involved:
        raise OwnCase(case=involved[0])


def _need(batch: PaymentBatch, state: BatchState) -> None:
    if batch.state != state:
        present = BatchState(batch.state)
        raise BatchNotIn(reference=batch.reference, state_nl=present.nl, state_en=present.en)


def _end(work: Work, batch: PaymentBatch, state: BatchState) -> None:
    batch.state = state.value
    batch.ended_by = work.actor.person_id
    batch.ended_at_utc = work.now_utc
    work.session.flush()


def _may(work: Work, permission: Permission) -> None:
    if not may_ever(work.actor, permission):
        raise Forbidden()
