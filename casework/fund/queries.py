"""What the treasurer sees of the fund: contributions expected and received, and the bookings by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from casework.context import Work
from casework.fund.refusals import BookingKind
from casework.fund.tables import ContributionInvoice, FundBooking
from casework.network.tables import Partner
from casework.people.tables import Person


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one partner is to put in for a year, and what it has put in, in cents.

    ``invoice`` is the reference of its invoice, if that was made, and ``due_on`` when it is due.
    """

    partner: str
    partner_name: str
    expected_cents: int
    received_cents: int
    last_received_on: date | None
    takes_part: bool
    invoice: str
    due_on: date | None

    @property
    def open_cents(self) -> int:
        """What is still expected; never below zero."""
        return max(0, self.expected_cents - self.received_cents)


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking by hand, for whoever looks at its journal entries. ``partner_name`` is empty without one."""

    reference: str
    kind: BookingKind
    partner_name: str
    amount_cents: int
    booked_on: date
    for_year: int
    description: str
    booked_by: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class PartnerChoice:
    """A partner to choose from in a form; ``leaves`` when its last day is known, ``left`` when it is over."""

    code: str
    name: str
    leaves: bool
    left: bool


def contributions_of_year(work: Work, year: int) -> tuple[Contribution, ...]:
    """Per partner that takes part in ``year``, or that paid for it all the same: expected and received.

    The amount is that of the invoice, or where there is none of the policy in force at the end of the year,
    or today while it runs.
    """
    due_each = work.policy_on(min(work.today, date(year, 12, 31))).contribution.per_partner_cents
    received = {
        row.partner_id: (int(row.cents), row.last_on)
        for row in work.session.execute(
            select(
                FundBooking.partner_id,
                func.sum(FundBooking.amount_cents).label("cents"),
                func.max(FundBooking.booked_on).label("last_on"),
            )
            .where(
                FundBooking.network_id == work.network.id,
                FundBooking.kind == BookingKind.CONTRIBUTION.value,
                FundBooking.for_year == year,
                FundBooking.reversed_at_utc.is_(None),
            )
            .group_by(FundBooking.partner_id)
        )
    }
    partners = work.session.execute(
        select(Partner, ContributionInvoice)
        .outerjoin(
            ContributionInvoice,
            and_(ContributionInvoice.partner_id == Partner.id, ContributionInvoice.for_year == year),
        )
        .where(Partner.network_id == work.network.id)
        .order_by(Partner.name, Partner.code)
    )
    rows = []
    for partner, invoice in partners:
        member = partner.joined_on <= date(year, 12, 31) and (
            partner.left_on is None or partner.left_on > date(year, 1, 1)
        )
        cents, last_on = received.get(partner.id, (0, None))
        if not (member or cents or invoice):
            continue
        asked = due_each if member else 0
        rows.append(
            Contribution(
                partner=partner.code,
                partner_name=partner.name,
                expected_cents=invoice.amount_cents if invoice else asked,
                received_cents=cents,
                last_received_on=last_on,
                takes_part=member,
                invoice=invoice.reference if invoice else "",
                due_on=invoice.due_on if invoice else None,
            )
        )
    return tuple(rows)


def contribution_years(work: Work) -> tuple[int, ...]:
    """The years for which contributions can be looked at, newest first, from the first partner on."""
    first = work.session.scalar(
        select(func.min(Partner.joined_on)).where(Partner.network_id == work.network.id)
    )
    # In autumn the invoices for the next year are made.
    last = work.today.year + (work.today.month >= 10)
    return tuple(range(last, (first or work.today).year - 1, -1))


def partner_choices(work: Work) -> tuple[PartnerChoice, ...]:
    """All partners by name; those that left stand last."""
    partners = work.session.scalars(select(Partner).where(Partner.network_id == work.network.id))
    choices = [
        PartnerChoice(
            one.code,
            one.name,
            leaves=one.left_on is not None,
            left=one.left_on is not None and one.left_on <= work.today,
        )
        for one in partners
    ]
    return tuple(sorted(choices, key=lambda one: (one.left, one.name)))


def booking(work: Work, reference: str) -> Booking | None:
    """The booking by hand with this reference, if there is one."""
    row = work.session.execute(
        select(FundBooking, Partner.name, Person.name)
        .outerjoin(Partner, Partner.id == FundBooking.partner_id)
        .join(Person, Person.id == FundBooking.booked_by)
        .where(
            FundBooking.network_id == work.network.id,
            FundBooking.reference == reference,
        )
    ).first()
    if row is None:
        return None
    found, partner_name, person = row
    return Booking(
        reference=found.reference,
        kind=BookingKind(found.kind),
        partner_name=partner_name or "",
        amount_cents=found.amount_cents,
        booked_on=found.booked_on,
        for_year=found.for_year,
        description=found.description,
        booked_by=person,
        reversed=found.reversed_at_utc is not None,
    )
