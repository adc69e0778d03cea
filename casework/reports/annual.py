"""The annual overview: one query, as of one moment, that page, spreadsheet, shell and letter all read.

Definitions (``AnnualOverview`` and the modules beside this one):

- The fund's figures are those of the book over entries dated in the year.
- Claims are shown as they were open on the year's last day, in a running year today.
- A case counts in the year of its decision for speed, savings and barriers; in the year of its submission
  for how many there were and for who the residents are; in the year of its first payment for how fast it
  was paid and whether it was settled in time.
- A top-up is a request in its case: its money counts everywhere, it is never another case, and its hours run
  from its own submission.
- Saving is expected saving, of cases approved in the year for which the regular way was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.network.policy import policy_book
from casework.network.tables import Network
from casework.reports import cases as case_counts
from casework.reports.barriers import Barrier, barriers
from casework.reports.cases import CasesOverview, cases_overview
from casework.reports.claims import ClaimsOverview, claims_overview
from casework.reports.cohort import Cohort, cohort
from casework.reports.facts import CaseFact, Span, cases_of
from casework.reports.fund import FundYear, fund_year
from casework.reports.savings import SavingsOverview, savings_overview
from casework.reports.speed import SpeedOverview, speed_overview
from errors import NotFound
from ledger import tables
from rules.business_case import Figure


class NoSuchYear(NotFound):
    """There is nothing to show of the year."""

    nl = "Van {year} is er geen jaaroverzicht. Kies een ander jaar."
    en = "There is no annual overview of {year}. Choose another year."


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The few figures that are set beside those of the year before."""

    year: int
    revolving_rate: Figure
    return_per_euro: Figure
    median_hours: Fraction | None
    slowest_hours: Fraction | None
    settled_in_time: Figure
    payouts_cents: int
    repayments_cents: int
    approved: int


@dataclass(frozen=True, slots=True)
class AnnualOverview:
    """Everything the year comes down to. Money in cents, rates exact, ``None`` or a reason where there is
    no figure."""

    network_code: str
    network_name: str
    time_zone: str
    year: int
    as_of_utc: datetime
    seen_on: date
    fund: FundYear
    cohort: Cohort
    claims: ClaimsOverview
    cases: CasesOverview
    speed: SpeedOverview
    savings: SavingsOverview
    barriers: tuple[Barrier, ...]
    facts: tuple[CaseFact, ...]
    previous: KeyFigures | None
    shows_residents: bool = True

    @property
    def is_running(self) -> bool:
        """Whether the year is not over yet."""
        return self.seen_on < date(self.year, 12, 31)

    @property
    def key_figures(self) -> KeyFigures:
        """This year's key figures."""
        return _key_figures(self.fund, self.speed, self.savings, self.cases.approved)


def annual_overview(session: Session, *, network: str, year: int, as_of_utc: datetime) -> AnnualOverview:
    """The overview of ``year`` as the network stands at ``as_of_utc``, the moment of asking.

    Give a session that reads one unchanging state (``ledger.snapshot``). Raises :class:`NoSuchYear`.
    """
    found = session.scalars(select(Network).where(Network.code == network)).one()
    zone = ZoneInfo(found.time_zone)
    today = as_of_utc.astimezone(zone).date()
    years = _years(session, found, today)
    if year not in years:
        raise NoSuchYear(year=year)
    span = Span(year, zone)
    seen_on = min(today, span.last_on)
    facts = cases_of(session, found, span)
    policy = policy_book(session, found.id).on(seen_on)
    fund = fund_year(session, network=network, year=year, seen_on=seen_on)
    speed = speed_overview(
        session, span, facts, today=today, settle_within_days=policy.terms.settle_within_days
    )
    return AnnualOverview(
        network_code=found.code,
        network_name=found.name,
        time_zone=found.time_zone,
        year=year,
        as_of_utc=as_of_utc,
        seen_on=seen_on,
        fund=fund,
        cohort=cohort(session, network=network, year=year),
        claims=claims_overview(
            session, network=network, on=seen_on, today=today, booked_cents=fund.claims_cents
        ),
        cases=cases_overview(session, found, span, facts, policy.case_form),
        speed=speed,
        savings=savings_overview(session, found, span, facts, now_utc=as_of_utc),
        barriers=barriers(span, facts, policy.case_form.barrier_fields),
        facts=facts,
        previous=_previous(session, found, Span(year - 1, zone), as_of_utc) if year - 1 in years else None,
    )


def for_executives(overview: AnnualOverview) -> AnnualOverview:
    """The same without what could point to a person: small groups, and characteristics per case."""
    return replace(
        overview,
        cases=case_counts.masked(overview.cases),
        facts=tuple(
            replace(one, domains=(), household_type="", age_band="", district="") for one in overview.facts
        ),
        shows_residents=False,
    )


def overview_years(session: Session, *, network: str, as_of_utc: datetime) -> tuple[int, ...]:
    """The years there is an overview of, newest first: the present one, and every year before it from the
    first in which anything was booked or submitted."""
    found = session.scalars(select(Network).where(Network.code == network)).one()
    return _years(session, found, as_of_utc.astimezone(ZoneInfo(found.time_zone)).date())


def _years(session: Session, network: Network, today: date) -> tuple[int, ...]:
    y, f = tables.year.c, tables.fund.c
    booked = session.execute(
        select(func.min(y.book_year), func.max(y.book_year))
        .join(tables.fund, f.id == y.fund_id)
        .where(f.network == network.code)
    ).one()
    submitted = session.scalar(select(func.min(Case.submitted_at_utc)).where(Case.network_id == network.id))
    firsts = [today.year]
    if booked[0] is not None:
        firsts.append(booked[0])
    if submitted is not None:
        firsts.append(submitted.astimezone(ZoneInfo(network.time_zone)).year)
    return tuple(range(today.year, min(firsts) - 1, -1))


def _previous(session: Session, network: Network, span: Span, now_utc: datetime) -> KeyFigures:
    """The key figures of a year that is over, worked out as that year's own overview does."""
    facts = cases_of(session, network, span)
    policy = policy_book(session, network.id).on(span.last_on)
    fund = fund_year(session, network=network.code, year=span.year, seen_on=span.last_on)
    speed = speed_overview(
        session,
        span,
        facts,
        today=now_utc.astimezone(span.zone).date(),
        settle_within_days=policy.terms.settle_within_days,
    )
    savings = savings_overview(session, network, span, facts, now_utc=now_utc)
    approved = sum(one.is_approved and span.has_moment(one.decided_at_utc) for one in facts)
    return _key_figures(fund, speed, savings, approved)


def _key_figures(fund: FundYear, speed: SpeedOverview, savings: SavingsOverview, approved: int) -> KeyFigures:
    return KeyFigures(
        year=fund.year,
        revolving_rate=fund.revolving_rate,
        return_per_euro=savings.return_per_euro,
        median_hours=speed.to_decision.median_hours,
        slowest_hours=speed.to_decision.slowest_hours,
        settled_in_time=speed.settled_in_time,
        payouts_cents=fund.payouts_cents,
        repayments_cents=fund.repayments_cents,
        approved=approved,
    )
