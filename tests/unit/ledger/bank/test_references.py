"""Payment references: given out, read back, and refused when mistyped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from ledger.bank.references import (
    Reference,
    ReferenceKind,
    _check_digit,
    _weighed,
    claim_reference,
    collection_id,
    contribution_reference,
    find_references,
    parse_collection_id,
    parse_reference,
    statement_reference,
)

references = st.builds(
    Reference,
    st.sampled_from(ReferenceKind),
    st.integers(1, 999),
    st.integers(1, 9_999_999),
    st.integers(0, 999),
)


def test_check_digit_is_that_of_the_published_example() -> None:
    payload = "000056789012345"  # (5)000 0567 8901 2345 in the specification
    assert _weighed(payload) == 215
    assert _check_digit(_weighed(payload) % 11) == 5


def test_what_a_reference_looks_like() -> None:
    one = claim_reference(fund_id=1, claim_id=1234567)
    assert len(one.digits) == 16
    assert one.digits[1:] == "100011234567000"
    assert one.rf.startswith("RF")
    assert one.rf[4:] == one.digits
    assert one.rf_spaced.split(" ")[0] == one.rf[:4]
    assert one.digits_spaced.replace(" ", "") == one.digits


def test_each_kind_says_what_it_is_about() -> None:
    assert claim_reference(fund_id=2, claim_id=7, instalment=3) == Reference(ReferenceKind.CLAIM, 2, 7, 3)
    assert contribution_reference(fund_id=2, partner_id=7, year=2026).year == 2026
    assert statement_reference(fund_id=2, partner_id=7).kind is ReferenceKind.STATEMENT


@given(references)
def test_both_forms_are_read_back_however_they_are_typed(one: Reference) -> None:
    assert iso11649.is_valid(one.rf)
    for text in (one.rf, one.digits, one.rf_spaced, one.digits_spaced, f" {one.rf_spaced.lower()}\n"):
        assert parse_reference(text) == one


@given(references, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_never_taken(one: Reference, at: int, by: int) -> None:
    wrong = one.digits[:at] + str((int(one.digits[at]) + by) % 10) + one.digits[at + 1 :]
    assert parse_reference(wrong) is None
    assert parse_reference(one.rf[:4] + wrong) is None
    assert find_references(f"betaling {wrong} dank") == ()


@given(references, st.integers(1, 14))
def test_two_digits_of_the_number_swapped_are_never_taken(one: Reference, at: int) -> None:
    swapped = one.digits[:at] + one.digits[at + 1] + one.digits[at] + one.digits[at + 2 :]
    assert swapped == one.digits or parse_reference(swapped) is None


@given(references, references, st.sampled_from(["rf", "digits", "rf_spaced", "digits_spaced"]))
def test_references_are_found_in_free_text(one: Reference, other: Reference, form: str) -> None:
    text = f"Casus 2026-0012, kenmerk {getattr(one, form)}; en ook {getattr(other, form)} dd 01-02-2026"
    assert set(find_references(text)) == {one, other}


def test_a_number_that_runs_into_another_is_still_found() -> None:
    one = claim_reference(fund_id=1, claim_id=42)
    assert find_references(f"factuur 2026 {one.digits_spaced} termijn 3") == (one,)


def test_digits_after_rf_count_only_with_the_check_digits_of_rf() -> None:
    one = claim_reference(fund_id=1, claim_id=42)
    wrong = "RF" + ("11" if one.rf[2:4] != "11" else "12") + one.digits
    assert parse_reference(wrong) is None
    assert find_references(f"kenmerk {wrong} dank") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RF",
        "0" * 16,
        "RF18539007547034",
        "123",
        "٣" * 16,
        "RF" + "٣" * 18,
        "1" * 400,
        "NL02ABNA0123456789",
    ],
)
def test_what_is_no_reference_of_ours_is_none(text: str) -> None:
    assert parse_reference(text) is None
    assert find_references(text) == ()


@pytest.mark.parametrize(
    ("fund", "row", "part"), [(0, 1, 0), (1000, 1, 0), (1, 0, 0), (1, 10**7, 0), (1, 1, 1000)]
)
def test_what_does_not_fit_is_refused(fund: int, row: int, part: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Reference(ReferenceKind.CLAIM, fund, row, part)


@given(st.builds(Reference, st.just(ReferenceKind.CLAIM), st.integers(1, 999), st.integers(1, 9999)))
def test_a_collection_names_its_claim_and_attempt(one: Reference) -> None:
    id_ = collection_id(one, 12)
    assert parse_collection_id(id_) == (one, 12)
    assert len(id_) <= 35
    assert parse_collection_id(id_ + "0" * 7) is None
    assert parse_collection_id(one.digits) is None
