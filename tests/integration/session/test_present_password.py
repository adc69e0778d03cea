"""Guessing the present password from a session that was left open counts as guessing at the door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from casework.people.tables import Person
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, PASSWORD, a_network, a_partner, a_person
from tests.integration.pages import page_text, sign_in

NEW = "een heel nieuw wachtwoord"


@pytest.fixture
def person(engine: Engine) -> Person:
    with unit_of_work(engine) as session:
        network = a_network(session)
        return a_person(session, network, a_partner(session, network, "farent"), Role.AUDITOR)


def change(client: FlaskClient, present: str, again: str = NEW) -> TestResponse:
    return client.post("/account", data={"present": present, "password": NEW, "again": again})


def test_at_most_ten_guesses_are_evaluated(app: Flask, client: FlaskClient, person: Person) -> None:
    sign_in(client, person)
    assert [change(client, f"verkeerd {number}").status_code for number in range(11)] == [422] * 10 + [429]
    refused = change(client, PASSWORD)
    assert refused.status_code == 429
    assert "te vaak een verkeerd wachtwoord" in page_text(refused)
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(minutes=16)
    assert change(client, PASSWORD).status_code == 302


def test_a_slip_in_the_new_password_is_no_guess(client: FlaskClient, person: Person) -> None:
    sign_in(client, person)
    assert {change(client, PASSWORD, again="iets anders").status_code for _ in range(12)} == {422}
    assert change(client, PASSWORD).status_code == 302
