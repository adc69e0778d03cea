"""Claim letters to outside parties: to whom, when, and the term that starts then."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.settlement.decide import outside_due_on
from casework.settlement.find import settlements_of
from casework.settlement.refusals import (
    AddressNeeded,
    LetterDayPast,
    LetterInFuture,
    LetterKeyMissing,
    NoLetter,
    RecipientNeeded,
)
from casework.settlement.tables import ClaimLetter, Settlement
from casework.settlement.undo import claims_of
from errors import NotFound
from ledger import claims as ledger_claims
from ledger.claims import Claim
from rules.lifecycle import SettlementKind, SettlementState
from rules.wording import Labelled

# A letter is registered when it goes out; what was forgotten longer ago is sent again.
REGISTER_WITHIN = timedelta(days=14)


class LetterReason(Labelled):
    """Why a letter is sent. Only a reminder leaves the term as it is."""

    FIRST = "first", "eerste brief", "first letter"
    AGAIN = "again", "opnieuw, de termijn begint weer", "again, the term starts anew"
    REMINDER = "reminder", "herinnering, de termijn blijft", "reminder, the term stays"


def outside_claim(
    work: Work, number: str, sequence: int, *, lock: bool = False
) -> tuple[Case, Settlement, Claim]:
    """The open claim on an outside party after settlement ``sequence`` of case ``number``.

    Raises :class:`NoLetter` where nothing is open on an outside party there.
    """
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=lock)
    settlement = next((one for one in settlements_of(work, case) if one.sequence == sequence), None)
    if settlement is None:
        raise NotFound()
    if settlement.kind != SettlementKind.OUTSIDE.value or settlement.state != SettlementState.DECIDED.value:
        raise NoLetter()
    (claim,) = claims_of(work, case, settlement)
    if not claim.open_cents:
        raise NoLetter()
    return case, settlement, claim


def compose(
    work: Work,
    settlement: Settlement,
    claim: Claim,
    *,
    reason: str,
    recipient: str,
    address: str,
    language: str,
    sent_on: date,
) -> ClaimLetter:
    """The letter as it would be registered; it is not kept.

    Raises :class:`RecipientNeeded`, :class:`AddressNeeded`, :class:`LetterInFuture`, :class:`LetterDayPast`.
    """
    recipient, lines = recipient.strip(), _lines(address)
    if not recipient:
        raise RecipientNeeded(field="recipient")
    if not lines:
        raise AddressNeeded(field="address")
    if sent_on > work.today:
        raise LetterInFuture(field="sent_on")
    earliest = max(work.today - REGISTER_WITHIN, settlement.decided_on or work.today)
    former = last_letter(work, settlement)
    if former is not None:
        earliest = max(earliest, former.sent_on)
    if sent_on < earliest:
        raise LetterDayPast(field="sent_on", earliest=f"{earliest:%d-%m-%Y}")
    given = LetterReason.FIRST if former is None else LetterReason(reason)
    if former is not None and given is LetterReason.FIRST:
        given = LetterReason.AGAIN
    keeps = former is not None and given is LetterReason.REMINDER
    return ClaimLetter(
        network_id=work.network.id,
        settlement_id=settlement.id,
        number=1 if former is None else former.number + 1,
        reason=given.value,
        recipient=recipient,
        address=lines,
        language=language,
        amount_cents=claim.open_cents,
        sent_on=sent_on,
        due_on=former.due_on if former is not None and keeps else outside_due_on(work, sent_on),
        registered_by=work.actor.person_id,
        registered_at_utc=work.now_utc,
    )


def register_letter(
    work: Work,
    *,
    number: str,
    sequence: int,
    reason: str,
    recipient: str,
    address: str,
    language: str,
    sent_on: date,
    key: str,
) -> ClaimLetter:
    """Keep that a letter was sent. From then on its term runs: the claim is due at its end.

    The same ``key`` again gives the letter that was kept. Raises what :func:`compose` and
    :func:`outside_claim` raise.
    """
    if not key:
        raise LetterKeyMissing()
    case, settlement, claim = outside_claim(work, number, sequence, lock=True)
    kept = next((one for one in letters_of(work, settlement) if one.request_key == key), None)
    if kept is not None:
        return kept
    letter = compose(
        work,
        settlement,
        claim,
        reason=reason,
        recipient=recipient,
        address=address,
        language=language,
        sent_on=sent_on,
    )
    letter.request_key = key
    work.session.add(letter)
    if letter.due_on != claim.due_on:
        ledger_claims.change_terms(
            work.session,
            network=work.network.code,
            reference=claim.reference,
            due_on=letter.due_on,
            instalments=(),
        )
    record(
        work,
        "settlement.letter",
        case.number,
        sequence=sequence,
        letter=letter.number,
        reason=letter.reason,
        due_on=letter.due_on.isoformat(),
    )
    work.session.flush()
    return letter


def letters_of(work: Work, settlement: Settlement) -> tuple[ClaimLetter, ...]:
    """Every letter that was sent on ``settlement``, first one first."""
    query = select(ClaimLetter).where(ClaimLetter.settlement_id == settlement.id)
    return tuple(work.session.scalars(query.order_by(ClaimLetter.number)))


def last_letter(work: Work, settlement: Settlement) -> ClaimLetter | None:
    """The letter that was sent last."""
    query = select(ClaimLetter).where(ClaimLetter.settlement_id == settlement.id)
    return work.session.scalar(query.order_by(ClaimLetter.number.desc()).limit(1))


def written_to(work: Work) -> frozenset[int]:
    """The settlements of the network on which a letter was sent."""
    query = select(ClaimLetter.settlement_id).where(ClaimLetter.network_id == work.network.id)
    return frozenset(work.session.scalars(query))


def _lines(address: str) -> str:
    """The lines of an address, without what is empty."""
    return "\n".join(line.strip() for line in address.splitlines() if line.strip())
