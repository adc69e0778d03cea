"""Papers: tagged, in a language, showing what people write without obeying it, with a code that pays."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import segno
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.documents.letter import Column, Grid, Letter, Payment, Sender, letter_pdf
from casework.documents.payment_qr import payment_qr, payment_qr_svg
from casework.documents.refusals import DocumentNotMade
from casework.documents.render import render

MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LETTER = Letter(
    sender=Sender("Testnet", "de pot", ("Vragen? Bel 073.",)),
    recipient=("BrabantZorg", "Postbus 1"),
    dated=date(2026, 3, 1),
    subject="Vordering TN-1",
    facts=(("Casus", "TN-2026-0001"),),
    notice="Dit is een kopie.",
    paragraphs=("Wilt u betalen?",),
    tables=(
        Grid(
            "Openstaand",
            (Column("Vordering"), Column("Vervalt op", "day"), Column("Bedrag", "money")),
            (("V1", date(2026, 12, 1), 123_456_789), ("V2", None, -5)),
            ("Samen", None, 123_456_784),
        ),
    ),
    payment=Payment(
        123_456_784, "Stichting Testnet", "NL91ABNA0417164300", "RF18539007547034", "1234567890123456"
    ),
    closing=("Met groet",),
)
Look = Callable[..., str]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """What poppler's ``pdftotext`` or ``pdfinfo`` says of a paper."""

    def say(pdf: bytes, *command: str) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        tool, *options = command
        tail = ["-"] if tool == "pdftotext" else []
        done = subprocess.run([tool, *options, str(path), *tail], capture_output=True, text=True, check=True)
        return done.stdout

    return say


def letter(language: str = "nl", **changes: object) -> bytes:
    return letter_pdf(replace(LETTER, **changes), language=language, made_at_utc=MADE)  # type: ignore[arg-type]  # test shorthand


def test_a_paper_is_tagged_has_a_title_a_language_and_says_that_it_is_accessible(look: Look) -> None:
    pdf = letter()
    info = look(pdf, "pdfinfo")
    assert re.search(r"Tagged:\s+yes", info)
    assert re.search(r"Title:\s+Vordering TN-1", info)
    assert "pdfuaid" in look(pdf, "pdfinfo", "-meta")
    assert b"/Lang(nl)" in pdf
    assert b"/Lang(en)" in letter("en")


def test_tables_have_head_cells_and_the_payment_code_has_words(look: Look) -> None:
    structure = look(letter(), "pdfinfo", "-struct-text")
    assert structure.count("TH <") == 3
    assert "Scope /Column" in structure
    alternative = "QR-code om met een bankapp te betalen: €\u00a01.234.567,84 naar"
    assert alternative.encode("utf-16-be").hex().upper().encode() in letter()
    assert structure.index("Openstaand") < structure.index("Zo betaalt u") < structure.index("Met groet")


def test_amounts_days_and_page_numbers_are_written_as_the_language_does(look: Look) -> None:
    dutch = unicodedata.normalize("NFKC", look(letter(), "pdftotext", "-layout"))
    assert "€ 1.234.567,89" in dutch
    assert "€ \u22120,05" in dutch
    assert "1 maart 2026" in dutch
    assert "01-12-2026" in dutch
    assert "Pagina 1 van 1" in dutch
    assert "NL91 ABNA 0417 1643 00" in dutch
    english = unicodedata.normalize("NFKC", look(letter("en"), "pdftotext", "-layout"))
    assert "€1,234,567.89" in english
    assert "1 March 2026" in english
    assert "Page 1 of 1" in english


@pytest.mark.parametrize(
    "written",
    [
        '#pagebreak() #panic() #read("/etc/passwd")',
        "*ster* _streep_ $x^2$ @ref <label> `code` = kop",
        r"\ \" ' // /* */ [haken] {accolades} ~ -- --- ...",
        '#import "house.typ": *',
    ],
)
def test_what_people_write_is_shown_as_it_is(look: Look, written: str) -> None:
    flat = " ".join(look(letter(paragraphs=(written,)), "pdftotext", "-layout").split())
    assert " ".join(written.split()) in flat


def test_signs_the_letters_do_not_have_become_boxes_and_the_rest_stays(look: Look) -> None:
    text = look(letter(paragraphs=("voor 😀漢字\x00\x07 na", "שלום ok")), "pdftotext", "-layout")
    assert "voor □□□" in text
    assert "na" in text
    assert "ok" in text


def test_text_in_many_scripts_costs_no_more_than_a_few_tries(look: Look) -> None:
    written = "Zoë " + "".join(chr(0x4E00 + at) for at in range(500)) + " einde"
    text = " ".join(look(letter(paragraphs=(written,)), "pdftotext").split())
    assert "Zoë □□" in text
    assert "einde" in text


def test_marks_that_turn_the_reading_direction_are_left_out(look: Look) -> None:
    assert "\u202e" not in look(letter(paragraphs=("a \u202e00,1 € z",)), "pdftotext")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_makes_a_paper(written: str) -> None:
    assert letter(subject="x" + written, paragraphs=(written,), recipient=(written,)).startswith(b"%PDF-")


def test_the_same_letter_is_the_same_bytes() -> None:
    assert letter() == letter()


def test_a_template_of_ours_that_fails_is_said_to_be_our_fault() -> None:
    with pytest.raises(DocumentNotMade):
        render("letter", {"subject": "x"}, "nl", made_at_utc=MADE)


def test_a_paper_reads_no_file_outside_its_own_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Even if a template of ours were careless: the folder of templates is all that can be opened."""
    (tmp_path / "secret.txt").write_text("geheim")
    inside = tmp_path / "templates"
    inside.mkdir()
    (inside / "careless.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr("casework.documents.render.TEMPLATES", inside)
    with pytest.raises(DocumentNotMade) as refused:
        render("careless", {}, "nl", made_at_utc=MADE)
    assert isinstance(refused.value.__cause__, typst.TypstError)


def test_the_payment_code_holds_what_a_banking_app_needs() -> None:
    expected = "BCD\n002\n2\nSCT\n\nStichting Testnet\nNL91ABNA0417164300\nEUR1234.5\n\nRF18539007547034"
    made = payment_qr("Stichting Testnet", "NL91 ABNA 0417 1643 00", 123_450, "RF18 5390 0754 7034")
    wanted = segno.make_qr(expected, error="m", version=made.version, mask=made.mask, boost_error=False)
    assert [list(row) for row in made.matrix] == [list(row) for row in wanted.matrix]


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_there_is_no_code_where_there_is_nothing_it_could_pay(cents: int) -> None:
    assert payment_qr_svg("Stichting", "NL91ABNA0417164300", cents, "RF18539007547034") == ""


def test_a_long_name_is_cut_to_what_the_code_can_carry() -> None:
    assert payment_qr_svg("S" * 90, "NL91ABNA0417164300", 100, "RF18539007547034").startswith("<svg")
