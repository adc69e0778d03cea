"""Which day a case is judged by."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from casework.cases.tables import Case
from casework.context import Work
from rules.policy import Policy


def policy_day(case: Case, time_zone: str, today: date) -> date:
    """The day of submission on the wall in the network; today as long as it is a draft."""
    if case.submitted_at_utc is None:
        return today
    return case.submitted_at_utc.astimezone(ZoneInfo(time_zone)).date()


def policy_of(work: Work, case: Case) -> Policy:
    """The policy by which ``case`` is judged, for ever."""
    return work.policy_on(policy_day(case, work.network.time_zone, work.today))
