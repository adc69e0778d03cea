"""How fast: from submission to decision with the clock stopped, to payment, and settled in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.cases.tables import InformationRequest
from casework.reports.facts import CaseFact, Span
from casework.reports.fund import ratio
from casework.settlement.tables import Settlement
from rules.business_case import Figure
from rules.clock import Pause, hours, median, percentile
from rules.wording import ReasonKind

SLOWEST_PERCENT = 90
_CHUNK = 5_000
_HOURS_A_DAY = 24
# A settlement that was a mistake was none; one whose claims fell back later was decided all the same.
_NEVER_WAS = ("reversed", "replaced", "dropped")
NOTHING_OLD_ENOUGH = ReasonKind(
    "nothing_old_enough",
    "Van de casussen van dit jaar is nog geen enkele lang genoeg geleden betaald.",
    "Of this year's cases none was paid long enough ago yet.",
)


@dataclass(frozen=True, slots=True)
class CaseTimes:
    """The times of one request: a case, or a top-up of one.

    Hours to the decision are without the time that the applicant was asked. Banks give days, not moments:
    hours to payment are 24 for each calendar day since the decision.
    """

    number: str
    partner_name: str
    submitted_at_utc: datetime
    decided_at_utc: datetime
    hours_to_decision: Fraction | None
    first_paid_on: date | None
    hours_to_payment: Fraction | None
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Over ``count`` requests the median and the 90th percentile of hours; ``None`` of nothing."""

    count: int
    median_hours: Fraction | None
    slowest_hours: Fraction | None


@dataclass(frozen=True, slots=True)
class SpeedOverview:
    """``to_decision`` is over requests decided in the year, ``to_payment`` over those first paid in the year.

    A top-up is a request of its own here: someone waits for that answer from the day it was asked. Of the
    ``due`` cases that were paid at least ``settle_within_days`` ago, ``in_time`` had a decided settlement
    within that term; a case with top-ups is one case, in time when everything paid on it was.
    """

    to_decision: Speed
    to_payment: Speed
    settle_within_days: int
    due: int
    in_time: int
    cases: tuple[CaseTimes, ...]

    @property
    def settled_in_time(self) -> Figure:
        """The share that was settled in time."""
        return ratio(self.in_time, self.due, NOTHING_OLD_ENOUGH)


def speed_overview(
    session: Session, span: Span, facts: Sequence[CaseFact], *, today: date, settle_within_days: int
) -> SpeedOverview:
    """The times of ``facts``, the cases that the year touched."""
    decided = [one for one in facts if one.is_decided and one.decided_at_utc is not None]
    ids = [one.id for one in decided]
    pauses, settled = _pauses(session, ids), _settled_on(session, ids)
    times = [_times(span, one, pauses.get(one.id, []), settled.get(one.id)) for one in decided]
    paid = [one for one in times if span.has_day(one.first_paid_on)]
    term = timedelta(days=settle_within_days)
    due: dict[int, list[bool]] = defaultdict(list)
    for fact, one in zip(decided, times, strict=True):
        if span.has_day(one.first_paid_on) and one.first_paid_on and one.first_paid_on + term <= today:
            until = one.first_paid_on + term
            due[fact.whole_case_id].append(one.settled_on is not None and one.settled_on <= until)
    return SpeedOverview(
        to_decision=_speed([one.hours_to_decision for one in times]),
        to_payment=_speed([one.hours_to_payment for one in paid]),
        settle_within_days=settle_within_days,
        due=len(due),
        in_time=sum(all(settled_in_time) for settled_in_time in due.values()),
        cases=tuple(times),
    )


def _times(span: Span, fact: CaseFact, pauses: Sequence[Pause], settled_on: date | None) -> CaseTimes:
    assert fact.decided_at_utc is not None  # only decided cases come here
    to_payment = None
    if fact.first_paid_on is not None:
        days = max((fact.first_paid_on - span.day_of(fact.decided_at_utc)).days, 0)
        to_payment = Fraction(days * _HOURS_A_DAY)
    in_year = span.has_moment(fact.decided_at_utc)
    return CaseTimes(
        number=fact.number,
        partner_name=fact.partner_name,
        submitted_at_utc=fact.submitted_at_utc,
        decided_at_utc=fact.decided_at_utc,
        # Decided in another year: it counts there, and is here for its payment only.
        hours_to_decision=hours(fact.submitted_at_utc, fact.decided_at_utc, pauses) if in_year else None,
        first_paid_on=fact.first_paid_on,
        hours_to_payment=to_payment,
        settled_on=settled_on,
    )


def _speed(values: Sequence[Fraction | None]) -> Speed:
    known = [value for value in values if value is not None]
    return Speed(len(known), median(known), percentile(known, SLOWEST_PERCENT))


def _pauses(session: Session, ids: Sequence[int]) -> dict[int, list[Pause]]:
    found: dict[int, list[Pause]] = defaultdict(list)
    table = InformationRequest
    for start in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(table.case_id, table.asked_at_utc, table.answered_at_utc).where(
                table.case_id.in_(ids[start : start + _CHUNK])
            )
        )
        for case_id, asked, answered in rows:
            found[case_id].append(Pause(asked, answered))
    return found


def _settled_on(session: Session, ids: Sequence[int]) -> dict[int, date]:
    """The day on which each case first got a settlement."""
    found: dict[int, date] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(Settlement.case_id, func.min(Settlement.decided_on))
            .where(
                Settlement.case_id.in_(ids[start : start + _CHUNK]),
                Settlement.decided_on.is_not(None),
                Settlement.state.not_in(_NEVER_WAS),
            )
            .group_by(Settlement.case_id)
        )
        found |= {case_id: on for case_id, on in rows if on is not None}
    return found
