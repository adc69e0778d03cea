"""What the bank did, noted by hand: a refusal that comes on no statement, and all of it without statements.

Once a fund takes in statements, money is booked from those alone: :func:`collected` is refused there.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from casework.audit.record import record
from casework.claims.service import book_repayment
from casework.collections.bank_says import said_by_bank, state_of
from casework.collections.mandates import may_manage
from casework.collections.refusals import CollectionNotIn, CollectionState, OutcomeBeforeDay
from casework.collections.tables import Collection, CollectionBatch
from casework.context import Work
from casework.fund.reversal import correct
from casework.once import attempt
from casework.payout.refusals import DateInFuture
from errors import NotFound
from ledger import book


def collected(work: Work, *, collection_id: int, on: date, key: str) -> str:
    """Book that a collection came in; gives its end-to-end id.

    Raises :class:`CollectionNotIn`, :class:`OutcomeBeforeDay`, ``DateInFuture``, and what
    :func:`casework.claims.service.book_repayment` raises.
    """
    row = _locked(work, collection_id)
    done = attempt(work, "collection.collected", key, collection=row.id, on=on.isoformat())
    if done.repeated:
        return done.result
    _check(work, row, CollectionState.ORDERED, on)
    book_repayment(
        work,
        reference=row.claim_reference,
        amount_cents=row.amount_cents,
        received_on=on,
        key=_entry_key(row),
    )
    _note(work, row, CollectionState.COLLECTED, on, "collection.collected")
    return done.finish(row.end_to_end_id)


def rejected(work: Work, *, collection_id: int, on: date, reason: str, key: str) -> str:
    """Note that the bank refused a collection before it was debited: nothing was booked, it can go again.

    Raises :class:`CollectionNotIn`, ``DateInFuture``.
    """
    row = _locked(work, collection_id)
    done = attempt(work, "collection.rejected", key, collection=row.id, on=on.isoformat())
    if done.repeated:
        return done.result
    _check(work, row, CollectionState.ORDERED, on, after_day=False)
    row.bank_reason = reason.strip()[:40]
    _note(work, row, CollectionState.REJECTED, on, "collection.rejected")
    return done.finish(row.end_to_end_id)


def reversed_by_bank(work: Work, *, collection_id: int, on: date, reason: str, key: str) -> str:
    """Book that what was collected by hand was taken back: the claim is open again.

    Raises :class:`CollectionNotIn`, :class:`OutcomeBeforeDay`, ``DateInFuture``.
    """
    row = _locked(work, collection_id)
    done = attempt(work, "collection.reversed", key, collection=row.id, on=on.isoformat())
    if done.repeated:
        return done.result
    _check(work, row, CollectionState.COLLECTED, on)
    entry = book.earlier(work.session, network=work.network.code, key=_entry_key(row))
    if entry is None:
        # A statement booked it, so a statement takes it back.
        raise _not_in(CollectionState.COLLECTED)
    correct(work, entry_id=entry.id, reason=reason.strip() or row.end_to_end_id, key=f"{key}:entry")
    row.bank_reason = reason.strip()[:40]
    _note(work, row, CollectionState.REVERSED, on, "collection.reversed")
    return done.finish(row.end_to_end_id)


def _entry_key(row: Collection) -> str:
    return f"collected:{row.network_id}:{row.end_to_end_id}"


def _locked(work: Work, collection_id: int) -> Collection:
    may_manage(work)
    found = work.session.scalar(
        select(Collection)
        .where(Collection.id == collection_id, Collection.network_id == work.network.id)
        .with_for_update(of=Collection)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _check(work: Work, row: Collection, needed: CollectionState, on: date, *, after_day: bool = True) -> None:
    words = said_by_bank(work, [row.end_to_end_id])
    state, _on, _reason = state_of(row, words.get(row.end_to_end_id))
    if state is not needed:
        raise _not_in(state)
    if on > work.today:
        raise DateInFuture(field="on")
    asked = work.session.get_one(CollectionBatch, row.batch_id).collect_on
    if after_day and on < asked:
        raise OutcomeBeforeDay(field="on", day=f"{asked:%d-%m-%Y}")


def _not_in(state: CollectionState) -> CollectionNotIn:
    return CollectionNotIn(state_nl=state.nl, state_en=state.en)


def _note(work: Work, row: Collection, state: CollectionState, on: date, action: str) -> None:
    row.state, row.live = state.value, False
    row.bank_on, row.noted_by = on, work.actor.person_id
    record(work, action, row.claim_reference, amount_cents=row.amount_cents, attempt=row.attempt)
    work.session.flush()
