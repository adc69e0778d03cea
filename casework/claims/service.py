"""Booking what comes back on claims, and giving up what will not."""

from __future__ import annotations

from datetime import date

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.claims.tables import WriteOff
from casework.context import Work
from casework.fund.by_hand import refuse_by_hand
from casework.fund.refusals import BookedInFuture, MoreThanClaimed, NotTheirClaim, ReasonMissing
from casework.fund.suspense import claims_to_set_off, left_of
from casework.once import attempt
from casework.settlement.service import after_repayment
from errors import Invalid
from ledger import book, events
from ledger import claims as ledger_claims
from ledger.claims import Claim
from ledger.refusals import in_euros


class RepaidBeforeRaised(Invalid):
    """Money cannot come back on a claim that did not exist yet."""

    nl = "De vordering is van {day}. Kies die dag of een latere."
    en = "The claim dates from {day}. Choose that day or a later one."


def book_repayment(work: Work, *, reference: str, amount_cents: int, received_on: date, key: str) -> str:
    """Book what came in on a claim; gives the claim's reference. The case is repaid when all its claims are.

    Raises :class:`ledger.refusals.ClaimNotFound`, :class:`ledger.refusals.RepaymentTooLarge`,
    :class:`BookedInFuture`, :class:`RepaidBeforeRaised`,
    :class:`~casework.fund.by_hand.BookedByStatement`.
    """
    claim = _locked(work, reference)
    if received_on > work.today:
        raise BookedInFuture(field="on")
    if received_on < claim.raised_on:
        raise RepaidBeforeRaised(field="on", day=f"{claim.raised_on:%d-%m-%Y}")
    done = attempt(work, "claim.repay", key, claim=reference, cents=amount_cents, on=received_on.isoformat())
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    ledger_claims.receive_repayment(
        work.session,
        network=work.network.code,
        reference=reference,
        amount_cents=amount_cents,
        booked_on=received_on,
        cause=reference,
        key=key,
        recorded_at_utc=work.now_utc,
    )
    after_repayment(work, claim.case)
    record(work, "claim.repay", reference, case=claim.case, amount_cents=amount_cents)
    work.session.flush()
    return done.finish(reference)


def set_off_receipt(work: Work, *, subject: str, reference: str, amount_cents: int, key: str) -> str:
    """Let what was received under ``subject`` count as a repayment on an open claim on the same party.

    Gives the claim's reference. Raises :class:`ledger.refusals.ClaimNotFound`,
    :class:`~casework.fund.refusals.ReceiptNotFound`, :class:`~casework.fund.refusals.MoreThanOwedBack`,
    :class:`NotTheirClaim`, :class:`MoreThanClaimed`.
    """
    claim = _locked(work, reference)
    done = attempt(work, "receipt.set_off", key, subject=subject, claim=reference, cents=amount_cents)
    if done.repeated:
        return done.result
    owed = left_of(work, subject, amount_cents)
    found = next((one for one in claims_to_set_off(work, owed) if one.reference == reference), None)
    if found is None:
        raise NotTheirClaim(field="claim")
    if amount_cents > found.open_cents:
        raise MoreThanClaimed(field="amount", reference=reference, open=in_euros(found.open_cents))
    draft = events.recognised_as_repayment(
        receipt=subject,
        account=found.account,
        claim=reference,
        amount_cents=amount_cents,
        booked_on=work.today,
        cause=reference,
        key=key,
    )
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    after_repayment(work, claim.case)
    record(work, "claim.set_off", reference, case=claim.case, receipt=subject, amount_cents=amount_cents)
    work.session.flush()
    return done.finish(reference)


def write_off(work: Work, *, reference: str, motivation: str, key: str) -> str:
    """Give up the open part of a claim; gives the claim's reference.

    Raises :class:`ReasonMissing`, :class:`ledger.refusals.ClaimHasNothingOpen`.
    """
    if not motivation.strip():
        raise ReasonMissing(field="motivation")
    claim = _locked(work, reference)
    done = attempt(work, "claim.write_off", key, claim=reference)
    if done.repeated:
        return done.result
    entry = ledger_claims.write_off(
        work.session,
        network=work.network.code,
        reference=reference,
        booked_on=work.today,
        cause=reference,
        key=key,
        recorded_at_utc=work.now_utc,
    )
    work.session.add(
        WriteOff(
            network_id=work.network.id,
            claim_reference=reference,
            amount_cents=claim.open_cents,
            entry_id=entry.id,
            motivation=motivation.strip(),
            written_off_by=work.actor.person_id,
            written_off_at_utc=work.now_utc,
        )
    )
    after_repayment(work, claim.case)
    record(work, "claim.write_off", reference, case=claim.case, amount_cents=claim.open_cents)
    work.session.flush()
    return done.finish(reference)


def _locked(work: Work, reference: str) -> Claim:
    """The claim, read again after its case was locked: what is open on it must not change meanwhile."""
    network = work.network.code
    case = ledger_claims.claim(work.session, network=network, reference=reference).case
    case_for(work, case, Permission.FUND_BOOK, lock=True)
    return ledger_claims.claim(work.session, network=network, reference=reference)
