"""The policy of a day, for ever; adopting, and what changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.network_file import load_network
from rules.policy import (
    Change,
    NoPolicyInForce,
    PolicyBook,
    PolicyVersion,
    SectionName,
    VersionTwice,
    changes,
    policy_book_from_documents,
)
from rules.policy_reader import PolicyWrong

SHIPPED = load_network(Path(__file__).parents[3] / "config" / "networks" / "bossche_bond.toml")
START = date(2016, 6, 2)


def fund(on: date, buffer: str) -> PolicyVersion:
    return PolicyVersion.from_document("fund", on, {"buffer": buffer}, assumed="test")


def test_a_day_is_judged_by_the_version_that_held_then() -> None:
    book = SHIPPED.book().adopt(fund(date(2026, 3, 1), "100.00")).adopt(fund(date(2025, 1, 1), "50.00"))
    expected = {
        date(2024, 12, 31): 250_000,
        date(2025, 1, 1): 5_000,
        date(2026, 2, 28): 5_000,
        date(2026, 3, 1): 10_000,
        date(2099, 1, 1): 10_000,
    }
    assert {day: book.on(day).fund.buffer_cents for day in expected} == expected
    policy = book.on(date(2026, 2, 28))
    assert policy.versions[SectionName.FUND].valid_from == date(2025, 1, 1)
    assert policy.versions[SectionName.TERMS].valid_from == START
    assert [one.valid_from.year for one in book.versions(SectionName.FUND)] == [2016, 2025, 2026]


def test_adopting_leaves_the_book_that_was() -> None:
    book = SHIPPED.book()
    book.adopt(fund(date(2020, 1, 1), "1.00"))
    assert book.on(date(2026, 1, 1)).fund.buffer_cents == 250_000


def test_before_the_first_version_there_is_no_policy() -> None:
    with pytest.raises(NoPolicyInForce) as refused:
        SHIPPED.book().on(date(2016, 6, 1))
    assert "2016-06-01" in refused.value.sentence("nl")
    with pytest.raises(NoPolicyInForce):
        PolicyBook([]).version_on(SectionName.FUND, START)


def test_two_versions_of_one_section_and_day_are_refused() -> None:
    with pytest.raises(VersionTwice) as refused:
        SHIPPED.book().adopt(fund(START, "1.00"))
    assert "pot" in refused.value.sentence("nl")


def test_a_book_comes_back_from_stored_documents() -> None:
    rows = [(str(one.section), one.valid_from, one.to_document()) for one in SHIPPED.versions]
    again, policy = policy_book_from_documents(rows).on(START), SHIPPED.book().on(START)
    for name in SectionName:
        assert getattr(again, name) == getattr(policy, name)
    with pytest.raises(PolicyWrong):
        policy_book_from_documents([("fund", START, {"buffer": 2500.0})])
    with pytest.raises(ValueError, match="feelings"):
        policy_book_from_documents([("feelings", START, {})])


def test_what_changed_is_named_by_its_full_key() -> None:
    before = {"bands": [{"up_to": "500.00", "members": 1}], "above": 3}
    after = {"bands": [{"up_to": "750.00", "members": 1}, {"up_to": "900.00", "members": 2}], "above": 3}
    assert changes(before, after) == (
        Change("bands.1.up_to", "500.00", "750.00"),
        Change("bands.2.up_to", None, "900.00"),
        Change("bands.2.members", None, 2),
    )
    assert changes(after, after) == ()
    assert changes({"weights": "equal"}, {"weights": {"a": "1"}}) == (
        Change("weights", "equal", None),
        Change("weights.a", None, "1"),
    )


def test_texts_are_in_both_languages() -> None:
    policy = SHIPPED.book().on(START)
    assert policy.texts.text("fund_name", "nl") == "de Bossche pot"
    assert policy.texts.text("fund_name", "en") == "the Bossche fund"
    with pytest.raises(KeyError):
        policy.texts.text("other", "nl")
