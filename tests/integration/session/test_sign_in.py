"""Signing in: one answer for every failure, guesses counted, a new token, safe ways on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from casework.audit.tables import LogRecord
from casework.people.passwords import hash_password
from casework.people.tables import Person, SignInAttempt, WebSession
from casework.web.sessions import token_hash
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, PASSWORD, a_network, a_partner, a_person
from tests.integration.pages import page_text, sign_in, soup

FAILED = "Dit e-mailadres en wachtwoord horen niet bij elkaar. Probeer het nog eens."
TOO_MANY = "Er is te vaak een verkeerd wachtwoord ingevuld. Probeer het over een kwartier nog eens."


@pytest.fixture
def person(engine: Engine) -> Person:
    with unit_of_work(engine) as session:
        network = a_network(session)
        partner = a_partner(session, network, "farent")
        return a_person(session, network, partner, Role.AUDITOR, name="Controleur")


def guess(client: FlaskClient, email: str, password: str = "een verkeerd wachtwoord"):
    return client.post("/aanmelden", data={"email": email, "password": password})


def records(engine: Engine, action: str) -> list[LogRecord]:
    with unit_of_work(engine, write=False) as session:
        query = select(LogRecord).where(LogRecord.action == action).order_by(LogRecord.id)
        found = list(session.scalars(query))
        session.expunge_all()
    return found


def test_signing_in_leads_to_ones_own_work_and_is_logged(engine: Engine, client: FlaskClient, person: Person):
    response = sign_in(client, person)
    assert response.location == "/"
    assert page_text(client.get("/", follow_redirects=True)).count("Controleur")
    (record,) = records(engine, "sign_in")
    assert (record.person_id, record.result, record.address) == (person.id, "done", "127.0.0.1")


def test_address_is_read_without_regard_to_capitals_and_spaces(client: FlaskClient, person: Person):
    assert guess(client, f"  {person.email.upper()} ", PASSWORD).status_code == 302


def test_wrong_password_unknown_address_and_closed_account_get_the_same_answer(
    engine: Engine, client: FlaskClient, person: Person
):
    with unit_of_work(engine) as session:
        closed = session.get_one(Person, person.id)
        closed.deactivated_at_utc = NOW
    pages = [
        guess(client, person.email),
        guess(client, "niemand@farent.example"),
        guess(client, person.email, PASSWORD),
    ]
    for page in pages:
        assert page.status_code == 422
        assert FAILED in page_text(page)
    # Each says what was typed and nothing else that differs.
    texts = set()
    for page in pages:
        text = page.get_data(as_text=True)
        for differs in (
            person.email,
            "niemand@farent.example",
            soup(page).find(attrs={"name": "csrf_token"})["value"],
        ):
            text = text.replace(differs, "…")
        texts.add(text)
    assert len(texts) == 1
    assert [record.result for record in records(engine, "sign_in")] == ["refused"] * 3


def test_what_was_typed_comes_back_except_the_password(client: FlaskClient, person: Person):
    page = soup(guess(client, person.email))
    assert page.find(id="email")["value"] == person.email
    assert not page.find(id="password").has_attr("value")


def test_unknown_addresses_cost_as_much_work_as_known_ones(client: FlaskClient, person: Person):
    def median(email: str) -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            guess(client, email)
            times.append(time.perf_counter() - begin)
        return sorted(times)[2]

    client.get("/aanmelden")
    known, unknown = median(person.email), median("niemand@farent.example")
    assert 0.4 < known / unknown < 2.5, (known, unknown)


def test_ten_guesses_are_evaluated_in_a_quarter_of_an_hour(
    app: Flask, engine: Engine, client: FlaskClient, person: Person
):
    for _ in range(10):
        assert guess(client, person.email).status_code == 422
    eleventh = guess(client, person.email, PASSWORD)
    assert eleventh.status_code == 429
    assert TOO_MANY in page_text(eleventh)
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 10
    assert records(engine, "sign_in")[-1].facts == {"guesses": 10}
    # Another account is not concerned, and later the right password works again.
    assert guess(client, "niemand@farent.example").status_code == 422
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(minutes=15, seconds=1)
    assert guess(client, person.email, PASSWORD).status_code == 302


def test_a_stranger_who_keeps_guessing_does_not_lock_the_owner_out(
    app: Flask, client: FlaskClient, person: Person
):
    sign_in(client, person)
    client.post("/afmelden")
    stranger = app.test_client()
    for _ in range(10):
        guess(stranger, person.email)
    assert guess(stranger, person.email, PASSWORD).status_code == 429
    assert guess(client, person.email, PASSWORD).status_code == 302


def test_a_known_browser_may_not_guess_without_end_either(client: FlaskClient, person: Person):
    sign_in(client, person)
    client.post("/afmelden")
    for _ in range(10):
        assert guess(client, person.email).status_code == 422
    assert guess(client, person.email, PASSWORD).status_code == 429


def test_a_browser_known_for_one_account_is_a_stranger_to_another(
    engine: Engine, app: Flask, client: FlaskClient, person: Person
):
    with unit_of_work(engine) as session:
        network = a_network(session, code="ander")
        other = a_person(session, network, a_partner(session, network, "mee"), Role.AUDITOR)
    sign_in(client, person)
    client.post("/afmelden")
    for _ in range(10):
        guess(app.test_client(), other.email)
    assert guess(client, other.email, PASSWORD).status_code == 429


def test_a_planted_token_is_worth_nothing_after_signing_in(
    engine: Engine, client: FlaskClient, person: Person
):
    client.get("/aanmelden")
    planted = client.get_cookie("omloop")
    assert planted is not None
    sign_in(client, person)
    own = client.get_cookie("omloop")
    assert own is not None
    assert own.value != planted.value
    with unit_of_work(engine, write=False) as session:
        hashes = set(session.scalars(select(WebSession.token_hash)))
    assert token_hash(own.value) in hashes
    assert token_hash(planted.value) not in hashes
    assert own.value not in hashes


def test_signing_in_never_leads_to_another_site(client: FlaskClient, person: Person):
    data = {"email": person.email, "password": PASSWORD, "next": "//elders.example/"}
    assert client.post("/aanmelden", data=data).location == "/"
    client.post("/afmelden")
    assert client.post("/aanmelden", data=data | {"next": "/beleid"}).location == "/beleid"


def test_strangers_are_sent_to_sign_in_and_come_back(client: FlaskClient, person: Person):
    response = client.get("/logboek?wat=x")
    assert response.status_code == 302
    form = soup(client.get(response.location)).main
    following = form.find("input", {"name": "next"})["value"]
    assert following == "/logboek?wat=x"


def test_who_is_signed_in_does_not_see_the_form_again(client: FlaskClient, person: Person):
    sign_in(client, person)
    assert client.get("/aanmelden").status_code == 302


def test_a_temporary_password_must_be_changed_first_and_lasts_a_week(
    app: Flask, engine: Engine, client: FlaskClient, person: Person
):
    with unit_of_work(engine) as session:
        found = session.get_one(Person, person.id)
        found.password_hash = hash_password("tijdelijk-wachtwoord")
        found.must_change_password = True
        found.password_until_utc = NOW + timedelta(days=7)
    sign_in(client, person, password="tijdelijk-wachtwoord")
    assert client.get("/beleid").location == "/account"
    assert "Kies eerst een eigen wachtwoord" in page_text(client.get("/account"))
    client.post("/afmelden")
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=7, seconds=1)
    assert guess(client, person.email, "tijdelijk-wachtwoord").status_code == 422


def test_someone_without_a_role_today_is_told_so(engine: Engine, client: FlaskClient):
    with unit_of_work(engine) as session:
        network = a_network(session)
        partner = a_partner(session, network, "farent")
        gone = a_person(session, network, partner, Role.AUDITOR, until_on=NOW.date() - timedelta(days=1))
    assert guess(client, gone.email, PASSWORD).status_code == 302
    page = client.get("/", follow_redirects=True)
    assert "U heeft op dit moment geen rol. Vraag het de beheerder van uw netwerk." in page_text(page)


def test_roles_follow_the_date_on_the_wall_of_the_network(app: Flask, engine: Engine, client: FlaskClient):
    """At half past midnight in Amsterdam it is still yesterday in UTC."""
    with unit_of_work(engine) as session:
        network = a_network(session)
        partner = a_partner(session, network, "farent")
        new = a_person(session, network, partner, Role.AUDITOR, from_on=NOW.date() + timedelta(days=1))
    app.extensions["omloop_clock"] = lambda: NOW.replace(hour=22, minute=30)
    assert guess(client, new.email, PASSWORD).status_code == 302
    assert client.get("/beleid").status_code == 200
    app.extensions["omloop_clock"] = lambda: NOW.replace(hour=21, minute=30)
    assert client.get("/beleid").status_code == 302


def test_guesses_at_the_same_moment_are_all_counted(app: Flask, engine: Engine, person: Person):
    with ThreadPoolExecutor(max_workers=8) as pool:
        statuses = list(pool.map(lambda _: guess(app.test_client(), person.email).status_code, range(24)))
    assert sorted(statuses) == [422] * 10 + [429] * 14
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 10
