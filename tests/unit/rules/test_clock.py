"""Hours with the clock stopped, percentiles, ageing, dates that follow, and the waiting list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clock import AgeBucket, Pause, age_bucket, aged, hours, is_paused, median, percentile, running_time
from rules.network_file import load_network
from rules.reminders import (
    Reminder,
    ReminderKind,
    erase_on,
    evaluation_days,
    months_later,
    reminders,
    reminders_due,
)
from rules.waiting_list import Urgency, Waiting, can_be_promised, in_order

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def test_hours_run_from_submission_to_decision() -> None:
    assert hours(START, at(26.5)) == Fraction(53, 2)
    assert hours(START, START) == 0
    assert hours(at(1), START) == 0


@pytest.mark.parametrize(
    ("pauses", "running"),
    [
        ([Pause(at(2), at(5))], 7),
        ([Pause(at(2), at(5)), Pause(at(6), at(7))], 6),
        ([Pause(at(6), at(7)), Pause(at(2), at(5))], 6),
        ([Pause(at(2), at(6)), Pause(at(4), at(8))], 4),
        ([Pause(at(2), at(8)), Pause(at(3), at(4))], 4),
        ([Pause(at(-5), at(1))], 9),
        ([Pause(at(9), at(20))], 9),
        ([Pause(at(4), None)], 4),
        ([Pause(at(12), None)], 10),
        ([Pause(at(0), at(10))], 0),
    ],
)
def test_the_clock_stands_still_while_information_is_asked(pauses: list[Pause], running: int) -> None:
    assert hours(START, at(10), pauses) == running


def test_other_time_zones_and_the_hour_that_comes_twice() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    before = datetime(2026, 10, 25, 2, 30, tzinfo=summer)
    after = datetime(2026, 10, 25, 2, 30, tzinfo=winter)
    assert hours(before, after) == 1
    with pytest.raises(ValueError, match="time zone"):
        running_time(before, datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001  # that is what must be refused


def test_a_pause_without_end_still_lasts() -> None:
    assert is_paused([Pause(at(1), None)])
    assert not is_paused([Pause(at(1), at(2))])


moments = st.integers(0, 1000)


@given(st.lists(st.tuples(moments, moments)), moments)
def test_running_time_is_never_negative_nor_more_than_all(spans: list[tuple[int, int]], end: int) -> None:
    pauses = [Pause(at(min(span)), at(max(span))) for span in spans]
    running = hours(START, at(end), pauses)
    paused_hours = {hour for span in spans for hour in range(min(span), min(max(span), end))}
    assert running == end - len(paused_hours)


def test_median_and_percentile_by_nearest_rank() -> None:
    ten = [Fraction(number) for number in (7, 3, 1, 9, 10, 2, 8, 4, 6, 5)]
    assert median(ten) == Fraction(11, 2)
    assert median(ten[:3]) == 3
    assert percentile(ten, 90) == 9
    assert percentile(ten, 91) == 10
    assert percentile(ten, 100) == 10
    assert percentile(ten, 1) == 1
    assert percentile(ten[:1], 90) == 7
    assert median([]) is None
    assert percentile([], 90) is None
    with pytest.raises(ValueError, match="1 to 100"):
        percentile(ten, 0)


@given(st.lists(st.fractions(), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_smallest_that_covers_enough(values: list[Fraction], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert found is not None
    assert 100 * sum(1 for one in values if one <= found) >= percent * len(values)
    assert 100 * sum(1 for one in values if one < found) < percent * len(values)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, AgeBucket.NOT_DUE),
        (0, AgeBucket.DAYS_0_30),
        (30, AgeBucket.DAYS_0_30),
        (31, AgeBucket.DAYS_31_60),
        (60, AgeBucket.DAYS_31_60),
        (61, AgeBucket.DAYS_61_90),
        (90, AgeBucket.DAYS_61_90),
        (91, AgeBucket.OVER_90),
    ],
)
def test_ageing_to_the_day(days: int, bucket: AgeBucket) -> None:
    due = date(2026, 1, 15)
    assert age_bucket(due, due + timedelta(days=days)) is bucket


def test_ageing_keeps_every_cent() -> None:
    parts = [(date(2026, 1, 1), 100), (date(2026, 3, 31), 50), (date(2026, 5, 1), 7)]
    found = aged(parts, date(2026, 4, 30))
    assert found[AgeBucket.OVER_90] == 100
    assert found[AgeBucket.DAYS_0_30] == 50
    assert found[AgeBucket.NOT_DUE] == 7
    assert sum(found.values()) == 157
    assert list(found) == list(AgeBucket)


TERMS = (
    load_network(Path(__file__).parents[3] / "config" / "networks" / "bossche_bond.toml")
    .book()
    .on(date(2026, 1, 1))
    .terms
)


def test_reminders_follow_the_due_date_and_escalate() -> None:
    due = date(2026, 6, 1)
    plan = reminders(due, TERMS)
    assert plan == (
        Reminder(date(2026, 5, 25), ReminderKind.ANNOUNCE),
        Reminder(date(2026, 6, 15), ReminderKind.REMIND),
        Reminder(date(2026, 7, 1), ReminderKind.REMIND),
        Reminder(date(2026, 7, 16), ReminderKind.AMBASSADOR),
        Reminder(date(2026, 8, 15), ReminderKind.EXECUTIVES),
    )


def test_only_the_latest_step_is_sent_and_never_again() -> None:
    due = date(2026, 6, 1)
    announce, first, second, ambassador, executives = reminders(due, TERMS)
    assert reminders_due(due, TERMS, on=date(2026, 5, 24)) == ()
    assert reminders_due(due, TERMS, on=date(2026, 6, 1)) == (announce,)
    assert reminders_due(due, TERMS, on=date(2026, 6, 2)) == ()  # too late to announce
    assert reminders_due(due, TERMS, on=date(2026, 6, 15), taken=(announce,)) == (first,)
    assert reminders_due(due, TERMS, on=date(2026, 6, 30), taken=(announce, first)) == ()
    assert reminders_due(due, TERMS, on=date(2026, 7, 10), taken=(announce,)) == (second,)
    assert reminders_due(due, TERMS, on=date(2026, 7, 16), taken=(second,)) == (ambassador,)
    assert reminders_due(due, TERMS, on=date(2026, 7, 16), taken=(second,), escalates=False) == ()
    assert reminders_due(due, TERMS, on=date(2027, 1, 1), taken=(ambassador,)) == (executives,)
    assert reminders_due(due, TERMS, on=date(2027, 1, 1), taken=(executives,)) == ()


def test_a_step_that_policy_puts_before_one_that_was_taken_is_not_sent() -> None:
    due = date(2026, 6, 1)
    shorter = replace(TERMS, remind_days=(10,), escalate_to_ambassador_days=20)
    sent = Reminder(date(2026, 6, 15), ReminderKind.REMIND)
    assert reminders_due(due, shorter, on=date(2026, 6, 16), taken=(sent,)) == ()
    assert [one.kind for one in reminders_due(due, shorter, on=date(2026, 6, 21), taken=(sent,))] == [
        ReminderKind.AMBASSADOR
    ]


def test_two_steps_on_one_day_are_both_sent() -> None:
    due = date(2026, 6, 1)
    both = replace(TERMS, remind_days=(14,), escalate_to_ambassador_days=14)
    found = reminders_due(due, both, on=date(2026, 6, 15))
    assert [one.kind for one in found] == [ReminderKind.REMIND, ReminderKind.AMBASSADOR]
    assert reminders_due(due, both, on=date(2026, 6, 15), taken=found[:1]) == found[1:]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_evaluations_and_erasure_follow_policy() -> None:
    assert evaluation_days(date(2026, 8, 31), (3, 6, 12)) == (
        date(2026, 11, 30),
        date(2027, 2, 28),
        date(2027, 8, 31),
    )
    assert erase_on(date(2024, 2, 29), years=5) == date(2029, 2, 28)
    assert erase_on(date(2026, 1, 1), weeks=6) == date(2026, 2, 12)


def waiting(reference: str, urgency: Urgency, hour: int, cents: int) -> Waiting:
    return Waiting(reference, urgency, at(hour), cents)


def test_the_waiting_list_goes_by_urgency_then_date_and_nobody_is_passed() -> None:
    late = waiting("late", Urgency.DAYS, 5, 400)
    early = waiting("early", Urgency.CAN_WAIT, 0, 50)
    large = waiting("large", Urgency.WEEKS, 1, 500)
    first = waiting("first", Urgency.DAYS, 2, 100)
    assert [one.reference for one in in_order([late, early, large, first])] == [
        "first",
        "late",
        "large",
        "early",
    ]
    served = can_be_promised([late, early, large, first], 600)
    assert [one.reference for one in served] == ["first", "late"]
    assert can_be_promised([large], 500) == (large,)
    assert can_be_promised([large], 499) == ()
