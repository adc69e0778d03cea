"""The workbook: real numbers and dates, sums that lead back to entries, and no text that runs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from casework.reports.annual import AnnualOverview, annual_overview, for_executives
from casework.reports.journal import journal_of
from casework.reports.workbook import annual_workbook
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW
from tests.integration.reports.scene import Story, two_years
from tests.integration.reports.spreadsheet import Sheets

SHEETS = [
    "Overzicht", "Kasstroom", "Vorderingen", "Casussen", "Aantallen", "Doorlooptijd", "Besparing",
    "Investeert-incasseert", "Knelpunten", "Boekingen",
]  # fmt: skip


@pytest.fixture
def story(sqlite_engine: Engine) -> Iterator[Story]:
    with unit_of_work(sqlite_engine) as session:
        made = two_years(session)
        made.cast.partners["mee"].name = '=HYPERLINK("http://elders")'
        made.cast.partners["farent"].name = "@Farent\x0b"
        session.flush()
        yield made


@pytest.fixture
def overview(story: Story) -> AnnualOverview:
    return annual_overview(story.session, network="testnet", year=2025, as_of_utc=NOW)


def written(
    story: Story, overview: AnnualOverview, *, language: str = "nl", with_subjects: bool = True
) -> bytes:
    legs = journal_of(story.session, network="testnet", fund=overview.fund)
    return annual_workbook(overview, legs, language=language, with_subjects=with_subjects)


@pytest.fixture
def sheets(story: Story, overview: AnnualOverview) -> Sheets:
    return Sheets(written(story, overview))


def test_a_sheet_per_subject(sheets: Sheets) -> None:
    assert sheets.book.sheetnames == SHEETS
    assert sheets.book.active.title == "Overzicht"
    assert sheets.book.properties.title == "Jaaroverzicht 2025"
    for sheet in sheets.book.worksheets:
        assert sheet.freeze_panes == "B5"
        assert sheet.print_title_rows == "$4:$4"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    charts = {sheet.title: len(sheet._charts) for sheet in sheets.book.worksheets}
    drawn = {"Kasstroom", "Vorderingen", "Investeert-incasseert", "Knelpunten"}
    assert {title for title, count in charts.items() if count} == drawn


def test_the_fund_is_the_sum_of_its_entries(sheets: Sheets) -> None:
    assert sheets.beside("Kasstroom", "Beginstand op 1 januari") == 4_400
    assert sheets.beside("Kasstroom", "terugbetaald door partners") == 2_600
    assert sheets.beside("Kasstroom", "uitbetaald aan casussen") == 6_000
    assert sheets.beside("Kasstroom", "Erbij") == 7_995
    assert sheets.beside("Kasstroom", "Eindstand op 31 december") == Fraction("6382.50")
    assert sheets.beside("Kasstroom", "Eindstand op 31 december", "C") == Fraction("6382.50")
    assert sheets.beside("Kasstroom", "Verschil (moet nul zijn)") == 0


def test_a_year_that_runs_has_no_closing_on_its_last_day_yet(story: Story) -> None:
    running = annual_overview(story.session, network="testnet", year=NOW.year, as_of_utc=NOW)
    found = Sheets(written(story, running))
    for sheet in ("Overzicht", "Kasstroom"):
        assert found.beside(sheet, "Stand nu") * 100 == running.fund.closing_cents
        labels = {cell.value for cell in found.book[sheet]["A"]}
        assert "Eindstand op 31 december" not in labels


def test_the_first_sheet_says_what_the_overview_says(sheets: Sheets, overview: AnnualOverview) -> None:
    fund, savings = overview.fund, overview.savings
    shown = {
        "Beginstand op 1 januari": Fraction(fund.opening_cents, 100),
        "Eindstand op 31 december": Fraction(fund.closing_cents, 100),
        "toegezegd": Fraction(fund.position.commitments_cents, 100),
        "beschikbaar": Fraction(fund.position.available_cents, 100),
        "Giften": Fraction(fund.gifts_cents, 100),
        "Open vorderingen": Fraction(overview.claims.open_cents, 100),
        "Terugbetaald in dit jaar": Fraction(fund.repayments_cents, 100),
        "De pot draait rond": fund.revolving_rate.value,
        "Teruggekomen van dit jaar": overview.cohort.returned_share.value,
        "Op tijd verrekend": overview.speed.settled_in_time.value,
        "Gehonoreerd": 5,
        "Uur van vraag tot besluit: mediaan": overview.speed.to_decision.median_hours,
        "Uur van besluit tot betaling: mediaan": overview.speed.to_payment.median_hours,
        "Besparing": savings.saving.mid / 100,
        "laag": savings.saving.low / 100,
        "hoog": savings.saving.high / 100,
        "Elke geïnvesteerde euro": savings.return_per_euro.value,
    }
    assert {label: sheets.beside("Overzicht", label) for label in shown} == shown
    assert sheets.beside("Overzicht", "De pot draait rond", "C") == Fraction(2, 5)  # the year before
    assert sheets.beside("Doorlooptijd", "Negen van de tien binnen", "E") == 72


def test_every_formula_can_be_worked_out(sheets: Sheets) -> None:
    worked_out = {place: sheets.value(*place) for place in sheets.formulas()}
    assert len(worked_out) > 80
    assert all(isinstance(value, Fraction) or value == "" for value in worked_out.values())


def test_totals_of_every_sheet_agree_with_the_overview(sheets: Sheets, overview: AnnualOverview) -> None:
    assert sheets.beside("Vorderingen", "Samen", "H") == 2_900
    assert sheets.beside("Vorderingen", "Inwoners", "H") == 900
    assert sheets.beside("Casussen", "Samen", "G") == 6_250
    assert sheets.beside("Besparing", "Samen (wat meetelt)", "K") == 32_000
    assert sheets.beside("Investeert-incasseert", "Samen", "D") == 32_000
    assert sheets.beside("Knelpunten", "Samen", "C") == 5
    assert sum(sheets.cells("Boekingen", f"G5:G{sheets.book['Boekingen'].max_row}")) == 0


def test_numbers_dates_and_moments_are_real(sheets: Sheets) -> None:
    amount, submitted = sheets.book["Casussen"]["F5"], sheets.book["Casussen"]["C5"]
    assert isinstance(amount.value, int | float)
    assert "€" in amount.number_format
    assert submitted.value == datetime(2025, 1, 6, 9)  # noqa: DTZ001  # the wall clock, as a cell has it
    assert submitted.number_format == "dd-mm-yyyy hh:mm"
    assert sheets.book["Boekingen"]["B5"].is_date


def test_text_never_becomes_a_formula(sheets: Sheets) -> None:
    found = [
        cell
        for sheet in sheets.book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("=HYPERLINK", "@Farent"))
    ]
    assert len(found) >= 4
    assert {cell.data_type for cell in found} == {"s"}
    assert not any("\x0b" in cell.value for cell in found)


def test_executives_get_no_residents_and_no_subjects(story: Story, overview: AnnualOverview) -> None:
    full = Sheets(written(story, overview))
    assert "Huishouden" in [cell.value for cell in full.book["Casussen"][4]]
    assert "gezin met kinderen" in everything(full)
    seen = Sheets(written(story, for_executives(overview), with_subjects=False))
    assert "Huishouden" not in [cell.value for cell in seen.book["Casussen"][4]]
    assert not {"gezin met kinderen", "wonen", "noord", "28-64"} & everything(seen)
    assert seen.book["Boekingen"]["F5"].value is None
    assert seen.beside("Kasstroom", "Verschil (moet nul zijn)") == 0


def test_in_english(story: Story, overview: AnnualOverview) -> None:
    sheets = Sheets(written(story, overview, language="en"))
    assert sheets.book.sheetnames[0] == "Overview"
    assert sheets.beside("Overview", "Closing on 31 December") == Fraction("6382.50")
    assert sheets.beside("Cash flow", "Difference (must be zero)") == 0


def test_an_empty_year_is_a_workbook_too(story: Story) -> None:
    later = NOW.replace(year=2028)
    overview = annual_overview(story.session, network="testnet", year=2027, as_of_utc=later)
    sheets = Sheets(written(story, overview))
    assert sheets.beside("Overzicht", "De pot draait rond") == ""
    assert sheets.beside("Overzicht", "Uur van vraag tot besluit: mediaan") == ""
    assert all(sheets.value(*place) is not None for place in sheets.formulas())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_an_office_program_works_out_the_same(story: Story, overview: AnnualOverview, tmp_path: Path) -> None:
    content = written(story, overview)
    (tmp_path / "year.xlsx").write_bytes(content)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, f"{tmp_path}/out", f"{tmp_path}/year.xlsx"], check=True, capture_output=True)
    office = load_workbook(BytesIO((tmp_path / "out" / "year.xlsx").read_bytes()), data_only=True)
    ours = Sheets(content)
    for sheet, address in ours.formulas():
        expected, found = ours.value(sheet, address), office[sheet][address].value
        if expected == "":
            assert found in {None, ""}
        else:
            assert found == pytest.approx(float(expected), abs=0.0001), (sheet, address)


def everything(sheets: Sheets) -> set[object]:
    """All values of all cells."""
    rows = (row for sheet in sheets.book.worksheets for row in sheet.iter_rows())
    return {cell.value for row in rows for cell in row if cell.value}
