"""A person says what a line is: as proposed, as they choose themselves, or that it was wrong before.

Recognising reverses what stands as not recognised and books the parts in its place, on the same day; so the
bank's account comes out the same, and receipts count as what they turned out to be.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from casework.audit.record import record
from casework.bank.facts import facts_of
from casework.bank.lines import (
    OPEN,
    Booking,
    KeptLine,
    bookings_of,
    line_of,
    parked,
    standing,
    still_to_recognise,
)
from casework.bank.posting import book_parts, cases_of, lock_cases, unrecognised
from casework.bank.refusals import (
    LineNotBooked,
    LineNotFound,
    LineNotParked,
    NoLineChosen,
    NothingChosen,
    NotOnThisSide,
    OnlyReceipts,
    PartsNotWhole,
    PayerUnknown,
    ProposalChanged,
)
from casework.bank.undoing import undo
from casework.context import Work
from casework.fund.refusals import ReasonMissing
from casework.fund.service import may_book
from casework.fund.tables import Correction
from casework.once import attempt
from casework.payout.fund_payments import ask_receipt_back
from casework.people_data import BsnFound, contains_bsn
from ledger.bank.matching import Matcher
from ledger.bank.matching_facts import MatchKind, MatchRule, Part, Proposal
from ledger.refusals import in_euros

IN = frozenset(
    {
        MatchKind.REPAYMENT,
        MatchKind.CONTRIBUTION,
        MatchKind.REFUND,
        MatchKind.WRITTEN_OFF,
        MatchKind.OTHER_INCOME,
        MatchKind.PAYOUT_RETURNED,
    }
)
_TOKEN = re.compile(r"([0-9]{1,9})-[0-9a-f]{16}")
OUT = frozenset(
    {MatchKind.PAYOUT, MatchKind.COLLECTION_REVERSED, MatchKind.BANK_COSTS, MatchKind.OTHER_COSTS}
)


def recognise(work: Work, *, line_id: int, parts: Sequence[Part], key: str) -> str:
    """Book (part of) a line that is not recognised as ``parts``; gives the line's name.

    What the parts leave over stays not recognised. Raises :class:`LineNotParked`, :class:`NothingChosen`,
    :class:`PartsNotWhole`, :class:`NotOnThisSide`, and what booking the parts raises.
    """
    may_book(work)
    chosen = tuple(part for part in parts if part.amount_cents > 0)
    if not chosen:
        raise NothingChosen(field="amount")
    lock_cases(work, cases_of(work, chosen))
    line = line_of(work, line_id, lock=True)
    content = ";".join(f"{part.kind}|{part.subject}|{part.amount_cents}" for part in chosen)
    done = attempt(work, "bank.recognise", key, line=line.id, parts=content)
    if done.repeated:
        return done.result
    _book(work, line, Proposal(chosen, MatchRule.BY_HAND, 0))
    return done.finish(line.name)


def proposals_for(work: Work, line: KeptLine, matcher: Matcher) -> tuple[Proposal, ...]:
    """What is proposed now for the part of a line that is not recognised, the best first."""
    left = still_to_recognise(line, bookings_of(work, [line.id])[line.id])
    if not left.amount_cents:
        return ()
    outcome = matcher.match(left)
    return (outcome.sure,) if outcome.sure else outcome.likely


def token(line: KeptLine, proposal: Proposal) -> str:
    """What a form sends to accept exactly this proposal for this line, and no other."""
    content = repr([(part.kind.value, part.subject, part.amount_cents) for part in proposal.parts])
    return f"{line.id}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def accept(work: Work, *, tokens: Sequence[str], key: str) -> tuple[str, ...]:
    """Book these proposals as they were shown; gives the names of the lines. All of them or none.

    Raises :class:`NoLineChosen`, :class:`ProposalChanged` for one that would now be another.
    """
    may_book(work)
    wanted = sorted(set(tokens))
    if not wanted:
        raise NoLineChosen(field="accept")
    chosen = [(one, int(fits[1])) for one in wanted if (fits := _TOKEN.fullmatch(one))]
    if len(chosen) < len(wanted):
        raise LineNotFound()
    first = Matcher(facts_of(work))
    cases: set[str] = set()
    for _token, line_id in chosen:
        for proposal in proposals_for(work, line_of(work, line_id), first):
            cases |= cases_of(work, proposal.parts)
    lock_cases(work, cases)
    done = attempt(work, "bank.accept", key, tokens=",".join(wanted)[:4000])
    if done.repeated:
        return tuple(done.result.split(","))
    matcher, names = Matcher(facts_of(work)), []
    for one, line_id in chosen:
        line = line_of(work, line_id, lock=True)
        now = next((p for p in proposals_for(work, line, matcher) if token(line, p) == one), None)
        if now is None:
            raise ProposalChanged(line=line.name)
        _book(work, line, now)
        matcher.take(line.line, now)
        names.append(line.name)
    done.finish(",".join(names)[:4000])
    return tuple(names)


def _book(work: Work, line: KeptLine, proposal: Proposal) -> None:
    """Put what stands as not recognised away, and the parts in its place."""
    bookings = bookings_of(work, [line.id])[line.id]
    waiting = parked(bookings)
    if not waiting:
        raise LineNotParked()
    side = IN if line.line.amount_cents > 0 else OUT
    if any(part.kind not in side for part in proposal.parts if part.kind is not MatchKind.UNRECOGNISED):
        raise NotOnThisSide()
    left = sum(one.amount_cents for one in waiting)
    total = sum(part.amount_cents for part in proposal.parts)
    if total > left:
        raise PartsNotWhole(field="amount", total=in_euros(total), line=in_euros(left))
    for one in waiting:
        undo(work, line, one)
    parts = proposal.parts
    if total < left:
        parts += (Part(MatchKind.UNRECOGNISED, "", left - total),)
    whole = Proposal(parts, proposal.rule, proposal.score)
    book_parts(work, line, whole, first=len(bookings) + 1, booked_by=work.actor.person_id)
    record(work, "bank.recognise", line.name, amount_cents=total, rule=proposal.rule.value)
    work.session.flush()


def undo_line(work: Work, *, line_id: int, reason: str, key: str) -> str:
    """Reverse everything a line was recognised as; it is not recognised again. Gives its name.

    Raises :class:`ReasonMissing`, ``BsnFound``, :class:`LineNotBooked`, and what the book refuses: what was
    built on it since has to be undone first.
    """
    may_book(work)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if contains_bsn(reason):
        raise BsnFound(field="reason")
    # Asked first: what stands on another network's line is not even looked for.
    line_of(work, line_id)
    before = bookings_of(work, [line_id])[line_id]
    parts = tuple(Part(one.kind, one.subject, one.amount_cents) for one in standing(before))
    lock_cases(work, cases_of(work, parts))
    line = line_of(work, line_id, lock=True)
    done = attempt(work, "bank.undo", key, line=line.id)
    if done.repeated:
        return done.result
    bookings = bookings_of(work, [line.id])[line.id]
    to_undo = standing(bookings)
    if line.state == OPEN or all(one.kind is MatchKind.UNRECOGNISED for one in to_undo):
        raise LineNotBooked()
    for one in reversed(to_undo):
        undo(work, line, one)
    first = len(bookings) + 1
    book_parts(work, line, unrecognised(line, line.cents), first=first, booked_by=work.actor.person_id)
    _keep_reason(work, to_undo, reason)
    record(work, "bank.undo", line.name, amount_cents=line.cents)
    work.session.flush()
    return done.finish(line.name)


def send_back(work: Work, *, line_id: int, key: str) -> str:
    """Ask to pay what is not recognised of a receipt back to the account it came from; gives the line's name.

    It is paid in a batch, like every payment. Raises :class:`OnlyReceipts`, :class:`PayerUnknown`,
    :class:`LineNotParked`, and what asking for the payment raises.
    """
    may_book(work)
    # Not locked: who recognises a line locks the fund before it. Asking locks the fund, and looks again.
    line = line_of(work, line_id)
    if line.line.amount_cents < 0:
        raise OnlyReceipts()
    if not line.line.counter_iban:
        raise PayerUnknown()
    left = sum(one.amount_cents for one in parked(bookings_of(work, [line.id])[line.id]))
    if not left:
        raise LineNotParked()
    ask_receipt_back(
        work,
        subject=line.name,
        amount_cents=left,
        payee_name=line.line.counter_name or line.line.counter_iban,
        payee_iban=line.line.counter_iban,
        key=key,
    )
    return line.name


def _keep_reason(work: Work, undone: Sequence[Booking], reason: str) -> None:
    work.session.add_all(
        Correction(
            network_id=work.network.id,
            entry_id=one.entry_id,
            reason=reason.strip(),
            corrected_by=work.actor.person_id,
            corrected_at_utc=work.now_utc,
        )
        for one in undone
    )
