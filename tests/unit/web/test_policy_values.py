"""Exact numbers of policy survive a form: what is filled in is read back as the same value."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from casework.web.policy_parts import read_numbers
from casework.web.policy_values import AMOUNT, EXACT, SHARE, Kind, read
from rules.policy_reader import cents_text, fraction_text


@pytest.fixture(scope="module", autouse=True)
def _language() -> object:
    app = Flask(__name__)
    Babel(app, default_locale="nl")
    with app.test_request_context():
        yield


def again(kind: Kind, kept: object) -> object:
    """What comes back when a form that was filled in is sent unchanged."""
    errors: dict[str, str] = {}
    value = read(kind, kind.fill(kept), "field", errors)
    assert errors == {}
    return value


@given(st.fractions(min_value=0, max_value=10**6, max_denominator=10**6))
def test_a_number_goes_through_a_form_exactly(number: Fraction) -> None:
    kept = fraction_text(number)
    assert again(EXACT, kept) == kept


@given(st.integers(min_value=0, max_value=10**6))
def test_a_share_goes_through_a_form_as_a_percentage(millionths: int) -> None:
    kept = fraction_text(Fraction(millionths, 10**6))
    assert again(SHARE, kept) == kept


@given(st.fractions(min_value=0, max_value=1, max_denominator=1_000))
def test_a_share_that_does_not_end_goes_through_too(share: Fraction) -> None:
    kept = fraction_text(share)
    assert again(SHARE, kept) == kept


@given(st.integers(min_value=0, max_value=10**11 - 1))
def test_an_amount_goes_through_a_form_to_the_cent(cents: int) -> None:
    kept = cents_text(cents)
    assert again(AMOUNT, kept) == kept


@pytest.mark.parametrize(
    ("text", "numbers"), [("", []), ("14, 30", [14, 30]), ("30;14 14", [14, 30]), ("0", [0])]
)
def test_lists_of_numbers_are_put_in_order(text: str, numbers: list[int]) -> None:
    errors: dict[str, str] = {}
    assert read_numbers(text, "days", errors) == numbers
    assert errors == {}


@pytest.mark.parametrize("text", ["half", "1.5", "-3", "99999", "①"])
def test_lists_of_something_else_are_refused(text: str) -> None:
    errors: dict[str, str] = {}
    read_numbers(text, "days", errors)
    assert "hele getallen" in errors["days"]
