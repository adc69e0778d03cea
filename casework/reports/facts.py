"""What the annual overview needs to know of a year's cases: dates, states, amounts and codes, never texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework.cases.tables import Case, CostLine
from casework.decision.tables import Decision
from casework.network.tables import Network, Partner
from casework.payout.tables import Payout
from rules.lifecycle import DecisionState

_LIVE_PAYOUTS = ("ordered", "paid")
_Column = InstrumentedAttribute[int]


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar year as the network lives it: its days, and its moments from midnight to midnight."""

    year: int
    zone: ZoneInfo

    @property
    def first_on(self) -> date:
        """1 January."""
        return date(self.year, 1, 1)

    @property
    def last_on(self) -> date:
        """31 December."""
        return date(self.year, 12, 31)

    @property
    def from_utc(self) -> datetime:
        """The moment the year begins."""
        return datetime(self.year, 1, 1, tzinfo=self.zone).astimezone(UTC)

    @property
    def until_utc(self) -> datetime:
        """The moment the next year begins."""
        return datetime(self.year + 1, 1, 1, tzinfo=self.zone).astimezone(UTC)

    def has_moment(self, moment_utc: datetime | None) -> bool:
        """Whether a moment lies in the year."""
        return moment_utc is not None and self.from_utc <= moment_utc < self.until_utc

    def has_day(self, day: date | None) -> bool:
        """Whether a day lies in the year."""
        return day is not None and day.year == self.year

    def day_of(self, moment_utc: datetime) -> date:
        """The day on the wall of the network."""
        return moment_utc.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A submitted request in figures. ``paid_cents`` is what was ordered or paid and did not come back.

    A top-up is a request in a case that is counted already: it adds money, not a case.
    """

    id: int
    number: str
    partner_code: str
    partner_name: str
    decision_state: DecisionState
    payment_state: str
    settlement_state: str
    domains: tuple[str, ...]
    household_type: str
    age_band: str
    district: str
    barrier_field: str
    barrier_law: str
    urgent: bool
    submitted_at_utc: datetime
    decided_at_utc: datetime | None
    first_paid_on: date | None
    asked_cents: int
    approved_cents: int
    paid_cents: int
    main_case_id: int | None = None

    @property
    def top_up(self) -> bool:
        """Whether it asks more for a case that is counted already."""
        return self.main_case_id is not None

    @property
    def whole_case_id(self) -> int:
        """The case it belongs to: itself, unless it is a top-up."""
        return self.id if self.main_case_id is None else self.main_case_id

    @property
    def is_approved(self) -> bool:
        """Whether money was promised."""
        return self.decision_state is DecisionState.APPROVED

    @property
    def is_decided(self) -> bool:
        """Whether the applicant has an answer."""
        return self.decision_state in (DecisionState.APPROVED, DecisionState.DECLINED)


def cases_of(session: Session, network: Network, span: Span) -> tuple[CaseFact, ...]:
    """The cases that were submitted, decided or first paid in the year, by number; in three statements."""
    touched = or_(
        (Case.submitted_at_utc >= span.from_utc) & (Case.submitted_at_utc < span.until_utc),
        (Case.decided_at_utc >= span.from_utc) & (Case.decided_at_utc < span.until_utc),
        Case.first_paid_on.between(span.first_on, span.last_on),
    )
    wanted = (Case.network_id == network.id) & Case.submitted_at_utc.is_not(None) & touched
    asked = _sums(session, wanted, CostLine.case_id, CostLine.amount_cents)
    live = wanted & Payout.state.in_(_LIVE_PAYOUTS)
    paid = _sums(session, live, Payout.case_id, Payout.amount_cents)
    rows = session.execute(
        select(
            Case.id, Case.number, Partner.code, Partner.name, Case.decision_state, Case.payment_state,
            Case.settlement_state, Case.domains, Case.household_type, Case.age_band, Case.district,
            Case.barrier_field, Case.barrier_law, Case.urgent, Case.submitted_at_utc, Case.decided_at_utc,
            Case.first_paid_on, Decision.amount_cents, Case.main_case_id,
        )
        .join(Partner, Partner.id == Case.partner_id)
        .outerjoin(Decision, Decision.case_id == Case.id)
        .where(wanted)
        .order_by(Case.number)
    )  # fmt: skip
    return tuple(
        CaseFact(
            id=row.id,
            number=row.number,
            partner_code=row.code,
            partner_name=row.name,
            decision_state=DecisionState(row.decision_state),
            payment_state=row.payment_state,
            settlement_state=row.settlement_state,
            domains=tuple(row.domains),
            household_type=row.household_type,
            age_band=row.age_band,
            district=row.district,
            barrier_field=row.barrier_field,
            barrier_law=row.barrier_law,
            urgent=row.urgent,
            submitted_at_utc=row.submitted_at_utc,
            decided_at_utc=row.decided_at_utc,
            first_paid_on=row.first_paid_on,
            asked_cents=asked.get(row.id, 0),
            approved_cents=_approved(row.decision_state, row.amount_cents, asked.get(row.id, 0)),
            paid_cents=paid.get(row.id, 0),
            main_case_id=row.main_case_id,
        )
        for row in rows
    )


def _approved(state: str, decided_cents: int | None, asked_cents: int) -> int:
    if state != DecisionState.APPROVED:
        return 0
    return asked_cents if decided_cents is None else decided_cents


def _sums(session: Session, wanted: ColumnElement[bool], key: _Column, cents: _Column) -> dict[int, int]:
    """The sum of ``cents`` per case."""
    query = select(key, func.sum(cents)).join(Case, Case.id == key).where(wanted).group_by(key)
    return {case_id: int(total) for case_id, total in session.execute(query)}
