"""Batches of collections: one treasurer prepares, another releases, once. The bank has the last word.

Nothing is booked here: a collection that was ordered is money when a statement shows it. What is released is
what was seen: the form carries the batch's seal, and its total and number are typed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from casework.accounts.find import fund_account_needed
from casework.audit.record import record
from casework.cases.tables import Case
from casework.collections.bank_says import follow_bank
from casework.collections.due import Due, collectable
from casework.collections.file import build
from casework.collections.mandates import may_manage
from casework.collections.refusals import (
    CollectDayPassed,
    CollectionBatchState,
    CollectionStale,
    CollectionState,
    CollectTooEarly,
    CollectTooLate,
    MixedSchemes,
    NoCreditorId,
    NotCollectable,
    NothingToCollect,
    OwnCaseCollected,
)
from casework.collections.tables import Collection, CollectionBatch
from casework.context import Work
from casework.network.numbering import next_number
from casework.once import attempt
from casework.payout.parts import involved_numbers
from casework.payout.refusals import (
    BatchChanged,
    BatchNotIn,
    CountNotTheSame,
    DateInFuture,
    FileDamaged,
    FundAccountChanged,
    NoBankDay,
    OwnBatch,
    TotalNotTheSame,
    UploadedBefore,
)
from errors import Invalid, NotFound
from ledger import book
from ledger.bank.payment_file import is_bank_day, next_bank_day
from ledger.bank.references import collection_id
from storage.cipher import decrypt_bytes, encrypt_bytes

MOST_DAYS_AHEAD = 60


def prepare_collections(work: Work, *, claims: Sequence[str], collect_on: date, key: str) -> str:
    """Put what is due of these claims by ``collect_on`` in a batch; gives its reference. All or none.

    Raises :class:`NothingToCollect`, :class:`CollectTooEarly`, :class:`CollectTooLate`, :class:`NoBankDay`,
    :class:`NotCollectable`, :class:`MixedSchemes`, :class:`OwnCaseCollected`, :class:`NoCreditorId`,
    :class:`~casework.accounts.refusals.NoFundAccount`.
    """
    may_manage(work)
    wanted = sorted(set(claims))
    if not wanted:
        raise NothingToCollect(field="claim")
    check_day(work, collect_on)
    book.lock_fund(work.session, network=work.network.code)
    done = attempt(work, "collection.prepare", key, claims=" ".join(wanted), on=collect_on.isoformat())
    if done.repeated:
        return done.result
    follow_bank(work)
    chosen = _chosen(work, wanted, collect_on)
    account = fund_account_needed(work.session, work.network.id, work.today)
    if not account.creditor_id:
        raise NoCreditorId()
    year, number = next_number(work, "collection_batch")
    batch = CollectionBatch(
        network_id=work.network.id,
        reference=f"I-{year}-{number:04d}",
        account_id=account.id,
        scheme=chosen[0].scheme.value,
        collect_on=collect_on,
        line_count=len(chosen),
        total_cents=sum(one.amount_cents for one in chosen),
        prepared_by=work.actor.person_id,
        prepared_at_utc=work.now_utc,
    )
    work.session.add(batch)
    work.session.flush()
    work.session.add_all(_row(work, batch, position, one) for position, one in enumerate(chosen, 1))
    work.session.flush()
    record(work, "collection.prepare", batch.reference, amount_cents=batch.total_cents, claims=len(chosen))
    return done.finish(batch.reference)


def release_collections(
    work: Work, *, reference: str, seen: str, typed_cents: int, typed_count: int, key: str
) -> str:
    """Release a batch that another prepared: its file is built, once, and goes to the bank.

    ``seen`` is the seal of what the page showed (:func:`seal`). Raises
    :class:`~casework.payout.refusals.OwnBatch`, ``BatchNotIn``, ``BatchChanged``, ``TotalNotTheSame``,
    ``CountNotTheSame``, ``FundAccountChanged``, :class:`OwnCaseCollected`, :class:`CollectDayPassed`,
    :class:`CollectionStale`.
    """
    may_manage(work)
    book.lock_fund(work.session, network=work.network.code)
    batch = locked_batch(work, reference)
    done = attempt(
        work, "collection.release", key, batch=reference, seen=seen, cents=typed_cents, count=typed_count
    )
    if done.repeated:
        return done.result
    _need(batch, CollectionBatchState.PREPARED)
    if batch.prepared_by == work.actor.person_id:
        raise OwnBatch()
    rows = lines_of(work, batch)
    if seen != seal(batch, rows):
        raise BatchChanged()
    if typed_count != batch.line_count:
        raise CountNotTheSame(field="count")
    if typed_cents != batch.total_cents:
        raise TotalNotTheSame(field="total")
    if batch.collect_on < earliest_day(work.today):
        raise CollectDayPassed(day=f"{batch.collect_on:%d-%m-%Y}")
    if fund_account_needed(work.session, work.network.id, work.today).id != batch.account_id:
        raise FundAccountChanged()
    _still_right(work, batch, rows)
    batch.message_id = f"{work.network.id}-{batch.reference}"
    built = build(work, batch, rows)
    batch.file, batch.file_sha256 = encrypt_bytes(built), hashlib.sha256(built).hexdigest()
    batch.state = CollectionBatchState.RELEASED.value
    batch.released_by, batch.released_at_utc = work.actor.person_id, work.now_utc
    for row in rows:
        row.state = CollectionState.ORDERED.value
    record(work, "collection.release", reference, amount_cents=batch.total_cents, claims=batch.line_count)
    work.session.flush()
    return done.finish(batch.reference)


def cancel_collections(work: Work, *, reference: str, key: str) -> str:
    """Take a batch apart that was not released. Raises ``BatchNotIn``."""
    may_manage(work)
    batch = locked_batch(work, reference)
    done = attempt(work, "collection.cancel", key, batch=reference)
    if done.repeated:
        return done.result
    _need(batch, CollectionBatchState.PREPARED)
    for row in lines_of(work, batch):
        row.state, row.live = CollectionState.CANCELLED.value, False
    batch.state = CollectionBatchState.CANCELLED.value
    batch.cancelled_by = work.actor.person_id
    record(work, "collection.cancel", reference, amount_cents=batch.total_cents, claims=batch.line_count)
    work.session.flush()
    return done.finish(batch.reference)


def note_uploaded(work: Work, *, reference: str, uploaded_on: date) -> None:
    """Note on which day the file was given to the bank; it books nothing.

    Raises ``BatchNotIn``, ``DateInFuture``, ``UploadedBefore``.
    """
    may_manage(work)
    batch = locked_batch(work, reference)
    _need(batch, CollectionBatchState.RELEASED)
    assert batch.released_at_utc is not None  # a released batch says when
    released_on = batch.released_at_utc.astimezone(ZoneInfo(work.network.time_zone)).date()
    if uploaded_on > work.today:
        raise DateInFuture(field="uploaded_on")
    if uploaded_on < released_on:
        raise UploadedBefore(field="uploaded_on", day=f"{released_on:%d-%m-%Y}")
    batch.uploaded_on, batch.uploaded_by = uploaded_on, work.actor.person_id
    record(work, "collection.upload", reference, uploaded_on=uploaded_on.isoformat())
    work.session.flush()


def read_file(work: Work, *, reference: str) -> bytes:
    """The collection file, the same bytes each time; every look is logged.

    Raises ``BatchNotIn`` while it is not released, ``FileDamaged``.
    """
    may_manage(work)
    batch = locked_batch(work, reference)
    _need(batch, CollectionBatchState.RELEASED)
    assert batch.file is not None  # the database sees to it
    content = decrypt_bytes(batch.file)
    if hashlib.sha256(content).hexdigest() != batch.file_sha256:
        raise FileDamaged()
    record(work, "collection.download", reference)
    work.session.flush()
    return content


def seal(batch: CollectionBatch, rows: Sequence[Collection]) -> str:
    """A hash of all that is released: account, day, and of each collection whom, what for and how much."""
    content = [
        batch.reference,
        batch.account_id,
        batch.collect_on.isoformat(),
        [[row.position, row.mandate_id, row.claim_reference, row.amount_cents] for row in rows],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def earliest_day(today: date) -> date:
    """The first day on which the bank can collect what it gets today: the next working day."""
    return next_bank_day(today + timedelta(days=1))


def check_day(work: Work, collect_on: date) -> None:
    """Raise where the bank would not take this day."""
    first, last = earliest_day(work.today), work.today + timedelta(days=MOST_DAYS_AHEAD)
    problem: Invalid | None = None
    if collect_on < first:
        problem = CollectTooEarly(field="collect_on", day=f"{first:%d-%m-%Y}")
    elif collect_on > last:
        problem = CollectTooLate(field="collect_on", day=f"{last:%d-%m-%Y}")
    elif not is_bank_day(collect_on):
        problem = NoBankDay(field="collect_on", day=f"{next_bank_day(collect_on):%d-%m-%Y}")
    if problem is not None:
        raise problem


def locked_batch(work: Work, reference: str) -> CollectionBatch:
    """The batch, locked until the transaction ends. Raises :class:`errors.NotFound`."""
    found = work.session.scalar(
        select(CollectionBatch)
        .where(CollectionBatch.network_id == work.network.id, CollectionBatch.reference == reference)
        .with_for_update(of=CollectionBatch)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def lines_of(work: Work, batch: CollectionBatch) -> list[Collection]:
    """The collections of a batch, in order."""
    query = select(Collection).where(Collection.batch_id == batch.id).order_by(Collection.position)
    return list(work.session.scalars(query))


def refuse_involved(work: Work, cases: Sequence[str]) -> None:
    """Raise :class:`OwnCaseCollected` for who brought one of these cases or decided on it."""
    rows = work.session.scalars(
        select(Case).where(Case.network_id == work.network.id, Case.number.in_(cases))
    ).all()
    if involved := involved_numbers(work, rows):
        raise OwnCaseCollected(case=involved[0])


def _chosen(work: Work, wanted: Sequence[str], collect_on: date) -> list[Due]:
    known = {one.claim: one for one in collectable(work, collect_on)}
    for claim in wanted:
        if claim not in known:
            raise NotCollectable(claim=claim)
    chosen = [known[claim] for claim in wanted]
    if len({one.scheme for one in chosen}) > 1:
        raise MixedSchemes(field="claim")
    refuse_involved(work, [one.case for one in chosen])
    return chosen


def _row(work: Work, batch: CollectionBatch, position: int, due: Due) -> Collection:
    before = work.session.scalar(
        select(func.max(Collection.attempt)).where(
            Collection.network_id == work.network.id, Collection.claim_reference == due.claim
        )
    )
    number = (before or 0) + 1
    return Collection(
        network_id=work.network.id,
        batch_id=batch.id,
        position=position,
        mandate_id=due.mandate_id,
        claim_reference=due.claim,
        attempt=number,
        end_to_end_id=collection_id(due.reference, number),
        amount_cents=due.amount_cents,
    )


def _still_right(work: Work, batch: CollectionBatch, rows: Sequence[Collection]) -> None:
    """What is open and every mandate must be what was prepared."""
    now = {one.claim: one for one in collectable(work, batch.collect_on, batch_id=batch.id)}
    for row in rows:
        one = now.get(row.claim_reference)
        if one is None or (one.amount_cents, one.mandate_id) != (row.amount_cents, row.mandate_id):
            raise CollectionStale(claim=row.claim_reference)
    refuse_involved(work, [now[row.claim_reference].case for row in rows])


def _need(batch: CollectionBatch, state: CollectionBatchState) -> None:
    if batch.state != state:
        present = CollectionBatchState(batch.state)
        raise BatchNotIn(reference=batch.reference, state_nl=present.nl, state_en=present.en)
