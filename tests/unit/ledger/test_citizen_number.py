"""What looks like a citizen service number is masked in texts that come as they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.citizen_number import contains_bsn, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BSN 111222333 van Jan", "BSN ********* van Jan"),
        ("111.222.333", "***.***.***"),
        ("1112 22 333", "**** ** ***"),
        ("111222333 en 123456782", "********* en *********"),
        ("factuur 111222334", "factuur 111222334"),  # fails the test of eleven
        ("NL91ABNA0417164300", "NL91ABNA0417164300"),
        ("RF111222333", "RF111222333"),
        ("geen getal", "geen getal"),
        ("", ""),
    ],
)
def test_digits_of_what_looks_like_a_bsn_become_asterisks(text: str, expected: str):
    assert masked(text) == expected


@given(st.text(alphabet="0123456789 .-aRF\u2011\u200b", max_size=60))
def test_what_was_masked_holds_none_but_creditor_references(text: str):
    assert not contains_bsn(masked(text)) or "RF" in masked(text).upper()
    if not contains_bsn(text):
        assert masked(text) == text
