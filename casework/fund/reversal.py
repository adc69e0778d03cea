"""Putting a mistaken booking right: it is reversed as a whole, once, and never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.context import Work
from casework.fund.by_hand import is_of_a_line, refuse_undoing
from casework.fund.refusals import NotCorrectedHere, ReasonMissing
from casework.fund.service import may_book
from casework.fund.tables import Correction, FundBooking
from casework.once import attempt
from casework.settlement.service import after_repayment
from ledger import book
from ledger import claims as ledger_claims
from ledger.accounts import CLAIMS
from ledger.entries import EntryKind, PostedEntry

# What the treasurer books by hand on a claim. What happens in a case's own life is undone there.
CLAIM_KINDS = frozenset(
    {EntryKind.REPAYMENT_RECEIVED, EntryKind.CLAIM_WRITTEN_OFF, EntryKind.RECEIPT_RECOGNISED}
)


def can_be_corrected(work: Work, entry: PostedEntry) -> bool:
    """Whether this entry is a booking by hand, which :func:`correct` would reverse."""
    return not is_of_a_line(work, entry.id) and (_on_claim(entry) or _booking_of(work, entry) is not None)


def correct(work: Work, *, entry_id: int, reason: str, key: str) -> int:
    """Reverse a mistaken booking, with all that was booked along with it; gives the last reversal's id.

    It is dated today: what was reported about an earlier day stays as it was. Raises
    :class:`ReasonMissing`, :class:`NotCorrectedHere`, :class:`ledger.refusals.AlreadyReversed`,
    :class:`~casework.fund.by_hand.UndoneOnTheLine`.
    """
    may_book(work)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    refuse_undoing(work, entry_id)
    entry = book.entry(work.session, network=work.network.code, entry_id=entry_id)
    if _on_claim(entry):
        return _correct_on_claim(work, entry, reason, key)
    booking = _booking_of(work, entry, lock=True)
    if booking is None:
        raise NotCorrectedHere()
    done = attempt(work, "entry.reverse", key, entry=entry.id)
    if done.repeated:
        return int(done.result)
    last = _reverse(work, sorted(booking.entry_ids, reverse=True), booking.reference, reason, key)
    booking.reversed_at_utc = work.now_utc
    record(work, "entry.reverse", booking.reference, amount_cents=booking.amount_cents)
    work.session.flush()
    return int(done.finish(str(last)))


def _on_claim(entry: PostedEntry) -> bool:
    """A receipt can also turn out to be something else than a repayment on a claim."""
    return entry.kind in CLAIM_KINDS and any(leg.key.account in CLAIMS for leg in entry.legs)


def _correct_on_claim(work: Work, entry: PostedEntry, reason: str, key: str) -> int:
    reference = next(leg.key.subject for leg in entry.legs if leg.key.account in CLAIMS)
    claim = ledger_claims.claim(work.session, network=work.network.code, reference=reference)
    case_for(work, claim.case, Permission.FUND_BOOK, lock=True)
    done = attempt(work, "entry.reverse", key, entry=entry.id)
    if done.repeated:
        return int(done.result)
    last = _reverse(work, [entry.id], reference, reason, key)
    after_repayment(work, claim.case)
    record(work, "entry.reverse", reference, entry=entry.id, case=claim.case)
    work.session.flush()
    return int(done.finish(str(last)))


def _reverse(work: Work, entry_ids: Sequence[int], cause: str, reason: str, key: str) -> int:
    last = 0
    for entry_id in entry_ids:
        last = book.reverse(
            work.session,
            network=work.network.code,
            entry_id=entry_id,
            booked_on=work.today,
            cause=cause,
            key=f"{key}:{entry_id}",
            recorded_at_utc=work.now_utc,
        ).id
        work.session.add(
            Correction(
                network_id=work.network.id,
                entry_id=entry_id,
                reason=reason.strip(),
                corrected_by=work.actor.person_id,
                corrected_at_utc=work.now_utc,
            )
        )
    return last


def _booking_of(work: Work, entry: PostedEntry, *, lock: bool = False) -> FundBooking | None:
    query = select(FundBooking).where(
        FundBooking.network_id == work.network.id, FundBooking.reference == entry.cause
    )
    if lock:
        query = query.with_for_update(of=FundBooking)
    found = work.session.scalar(query.execution_options(populate_existing=True))
    return found if found is not None and entry.id in found.entry_ids else None
