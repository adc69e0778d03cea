"""Account numbers: a mistake is named, and one wrong digit never passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Invalid
from ledger.bank.iban import (
    CreditorIdWrong,
    IbanCheckWrong,
    IbanLengthWrong,
    IbanNotAnIban,
    IbanOutsideSepa,
    read_creditor_id,
    read_iban,
)

RIGHT = "NL91ABNA0417164300"


@pytest.mark.parametrize(
    ("typed", "iban", "bic"),
    [
        ("NL91 ABNA 0417 1643 00", RIGHT, "ABNANL2A"),
        ("nl44rabo0123456789", "NL44RABO0123456789", "RABONL2U"),
        (" NL20INGB0001234567 ", "NL20INGB0001234567", "INGBNL2A"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "COBADEFFXXX"),
    ],
)
def test_a_right_number_is_read_however_it_is_typed(typed: str, iban: str, bic: str) -> None:
    found = read_iban(typed)
    assert (found.iban, found.bic) == (iban, bic)


@pytest.mark.parametrize(
    ("typed", "refusal", "said"),
    [
        ("", IbanNotAnIban, "geen rekeningnummer"),
        ("0417164300", IbanNotAnIban, "geen rekeningnummer"),
        ("NL91ABNA041716430", IbanLengthWrong, "heeft 18 tekens, dit heeft er 17"),
        ("NL91ABNA0417164301", IbanCheckWrong, "klopt niet"),
        ("US64SVBKUS6S3300958879", IbanOutsideSepa, "US"),
        ("BR1800360305000010009795493C1", IbanOutsideSepa, "BR"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(typed: str, refusal: type[Invalid], said: str) -> None:
    with pytest.raises(refusal) as caught:
        read_iban(typed)
    assert caught.value.field == "iban"
    assert said in caught.value.sentence("nl")


@given(st.integers(8, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, shift: int) -> None:
    wrong = RIGHT[:place] + str((int(RIGHT[place]) + shift) % 10) + RIGHT[place + 1 :]
    with pytest.raises(IbanCheckWrong):
        read_iban(wrong)


def test_a_creditor_identifier() -> None:
    assert read_creditor_id(" nl69 zzz 123456780000 ") == "NL69ZZZ123456780000"
    assert read_creditor_id("") == ""
    with pytest.raises(CreditorIdWrong):
        read_creditor_id("NL70ZZZ123456780000")
