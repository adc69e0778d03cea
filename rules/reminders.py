"""When something is due, reminded of, escalated or erased: dates that follow from policy's terms."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from rules.wording import Labelled


class ReminderTerms(Protocol):
    """What reminders need of policy; its ``terms`` section has it."""

    @property
    def remind_days(self) -> tuple[int, ...]: ...
    @property
    def escalate_to_ambassador_days(self) -> int: ...
    @property
    def escalate_to_executives_days(self) -> int: ...


class ReminderKind(Labelled):
    """What is sent about an open claim."""

    ANNOUNCE = "announce", "aankondiging", "announcement"
    REMIND = "remind", "herinnering", "reminder"
    AMBASSADOR = "ambassador", "naar de ambassadeur", "to the ambassador"
    EXECUTIVES = "executives", "naar de bestuurders", "to the executives"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to send on a day."""

    on: date
    kind: ReminderKind


def reminders(due_on: date, terms: ReminderTerms) -> tuple[Reminder, ...]:
    """Everything to send about a claim due on ``due_on``, in order of day."""
    planned = [
        Reminder(due_on + timedelta(days=days), ReminderKind.ANNOUNCE if days < 0 else ReminderKind.REMIND)
        for days in terms.remind_days
    ]
    steps = (
        (terms.escalate_to_ambassador_days, ReminderKind.AMBASSADOR),
        (terms.escalate_to_executives_days, ReminderKind.EXECUTIVES),
    )
    planned += [Reminder(due_on + timedelta(days=days), kind) for days, kind in steps]
    return tuple(sorted(planned, key=lambda one: (one.on, list(ReminderKind).index(one.kind))))


def reminders_due(
    due_on: date,
    terms: ReminderTerms,
    *,
    on: date,
    taken: Collection[Reminder] = (),
    escalates: bool = True,
) -> tuple[Reminder, ...]:
    """What to send on day ``on`` about a claim due on ``due_on``, when ``taken`` was sent before.

    Only the steps of the latest day that has come: after a standstill the earlier ones are passed over, not
    sent one after the other, and where policy is changed no step comes after a later one. An announcement
    comes before its day or not at all. Without ``escalates`` only who pays is written to.
    """
    last = max((one.on for one in taken), default=date.min)
    come = [
        one
        for one in reminders(due_on, terms)
        if last <= one.on <= on
        and (one.kind is not ReminderKind.ANNOUNCE or on <= due_on)
        and (escalates or one.kind in (ReminderKind.ANNOUNCE, ReminderKind.REMIND))
    ]
    return tuple(one for one in come if one.on == come[-1].on and one not in taken)


def months_later(day: date, months: int) -> date:
    """The same day ``months`` later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def evaluation_days(paid_on: date, evaluate_months: tuple[int, ...]) -> tuple[date, ...]:
    """The days on which a paid case is evaluated."""
    return tuple(months_later(paid_on, months) for months in evaluate_months)


def erase_on(ended_on: date, *, years: int = 0, weeks: int = 0) -> date:
    """The first day on which what ended on ``ended_on`` is no longer kept."""
    return months_later(ended_on, 12 * years) + timedelta(weeks=weeks)
