"""Sessions live on the server: they end there, by themselves too, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from casework.audit.tables import LogRecord
from casework.people.tables import Person, WebSession
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, PASSWORD, a_network, a_partner, a_person, appoint
from tests.integration.pages import make_app, page_text, sign_in, soup


@pytest.fixture
def person(engine: Engine) -> Person:
    with unit_of_work(engine) as session:
        network = a_network(session)
        return a_person(session, network, a_partner(session, network, "farent"), Role.AUDITOR)


def at(app: Flask, moment: datetime) -> None:
    app.extensions["omloop_clock"] = lambda: moment


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def copy_of(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that stole the cookie."""
    thief = app.test_client()
    cookie = client.get_cookie("omloop")
    assert cookie is not None
    thief.set_cookie("omloop", cookie.value)
    return thief


def test_after_signing_out_the_old_cookie_is_refused(
    app: Flask, engine: Engine, client: FlaskClient, person: Person
):
    sign_in(client, person)
    thief = copy_of(app, client)
    assert is_signed_in(thief)
    response = client.post("/afmelden", follow_redirects=True)
    assert "U bent afgemeld." in page_text(response)
    assert not is_signed_in(thief)
    assert not is_signed_in(client)
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).where(LogRecord.action == "sign_out")) == 1


def test_a_session_ends_after_an_hour_without_a_request(app: Flask, client: FlaskClient, person: Person):
    sign_in(client, person)
    at(app, NOW + timedelta(minutes=59))
    assert is_signed_in(client)
    at(app, NOW + timedelta(minutes=118))
    assert is_signed_in(client)
    at(app, NOW + timedelta(minutes=179))
    assert not is_signed_in(client)


def test_a_session_ends_after_ten_hours_in_any_case(app: Flask, client: FlaskClient, person: Person):
    sign_in(client, person)
    for minutes in range(50, 600, 50):
        at(app, NOW + timedelta(minutes=minutes))
        assert is_signed_in(client)
    at(app, NOW + timedelta(hours=10, seconds=1))
    assert not is_signed_in(client)


def test_a_cookie_that_was_never_given_out_is_nothing(app: Flask, client: FlaskClient, person: Person):
    sign_in(client, person)
    client.set_cookie("omloop", "x" * 43)
    assert not is_signed_in(client)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, person: Person):
    response = sign_in(client, person)
    cookies = {cookie.split("=")[0]: cookie for cookie in response.headers.getlist("Set-Cookie")}
    for name in ("omloop", "omloop_device"):
        assert "HttpOnly" in cookies[name]
        assert "SameSite=Lax" in cookies[name]
        assert "Path=/" in cookies[name]


def test_a_form_without_its_token_is_refused_with_a_page(engine: Engine, tmp_path: Path, person: Person):
    app = make_app(engine.url.render_as_string(hide_password=False), tmp_path)
    client = app.test_client()
    for url in ("/aanmelden", "/afmelden", "/taal/en"):
        response = client.post(url, data={"email": person.email, "password": PASSWORD})
        assert response.status_code == 400
        assert "Dit formulier is verlopen." in page_text(response)
    token = soup(client.get("/aanmelden")).find("input", {"name": "csrf_token"})["value"]
    data = {"email": person.email, "password": PASSWORD, "csrf_token": token}
    assert client.post("/aanmelden", data=data).status_code == 302
    app.extensions["omloop_engine"].dispose()


def test_the_language_stays_also_after_signing_out_and_in(app: Flask, client: FlaskClient, person: Person):
    assert soup(client.get("/aanmelden")).html["lang"] == "nl"
    client.post("/taal/en", data={"next": "/aanmelden"})
    assert soup(client.get("/aanmelden")).html["lang"] == "en"
    sign_in(client, person)
    assert soup(client.get("/account")).html["lang"] == "en"
    client.post("/taal/nl", data={"next": "/account"})
    elsewhere = app.test_client()
    sign_in(elsewhere, person)
    assert soup(elsewhere.get("/account")).html["lang"] == "nl"
    client.post("/taal/en")
    again = app.test_client()
    sign_in(again, person)
    assert soup(again.get("/account")).html["lang"] == "en"


def test_the_language_switch_goes_back_to_the_page_and_nowhere_else(client: FlaskClient):
    assert client.post("/taal/en", data={"next": "/aanmelden?next=/x"}).location == "/aanmelden?next=/x"
    assert client.post("/taal/en", data={"next": "https://elders.example"}).location == "/"
    assert client.post("/taal/fr").status_code == 404


def test_a_password_is_changed_and_other_devices_are_signed_out(
    app: Flask, client: FlaskClient, person: Person
):
    other = app.test_client()
    sign_in(other, person)
    sign_in(client, person)
    new = "een heel ander wachtwoord"
    response = client.post("/account", data={"present": PASSWORD, "password": new, "again": new})
    assert response.status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(other)
    sign_in(other, person, password=new)


def test_a_password_that_cannot_be_is_refused_beside_its_field(client: FlaskClient, person: Person):
    sign_in(client, person)
    other = "een ander wachtwoord"
    for present, password, again, field, sentence in (
        ("verkeerd", other, other, "present", "Dit is niet uw huidige wachtwoord."),
        (PASSWORD, other, "nog een ander", "again", "De twee nieuwe wachtwoorden zijn niet gelijk."),
        (PASSWORD, PASSWORD, PASSWORD, "password", "Dit is uw huidige wachtwoord. Kies een ander."),
        (PASSWORD, "kort", "kort", "password", "Kies een wachtwoord van minstens 12 tekens."),
        (PASSWORD, "x" * 129, "x" * 129, "password", "Kies een wachtwoord van hoogstens 128 tekens."),
    ):
        typed = {"present": present, "password": password, "again": again}
        response = client.post("/account", data=typed)
        assert response.status_code == 422
        assert sentence in soup(response).find(id=f"{field}-error").get_text(" ")
        assert password not in response.get_data(as_text=True)


def test_other_devices_can_be_signed_out_from_the_account(app: Flask, client: FlaskClient, person: Person):
    other = app.test_client()
    sign_in(other, person)
    sign_in(client, person)
    assert "dit apparaat" in page_text(client.get("/account"))
    client.post("/account/sessies")
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_who_works_in_two_networks_chooses_one_and_sees_only_that(engine: Engine, client: FlaskClient):
    with unit_of_work(engine) as session:
        one = a_network(session, code="een", name="Netwerk Een")
        two = a_network(session, code="twee", name="Netwerk Twee")
        farent, mee = a_partner(session, one, "farent"), a_partner(session, two, "mee")
        person = a_person(session, one, farent, Role.ADMINISTRATOR)
        appoint(session, person, two, mee, Role.ADMINISTRATOR)
    sign_in(client, person)
    assert "Farent" in page_text(client.get("/partners"))
    assert "Werken in Netwerk Twee" in page_text(client.get("/account"))
    client.post("/netwerk/twee")
    text = page_text(client.get("/partners"))
    assert "Mee" in text
    assert "Farent" not in text
    client.post("/netwerk/drie")
    assert "Mee" in page_text(client.get("/partners"))


def test_old_sessions_are_cleared_away(app: Flask, engine: Engine, client: FlaskClient, person: Person):
    sign_in(client, person)
    at(app, NOW + timedelta(hours=11))
    app.test_client().get("/aanmelden")
    with unit_of_work(engine, write=False) as session:
        assert session.scalars(select(WebSession.person_id)).all() == [None]
