"""Hours a case took, percentiles of them, and ageing of what is still open.

The clock runs from submission to decision and stands still while information is requested. Moments
are aware UTC datetimes, so that the hour which comes twice in October counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from rules.wording import Labelled

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """From when information was requested until it came; ``None`` while still waiting."""

    from_utc: datetime
    until_utc: datetime | None


class AgeBucket(Labelled):
    """How long something is past its day."""

    NOT_DUE = "not_due", "nog niet vervallen", "not yet due"
    DAYS_0_30 = "0-30", "0-30 dagen", "0-30 days"
    DAYS_31_60 = "31-60", "31-60 dagen", "31-60 days"
    DAYS_61_90 = "61-90", "61-90 dagen", "61-90 days"
    OVER_90 = "over_90", "meer dan 90 dagen", "over 90 days"


def running_time(from_utc: datetime, until_utc: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """The time from ``from_utc`` to ``until_utc`` without the pauses; overlapping pauses count once.

    Raises ``ValueError`` for moments without a time zone: they would be a fault in the program.
    """
    begin, end = _utc(from_utc), _utc(until_utc)
    if end <= begin:
        return timedelta(0)
    stopped = timedelta(0)
    reached = begin
    for start, stop in sorted((_utc(one.from_utc), _utc(one.until_utc or end)) for one in pauses):
        start, stop = max(start, reached), min(stop, end)  # noqa: PLW2901  # clipping is what the names mean
        if stop > start:
            stopped += stop - start
            reached = stop
    return end - begin - stopped


def hours(from_utc: datetime, until_utc: datetime, pauses: Iterable[Pause] = ()) -> Fraction:
    """:func:`running_time` in exact hours."""
    running = running_time(from_utc, until_utc, pauses)
    return Fraction(running // timedelta(microseconds=1), _HOUR // timedelta(microseconds=1))


def is_paused(pauses: Iterable[Pause]) -> bool:
    """Whether the clock stands still now."""
    return any(one.until_utc is None for one in pauses)


def median(values: Sequence[Fraction]) -> Fraction | None:
    """The middle value, or the mean of the two in the middle; ``None`` of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def percentile(values: Sequence[Fraction], percent: int) -> Fraction | None:
    """The nearest-rank percentile: the smallest value that at least ``percent`` % do not exceed.

    Always one of the values, so that it can be pointed at; ``None`` of nothing. ``percent`` is 1 to 100.
    """
    if not 1 <= percent <= 100:
        raise ValueError("a percentile is from 1 to 100")
    if not values:
        return None
    rank = -(-len(values) * percent // 100)
    return sorted(values)[rank - 1]


def age_bucket(due_on: date, on: date) -> AgeBucket:
    """The bucket of something due on ``due_on`` as seen on ``on``; its due date itself is day 0."""
    days = (on - due_on).days
    if days < 0:
        return AgeBucket.NOT_DUE
    if days <= 30:
        return AgeBucket.DAYS_0_30
    if days <= 60:
        return AgeBucket.DAYS_31_60
    return AgeBucket.DAYS_61_90 if days <= 90 else AgeBucket.OVER_90


def aged(due_parts: Iterable[tuple[date, int]], on: date) -> dict[AgeBucket, int]:
    """Open cents per bucket, every bucket present, from (due_on, open_cents) pairs."""
    totals = dict.fromkeys(AgeBucket, 0)
    for due_on, open_cents in due_parts:
        totals[age_bucket(due_on, on)] += open_cents
    return totals


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)
