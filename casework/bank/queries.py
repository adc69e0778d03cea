"""Bank lines as the treasurer sees them: those to recognise, with what is proposed, and one as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, func, or_, select

from casework.access import Permission, may_ever
from casework.bank.facts import facts_of
from casework.bank.lines import (
    Booking,
    KeptLine,
    bookings_of,
    kept,
    line_of,
    lines_query,
    parked,
    standing,
    still_to_recognise,
)
from casework.bank.recognise import proposals_for, token
from casework.context import Work
from casework.paging import PER_PAGE, Page, offset_of
from casework.payout.tables import FundPayment
from casework.people.tables import Person
from errors import Forbidden
from ledger import tables as ledger_tables
from ledger.bank.lines import BankLine
from ledger.bank.matching import Matcher
from ledger.bank.matching_facts import ClaimFact, Facts, MatchKind, Part, Proposal
from ledger.bank.tables import bank_booking, bank_line, bank_statement
from ledger.claims import written_off_left

_CHOICES = 12
_NAME = re.compile(r"B[0-9]{8}-([0-9a-f]{6})-([0-9]{1,6})")
_GOING_BACK = ("waiting", "ordered", "paid")


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a proposal in words' reach: whose it is and what is open on it, in cents."""

    kind: MatchKind
    subject: str
    amount_cents: int
    whose: str
    open_cents: int


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal to accept; ``token`` is what the form sends."""

    token: str
    rule: str
    score: int
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line to recognise. ``left_cents`` (signed) is the part that is not recognised."""

    id: int
    name: str
    line: BankLine
    left_cents: int
    proposals: tuple[ProposalRow, ...]


@dataclass(frozen=True, slots=True)
class BookedRow:
    """What (a part of) a line was booked as, by whom (empty: by rule), and whether that was undone."""

    kind: MatchKind
    subject: str
    amount_cents: int
    rule: str
    by: str
    at_utc: datetime
    entry: tuple[int, int]
    undone: bool


@dataclass(frozen=True, slots=True)
class LinePage:
    """One line as a whole, with what it can be taken for."""

    row: LineRow
    statement_id: int
    state: str
    booked: tuple[BookedRow, ...]
    choices: tuple[PartRow, ...]
    going_back: str  # the payment by which it goes back; empty when it does not
    undoable: bool


@dataclass(frozen=True, slots=True)
class ToRecognise:
    """One page of lines to recognise; counts and sums (cents) of all pages."""

    found: Page[LineRow]
    in_count: int
    in_cents: int
    out_count: int
    out_cents: int


def lines_to_recognise(work: Work, *, side: str = "", page: int = 1) -> ToRecognise:
    """Lines in the book that are not recognised, the oldest first. ``side`` is ``in``, ``out`` or both."""
    _may_see(work)
    ln = bank_line.c
    gone = _going_back(work)
    waiting = lines_query(work).where(ln.state == "parked", ln.id.not_in(gone) if gone else ln.id > 0)
    lines_waiting, b = waiting.subquery(), bank_booking.c
    sign = lines_waiting.c.amount_cents > 0
    parts = (b.kind == MatchKind.UNRECOGNISED.value) & b.undone_by.is_(None)
    totals = {
        bool(row[0]): (int(row[1]), int(row[2]))
        for row in work.session.execute(
            select(sign, func.count(lines_waiting.c.id.distinct()), func.sum(b.amount_cents))
            .select_from(lines_waiting)
            .join(bank_booking, (b.line_id == lines_waiting.c.id) & parts)
            .group_by(sign)
        )
    }
    if side in ("in", "out"):
        waiting = waiting.where(ln.amount_cents > 0 if side == "in" else ln.amount_cents < 0)
    rows = work.session.execute(
        waiting.order_by(ln.booked_on, ln.id).limit(PER_PAGE).offset(offset_of(page))
    ).all()
    lines = [kept(row) for row in rows]
    matcher = Matcher(facts_of(work)) if lines else None
    (in_count, in_cents), (out_count, out_cents) = totals.get(True, (0, 0)), totals.get(False, (0, 0))
    total = {"in": in_count, "out": out_count}.get(side, in_count + out_count)
    shown = tuple(_row(work, line, matcher) for line in lines) if matcher else ()
    return ToRecognise(Page(shown, page, total), in_count, in_cents, out_count, -out_cents)


def line_page(work: Work, line_id: int, *, search: str = "") -> LinePage:
    """One line: what it was booked as, what is proposed, what else it can be.

    Raises :class:`LineNotFound`.
    """
    _may_see(work)
    line = line_of(work, line_id)
    bookings = bookings_of(work, [line.id])[line.id]
    waiting = parked(bookings)
    matcher = Matcher(facts_of(work)) if waiting else None
    row = _row(work, line, matcher, bookings)
    return LinePage(
        row=row,
        statement_id=line.statement_id,
        state=line.state,
        booked=_booked(work, bookings),
        choices=(*_choices(matcher, row, search), *_given_up(work, row, search)) if matcher else (),
        going_back=_payment_back(work, line),
        undoable=any(one.kind is not MatchKind.UNRECOGNISED for one in standing(bookings)),
    )


def _may_see(work: Work) -> None:
    if not may_ever(work.actor, Permission.BANK_VIEW):
        raise Forbidden()


def _row(
    work: Work, line: KeptLine, matcher: Matcher | None, bookings: Sequence[Booking] | None = None
) -> LineRow:
    if bookings is None:
        bookings = bookings_of(work, [line.id])[line.id]
    left = still_to_recognise(line, bookings)
    proposals = proposals_for(work, line, matcher) if matcher else ()
    facts = matcher.facts if matcher else None
    shown = tuple(_proposal_row(line, one, facts) for one in proposals) if facts else ()
    return LineRow(line.id, line.name, line.line, left.amount_cents, shown)


def _proposal_row(line: KeptLine, proposal: Proposal, facts: Facts) -> ProposalRow:
    parts = tuple(_part_row(part, facts) for part in proposal.parts)
    return ProposalRow(token(line, proposal), proposal.rule.value, proposal.score, parts)


def _part_row(part: Part, facts: Facts) -> PartRow:
    whose, open_cents = "", 0
    if part.kind in (MatchKind.REPAYMENT, MatchKind.COLLECTION_REVERSED):
        claim = next((one for one in facts.claims if one.reference == part.subject), None)
        whose, open_cents = (claim.party_name, claim.open_cents) if claim else ("", 0)
    elif part.kind is MatchKind.CONTRIBUTION:
        one = next((each for each in facts.contributions if each.subject == part.subject), None)
        whose, open_cents = (one.partner_name, one.open_cents) if one else ("", 0)
    else:
        payment = next(
            (each for each in (*facts.under_way, *facts.paid) if each.reference == part.subject), None
        )
        whose, open_cents = (payment.name, payment.amount_cents) if payment else ("", 0)
    return PartRow(part.kind, part.subject, part.amount_cents, whose, open_cents)


def _choices(matcher: Matcher, row: LineRow, search: str) -> tuple[PartRow, ...]:
    """What a person can choose from: what was searched for, else what is nearest by payer or amount."""
    facts, cents = matcher.facts, abs(row.left_cents)
    words = search.lower().split()

    def sought(*texts: str) -> bool:
        return all(any(word in text.lower() for text in texts) for word in words)

    def part(kind: MatchKind, subject: str, whose: str, open_cents: int) -> PartRow:
        return PartRow(kind, subject, 0, whose, open_cents)

    if row.left_cents < 0:
        payments = [one for one in facts.under_way if sought(one.reference, one.name, one.case)]
        payments.sort(key=lambda one: (one.amount_cents != cents, one.reference))
        return tuple(
            part(MatchKind.PAYOUT, one.reference, one.name, one.amount_cents) for one in payments[:_CHOICES]
        )
    owner = matcher.accounts.payer(row.line.counter_iban)

    def nearness(one: ClaimFact) -> tuple[bool, bool, object]:
        return (one.payer != owner, one.open_cents != cents, one.due_on)

    claims = [one for one in facts.claims if sought(one.reference, one.party_name, one.case)]
    found = [
        part(MatchKind.REPAYMENT, one.reference, one.party_name, one.open_cents)
        for one in sorted(claims, key=nearness)[:_CHOICES]
    ]
    found += [
        part(MatchKind.CONTRIBUTION, one.subject, one.partner_name, one.open_cents)
        for one in facts.contributions
        if sought(one.partner_name, one.partner, str(one.year))
        and (words or one.payer == owner or one.open_cents == cents)
    ][:_CHOICES]
    found += [
        part(MatchKind.REFUND, one.case, one.name, one.amount_cents)
        for one in facts.paid
        if one.case
        and sought(one.reference, one.name, one.case)
        and (words or one.iban == row.line.counter_iban != "")
    ][:_CHOICES]
    found += [
        part(MatchKind.PAYOUT_RETURNED, one.reference, one.name, one.amount_cents)
        for one in facts.paid
        if one.amount_cents == cents and sought(one.reference, one.name, one.case)
    ][:_CHOICES]
    return tuple(found)


def _given_up(work: Work, row: LineRow, search: str) -> tuple[PartRow, ...]:
    """Claims that were written off: what was searched for, else those of exactly this amount."""
    left = written_off_left(work.session, network=work.network.code) if row.left_cents > 0 else {}
    if not left:
        return ()
    c, f = ledger_tables.claim.c, ledger_tables.fund.c
    rows = work.session.execute(
        select(c.reference, c.party_name, c.case_number)
        .join(ledger_tables.fund, f.id == c.fund_id)
        .where(f.network == work.network.code, c.reference.in_(left))
        .order_by(c.reference)
    )
    words = search.lower().split()
    return tuple(
        PartRow(MatchKind.WRITTEN_OFF, one.reference, 0, one.party_name, left[one.reference])
        for one in rows
        if all(any(word in text.lower() for text in one) for word in words)
        and (words or left[one.reference] == row.left_cents)
    )[:_CHOICES]


def _booked(work: Work, bookings: Sequence[Booking]) -> tuple[BookedRow, ...]:
    e = ledger_tables.entry.c
    ids = [one.entry_id for one in bookings]
    entries = {
        row.id: row
        for row in work.session.execute(
            select(e.id, e.book_year, e.number, e.recorded_at_utc).where(e.id.in_(ids))
        )
    }
    people = [one.booked_by for one in bookings if one.booked_by]
    names: dict[int, str] = dict(
        work.session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all()
    )
    return tuple(
        BookedRow(
            kind=one.kind,
            subject=one.subject,
            amount_cents=one.amount_cents,
            rule=one.rule,
            by=names.get(one.booked_by or 0, ""),
            at_utc=entries[one.entry_id].recorded_at_utc,
            entry=(entries[one.entry_id].book_year, entries[one.entry_id].number),
            undone=one.undone_by is not None,
        )
        for one in bookings
    )


def _payment_back(work: Work, line: KeptLine) -> str:
    query = select(FundPayment.reference).where(
        FundPayment.network_id == work.network.id,
        FundPayment.subject == line.name,
        FundPayment.state.in_(_GOING_BACK),
    )
    return work.session.scalar(query.order_by(FundPayment.id.desc()).limit(1)) or ""


def _going_back(work: Work) -> list[int]:
    """The lines whose money is asked to be sent back, is on its way back or went back."""
    subjects = work.session.scalars(
        select(FundPayment.subject).where(
            FundPayment.network_id == work.network.id,
            FundPayment.kind == "receipt",
            FundPayment.state.in_(_GOING_BACK),
        )
    )
    named = [match for subject in subjects if (match := _NAME.fullmatch(subject))]
    if not named:
        return []
    s, ln, f = bank_statement.c, bank_line.c, ledger_tables.fund.c
    one_of = [and_(s.content_hash.startswith(match[1]), ln.position == int(match[2])) for match in named]
    query = (
        select(ln.id)
        .join(bank_statement, s.id == ln.statement_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(f.network == work.network.code, ln.state == "parked", or_(false(), *one_of))
    )
    return list(work.session.scalars(query))
