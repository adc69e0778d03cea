"""Bookings on the fund that no case causes. Each happens once per key and gets a reference of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.fund.by_hand import refuse_by_hand
from casework.fund.queries import contributions_of_year
from casework.fund.refusals import (
    BookedInFuture,
    BookedTooEarly,
    BookingKind,
    NobodyChosen,
    NothingExpected,
    NotOwedYet,
    PartnerUnknown,
    StillMember,
)
from casework.fund.suspense import left_of
from casework.fund.tables import FundBooking
from casework.network.numbering import next_number
from casework.network.tables import Network, Partner
from casework.once import attempt
from errors import Forbidden
from ledger import book, events
from ledger.accounts import Account
from ledger.entries import AccountKey, Draft


def book_contribution(
    work: Work, *, partner: str, amount_cents: int, received_on: date, for_year: int, key: str
) -> str:
    """Book what a partner paid into the pot, for a year; gives the booking's reference.

    Raises :class:`PartnerUnknown`, :class:`BookedInFuture`.
    """
    may_book(work)
    payer = _partner(work, partner)
    check_day(work, received_on)
    done = attempt(
        work,
        "contribution.book",
        key,
        partner=partner,
        cents=amount_cents,
        on=received_on.isoformat(),
        year=for_year,
    )
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    return done.finish(
        _contribution(
            work, payer, amount_cents=amount_cents, received_on=received_on, for_year=for_year, key=key
        )
    )


def book_expected_contributions(
    work: Work, *, partners: Sequence[str], received_on: date, for_year: int, key: str
) -> tuple[str, ...]:
    """Book for each of these partners what is still expected of it this year; gives the references.

    Raises :class:`NobodyChosen`, :class:`NothingExpected`, :class:`BookedInFuture`.
    """
    may_book(work)
    chosen = sorted(set(partners))
    if not chosen:
        raise NobodyChosen(field="partner")
    check_day(work, received_on)
    done = attempt(
        work,
        "contribution.book_expected",
        key,
        partners=",".join(chosen),
        on=received_on.isoformat(),
        year=for_year,
    )
    if done.repeated:
        return tuple(done.result.split(","))
    refuse_by_hand(work)
    one_at_a_time(work)
    expected = {one.partner: one for one in contributions_of_year(work, for_year)}
    references = []
    for code in chosen:
        payer = _partner(work, code)
        line = expected.get(code)
        if line is None or line.open_cents == 0:
            raise NothingExpected(field="partner", partner=payer.name, year=for_year)
        references.append(
            _contribution(
                work,
                payer,
                amount_cents=line.open_cents,
                received_on=received_on,
                for_year=for_year,
                key=f"{key}:{code}",
            )
        )
    done.finish(",".join(references))
    return tuple(references)


def pay_back_contribution(
    work: Work, *, partner: str, amount_cents: int, paid_on: date, description: str, key: str
) -> str:
    """Book that a partner that left got (part of) its contribution back, as the bank shows it.

    Raises :class:`StillMember`, :class:`ledger.refusals.FundExhausted` when the pot cannot bear it.
    """
    may_book(work)
    payee = _partner(work, partner)
    if payee.left_on is None:
        raise StillMember(field="partner", partner=payee.name)
    check_day(work, paid_on)
    done = attempt(
        work, "contribution.pay_back", key, partner=partner, cents=amount_cents, on=paid_on.isoformat()
    )
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    reference = _reference(work)
    ordered = events.contribution_paid_back(
        partner=payee.code,
        payment=reference,
        amount_cents=amount_cents,
        booked_on=paid_on,
        cause=reference,
        key=key,
    )
    seen = events.payment_seen(
        payment=reference, amount_cents=amount_cents, booked_on=paid_on, cause=reference, key=f"{key}:seen"
    )
    _keep(
        work,
        reference,
        kind=BookingKind.CONTRIBUTION_PAID_BACK,
        amount_cents=amount_cents,
        drafts=(ordered, seen),
        partner=payee,
        description=description,
    )
    return done.finish(reference)


def pay_back_receipt(work: Work, *, subject: str, amount_cents: int, paid_on: date, key: str) -> str:
    """Book that (part of) what was received under ``subject`` went back, as the bank shows it.

    What is available stays as it was: the fund owes this money, it was never there to promise. Gives the
    booking's reference. Raises :class:`ReceiptNotFound`, :class:`MoreThanOwedBack`,
    :class:`BookedInFuture`, :class:`NotOwedYet`.
    """
    may_book(work)
    check_day(work, paid_on)
    done = attempt(work, "receipt.pay_back", key, subject=subject, cents=amount_cents, on=paid_on.isoformat())
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    reference = _reference(work)
    owed = left_of(work, subject, amount_cents)
    if owed.since_on is not None and paid_on < owed.since_on:
        raise NotOwedYet(field="on", day=f"{owed.since_on:%d-%m-%Y}")
    sent_back = events.receipt_sent_back(
        receipt=subject,
        payment=reference,
        amount_cents=amount_cents,
        booked_on=paid_on,
        cause=reference,
        key=key,
    )
    seen = events.payment_seen(
        payment=reference, amount_cents=amount_cents, booked_on=paid_on, cause=reference, key=f"{key}:seen"
    )
    _keep(
        work,
        reference,
        kind=BookingKind.RECEIPT_SENT_BACK,
        amount_cents=amount_cents,
        drafts=(sent_back, seen),
        partner=_partner(work, owed.partner) if owed.partner else None,
    )
    return done.finish(reference)


def book_other(
    work: Work, *, kind: BookingKind, amount_cents: int, booked_on: date, description: str, key: str
) -> str:
    """Book bank costs, other costs or other income as the bank statement shows them."""
    may_book(work)
    check_day(work, booked_on)
    done = attempt(work, "fund.book", key, kind=kind.value, cents=amount_cents, on=booked_on.isoformat())
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    reference = _reference(work)
    make = {
        BookingKind.BANK_COSTS: events.bank_costs,
        BookingKind.OTHER_COSTS: events.other_costs,
        BookingKind.OTHER_INCOME: events.other_income,
    }[kind]
    draft = make(amount_cents=amount_cents, booked_on=booked_on, cause=reference, key=key)
    _keep(work, reference, kind=kind, amount_cents=amount_cents, drafts=(draft,), description=description)
    return done.finish(reference)


def take_over_pot(
    work: Work, *, partner: str, bank_cents: int, taken_over_on: date, description: str, key: str
) -> str:
    """Book the money of a pot that existed before, on the name of the partner that held it."""
    may_book(work)
    holder = _partner(work, partner)
    check_day(work, taken_over_on)
    done = attempt(
        work, "fund.take_over", key, partner=partner, cents=bank_cents, on=taken_over_on.isoformat()
    )
    if done.repeated:
        return done.result
    refuse_by_hand(work)
    reference = _reference(work)
    draft = events.pot_taken_over(
        partner=holder.code,
        balances={AccountKey(Account.BANK): bank_cents},
        booked_on=taken_over_on,
        cause=reference,
        key=key,
    )
    _keep(
        work,
        reference,
        kind=BookingKind.POT_TAKEN_OVER,
        amount_cents=bank_cents,
        drafts=(draft,),
        partner=holder,
        description=description,
    )
    return done.finish(reference)


def _contribution(
    work: Work, payer: Partner, *, amount_cents: int, received_on: date, for_year: int, key: str
) -> str:
    reference = _reference(work)
    draft = events.contribution_received(
        partner=payer.code, amount_cents=amount_cents, booked_on=received_on, cause=reference, key=key
    )
    _keep(
        work,
        reference,
        kind=BookingKind.CONTRIBUTION,
        amount_cents=amount_cents,
        drafts=(draft,),
        partner=payer,
        for_year=for_year,
    )
    return reference


def _keep(
    work: Work,
    reference: str,
    *,
    kind: BookingKind,
    amount_cents: int,
    drafts: Sequence[Draft],
    partner: Partner | None = None,
    description: str = "",
    for_year: int | None = None,
) -> None:
    """Post the entries and keep what they were about; one log record for all of it."""
    booked_on = drafts[0].booked_on
    posted = [
        book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
        for draft in drafts
    ]
    work.session.add(
        FundBooking(
            network_id=work.network.id,
            reference=reference,
            kind=kind.value,
            partner_id=partner.id if partner else None,
            amount_cents=amount_cents,
            booked_on=booked_on,
            for_year=for_year or booked_on.year,
            description=description,
            entry_ids=[entry.id for entry in posted],
            booked_by=work.actor.person_id,
            booked_at_utc=work.now_utc,
        )
    )
    code = partner.code if partner else None
    record(work, f"fund.{kind.value}", reference, amount_cents=amount_cents, partner=code)
    work.session.flush()


def _reference(work: Work) -> str:
    year, number = next_number(work, "fund_booking")
    return f"F-{year}-{number:04d}"


def one_at_a_time(work: Work) -> None:
    """Let another treasurer who books what is expected wait, so that it is not booked twice."""
    own = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(own.with_for_update(key_share=True))


def _partner(work: Work, code: str) -> Partner:
    found = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == code)
    )
    if found is None:
        raise PartnerUnknown(field="partner")
    return found


def may_book(work: Work) -> None:
    """Raise :class:`errors.Forbidden` for who does not keep the fund's books."""
    if not may_ever(work.actor, Permission.FUND_BOOK):
        raise Forbidden()


def check_day(work: Work, day: date) -> None:
    """Raise for a day in the future, or a mistyped one.

    Bookings of a new installation may reach back a year; an earlier day is a mistyped one.
    """
    if day > work.today:
        raise BookedInFuture(field="on")
    if day.year < work.today.year - 1:
        raise BookedTooEarly(field="on", year=work.today.year - 1)
