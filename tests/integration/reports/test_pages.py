"""The page, the download and the command: who sees what, what it says, and that all three agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine

from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.reports.scene import Story, two_years
from tests.integration.reports.spreadsheet import Sheets


@pytest.fixture
def story(engine: Engine) -> Story:
    with unit_of_work(engine) as session:
        return two_years(session)


@pytest.fixture
def cast(story: Story) -> Cast:
    return story.cast


def test_executives_read_the_year_in_sentences(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.executive)
    page = client.get("/jaaroverzicht/2025")
    text = page_text(page)
    for sentence in (
        "Stand van 1 juni 2026, 10.00 uur · het jaar is nog open",
        "€ 8,11 terug verwacht",
        "48 % van wat is uitbetaald kwam terug · 2024: 40 %",
        "36 uur negen van de tien binnen 3 dagen · 2024: 24 uur",
        "67 % binnen 90 dagen na betaling · 2024: 100 %",
        "Het jaar begon met € 4.400,00. Er kwam € 7.995,00 bij en er ging € 6.012,50 af. "
        "Op 31 december zat er € 6.382,50 in de pot. Er is € 300,00 weggegeven",
        "71,7 %: € 4.300,00 van € 6.000,00",
        "kost € 4.500 en voorkomt naar verwachting € 36.500 aan kosten. Dat bespaart € 32.000. "
        "Het kan ook minder of meer zijn: tussen € 31.750 en € 32.500. "
        "Dit gaat over 2 casussen. 3 casussen tellen niet mee",
        "Zorgverzekeraar bespaart naar verwachting € 500 en betaalt niet mee.",
        "Nog terug te komen: € 3.400",
        "Op 31 december 2025 stond er € 2.900,00 aan vorderingen open; € 2.300,00 daarvan was te laat. "
        "Daarnaast is € 500,00 betaald zonder dat vaststaat wie het terugbetaalt.",
        "Er zijn 7 casussen ingediend. Er zijn er 5 gehonoreerd, samen voor € 6.250,00, en 1 niet.",
        "Huurachterstand 2 € 4.300,00 € 4.300,00",
    ):
        assert sentence in text


def test_executives_see_no_case_and_no_small_group(client: FlaskClient, cast: Cast, story: Story) -> None:
    sign_in(client, cast.executive)
    page = client.get("/jaaroverzicht/2025")
    assert not any(story.number(letter) in page.get_data(as_text=True) for letter in "ABCDEFGH")
    residents = soup(page).find(id="residents")
    assert residents is not None
    assert "te weinig" in residents.get_text()
    assert "€ 4.300,00" not in residents.get_text().replace("\u00a0", " ")
    assert not soup(page).select("a[href^='/grootboek']")  # figures unfold as far as a role reaches
    sheets = Sheets(client.get("/jaaroverzicht/2025.xlsx").data)
    assert "Huishouden" not in [cell.value for cell in sheets.book["Casussen"][4]]


def test_the_treasurer_follows_a_figure_to_its_entries(client: FlaskClient, cast: Cast, story: Story) -> None:
    sign_in(client, cast.treasurer)
    page = soup(client.get("/jaaroverzicht/2025"))
    link = page.find("a", string="terugbetaald door inwoners")
    assert link is not None
    entries = page_text(client.get(str(link["href"])))
    assert entries.count(f"{story.number('E')} 1100 aan 1310 € 100,00") == 3
    promised = page.find("a", string="Toegezegd en nog niet betaald")
    assert promised is not None
    assert client.get(str(promised["href"])).status_code == 200


def test_every_chart_has_a_name_a_table_and_no_style(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.executive)
    page = soup(client.get("/jaaroverzicht/2025"))
    for part in ("fund", "savings", "claims"):
        section = page.find(id=part)
        assert section is not None
        drawings = section.select(".chart svg[role=img]")
        assert [one.find("title") is not None for one in drawings] == [True, True]
        assert section.find("table") is not None
    assert not page.select("[style], style")
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_the_newest_year_comes_first_and_others_can_be_chosen(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.secretariat[0])
    page = soup(client.get("/jaaroverzicht"))
    assert page.h1 is not None
    assert page.h1.get_text() == "Jaaroverzicht 2026"
    years = page.find("nav", attrs={"aria-label": "Andere jaren"})
    assert years is not None
    assert [link["href"] for link in years.find_all("a")] == ["/jaaroverzicht/2025", "/jaaroverzicht/2024"]
    assert "Nu zit er" in page.get_text()


def test_a_year_without_figures_says_so(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.executive)
    for address in ("/jaaroverzicht/2019", "/jaaroverzicht/2019.xlsx"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Van 2019 is er geen jaaroverzicht. Kies een ander jaar." in page_text(answer)


def test_only_those_who_may(client: FlaskClient, cast: Cast) -> None:
    addresses = ("/jaaroverzicht", "/jaaroverzicht/2025", "/jaaroverzicht/2025.xlsx")
    assert {client.get(address).status_code for address in addresses} == {302}
    for person in (cast.applicant, cast.representative, cast.ambassador, cast.administrator):
        sign_in(client, person)
        assert {client.get(address).status_code for address in addresses} == {403}
    for person in (cast.executive, cast.treasurer, cast.secretariat[0], cast.auditor):
        sign_in(client, person)
        assert client.get(addresses[1]).status_code == 200


def test_command_page_and_workbook_agree(app: Flask, client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    runner, target = app.test_cli_runner(), tmp_path / "2025.xlsx"
    shown = runner.invoke(args=["overview", "2025", "--json", "--xlsx", str(target)])
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found["fund"]["closing_cents"] == 638_250
    assert found["fund"]["revolving_rate_exact"] == "29/60"
    assert found["claims"]["by_age"]["over_90_cents"] == 210_000
    assert found["savings"]["saving_cents"] == {"low": 3_175_000, "mid": 3_200_000, "high": 3_250_000}
    assert not [value for value in _leaves(found) if isinstance(value, float)]
    sheets = Sheets(target.read_bytes())
    assert sheets.beside("Overzicht", "Eindstand op 31 december") * 100 == found["fund"]["closing_cents"]
    sign_in(client, cast.auditor)
    download = client.get("/jaaroverzicht/2025.xlsx")
    assert "jaaroverzicht-2025.xlsx" in download.headers["Content-Disposition"]
    downloaded = load_workbook(BytesIO(download.data))
    assert _cells(downloaded) == _cells(sheets.book)
    assert "€ 6.382,50" in page_text(client.get("/jaaroverzicht/2025"))


def test_the_command_in_plain_text_and_its_refusals(app: Flask, story: Story) -> None:
    runner = app.test_cli_runner()
    text = " ".join(runner.invoke(args=["overview", "2025"]).stdout.split())
    assert "closing €6,382.50 promised €250.00" in text
    assert "revolving rate 48.3%" in text
    assert "residents €900.00 of which late €300.00" in text
    for asked, sentence in (
        (["2019"], "There is no annual overview of 2019"),
        (["2025", "--network", "nergens"], "There is no network nergens"),
    ):
        refused = runner.invoke(args=["overview", *asked])
        assert refused.exit_code == 1
        assert sentence in refused.stderr


def _cells(book: object) -> list[tuple[str, str, object]]:
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book.worksheets  # type: ignore[attr-defined]  # openpyxl's type is not public
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def _leaves(found: object) -> Iterator[object]:
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from _leaves(one)
    else:
        yield found
