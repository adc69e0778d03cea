"""Cards and vouchers in stock: bought by hand, counted, and what went in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from casework.audit.record import record
from casework.context import Work
from casework.fund.by_hand import refuse_by_hand
from casework.fund.service import check_day, may_book
from casework.network.numbering import next_number
from casework.once import attempt
from casework.paging import PER_PAGE, Page, offset_of
from casework.payout.fund_payments import require_available
from casework.payout.outside_bank import stock_cents
from casework.payout.parts import post
from casework.payout.refusals import ExplanationNeeded, FundPaymentKind, FundPaymentState
from casework.payout.tables import CardCount, FundPayment
from casework.people.tables import Person
from ledger import book, events, tables
from ledger.accounts import Account
from ledger.entries import EntryKind
from ledger.refusals import in_euros


@dataclass(frozen=True, slots=True)
class CardMovement:
    """What went into stock (above zero) or out of it, in cents, by which entry and for what."""

    book_year: int
    number: int
    booked_on: date
    kind: EntryKind
    cause: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Count:
    """The stock as it was counted, beside what the book said then. Amounts in cents."""

    counted_on: date
    counted_cents: int
    book_cents: int
    explanation: str
    counted_by: str
    counted_at_utc: datetime

    @property
    def difference_cents(self) -> int:
        """Counted less book: below zero when cards are missing."""
        return self.counted_cents - self.book_cents


def buy_cards(
    work: Work, *, supplier: str, amount_cents: int, bought_on: date, description: str, key: str
) -> str:
    """Book cards that were bought straight from the account, as the bank shows it; gives the reference.

    Raises ``FundExhausted`` where the pot has less available, and what a wrong day raises.
    """
    may_book(work)
    check_day(work, bought_on)
    done = attempt(work, "cards.buy", key, supplier=supplier, cents=amount_cents, on=bought_on.isoformat())
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    year, number = next_number(work, "fund_payment")
    reference = f"P-{year}-{number:04d}"
    require_available(work, amount_cents)
    bought = events.cards_bought(
        payment=reference, amount_cents=amount_cents, booked_on=bought_on, cause=reference, key=key
    )
    seen = events.payment_seen(
        payment=reference,
        amount_cents=amount_cents,
        booked_on=bought_on,
        cause=reference,
        key=f"{key}:seen",
    )
    work.session.add(
        FundPayment(
            network_id=work.network.id,
            reference=reference,
            kind=FundPaymentKind.CARDS.value,
            amount_cents=amount_cents,
            payee_name=supplier,
            payee_iban="",
            description=description,
            state=FundPaymentState.PAID.value,
            asked_by=work.actor.person_id,
            asked_at_utc=work.now_utc,
            ordered_on=bought_on,
            paid_on=bought_on,
            entry_ids=[post(work, draft).id for draft in (bought, seen)],
        )
    )
    record(work, "cards.buy", reference, amount_cents=amount_cents)
    work.session.flush()
    return done.finish(reference)


def count_cards(work: Work, *, counted_cents: int, explanation: str, key: str) -> str:
    """Keep what was counted today; a difference with the book is booked, and needs an explanation.

    Gives the difference in cents, as text. Raises :class:`ExplanationNeeded`.
    """
    may_book(work)
    done = attempt(work, "cards.count", key, cents=counted_cents)
    if done.repeated:
        return done.result
    book.lock_fund(work.session, network=work.network.code)
    standing = stock_cents(work)
    difference = counted_cents - standing
    if difference and not explanation.strip():
        raise ExplanationNeeded(field="explanation", difference=in_euros(difference))
    entry_id = None
    if difference:
        make = events.cards_found if difference > 0 else events.cards_missing
        draft = make(amount_cents=abs(difference), booked_on=work.today, cause="card-count", key=key)
        entry_id = post(work, draft).id
    work.session.add(
        CardCount(
            network_id=work.network.id,
            counted_on=work.today,
            counted_cents=counted_cents,
            book_cents=standing,
            explanation=explanation.strip(),
            entry_id=entry_id,
            counted_by=work.actor.person_id,
            counted_at_utc=work.now_utc,
        )
    )
    record(work, "cards.count", amount_cents=counted_cents, difference_cents=difference)
    work.session.flush()
    return done.finish(str(difference))


def counts(work: Work, *, limit: int) -> tuple[Count, ...]:
    """The last counts, newest first."""
    rows = work.session.execute(
        select(CardCount, Person.name)
        .join(Person, Person.id == CardCount.counted_by)
        .where(CardCount.network_id == work.network.id)
        .order_by(CardCount.id.desc())
        .limit(limit)
    )
    return tuple(
        Count(one.counted_on, one.counted_cents, one.book_cents, one.explanation, name, one.counted_at_utc)
        for one, name in rows
    )


def card_movements(work: Work, *, page: int = 1) -> Page[CardMovement]:
    """What went into stock and out of it, newest first."""
    e, f, lg = tables.entry.c, tables.fund.c, tables.leg.c
    joined = tables.leg.join(tables.entry, e.id == lg.entry_id).join(tables.fund, f.id == e.fund_id)
    where = (f.network == work.network.code, lg.account == Account.CARDS.value)
    total = work.session.scalar(select(func.count()).select_from(joined).where(*where))
    rows = work.session.execute(
        select(e.book_year, e.number, e.booked_on, e.kind, e.cause, lg.amount_cents)
        .select_from(joined)
        .where(*where)
        .order_by(e.id.desc())
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    found = tuple(
        CardMovement(
            row.book_year, row.number, row.booked_on, EntryKind(row.kind), row.cause, row.amount_cents
        )
        for row in rows
    )
    return Page(found, page, int(total or 0))
