"""Forms and addresses as no page of ours sends them: answered with a sentence, never with a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from casework.access import may_ever
from casework.decision.called import acting
from casework.people.tables import Person
from storage.unit_of_work import unit_of_work
from tests.integration.access.test_matrix import visits
from tests.integration.access.world import World, a_world
from tests.integration.factories import NOW
from tests.integration.pages import make_app, sign_in
from tests.integration.trust.size import FULL

ROLES: dict[str, Callable[[World], Person]] = {
    "applicant": lambda world: world.cast.applicant,
    "secretariat": lambda world: world.cast.secretariat[0],
    "treasurer": lambda world: world.cast.second_treasurer,
    "representative": lambda world: world.cast.representative,
    "executive": lambda world: world.cast.executive,
    "auditor": lambda world: world.cast.auditor,
    "administrator": lambda world: world.cast.administrator,
}
# What a form can be made to send instead of what belongs there.
FORGED = (
    "99999999999999999999",
    "²",
    "9999-12-31",
    "é" * 300 + "\u202e\U0001f600\ufdd0",
    "contribution|zayaz:²",
    "999999999999,99",
)
ALONE = "99999999999999999999"
QUERIES = ("bladzijde=99999999999999999999", "bladzijde=²&q=%25_%5C&stand=²", "jaar=²&q=" + "9" * 3000)
EXTRA = (("line", "99999999999999999999"), ("purpose", "²|²"), ("accept", "²-0"), ("one", "²-0"))


@pytest.fixture
def world(engine: Engine) -> World:
    with unit_of_work(engine) as session:
        return a_world(session)


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(engine.url.render_as_string(hide_password=False), tmp_path / "instance")
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["omloop_engine"].dispose()


def fields_of(page: str) -> dict[str, list[tuple[str, str]]]:
    """Of each form on a page by its address: the fields with what a browser would send."""
    found: dict[str, list[tuple[str, str]]] = {}
    for form in BeautifulSoup(page, "html.parser").find_all("form"):
        if (form.get("method") or "").lower() != "post":
            continue
        fields = found.setdefault(str(form.get("action") or ""), [])
        for one in form.find_all(["input", "textarea", "select", "button"]):
            if not one.get("name") or one.get("type") == "file":
                continue
            option = one.find("option", selected=True) or one.find("option")
            value = one.get("value") or (option.get("value") if option else one.get_text()) or ""
            fields.append((str(one["name"]), str(value)))
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ROLES if FULL else ("treasurer", "representative"))
def test_forged_forms_and_addresses_are_answered(app: Flask, engine: Engine, world: World, who: str):
    person = ROLES[who](world)
    with unit_of_work(engine, write=False) as session:
        actor = acting(session, person=person, network=world.cast.network, day=NOW.date())
    client = app.test_client()
    sign_in(client, person)
    wrong: list[str] = []
    forms: dict[str, list[tuple[str, str]]] = {}
    posts = []
    for visit in visits(app, world):
        # The file of the attachment was never written.
        if not may_ever(actor, visit.permission) or visit.rule.endpoint == "cases.download":
            continue
        if visit.method == "POST":
            posts.append(visit.url)
            continue
        page = client.get(visit.url)
        if page.mimetype == "text/html":
            for address, fields in fields_of(page.get_data(as_text=True)).items():
                forms[address or visit.url] = fields
        for query in QUERIES:
            answer = client.get(f"{visit.url}?{query}")
            if answer.status_code >= 500:
                wrong.append(f"GET {visit.url}?{query[:40]}: {answer.status_code}")
    for address in sorted({*forms, *posts}):
        # Not what ends one's own session.
        if address.startswith(("/afmelden", "/account")) or "wachtwoord" in address:
            continue
        fields = forms.get(address, [])
        for forged in FORGED:
            # One field forged at a time keeps the rest believable.
            names = {name for name, _ in fields} - {"idempotency_key", "csrf_token"}
            for name in sorted(names) if forged == ALONE else ():
                sent = [(key, forged if key == name else value) for key, value in fields]
                answer = client.post(address, data=MultiDict([*sent, ("confirmed", "1")]))
                if answer.status_code >= 500:
                    wrong.append(f"POST {address} {name}={forged[:30]!r}: {answer.status_code}")
            answer = client.post(address, data=MultiDict([(k, forged) for k, _ in fields] + list(EXTRA)))
            if answer.status_code >= 500:
                wrong.append(f"POST {address} all={forged[:30]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong[:60])
