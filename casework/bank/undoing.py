"""Undoing what (a part of) a bank line was booked as: the entry reversed, and casework put back.

The line stays in the book: what is undone is booked anew as not recognised by who calls this.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select, update

from casework.bank.lines import Booking, KeptLine, booking_day
from casework.bank.posting import Posting, case_of_claim, repayment, reverse_entry
from casework.bank.refusals import PartlySpent, ReturnStays
from casework.cases.tables import Case
from casework.context import Work
from casework.fund.tables import FundBooking
from casework.payout import bank_facts
from casework.payout.parts import live_reference, locked_case
from casework.payout.refusals import PayoutState
from casework.payout.tables import FundPayment, Payout
from casework.settlement.service import after_repayment
from casework.settlement.state import refresh_case
from ledger import book
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.matching_facts import MatchKind, Part
from ledger.bank.tables import bank_booking
from ledger.entries import PostedEntry
from rules.lifecycle import PaymentAction


def undo(work: Work, line: KeptLine, booking: Booking) -> None:
    """Reverse one booking of the line, in the book and in casework.

    Raises :class:`PartlySpent` and what the book refuses: money that has moved on since stays.
    """
    entry = _UNDO.get(booking.kind, _undo_plainly)(work, line, booking)
    work.session.execute(
        update(bank_booking).where(bank_booking.c.id == booking.id).values(undone_by=entry.id)
    )
    work.session.flush()


def _undo_plainly(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    on = booking_day(work, line.line.booked_on)
    return reverse_entry(work, booking.entry_id, on, line.name, f"{line.key}:{booking.sequence}:undo")


def _undo_repayment(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    entry = _undo_plainly(work, line, booking)
    after_repayment(work, case_of_claim(work, booking.subject))
    return entry


def _undo_contribution(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    entry = _undo_plainly(work, line, booking)
    original = book.entry(work.session, network=work.network.code, entry_id=booking.entry_id)
    work.session.execute(
        update(FundBooking)
        .where(FundBooking.network_id == work.network.id, FundBooking.reference == original.cause)
        .values(reversed_at_utc=work.now_utc)
    )
    return entry


def _undo_payout(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    key = f"{line.key}:{booking.sequence}:undo"
    return bank_facts.unseen(work, reference=booking.subject, key=key)


def _undo_payout_returned(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    """The payment did not come back after all; not possible once the cost line is being paid again."""
    query = select(Payout).where(Payout.network_id == work.network.id, Payout.reference == booking.subject)
    payout = work.session.scalar(query)
    if payout is None:
        raise ReturnStays(reference=booking.subject)
    case = locked_case(work, payout.case_id)
    cost_line = next(one for one in case.cost_lines if one.id == payout.cost_line_id)
    if live_reference(work, cost_line) is not None:
        raise ReturnStays(reference=booking.subject)
    entry = _undo_plainly(work, line, booking)
    payout.state = PayoutState.PAID.value
    payout.ended_on = None
    paid_on = payout.paid_on or line.line.booked_on
    bank_facts.after_paid(work, case, paid_on, PaymentAction.BOOK_PART_AS_PAID, PaymentAction.BOOK_AS_PAID)
    return entry


def _undo_collection_reversed(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    """A reversal is not reversed: the repayment is booked again."""
    again = Part(MatchKind.REPAYMENT, booking.subject, abs(booking.amount_cents))
    on = booking_day(work, line.line.booked_on)
    return repayment(Posting(work, line, again, on, f"{line.key}:{booking.sequence}:undo"))


def _undo_refund(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    entry = _undo_plainly(work, line, booking)
    query = select(Case).where(Case.network_id == work.network.id, Case.number == booking.subject)
    case = work.session.scalars(query).one()
    after_repayment(work, case.number)
    refresh_case(work, case)
    return entry


def _undo_unrecognised(work: Work, line: KeptLine, booking: Booking) -> PostedEntry:
    if line.line.amount_cents > 0:
        left = -balance_cents(
            work.session, network=work.network.code, account=Account.SUSPENSE, subject=line.name
        )
        going_back = work.session.scalar(
            select(func.coalesce(func.sum(FundPayment.amount_cents), 0)).where(
                FundPayment.network_id == work.network.id,
                FundPayment.subject == line.name,
                FundPayment.state == "waiting",
            )
        )
        if left - int(going_back or 0) < booking.amount_cents:
            raise PartlySpent(line=line.name)
    return _undo_plainly(work, line, booking)


_UNDO: dict[MatchKind, Callable[[Work, KeptLine, Booking], PostedEntry]] = {
    MatchKind.REPAYMENT: _undo_repayment,
    MatchKind.CONTRIBUTION: _undo_contribution,
    MatchKind.REFUND: _undo_refund,
    MatchKind.PAYOUT: _undo_payout,
    MatchKind.PAYOUT_RETURNED: _undo_payout_returned,
    MatchKind.COLLECTION_REVERSED: _undo_collection_reversed,
    MatchKind.UNRECOGNISED: _undo_unrecognised,
}
