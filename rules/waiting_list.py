"""The waiting list of an empty pot: in order of urgency, then of submission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.wording import Labelled


class Urgency(Labelled):
    """How soon a household needs its breakthrough, most urgent first."""

    DAYS = "days", "binnen enkele dagen", "within days"
    WEEKS = "weeks", "binnen enkele weken", "within weeks"
    CAN_WAIT = "can_wait", "kan wachten", "can wait"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that was approved in substance and waits for money."""

    reference: str
    urgency: Urgency
    submitted_at_utc: datetime
    amount_cents: int


def in_order(waiting: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """The list as it is served: urgency, then moment of submission, then reference."""
    rank = {urgency: number for number, urgency in enumerate(Urgency)}
    return tuple(sorted(waiting, key=lambda one: (rank[one.urgency], one.submitted_at_utc, one.reference)))


def can_be_promised(waiting: Sequence[Waiting], available_cents: int) -> tuple[Waiting, ...]:
    """Who can be promised now, from the top, until the first one that does not fit.

    Nobody is passed: a small request further down would else keep a large one waiting for ever.
    """
    promised: list[Waiting] = []
    for one in in_order(waiting):
        if one.amount_cents > available_cents:
            break
        available_cents -= one.amount_cents
        promised.append(one)
    return tuple(promised)
