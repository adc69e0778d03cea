"""The book as pages and spreadsheets show it: journal, one entry, account cards, the trial balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.cases.tables import Case
from casework.context import Work
from casework.fund.queries import Booking, booking
from casework.fund.reversal import can_be_corrected
from casework.fund.tables import Correction
from casework.payout.tables import Payout
from casework.people.tables import Person
from casework.settlement.tables import Settlement
from errors import NotFound
from ledger import as_of, balances, book, statements, tables
from ledger.accounts import RULES, Account, Subject
from ledger.entries import EntryKind, PostedEntry
from ledger.statements import Card, Page

ALL_ROWS = 100_000  # more than a spreadsheet of this kind is asked for; a whole book is exported as text
SUBJECTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What part of the journal is asked for. Empty means everything."""

    search: str = ""
    date_from: date | None = None
    date_to: date | None = None
    kind: EntryKind | None = None
    account: Account | None = None
    subject: str = ""


class CauseKind(StrEnum):
    """What an entry's cause refers to, so that a page can link to it."""

    PAYOUT = "payout"
    CLAIM = "claim"
    CASE = "case"
    SETTLEMENT = "settlement"
    BOOKING = "booking"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cause:
    """What caused an entry; ``case`` is filled in where it belongs to a case that the actor may see."""

    kind: CauseKind
    reference: str
    case: str = ""
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry with what caused it and what became of it. ``other`` entries are named (year, number)."""

    entry: PostedEntry
    cause: Cause
    reversed_by: tuple[int, int] | None
    reverses: tuple[int, int] | None
    reason: str
    corrected_by: str
    corrected_at_utc: datetime | None
    correctable: bool


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A main account in the trial balance; one of both sides is 0. Whole cents."""

    account: Account
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A movement on a claim, with what was open after it."""

    book_year: int
    number: int
    booked_on: date
    kind: EntryKind
    amount_cents: int
    balance_cents: int


def journal(work: Work, wanted: JournalFilter, *, limit: int, offset: int = 0) -> Page:
    """The entries that fit, newest first."""
    return statements.entries(
        work.session,
        network=work.network.code,
        date_from=wanted.date_from,
        date_to=wanted.date_to,
        account=wanted.account,
        subject=wanted.subject or None,
        kind=wanted.kind,
        search=wanted.search or None,
        limit=limit,
        offset=offset,
    )


def entry_page(work: Work, *, year: int, number: int) -> EntryPage:
    """The entry with this number. Raises :class:`errors.NotFound`."""
    entry = book.entry(work.session, network=work.network.code, entry_id=entry_id(work, year, number))
    e = tables.entry.c
    by = work.session.execute(select(e.id, e.book_year, e.number).where(e.reverses == entry.id)).first()
    of = None
    if entry.reverses is not None:
        found = book.entry(work.session, network=work.network.code, entry_id=entry.reverses)
        of = (found.book_year, found.number)
    why = work.session.execute(
        select(Correction, Person.name)
        .join(Person, Person.id == Correction.corrected_by)
        .where(Correction.network_id == work.network.id, Correction.entry_id == (entry.reverses or entry.id))
    ).first()
    may_book = may_ever(work.actor, Permission.FUND_BOOK)
    return EntryPage(
        entry=entry,
        cause=_cause(work, entry),
        reversed_by=(by.book_year, by.number) if by else None,
        reverses=of,
        reason=why[0].reason if why else "",
        corrected_by=why[1] if why else "",
        corrected_at_utc=why[0].corrected_at_utc if why else None,
        correctable=may_book and by is None and can_be_corrected(work, entry),
    )


def entry_id(work: Work, year: int, number: int) -> int:
    """The id of the entry with this number in its book year. Raises :class:`errors.NotFound`."""
    e = tables.entry.c
    found = work.session.scalar(
        select(e.id)
        .join(tables.fund, tables.fund.c.id == e.fund_id)
        .where(tables.fund.c.network == work.network.code, e.book_year == year, e.number == number)
    )
    if found is None:
        raise NotFound()
    return int(found)


def account_card(
    work: Work,
    *,
    account: Account,
    subject: str = "",
    date_from: date | None = None,
    date_to: date | None = None,
    limit: int,
    offset: int = 0,
) -> Card:
    """The movements of a (sub-)account, oldest first, with the balance after each."""
    return statements.card(
        work.session,
        network=work.network.code,
        account=account,
        subject=subject or None,
        date_from=date_from,
        date_to=date_to,
        limit=limit,
        offset=offset,
    )


def sub_accounts(work: Work, account: Account, on: date | None = None) -> tuple[tuple[str, int], ...]:
    """What the balance of an account is made of: its sub-accounts that are not at zero, largest first."""
    if RULES[account].subject is Subject.NONE:
        return ()
    network = work.network.code
    if on is None:
        found = balances.subject_balances(work.session, network=network, account=account)
    else:
        found = as_of.subject_balances(work.session, network=network, account=account, on=on)
    return tuple(sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0])))


def trial_balance(work: Work, on: date) -> tuple[BalanceLine, ...]:
    """Every main account after the last entry dated ``on``. Both sides add up to the same."""
    totals = as_of.main_balances(work.session, network=work.network.code, on=on)
    return tuple(
        BalanceLine(account, max(totals[account], 0), max(-totals[account], 0)) for account in Account
    )


def entries_of_claim(work: Work, account: Account, reference: str) -> tuple[ClaimLine, ...]:
    """What happened on a claim, oldest first."""
    card = account_card(work, account=account, subject=reference, limit=1_000)
    return tuple(
        ClaimLine(
            book_year=row.entry.book_year,
            number=row.entry.number,
            booked_on=row.entry.booked_on,
            kind=row.entry.kind,
            amount_cents=row.amount_cents,
            balance_cents=row.balance_cents,
        )
        for row in card.rows
    )


def _cause(work: Work, entry: PostedEntry) -> Cause:
    reference = entry.cause
    if found := booking(work, reference):
        return Cause(CauseKind.BOOKING, reference, booking=found)
    c = tables.claim.c
    claimed = work.session.scalar(
        select(c.case_number)
        .join(tables.fund, tables.fund.c.id == c.fund_id)
        .where(tables.fund.c.network == work.network.code, c.reference == reference)
    )
    if claimed:
        return Cause(CauseKind.CLAIM, reference, case=claimed)
    own = Payout.network_id == work.network.id
    paid = work.session.scalar(
        select(Case.number).join(Payout, Payout.case_id == Case.id).where(own, Payout.reference == reference)
    )
    if paid:
        return Cause(CauseKind.PAYOUT, reference, case=paid)
    return _cause_in_case(work, reference)


def _cause_in_case(work: Work, reference: str) -> Cause:
    """A case number, or a settlement's reference: a case number with ``-V`` and which one it is."""
    number, _, sequence = reference.partition("-V")
    in_network = Case.network_id == work.network.id
    if sequence.isdigit():
        settled = work.session.scalar(
            select(Settlement.id)
            .join(Case, Case.id == Settlement.case_id)
            .where(in_network, Case.number == number, Settlement.sequence == int(sequence))
        )
        if settled:
            return Cause(CauseKind.SETTLEMENT, reference, case=number)
    if work.session.scalar(select(Case.id).where(in_network, Case.number == reference)):
        return Cause(CauseKind.CASE, reference, case=reference)
    return Cause(CauseKind.UNKNOWN, reference)
