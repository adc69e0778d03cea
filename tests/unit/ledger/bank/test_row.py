"""Statements in a row: what follows what, what goes in between, and which lines are known."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.bank.row import (
    Overlap,
    Placed,
    between,
    first_of,
    follows,
    next_of,
    overlap,
    skipped_number,
    surely_next,
)

START = date(2026, 3, 1)


def placed(id_: int, day: int, opening: int, closing: int, sequence: int | None = None) -> Placed:
    on = START + timedelta(days=day)
    return Placed(id_, on, opening, on, closing, sequence)


def test_the_next_begins_where_the_last_ended_and_not_before_it():
    last = placed(1, 5, 0, 100)
    assert follows(last, placed(2, 6, 100, 50))
    assert follows(last, placed(2, 5, 100, 50))
    assert not follows(last, placed(2, 6, 101, 50))
    assert not follows(last, placed(2, 4, 100, 50))


def test_numbers_count_where_both_have_one():
    last = placed(1, 5, 0, 100, 7)
    assert follows(last, placed(2, 6, 100, 50, 8))
    assert follows(last, placed(2, 6, 100, 50, 7))
    assert follows(last, placed(2, 6, 100, 50))
    assert not follows(last, placed(2, 6, 100, 50, 9))
    assert skipped_number(last, placed(2, 6, 100, 50, 9))
    assert not skipped_number(last, placed(2, 6, 99, 50, 9))
    assert surely_next(last, placed(2, 6, 100, 50, 8))
    assert not surely_next(last, placed(2, 6, 100, 50, 7))


def test_a_new_year_begins_at_one_again():
    last = Placed(1, date(2025, 12, 31), 0, date(2025, 12, 31), 10, 250)
    assert follows(last, Placed(2, date(2026, 1, 1), 10, date(2026, 1, 2), 20, 1))
    assert not follows(last, Placed(2, date(2026, 1, 1), 10, date(2026, 1, 2), 20, 2))


def test_a_row_begins_with_the_earliest_that_has_the_balance_of_the_book():
    waiting = [placed(1, 3, 100, 0), placed(2, 1, 100, 50), placed(3, 0, 99, 100)]
    assert first_of(waiting, 100) == waiting[1]
    assert first_of(waiting, 5) is None
    assert next_of(placed(9, 2, 0, 100), waiting) == waiting[0]


def test_what_changes_nothing_in_sum_is_put_in_between():
    before, after = placed(1, 0, 0, 100), placed(2, 9, 100, 300)
    up, down = placed(3, 3, 100, 150), placed(4, 4, 150, 100)
    assert between(before, after, [down, up], 0) == [up, down]
    assert between(before, after, [up], 0) == []
    assert between(None, after, [down, up], 100) == [up, down]


def test_lines_are_known_by_balance_day_and_amount():
    known = [(START, 10), (START, 20), (START + timedelta(days=1), -5)]
    assert overlap(known, 100, known, 100) == Overlap(())
    assert overlap(known, 100, [known[1], known[0]], 100) == Overlap(())
    assert overlap(known, 100, [known[2]], 130) == Overlap(())
    assert overlap(known, 100, [known[2]], 131) is None
    assert overlap(known, 100, [(START + timedelta(days=1), -6)], 130) is None
    longer = [*known, (START + timedelta(days=1), 7), (START + timedelta(days=3), 8)]
    assert overlap(known, 100, longer, 100) == Overlap((3, 4))
    assert overlap(known, 100, longer[2:], 130) == Overlap((1, 2))
    assert overlap(known, 100, [*known, (START, 7)], 100) is None  # new, but of a day that was past


amounts = st.lists(
    st.lists(st.integers(-5, 5).filter(bool), max_size=3), min_size=1, max_size=7
)  # small amounts: the same balance comes back often


@given(amounts, st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_row(days: list[list[int]], order: object):
    """A row is built as the store does it: take what follows, else put in between, until nothing fits."""
    series, balance = [], 0
    for day, cents in enumerate(days):
        series.append(placed(day, day, balance, balance + sum(cents)))
        balance += sum(cents)
    arriving = list(series)
    order.shuffle(arriving)  # type: ignore[attr-defined]  # a Random
    row: list[Placed] = []
    waiting: list[Placed] = []
    for one in arriving:
        waiting.append(one)
        while fitted := _fit(row, waiting):
            waiting = [left for left in waiting if left not in fitted]
        assert all(follows(before, after) for before, after in pairwise(row))
    assert row == series
    assert waiting == []


def _fit(row: list[Placed], waiting: list[Placed]) -> list[Placed]:
    found = first_of(waiting, 0) if not row else next_of(row[-1], waiting)
    if found is not None:
        row.append(found)
        return [found]
    for place, (before, after) in enumerate(zip([None, *row], row, strict=False)):
        if run := between(before, after, waiting, 0):
            row[place:place] = run
            return run
    return []
