"""The yearly invoices for contributions: one per partner that takes part, once, by the policy of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from casework.audit.record import record
from casework.context import Work
from casework.fund.queries import Contribution, contributions_of_year
from casework.fund.refusals import NothingToInvoice, YearNotInvoiced
from casework.fund.service import may_book, one_at_a_time
from casework.fund.tables import ContributionInvoice
from casework.network.numbering import next_number
from casework.network.tables import Partner
from casework.once import attempt
from errors import NotFound

AT_LEAST_DAYS = 30  # to pay in, where the day of policy has passed or is near


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice with what was received for that partner and year, in cents."""

    reference: str
    partner: str
    partner_name: str
    for_year: int
    amount_cents: int
    received_cents: int
    invoiced_on: date
    due_on: date

    @property
    def open_cents(self) -> int:
        """What is still to be paid; never below zero."""
        return max(0, self.amount_cents - self.received_cents)


def make_invoices(work: Work, *, for_year: int, key: str) -> tuple[str, ...]:
    """Make the invoice of every partner that takes part in ``for_year`` and has none; gives the references.

    Due on the day of policy, or in :data:`AT_LEAST_DAYS` days where that is later. Raises
    :class:`YearNotInvoiced`, :class:`NothingToInvoice`.
    """
    may_book(work)
    if not work.today.year - 1 <= for_year <= work.today.year + 1:
        raise YearNotInvoiced(year=for_year)
    done = attempt(work, "invoice.make", key, year=for_year)
    if done.repeated:
        return tuple(done.result.split(","))
    one_at_a_time(work)
    missing = [one for one in contributions_of_year(work, for_year) if _wanted(one)]
    if not missing:
        raise NothingToInvoice(year=for_year)
    due_on = max(_pay_by(work, for_year), work.today + timedelta(days=AT_LEAST_DAYS))
    references = [_make(work, one, for_year, due_on) for one in missing]
    done.finish(",".join(references))
    return tuple(references)


def invoices_to_make(work: Work, for_year: int) -> int:
    """How many partners take part in ``for_year`` and have no invoice for it."""
    return sum(_wanted(one) for one in contributions_of_year(work, for_year))


def invoices(work: Work, for_year: int) -> tuple[Invoice, ...]:
    """The invoices for a year, by name of the partner."""
    received = {one.partner: one.received_cents for one in contributions_of_year(work, for_year)}
    rows = work.session.execute(
        select(ContributionInvoice, Partner.code, Partner.name)
        .join(Partner, Partner.id == ContributionInvoice.partner_id)
        .where(ContributionInvoice.network_id == work.network.id, ContributionInvoice.for_year == for_year)
        .order_by(Partner.name, Partner.code)
    )
    return tuple(
        Invoice(
            reference=row.reference,
            partner=code,
            partner_name=name,
            for_year=row.for_year,
            amount_cents=row.amount_cents,
            received_cents=received.get(code, 0),
            invoiced_on=row.invoiced_on,
            due_on=row.due_on,
        )
        for row, code, name in rows
    )


def invoice(work: Work, reference: str) -> Invoice:
    """One invoice, for its paper. Raises :class:`errors.NotFound`."""
    year = work.session.scalar(
        select(ContributionInvoice.for_year).where(
            ContributionInvoice.network_id == work.network.id, ContributionInvoice.reference == reference
        )
    )
    if year is None:
        raise NotFound()
    return next(one for one in invoices(work, year) if one.reference == reference)


def _wanted(one: Contribution) -> bool:
    return one.takes_part and not one.invoice and one.expected_cents > 0


def _pay_by(work: Work, year: int) -> date:
    month_day = work.policy_on(min(work.today, date(year, 12, 31))).contribution.pay_by
    return date.fromisoformat(f"{year}-{month_day}")


def _make(work: Work, one: Contribution, for_year: int, due_on: date) -> str:
    partner_id = work.session.scalars(
        select(Partner.id).where(Partner.network_id == work.network.id, Partner.code == one.partner)
    ).one()
    year, number = next_number(work, "contribution_invoice")
    made = ContributionInvoice(
        network_id=work.network.id,
        reference=f"BF-{year}-{number:04d}",
        partner_id=partner_id,
        for_year=for_year,
        amount_cents=one.expected_cents,
        invoiced_on=work.today,
        due_on=due_on,
        made_by=work.actor.person_id,
        made_at_utc=work.now_utc,
    )
    work.session.add(made)
    work.session.flush()
    record(work, "invoice.make", made.reference, partner=one.partner, amount_cents=one.expected_cents)
    return made.reference
