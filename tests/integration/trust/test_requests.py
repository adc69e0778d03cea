"""Requests that no browser of ours makes: refused as what they are, never a fault of the program."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast
from tests.integration.pages import sign_in

TOO_LARGE = ("2147483648", "9223372036854775808", "9" * 30, "9" * 4400)


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return a_cast(session)


@pytest.mark.parametrize("number", TOO_LARGE)
def test_a_number_that_no_row_can_have_is_not_found(client: FlaskClient, cast: Cast, number: str) -> None:
    sign_in(client, cast.administrator)
    assert client.get(f"/mensen/{number}").status_code == 404
    assert client.get(f"/mensen/1/rollen/{number}").status_code == 404
    sign_in(client, cast.auditor)
    assert client.get(f"/grootboek/{number}/1").status_code == 404
    assert client.get(f"/grootboek/2026/{number}").status_code == 404
    sign_in(client, cast.executive)
    assert client.get(f"/jaaroverzicht/{number}").status_code == 404
    assert client.get(f"/geschillen/{number}").status_code == 404


@pytest.mark.parametrize("number", [*TOO_LARGE, "-" + TOO_LARGE[2]])
def test_a_page_far_beyond_the_last_is_empty(client: FlaskClient, cast: Cast, number: str) -> None:
    sign_in(client, cast.administrator)
    assert client.get(f"/mensen?pagina={number}").status_code == 200
    sign_in(client, cast.auditor)
    assert client.get(f"/logboek?pagina={number}").status_code == 200
    assert client.get(f"/grootboek?bladzijde={number}").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/mensen?zoek=a%00b", "/mensen?partner=%00", "/mensen?%00=1", "/partners/a%00b", "/aanmelden?next=/%00"],
)
def test_a_null_character_is_refused(client: FlaskClient, cast: Cast, address: str) -> None:
    sign_in(client, cast.administrator)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("field", ["email", "password", "next"])
def test_a_null_character_in_a_form_is_refused(client: FlaskClient, cast: Cast, field: str) -> None:
    form = {"email": "iemand@omloop.example", "password": "geheim geheim"} | {field: "a\x00b"}
    assert client.post("/aanmelden", data=form).status_code == 400


def test_a_form_of_millions_of_fields_is_not_read(app: Flask) -> None:
    kind = "application/x-www-form-urlencoded"
    client = app.test_client()
    assert client.post("/aanmelden", data=b"a=1&" * 150_000, content_type=kind).status_code == 413
    assert client.post("/aanmelden", data=b"a=1&" * 1_000, content_type=kind).status_code == 422


@pytest.mark.parametrize(
    "asked",
    ["_external=1&_scheme=javascript", "endpoint=x", "values=1", "_anchor=x", "_method=POST", "page=2"],
)
def test_an_address_cannot_steer_the_links_of_the_page(client: FlaskClient, cast: Cast, asked: str) -> None:
    sign_in(client, cast.auditor)
    for address in ("/grootboek", "/grootboek/rekening/1100"):
        answer = client.get(f"{address}?{asked}&q=huur")
        assert answer.status_code == 200
        links = [
            str(link["href"]) for link in BeautifulSoup(answer.text, "html.parser").find_all("a", href=True)
        ]
        sheets = [link for link in links if ".xlsx" in link]
        assert sheets
        assert all(link.startswith("/grootboek/") and asked not in link for link in sheets)
        assert any("q=huur" in link for link in sheets)
