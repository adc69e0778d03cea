"""The pages on bank files: uploading, progress, what was refused, what waits, statements with their lines."""

from __future__ import annotations

import io
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from storage.unit_of_work import unit_of_work
from tests.bank_files import SampleLine, SampleStatement, camt
from tests.integration.bank.files_scene import OURS
from tests.integration.factories import Cast, a_cast
from tests.integration.pages import page_text, sign_in, soup


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return a_cast(session)


@pytest.fixture
def treasurer(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.treasurer)
    return client


def offer(client: FlaskClient, content: bytes, name: str = "afschrift.xml") -> TestResponse:
    return client.post("/bank/bestanden", data={"file": (io.BytesIO(content), name)})


def read(client: FlaskClient, answer: TestResponse) -> str:
    """What the page of the file says once reading has ended."""
    assert answer.status_code == 302, page_text(answer)
    deadline = time.monotonic() + 20
    while "every 2s" in (page := client.get(answer.location)).get_data(as_text=True):
        assert time.monotonic() < deadline, page_text(page)
        time.sleep(0.05)
    return page_text(page)


def test_a_file_is_uploaded_read_and_shown(treasurer: FlaskClient, app: Flask):
    lines = [
        SampleLine(12_50, name="Gemeente Voorbeeld", text="Terugbetaling mei"),
        SampleLine(-2_50, text="Kosten"),
    ]
    answer = offer(treasurer, camt(SampleStatement(lines, iban=OURS)), "map\\maart <b>.xml")
    text = read(treasurer, answer)
    assert "Ingelezen: 1 afschrift." in text
    assert "maart <b>.xml" in text
    link = soup(treasurer.get(answer.location)).select_one("th[scope=row] a")
    assert link is not None
    page = page_text(treasurer.get(str(link["href"])))
    assert "Gemeente Voorbeeld" in page
    assert "€ 12,50" in page
    found = page_text(treasurer.get(f"{link['href']}?q=kosten"))
    assert "Kosten" in found
    assert "Terugbetaling mei" not in found
    assert "Terugbetaling mei" in page_text(treasurer.get(f"{link['href']}?q=12,50"))
    assert "Geen regel gevonden" in page_text(treasurer.get(f"{link['href']}?q=nergens"))
