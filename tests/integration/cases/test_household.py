"""A household is recognised, never known."""

from __future__ import annotations

import pytest

from casework.cases.household import HouseholdIncomplete, HouseNumberWrong, PostcodeWrong, household_hash
from errors import Invalid


def test_one_address_written_in_many_ways_is_one_household() -> None:
    hashes = {
        household_hash("bond", *written)
        for written in (("5211 AB", "12-b"), ("5211ab", "12B"), (" 5211  Ab ", "12 b"), ("5211AB", "012/B"))
    }
    assert len(hashes) == 1
    (found,) = hashes
    assert found is not None
    assert len(found) == 64
    assert "5211" not in found[:4]


def test_other_addresses_and_other_networks_differ() -> None:
    made = {
        household_hash(network, postcode, number)
        for network, postcode, number in (
            ("bond", "5211AB", "12"),
            ("bond", "5211AB", "12A"),
            ("bond", "5211AC", "12"),
            ("bond", "5211AB", "1"),
            ("ander", "5211AB", "12"),
        )
    }
    assert len(made) == 5


def test_nothing_given_is_nothing_known() -> None:
    assert household_hash("bond", "", "  ") is None


@pytest.mark.parametrize(
    ("postcode", "number", "error", "field"),
    [
        ("5211", "12", PostcodeWrong, "postcode"),
        ("0211 AB", "12", PostcodeWrong, "postcode"),
        ("5211 AB", "twaalf", HouseNumberWrong, "house_number"),
        ("5211 AB", "", HouseholdIncomplete, "house_number"),
        ("", "12", HouseholdIncomplete, "postcode"),
    ],
)
def test_what_is_no_address_is_refused(postcode: str, number: str, error: type[Invalid], field: str) -> None:
    with pytest.raises(error) as refused:
        household_hash("bond", postcode, number)
    assert refused.value.field == field
