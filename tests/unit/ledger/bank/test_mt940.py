"""Reading MT940: what each bank writes where, and every demand that refuses a file."""

from __future__ import annotations

import io
from datetime import date

import pytest

from ledger.bank import refusals
from ledger.bank.lines import BankLine
from ledger.bank.mt940_details import details_of
from ledger.bank.reading import read_file
from ledger.bank.statement import Ours, ReadStatement
from tests.bank_files import OURS
from tests.unit.ledger.bank import mt940_samples as samples


def read(content: str | bytes) -> tuple[ReadStatement, ...]:
    data = content if isinstance(content, bytes) else content.encode()
    return read_file(io.BytesIO(data), Ours((OURS,))).statements


def lines(content: str) -> tuple[BankLine, ...]:
    (statement,) = read(content)
    return statement.lines


@pytest.mark.parametrize("bank", samples.ALL)
def test_every_bank_gives_account_other_party_and_text(bank: str):
    (statement,) = read(samples.ALL[bank])
    assert statement.head.iban == OURS
    first = statement.lines[0]
    assert first.booked_on == date(2026, 3, 2)
    assert first.counter_iban == ("NL32INGB0000012345" if bank == "ING" else "NL20INGB0001234567")
    assert first.counter_name
    assert first.text
    assert statement.head.closing_cents - statement.head.opening_cents == sum(
        line.amount_cents for line in statement.lines
    )


def test_abn_amro():
    first, second = lines(samples.ABN_AMRO)
    assert (first.amount_cents, first.counter_name, first.text, first.end_to_end_id) == (
        100_00,
        "GEMEENTE VOORBEELD",
        "Terugbetaling casus 12",
        "",
    )
    assert (second.amount_cents, second.counter_iban, second.counter_name, second.text) == (
        -25_50,
        "NL39RABO0300065264",
        "J. JANSEN",
        "huur maart",
    )
    assert second.end_to_end_id == "TN-2026-0001-1"


def test_ing_with_a_reversal_that_comes_back():
    first, second = lines(samples.ING)
    assert (first.counter_name, first.end_to_end_id, first.bank_reference, first.returned) == (
        "STICHTING VOORBEELD",
        "EV12341REP1231456T1234",
        "00000000001005",
        False,
    )
    assert (second.amount_cents, second.returned, second.return_reason, second.reference) == (
        2_00,
        True,
        "MS03",
        "9001123412341234",
    )


def test_rabobank_names_both_parties_and_the_other_one_is_taken():
    (line,) = lines(samples.RABOBANK)
    assert (line.counter_name, line.text, line.end_to_end_id) == (
        "Gemeente Voorbeeld",
        "Terugbetaling",
        "4512-X",
    )


def test_sns_in_two_pages_is_one_statement():
    (statement,) = read(samples.SNS)
    assert [line.amount_cents for line in statement.lines] == [5_00, -5_00]
    assert (statement.lines[0].text, statement.lines[0].bank_reference) == ("Terugbetaling zaak 1", "12345")
    assert (statement.head.opening_cents, statement.head.closing_cents) == (10_00, 10_00)


def test_triodos_and_german_sub_fields():
    (line,) = lines(samples.TRIODOS)
    assert (line.counter_name, line.text) == ("GEM VOORBEELD", "Terugbetaling zaak 1")
    (line,) = lines(samples.GERMAN)
    assert (line.counter_name, line.text, line.end_to_end_id) == (
        "Max M",
        "Miete RF18539007547034",
        "E-1",
    )


def test_knab_in_utf_8_and_in_latin_1():
    for encoding in ("utf-8", "latin-1"):
        (statement,) = read(samples.KNAB.encode(encoding))
        assert statement.lines[0].text == "casus één"


def test_windows_line_ends_and_several_statements():
    found = read((samples.KNAB + samples.GERMAN).replace("\n", "\r\n"))
    assert [one.head.statement_id for one in found] == ["KNAB 260302 3", "X 3"]


@pytest.mark.parametrize(
    ("mark", "cents"), [("C", 5_00), ("D", -5_00), ("RC", -5_00), ("RD", 5_00), ("CR", 5_00)]
)
def test_marks_of_debit_and_credit(mark: str, cents: int):
    closing = 10_00 + cents
    content = samples.KNAB.replace("0302C5,00", f"0302{mark}5,00").replace(
        "62F:C260302EUR15,00", f"62F:C260302EUR{closing // 100},00"
    )
    (line,) = lines(content)
    assert (line.amount_cents, line.returned) == (cents, mark in ("RC", "RD"))


def test_an_entry_date_without_a_year_is_the_one_nearest_to_the_value_date():
    content = samples.KNAB.replace(":61:2603020302", ":61:2512310102").replace("C260301EUR", "C260101EUR")
    (line,) = lines(content.replace("C260302EUR", "C260102EUR"))
    assert (line.value_on, line.booked_on) == (date(2025, 12, 31), date(2026, 1, 2))


REFUSED = [
    ("EUR15,00", "EUR15,01", refusals.SumWrong, ":62F: says 15.01"),
    ("EUR15,00", "USD15,00", refusals.CurrencyWrong, "USD. Expected: EUR"),
    ("EUR15,00", "EUR15.00", refusals.ValueWrong, "a comma"),
    ("0302C5,00", "0302CD5,00", refusals.CurrencyWrong, "EUR"),
    ("0302C5,00", "0302X5,00", refusals.ValueWrong, "date, C or D"),
    ("0302C5,00", "0302C5,001", refusals.ValueWrong, "whole cents"),
    (":61:260302", ":61:261302", refusals.ValueWrong, "YYMMDD"),
    (":61:2603020302", ":61:2603021332", refusals.ValueWrong, "MMDD"),
    (":61:2603020302", ":61:2503020302", refusals.ValueWrong, "a day of the statement"),
    ("C260302EUR", "C260228EUR", refusals.ValueWrong, "a date from 2026-03-01"),
    (OURS, "NL39RABO0300065264", refusals.AccountWrong, f"Expected: {OURS}"),
    (":25:", ":26:", refusals.FieldUnexpected, "Expected: :25:"),
    (":60F:", ":60M:", refusals.PagesSplit, ":60F:"),
    (":62F:", ":62M:", refusals.PagesSplit, ":62F:"),
    (":62F:C260302EUR15,00\n-\n", "", refusals.TagMissing, "lacks :62F:"),
    (":20:KNAB", "onzin\n:20:KNAB", refusals.FieldUnexpected, "onzin"),
    (":28C:3/1\n", "", refusals.FieldUnexpected, ":28C:"),
    ("C260302EUR15,00\n", "C260302EUR15,00\n:90C:2EUR5,00\n", refusals.TotalWrong, "1 × 5.00"),
]


@pytest.mark.parametrize(("old", "new", "error", "says"), REFUSED)
def test_what_is_wrong_is_said_with_its_line_and_field(
    old: str, new: str, error: type[refusals.BankFileRefused], says: str
):
    assert old in samples.KNAB
    with pytest.raises(error, match=says) as refused:
        read(samples.KNAB.replace(old, new))
    assert "{" not in refused.value.sentence("nl") + refused.value.sentence("en")
    assert refused.value.facts["line"] in range(1, 12)


def test_pages_must_connect():
    with pytest.raises(refusals.TotalWrong, match=":60M:"):
        read(samples.SNS.replace(":60M:C260302EUR15,00", ":60M:C260302EUR15,01"))
    with pytest.raises(refusals.SumWrong, match=":62M:"):
        read(samples.SNS.replace(":62M:C260302EUR15,00", ":62M:C260302EUR16,00"))


def test_characters_of_no_known_encoding_are_said_with_their_line():
    with pytest.raises(refusals.EncodingWrong, match="Line 7"):
        read(samples.KNAB.encode("cp850"))
    with pytest.raises(refusals.EncodingWrong):
        read(samples.KNAB.encode("utf-16"))


def test_a_number_in_a_text_that_looks_like_a_bsn_is_masked():
    (line,) = lines(samples.KNAB.replace("casus één", "BSN 1112 22 333"))
    assert line.text == "BSN **** ** ***"


def test_a_line_without_end_is_refused():
    with pytest.raises(refusals.FieldUnexpected):
        read(samples.KNAB.replace("casus één", "x" * 5_000))


@pytest.mark.parametrize(
    "said", ["111222333 J. Jansen\nHuur", "/CNTP/111222333/X/J. Jansen///REMI/USTD//Huur/"]
)
def test_an_account_that_is_no_iban_is_masked_too(said: str):
    """Whoever pays may have written anything there."""
    found = details_of(said, credit=True)
    assert (found.iban, found.name) == ("*********", "J. Jansen")


def test_a_sentence_about_a_file_repeats_no_citizens_number():
    with pytest.raises(refusals.ValueWrong) as refused:
        read(samples.KNAB.replace(":61:2603020302C5,00", ":61:BSN 111222333 van Jan"))
    assert "111222333" not in refused.value.sentence("nl")
