"""Statements stand in a row: each begins with the balance with which the one before it ended. Pure.

What belongs where is decided by balances, days and, where a bank counts its statements, numbers:

- **the next** begins with the last one's closing balance, is not of before it, and has the next number;
- one that does not fit yet **waits**; when what was missing comes, it is taken by itself;
- a bank can leave out a statement over which nothing changed in sum, and balances then show no gap: when it
  comes after all it is put **in between**;
- **lines are known** where the row has the same balance at the beginning of the same days, and from there the
  same amounts on the same days: one account has one truth, in whatever format and period it is fetched. Of a
  statement that goes on beyond the row only the rest is new.

So the same statements, in any order and however often, end in the same row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Movement = tuple[date, int]  # day and signed cents


@dataclass(frozen=True, slots=True)
class Placed:
    """What of a statement decides its place. ``id`` is the row's in the database."""

    id: int
    opening_on: date
    opening_cents: int
    closing_on: date
    closing_cents: int
    sequence: int | None

    @property
    def order(self) -> tuple[date, date, int, int]:
        """By day, then by number; by arrival where even that does not tell."""
        return self.closing_on, self.opening_on, self.sequence or 0, self.id


@dataclass(frozen=True, slots=True)
class Overlap:
    """Which lines of a statement (their positions from 0) the row does not have yet; empty: it has all."""

    new: tuple[int, ...]


def follows(before: Placed, after: Placed) -> bool:
    """Whether ``after`` can come directly after ``before``."""
    return (
        before.closing_cents == after.opening_cents
        and before.closing_on <= after.closing_on
        and before.opening_on <= after.opening_on
        and _next_number(before, after)
    )


def _next_number(before: Placed, after: Placed) -> bool:
    if before.sequence is None or after.sequence is None:
        return True
    if before.closing_on.year != after.closing_on.year and after.sequence == 1:
        return True
    # Some banks give every part of a day the same number.
    return after.sequence in (before.sequence, before.sequence + 1)


def skipped_number(before: Placed, after: Placed) -> bool:
    """Whether only the bank's numbers say that something is missing between the two."""
    return before.closing_cents == after.opening_cents and not _next_number(before, after)


def surely_next(before: Placed, after: Placed) -> bool:
    """Whether the bank itself counts ``after`` as the next one: then its lines are new, however alike."""
    return before.sequence is not None and after.sequence == before.sequence + 1 and follows(before, after)


def first_of(waiting: Sequence[Placed], opening_cents: int) -> Placed | None:
    """The earliest that begins with ``opening_cents``: where a row can begin."""
    return min((one for one in waiting if one.opening_cents == opening_cents), key=_order, default=None)


def next_of(last: Placed, waiting: Sequence[Placed]) -> Placed | None:
    """The earliest of ``waiting`` that can follow ``last``."""
    return min((one for one in waiting if follows(last, one)), key=_order, default=None)


def _order(one: Placed) -> tuple[date, date, int, int]:
    return one.order


def between(
    before: Placed | None, after: Placed, waiting: Sequence[Placed], opening_cents: int
) -> list[Placed]:
    """The longest run of ``waiting`` that leads from ``before`` to ``after``; empty when there is none.

    ``before`` is none in front of the first of the row, which begins with ``opening_cents``.
    """
    possible = sorted((one for one in waiting if one.closing_on <= after.closing_on), key=_order)
    best: dict[int, list[Placed]] = {}
    for one in possible:
        starts = one.opening_cents == opening_cents if before is None else follows(before, one)
        runs: list[list[Placed]] = [[]] if starts else []
        runs += [run for run in best.values() if follows(run[-1], one)]
        if runs:
            best[one.id] = [*max(runs, key=len), one]
    whole = [run for run in best.values() if follows(run[-1], after)]
    return max(whole, key=len, default=[])


def overlap(
    known: Sequence[Movement], opening_cents: int, wanted: Sequence[Movement], wanted_opening_cents: int
) -> Overlap | None:
    """How the lines ``wanted``, that begin with a balance, lie over the row's lines ``known``; none if not at
    all.

    ``known`` begins with the balance ``opening_cents`` and runs to the end of the row.
    """
    if not wanted or not known:
        return None
    first = min(day for day, _cents in wanted)
    balance = opening_cents
    for start, (day, cents) in enumerate(known):
        begins_here = day >= first and (start == 0 or known[start - 1][0] <= first)
        if begins_here and balance == wanted_opening_cents:
            found = _covered(known[start:], wanted)
            if found is not None:
                return found
        balance += cents
    return None


def _covered(known: Sequence[Movement], wanted: Sequence[Movement]) -> Overlap | None:
    left = Counter(wanted)
    for count, movement in enumerate(known, start=1):
        if not left[movement]:
            return None
        left[movement] -= 1
        if count == len(wanted):
            return Overlap(())
    # The row ends here: what is left is new, if it is not of before the row's last day.
    last = known[-1][0]
    taken = Counter(known)
    new = []
    for position, movement in enumerate(wanted):
        if taken[movement]:
            taken[movement] -= 1
        else:
            new.append(position)
    return Overlap(tuple(new)) if all(wanted[position][0] >= last for position in new) else None
