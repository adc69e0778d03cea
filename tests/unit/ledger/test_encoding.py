"""The encoding is one JSON array, also when an entry's place is filled in afterwards."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import FORM, entry_hash, gapped, hash_of, moment

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)
NUMBERS = st.integers(1, 10**15)
LEGS = st.lists(st.tuples(st.sampled_from(["1100", "1400"]), TEXTS, st.integers()), min_size=2, max_size=5)


@given(
    texts=st.tuples(TEXTS, TEXTS, TEXTS),
    place=st.tuples(NUMBERS, NUMBERS),
    legs=LEGS,
    reverses=st.none() | NUMBERS,
)
def test_the_gaps_filled_give_the_array_as_json_writes_it(
    texts: tuple[str, str, str],
    place: tuple[int, int],
    legs: list[tuple[str, str, int]],
    reverses: int | None,
) -> None:
    network, cause, key = texts
    entry_id, number = place
    at = moment(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    content = [
        FORM, network, entry_id, 2026, number, "settled", "2026-03-01", at, cause, key, reverses, legs,
        "a" * 64,
    ]  # fmt: skip
    expected = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    encoded = gapped(
        network=network,
        kind="settled",
        booked_on=date(2026, 3, 1),
        recorded_at=at,
        cause=cause,
        idempotency_key=key,
        reverses=reverses,
        legs=legs,
    )
    filled = encoded.filled(entry_id=entry_id, book_year=2026, number=number, previous_hash="a" * 64)
    assert filled == expected
    assert hash_of(filled) == hashlib.sha256(expected.encode()).hexdigest()
    assert hash_of(filled) == entry_hash(
        network=network,
        entry_id=entry_id,
        book_year=2026,
        number=number,
        kind="settled",
        booked_on="2026-03-01",
        recorded_at=at,
        cause=cause,
        idempotency_key=key,
        reverses=reverses,
        legs=legs,
        previous_hash="a" * 64,
    )


def test_a_moment_is_in_utc_with_six_decimals() -> None:
    summer = timezone(timedelta(hours=2))
    assert moment(datetime(2026, 7, 1, 1, 30, tzinfo=summer)) == "2026-06-30T23:30:00.000000Z"
    assert moment(datetime(2026, 7, 1, 1, 30, 0, 12, tzinfo=UTC)) == "2026-07-01T01:30:00.000012Z"


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 7, 1))  # noqa: DTZ001  (that is what is refused)
