"""The annual overview on paper: the figures of the page, its drawings with words, and small groups masked."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from storage.unit_of_work import unit_of_work
from tests.integration.documents.papers import text_of
from tests.integration.factories import Cast
from tests.integration.pages import sign_in
from tests.integration.reports.scene import two_years


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return two_years(session).cast


def test_it_says_what_the_page_says(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.treasurer)
    response = client.get("/jaaroverzicht/2025.pdf")
    assert response.mimetype == "application/pdf"
    assert 'filename="jaaroverzicht-2025.pdf"' in response.headers["Content-Disposition"]
    text = text_of(response.get_data())
    for words in (
        "Jaaroverzicht 2025",
        "Stand van 01-06-2026 10:00 · het jaar is nog open",
        "€ 8,11",
        "48%",
        "36 uur",
        "67%",
        "€ 4.400,00",
        "€ 6.382,50",
        "€ 2.900,00",
        "Huurachterstand",
        "€ 4.300,00",
        "Zorgverzekeraar",
    ):
        assert words in text, words


def test_its_drawings_have_words_and_it_is_tagged(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    sign_in(client, cast.treasurer)
    content = client.get("/jaaroverzicht/2025.pdf").get_data()
    path = tmp_path / "year.pdf"
    path.write_bytes(content)

    def said(*options: str) -> str:
        command = ["pdfinfo", *options, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert re.search(r"Tagged:\s+yes", said())
    assert said("-struct").count("Figure") == 3
    assert "De pot begon met".encode("utf-16-be").hex().upper().encode() in content


def test_executives_see_no_small_group_and_english_readers_no_dutch(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.executive)
    assert "minder dan 5" in text_of(client.get("/jaaroverzicht/2025.pdf").get_data())
    client.post("/taal/en")
    english = text_of(client.get("/jaaroverzicht/2025.pdf").get_data())
    assert "Annual overview 2025" in english
    assert "Still to come back" in english
    assert "Casussen" not in english


def test_a_year_in_which_nothing_happened_is_a_paper_too(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.treasurer)
    assert client.get("/jaaroverzicht/2026.pdf").status_code == 200
    assert client.get("/jaaroverzicht/1999.pdf").status_code == 404
