"""Booking (a part of) a bank line: the book and casework in one go. Undoing it: ``undoing.py``.

Every part is one entry that moves 1100, dated as the bank dated it. What is not recognised stands under the
line's own name: received as a receipt on 2900, debited among other costs. See ``docs/decisions/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import insert, select, update

from casework.audit.record import record
from casework.bank.lines import BOOKED, PARKED, KeptLine, booking_day
from casework.bank.refusals import PaymentWhole, PurposeUnknown, RefundUnclear
from casework.cases.tables import Case
from casework.context import Work
from casework.fund.refusals import BookingKind
from casework.fund.tables import FundBooking
from casework.network.numbering import next_number
from casework.network.tables import Partner
from casework.payout import bank_facts
from casework.payout.tables import FundPayment, Payout
from casework.settlement.find import settleable_cents
from casework.settlement.service import after_repayment
from casework.settlement.state import refresh_case
from ledger import book, events, tables
from ledger import claims as ledger_claims
from ledger.bank.matching_facts import MatchKind, MatchRule, Part, Proposal
from ledger.bank.tables import bank_booking, bank_line
from ledger.entries import Draft, PostedEntry
from ledger.refusals import ClaimNotFound, in_euros

_YEAR = re.compile("[12][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Posting:
    """One part of one line to be booked: when, under which key, and in whose name."""

    work: Work
    line: KeptLine
    part: Part
    on: date
    key: str

    def post(self, draft: Draft) -> PostedEntry:
        """Put an entry in the book."""
        return book.post(
            self.work.session,
            network=self.work.network.code,
            draft=draft,
            recorded_at_utc=self.work.now_utc,
        )


def book_parts(work: Work, line: KeptLine, proposal: Proposal, *, first: int, booked_by: int | None) -> None:
    """Book every part of ``proposal`` and set the line's state. ``first`` is the next sequence number."""
    on = booking_day(work, line.line.booked_on)
    for at, part in enumerate(proposal.parts, first):
        entry = _BOOK[part.kind](Posting(work, line, part, on, f"{line.key}:{at}"))
        work.session.execute(
            insert(bank_booking).values(
                line_id=line.id,
                sequence=at,
                kind=part.kind.value,
                subject=part.subject,
                amount_cents=part.amount_cents,
                entry_id=entry.id,
                rule=proposal.rule.value,
                score=proposal.score,
                booked_by=booked_by,
                booked_at_utc=work.now_utc,
            )
        )
    rest = any(part.kind is MatchKind.UNRECOGNISED for part in proposal.parts)
    work.session.execute(
        update(bank_line).where(bank_line.c.id == line.id).values(state=PARKED if rest else BOOKED)
    )
    work.session.flush()


def unrecognised(line: KeptLine, cents: int) -> Proposal:
    """The line, or what is left of it, put where nobody claims to know what it is."""
    return Proposal((Part(MatchKind.UNRECOGNISED, "", cents),), MatchRule.BY_HAND, 0)


def cases_of(work: Work, parts: tuple[Part, ...]) -> set[str]:
    """The numbers of the cases that booking ``parts`` changes: to be locked before the fund."""
    claims = [p.subject for p in parts if p.kind in (MatchKind.REPAYMENT, MatchKind.COLLECTION_REVERSED)]
    payments = [p.subject for p in parts if p.kind in (MatchKind.PAYOUT, MatchKind.PAYOUT_RETURNED)]
    found = {p.subject for p in parts if p.kind is MatchKind.REFUND}
    found |= {case_of_claim(work, one) for one in claims}
    if payments:
        query = (
            select(Case.number)
            .join(Payout, Payout.case_id == Case.id)
            .where(Payout.network_id == work.network.id, Payout.reference.in_(payments))
        )
        found |= set(work.session.scalars(query))
    return found


def case_of_claim(work: Work, reference: str) -> str:
    """The case a claim arose from. Raises :class:`~ledger.refusals.ClaimNotFound`."""
    c, f = tables.claim.c, tables.fund.c
    case = work.session.scalar(
        select(c.case_number)
        .join(tables.fund, f.id == c.fund_id)
        .where(f.network == work.network.code, c.reference == reference)
    )
    if case is None:
        raise ClaimNotFound(reference=reference)
    return str(case)


def lock_cases(work: Work, numbers: set[str]) -> None:
    """Lock these cases in one order for everybody, and then the fund."""
    query = (
        select(Case.id)
        .where(Case.network_id == work.network.id, Case.number.in_(numbers))
        .order_by(Case.number)
        .with_for_update(of=Case)
    )
    if numbers:
        work.session.execute(query).all()
    book.lock_fund(work.session, network=work.network.code)


def repayment(posting: Posting) -> PostedEntry:
    """Book the part as a repayment of the claim that is its subject; its settlement may be repaid by it."""
    work, part = posting.work, posting.part
    case = case_of_claim(work, part.subject)
    entry = ledger_claims.receive_repayment(
        work.session,
        network=work.network.code,
        reference=part.subject,
        amount_cents=part.amount_cents,
        booked_on=posting.on,
        cause=posting.line.name,
        key=posting.key,
        recorded_at_utc=work.now_utc,
    )
    after_repayment(work, case)
    facts = {"case": case, "line": posting.line.name}
    record(work, "claim.repay", part.subject, amount_cents=part.amount_cents, **facts)
    return entry


def _written_off(posting: Posting) -> PostedEntry:
    """What was given up comes in after all: it lessens the write-offs, and the claim stays closed."""
    work, part = posting.work, posting.part
    entry = ledger_claims.receive_written_off(
        work.session,
        network=work.network.code,
        reference=part.subject,
        amount_cents=part.amount_cents,
        booked_on=posting.on,
        key=posting.key,
        recorded_at_utc=work.now_utc,
    )
    facts = {"line": posting.line.name}
    record(work, "claim.written_off_received", part.subject, amount_cents=part.amount_cents, **facts)
    return entry


def _contribution(posting: Posting) -> PostedEntry:
    work, part = posting.work, posting.part
    code, _, year = part.subject.partition(":")
    partner = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == code)
    )
    if partner is None or not _YEAR.fullmatch(year):
        raise PurposeUnknown(subject=part.subject)
    numbered = next_number(work, "fund_booking")
    reference = f"F-{numbered[0]}-{numbered[1]:04d}"
    entry = posting.post(
        events.contribution_received(
            partner=code,
            amount_cents=part.amount_cents,
            booked_on=posting.on,
            cause=reference,
            key=posting.key,
        )
    )
    work.session.add(
        FundBooking(
            network_id=work.network.id,
            reference=reference,
            kind=BookingKind.CONTRIBUTION.value,
            partner_id=partner.id,
            amount_cents=part.amount_cents,
            booked_on=posting.on,
            for_year=int(year),
            description=posting.line.name,
            entry_ids=[entry.id],
            # Where a rule was sure, it acts for who brought the statement.
            booked_by=posting.line.taken_by if work.actor.is_program else work.actor.person_id,
            booked_at_utc=work.now_utc,
        )
    )
    record(work, "fund.contribution", reference, amount_cents=part.amount_cents, partner=code)
    return entry


def _payout(posting: Posting) -> PostedEntry:
    _need_whole(posting)
    return bank_facts.seen(
        posting.work,
        reference=posting.part.subject,
        paid_on=posting.line.line.booked_on,
        key=posting.key,
    )


def _payout_returned(posting: Posting) -> PostedEntry:
    _need_whole(posting)
    return bank_facts.returned(
        posting.work,
        reference=posting.part.subject,
        returned_on=posting.line.line.booked_on,
        key=posting.key,
    )


def _need_whole(posting: Posting) -> None:
    work, reference = posting.work, posting.part.subject
    for table in (Payout, FundPayment):
        query = select(table.amount_cents).where(
            table.network_id == work.network.id, table.reference == reference
        )
        cents = work.session.scalar(query)
        if cents is not None and cents == posting.part.amount_cents:
            return
        if cents is not None:
            raise PaymentWhole(reference=reference, amount=in_euros(cents))
    raise PurposeUnknown(subject=reference)


def _collection_reversed(posting: Posting) -> PostedEntry:
    """The bank takes a collection back: the repayment it was is reversed, and the claim open again."""
    work, part = posting.work, posting.part
    b, f = bank_booking.c, tables.fund.c
    collected = work.session.execute(
        select(b.id, b.entry_id)
        .join(bank_line, bank_line.c.id == b.line_id)
        .join(tables.entry, tables.entry.c.id == b.entry_id)
        .join(tables.fund, f.id == tables.entry.c.fund_id)
        .where(
            f.network == work.network.code,
            b.kind == MatchKind.REPAYMENT.value,
            b.subject == part.subject,
            b.amount_cents == part.amount_cents,
            b.undone_by.is_(None),
            bank_line.c.end_to_end_id == posting.line.line.end_to_end_id,
        )
        .order_by(b.id.desc())
    ).first()
    if collected is None:
        raise PurposeUnknown(subject=part.subject)
    case = case_of_claim(work, part.subject)
    entry = reverse_entry(work, collected.entry_id, posting.on, posting.line.name, posting.key)
    # Its own line keeps the booking: the money did come in. Only this line took it back.
    after_repayment(work, case)
    facts = {"case": case, "line": posting.line.name}
    record(work, "claim.collection_reversed", part.subject, amount_cents=part.amount_cents, **facts)
    return entry


def _refund(posting: Posting) -> PostedEntry:
    """The payee pays back: what was not settled yet falls, else the one claim that came of it."""
    work, part = posting.work, posting.part
    case = work.session.scalar(
        select(Case).where(Case.network_id == work.network.id, Case.number == part.subject)
    )
    if case is None:
        raise PurposeUnknown(subject=part.subject)
    if settleable_cents(work, case) >= part.amount_cents:
        entry = posting.post(
            events.payee_refund_unsettled(
                case=case.number,
                amount_cents=part.amount_cents,
                booked_on=posting.on,
                cause=posting.line.name,
                key=posting.key,
            )
        )
        refresh_case(work, case)
    else:
        claims = ledger_claims.claims_of_case(work.session, network=work.network.code, case=case.number)
        fitting = [one for one in claims if one.open_cents]
        if len(fitting) != 1 or fitting[0].open_cents < part.amount_cents:
            raise RefundUnclear(case=case.number)
        entry = posting.post(
            events.payee_refund_settled(
                account=fitting[0].account,
                claim=fitting[0].reference,
                open_cents=fitting[0].open_cents,
                receipt=posting.line.name,
                amount_cents=part.amount_cents,
                booked_on=posting.on,
                cause=posting.line.name,
                key=posting.key,
            )
        )
        after_repayment(work, case.number)
    record(work, "bank.refund", posting.line.name, case=case.number, amount_cents=part.amount_cents)
    return entry


def _plain(posting: Posting) -> PostedEntry:
    """Costs, income, and what is not recognised: nothing but the book knows of it."""
    kind, credit = posting.part.kind, posting.line.line.amount_cents > 0
    make: Callable[..., Draft] = events.other_costs
    if kind is MatchKind.UNRECOGNISED and credit:
        make = partial(events.receipt_unrecognised, receipt=posting.line.name)
    elif kind is MatchKind.BANK_COSTS:
        make = events.bank_costs
    elif kind is MatchKind.OTHER_INCOME:
        make = events.other_income
    entry = posting.post(
        make(
            amount_cents=posting.part.amount_cents,
            booked_on=posting.on,
            cause=posting.line.name,
            key=posting.key,
        )
    )
    cents = posting.part.amount_cents
    record(posting.work, "bank.book", posting.line.name, kind=kind.value, amount_cents=cents)
    return entry


_BOOK: dict[MatchKind, Callable[[Posting], PostedEntry]] = {
    MatchKind.REPAYMENT: repayment,
    MatchKind.CONTRIBUTION: _contribution,
    MatchKind.REFUND: _refund,
    MatchKind.WRITTEN_OFF: _written_off,
    MatchKind.PAYOUT: _payout,
    MatchKind.PAYOUT_RETURNED: _payout_returned,
    MatchKind.COLLECTION_REVERSED: _collection_reversed,
    MatchKind.OTHER_INCOME: _plain,
    MatchKind.BANK_COSTS: _plain,
    MatchKind.OTHER_COSTS: _plain,
    MatchKind.UNRECOGNISED: _plain,
}


def reverse_entry(work: Work, entry_id: int, on: date, cause: str, key: str) -> PostedEntry:
    """Reverse an entry that a line caused, dated ``on``."""
    return book.reverse(
        work.session,
        network=work.network.code,
        entry_id=entry_id,
        booked_on=on,
        cause=cause,
        key=key,
        recorded_at_utc=work.now_utc,
    )
