"""Every route and method, for everyone: refused where it must be, nothing foreign shown, nothing changed."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import casework.tables  # noqa: F401  (all tables, for the snapshot)
from casework.access import Permission, may, may_ever
from casework.cases.tables import Case
from casework.context import Actor
from casework.decision.called import acting
from casework.people.tables import Person
from rules.roles import Role
from storage.metadata import Base
from storage.unit_of_work import unit_of_work
from tests.integration.access.world import World, a_world, addresses
from tests.integration.factories import NOW
from tests.integration.pages import make_app, page_text, sign_in
from tools.access_table import permission_of

# What someone does to their own session or account, whoever they are.
OWN_SESSION = "session."
# These grow by being looked at.
NOT_COMPARED = {"log_record", "web_session", "sign_in_attempt"}

ACTORS: dict[str, Callable[[World], Person]] = {
    "applicant": lambda world: world.cast.applicant,
    "applicant of another partner": lambda world: world.cast.other_applicant,
    "secretariat": lambda world: world.cast.secretariat[0],
    "substitute": lambda world: world.substitute,
    "treasurer": lambda world: world.cast.treasurer,
    "representative": lambda world: world.cast.representative,
    "representative of another partner": lambda world: world.cast.other_representative,
    "ambassador": lambda world: world.cast.ambassador,
    "executive": lambda world: world.cast.executive,
    "auditor": lambda world: world.cast.auditor,
    "administrator": lambda world: world.cast.administrator,
    "every role in another network": lambda world: world.everything_elsewhere,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One address, one method."""

    rule: Rule
    method: str
    url: str
    permission: Permission
    case: Case | None


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    with unit_of_work(sqlite_engine) as session:
        return a_world(session)


@pytest.fixture
def app(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(sqlite_engine.url.render_as_string(hide_password=False), tmp_path / "instance")
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["omloop_engine"].dispose()


def visits(app: Flask, world: World) -> Iterator[Visit]:
    with app.test_request_context():
        build = app.url_map.bind("localhost")
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint == "static" or rule.endpoint.startswith(OWN_SESSION):
                continue
            permission = permission_of(app, rule.endpoint)
            assert permission is not None
            for values, case in addresses(rule, world):
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    url = build.build(rule.endpoint, values, method=method)
                    yield Visit(rule, method, url, permission, case)


def snapshot(engine: Engine) -> str:
    """A hash of every row that may not change by being refused."""
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in NOT_COMPARED:
                rows = connection.execute(select(table)).all()
                digest.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


def actor_of(engine: Engine, person: Person, world: World) -> Actor:
    network = world.other.network if person is world.everything_elsewhere else world.cast.network
    with unit_of_work(engine, write=False) as session:
        return acting(session, person=person, network=network, day=NOW.date())


def allowed(actor: Actor, visit: Visit, world: World) -> bool:
    """What access.py, read by itself, says about this visit."""
    if not may_ever(actor, visit.permission):
        return False
    foreign = actor.network_id != world.cast.network.id
    if visit.case is not None:
        return may(actor, visit.permission, visit.case)
    about_one_thing = bool(visit.rule.arguments - {"code", "year"}) or visit.rule.endpoint.startswith(
        "partners."
    )
    if foreign and about_one_thing and visit.rule.arguments:
        # Every network has an entry 2026/1 and a policy of its own.
        return visit.rule.endpoint.startswith(("ledger.", "policy.change"))
    if (
        visit.permission in (Permission.SETTLEMENT_RESPOND, Permission.CLAIM_VIEW_OWN)
        and visit.rule.arguments
    ):
        return "zayaz" in actor.partner_codes(Role.REPRESENTATIVE)
    if visit.rule.endpoint == "claims.show" or (
        visit.permission is Permission.PAPER_VIEW and visit.rule.arguments
    ):
        return may_ever(actor, Permission.CLAIM_VIEW) or "zayaz" in actor.partner_codes(Role.REPRESENTATIVE)
    return True


def readable(actor: Actor, world: World) -> set[str]:
    """The stories that this actor may read."""
    return {
        world.stories[case.number]
        for case in (*world.cases, world.elsewhere)
        if may(actor, Permission.CASE_VIEW, case)
    }


def test_strangers_are_sent_to_sign_in_everywhere(app: Flask, sqlite_engine: Engine, world: World):
    client = app.test_client()
    before = snapshot(sqlite_engine)
    for visit in visits(app, world):
        response = client.open(visit.url, method=visit.method)
        assert response.status_code == 302, (visit.method, visit.url)
        assert (response.location or "").startswith("/aanmelden"), visit.url
        assert "verhaal-" not in response.get_data(as_text=True)
    assert snapshot(sqlite_engine) == before


@pytest.mark.parametrize("who", ACTORS)
def test_whoever_may_not_is_refused_and_nothing_changes(
    app: Flask, sqlite_engine: Engine, world: World, who: str
):
    person = ACTORS[who](world)
    actor = actor_of(sqlite_engine, person, world)
    client = app.test_client()
    sign_in(client, person)
    before = snapshot(sqlite_engine)
    wrong: list[str] = []
    refused = 0
    for visit in visits(app, world):
        if allowed(actor, visit, world):
            continue
        response = client.open(visit.url, method=visit.method)
        refused += 1
        if response.status_code not in (403, 404):
            wrong.append(f"{visit.method} {visit.url} ({visit.permission.value}): {response.status_code}")
        text = words(response)
        if "verhaal-" in text or "titel-" in text:
            wrong.append(f"{visit.method} {visit.url} shows a text")
    assert not wrong, "\n".join(wrong)
    assert refused > 20
    assert snapshot(sqlite_engine) == before


@pytest.mark.parametrize("who", ACTORS)
def test_pages_that_may_be_seen_work_and_show_no_others_story(
    app: Flask, sqlite_engine: Engine, world: World, who: str
):
    person = ACTORS[who](world)
    actor = actor_of(sqlite_engine, person, world)
    may_read = readable(actor, world)
    client = app.test_client()
    sign_in(client, person)
    wrong: list[str] = []
    for visit in visits(app, world):
        if visit.method != "GET" or not allowed(actor, visit, world):
            continue
        response = client.get(visit.url)
        if response.status_code >= 400 and not _not_now(visit, response.status_code):
            wrong.append(f"{visit.url}: {response.status_code} {page_text(response)[:200]}")
        text = words(response)
        wrong += [
            f"{visit.url} shows {one}"
            for one in world.stories.values()
            if one in text and one not in may_read
        ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", [one for one in ACTORS if one != "every role in another network"])
def test_empty_forms_are_answered_not_crashed(app: Flask, sqlite_engine: Engine, world: World, who: str):
    person = ACTORS[who](world)
    actor = actor_of(sqlite_engine, person, world)
    client = app.test_client()
    sign_in(client, person)
    wrong: list[str] = []
    for visit in visits(app, world):
        if visit.method == "POST" and allowed(actor, visit, world):
            response = client.post(visit.url)
            if response.status_code >= 500:
                wrong.append(f"{visit.url}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_everything_of_another_network_is_out_of_sight_in_lists(
    app: Flask, sqlite_engine: Engine, world: World
):
    """Who holds every role elsewhere finds nothing of this network on any page that has no object."""
    client: FlaskClient = app.test_client()
    sign_in(client, world.everything_elsewhere)
    ours = [case.number for case in world.cases]
    ours += [person.name for person in (world.cast.applicant, world.cast.treasurer, world.cast.auditor)]
    for visit in visits(app, world):
        if visit.method == "GET" and not visit.rule.arguments:
            text = words(client.get(visit.url))
            assert not [one for one in ours if f">{one}<" in text or f" {one} " in text], visit.url


def words(response: TestResponse) -> str:
    """All that an answer says, also where it is a paper or a spreadsheet."""
    data = response.get_data()
    if data[:5] == b"%PDF-":
        command = ["pdftotext", "-", "-"]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    if data[:2] != b"PK":
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return " ".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def _not_now(visit: Visit, status: int) -> bool:
    """Pages that exist only in a later or earlier state of their case, a file that was never written, and
    an overview that was never adopted."""
    in_another_state = visit.case is not None and status in (404, 409)
    return in_another_state or visit.rule.endpoint in ("cases.download", "book_year.adopted_json")
