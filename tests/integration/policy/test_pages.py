"""The pages on which policy is changed, without JavaScript, for every section."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import Tag
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from casework.policy.tables import PolicyProposal
from casework.web.policy_sections import SLUGS
from rules.policy import SectionName
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.policy.scene import TODAY, TOMORROW, adopt, propose

WHEN = {"valid_from": TOMORROW.isoformat(), "reason": "Zo hebben wij het afgesproken."}
# One change per section, and what the preview says of it.
CHANGES: dict[SectionName, tuple[dict[str, str], str]] = {
    SectionName.CONTRIBUTION: (
        {"per_partner": "6000", "pay_by": "15", "pay_by-month": "02"},
        "Uiterste dag in het jaar: van 31 januari naar 15 februari.",
    ),
    SectionName.FUND: ({"buffer": "1.250,50"}, "van € 2.500,00 naar € 1.250,50."),
    SectionName.MANDATE: (
        {"bands-1-up_to": "7500"},
        "Grens voor 2 leden: van € 5.000,00 naar € 7.500,00.",
    ),
    SectionName.TRIANGLE: (
        {"yield_-0-nl": "Wat kost het?"},
        "Vraag bij rendement komt erbij: ‘Wat kost het?’.",
    ),
    SectionName.ADVICE: (
        {"minimum_mean": "3,5"},
        "Het gemiddelde van de drie waarden samen is minstens: van 3 naar 3,5.",
    ),
    SectionName.GATES: (
        {"durable_solution": "", "override_members": "3"},
        "Over een nee heen stappen vraagt: van 2 naar 3 leden.",
    ),
    SectionName.CONFLICT: ({"grounds-payee": ""}, "Vervalt: ontvangt het geld."),
    SectionName.ALLOCATION_KEY: (
        {"key": "weights", "weights-zayaz": "2,5"},
        "Zayaz krijgt gewicht 2,5.",
    ),
    SectionName.TERMS: (
        {"remind_days": "3, 10", "remind_days-after": "", "evaluate_months": "12 6"},
        "Herinnering vóór de uiterste dag: van 7 naar 3 en 10 dagen.",
    ),
    SectionName.BUSINESS_CASE: ({"alpha": "12,5"}, "van 0 % naar 12,5 %."),
    SectionName.CONSUMER_PRICE_INDEX: (
        {"index-20-year": "2027", "index-20-value": "140,2"},
        "2027 komt erbij: 140,2.",
    ),
    SectionName.RETENTION: ({"withdrawn_weeks": "8"}, "van 6 naar 8 weken."),
    SectionName.CASE_FORM: (
        {"districts-40-nl": "De Haven", "districts-40-en": "The Harbour"},
        "Wijk komt erbij: ‘De Haven’.",
    ),
    SectionName.TEXTS: ({"contact-nl": "Bel ons."}, "van ‘Vragen?"),
}


def form_of(response: TestResponse) -> MultiDict[str, str]:
    """What the browser would send of the form of a change or its preview, without the buttons."""
    page = soup(response)
    form = page.select_one("main form")
    assert form is not None, page_text(response)
    values: list[tuple[str, str]] = []
    for control in form.select("input[name], textarea[name], select[name]"):
        if control.find_parent("template"):
            continue
        value = _value(control)
        if value is not None:
            values.append((str(control["name"]), value))
    return MultiDict(values)


def fill(form: MultiDict[str, str], typed: dict[str, str]) -> None:
    """Type over what stands there: ``update`` would send both."""
    for name, value in typed.items():
        form[name] = value


def _value(control: Tag) -> str | None:
    if control.name == "textarea":
        return control.get_text().removeprefix("\n")
    if control.name == "select":
        chosen = control.select_one("option[selected]")
        return str(chosen["value"]) if chosen else ""
    if control.get("type") in ("checkbox", "radio") and not control.has_attr("checked"):
        return None
    return str(control.get("value", ""))


def change(client: FlaskClient, section: SectionName, typed: dict[str, str], action: str) -> TestResponse:
    url = f"/beleid/{SLUGS[section]}/wijzigen"
    form = form_of(client.get(url))
    fill(form, {**WHEN, **typed, "action": action})
    return client.post(url, data=form)


@pytest.fixture
def member(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.secretariat[0])
    return client


@pytest.mark.parametrize("section", SectionName)
def test_every_section_is_changed_in_a_form(member: FlaskClient, cast: Cast, section: SectionName):
    typed, sentence = CHANGES[section]
    preview = change(member, section, typed, "preview")
    assert preview.status_code == 200, page_text(preview)
    assert sentence in page_text(preview)
    assert "Er is nog niets voorgesteld." in page_text(preview)
    url = f"/beleid/{SLUGS[section]}/wijzigen"
    again = member.post(url, data={**form_of(preview).to_dict(), "action": "edit"})
    for name, value in typed.items():
        if value and not re.search(r"-\d+-", name):
            assert form_of(again).get(name) == value, name  # nothing typed is lost on the way back
    made = member.post(url, data={**form_of(preview).to_dict(), "action": "propose"})
    assert made.status_code == 302, page_text(made)
    assert sentence in page_text(member.get(made.location))
    sign_in(member, cast.executive)
    assert member.post(f"{made.location}/vaststellen", data={"confirmed": "1"}).status_code == 302
    card = soup(member.get("/beleid")).find(id=section.value)
    text = " ".join(card.get_text(" ").split())
    assert "Per 2 juni 2026" in text
    assert sentence in text
    assert f"Voorgesteld door {cast.secretariat[0].name}, vastgesteld door {cast.executive.name}" in text
    assert WHEN["reason"] in text


@pytest.mark.parametrize("section", SectionName)
def test_what_is_filled_in_already_changes_nothing(member: FlaskClient, section: SectionName):
    page = change(member, section, {}, "preview")
    assert page.status_code == 422
    assert "Dit is hetzelfde als wat op die dag al geldt." in page_text(page)


@pytest.mark.parametrize(
    ("section", "typed", "field", "sentence"),
    [
        (SectionName.FUND, {"buffer": "veel"}, "buffer", ""),
        (SectionName.FUND, {"valid_from": ""}, "valid_from", "Vul dit in."),
        (SectionName.FUND, {"valid_from": "2020-01-01"}, "valid_from", "Kies vandaag of een latere dag."),
        (SectionName.FUND, {"reason": " "}, "reason", "Vul dit in."),
        (SectionName.FUND, {"reason": "Over 111222333."}, "reason", ""),
        (SectionName.MANDATE, {"bands-1-members": "nul"}, "bands-1-members", "Schrijf een getal"),
        (SectionName.MANDATE, {"bands-1-members": "99"}, "bands-1-members", "van 1 tot en met 20"),
        (SectionName.MANDATE, {"bands-1-up_to": "0"}, "bands-1-up_to", "boven nul"),
        (SectionName.MANDATE, {"above": "1"}, "above", "niet minder leden"),
        (SectionName.MANDATE, {"bands-1-up_to": "500"}, "bands", "oplopend"),
        (SectionName.ADVICE, {"minimum_mean": "6"}, "minimum_mean", "van 1 tot en met 5"),
        (SectionName.ADVICE, {"minimum_mean": "drie"}, "minimum_mean", "zoals 3, 2,5 of 1/3"),
        (SectionName.CONTRIBUTION, {"pay_by": "32"}, "pay_by", ""),
        (SectionName.CONTRIBUTION, {"pay_by": "30", "pay_by-month": "02"}, "pay_by", "Deze dag is er niet"),
        (SectionName.CONTRIBUTION, {"pay_by-month": ""}, "pay_by", "Deze dag is er niet"),
        (SectionName.TERMS, {"evaluate_months": "3, half"}, "evaluate_months", "komma’s"),
        (SectionName.TERMS, {"remind_days-after": "x"}, "remind_days-after", "komma’s"),
        (
            SectionName.TERMS,
            {"escalate_to_executives_days": "5"},
            "escalate_to_executives_days",
            "ambassadeur",
        ),
        (SectionName.ALLOCATION_KEY, {"key": "weights", "weights-mee": ""}, "weights-mee", "Vul dit in."),
        (SectionName.ALLOCATION_KEY, {"key": "weights", "weights-mee": "0"}, "weights-mee", "meer dan nul"),
        (SectionName.BUSINESS_CASE, {"alpha": "101"}, "alpha", "percentage"),
        (SectionName.BUSINESS_CASE, {"hour_rate_price_year": "2013"}, "hour_rate_price_year", "prijsindex"),
        (SectionName.CONSUMER_PRICE_INDEX, {"index-3-year": "", "index-3-value": ""}, "index", "2017"),
        (SectionName.CONSUMER_PRICE_INDEX, {"index-3-year": "2016"}, "index-3-year", "staat er al"),
        (SectionName.TEXTS, {"welcome-en": ""}, "welcome-en", "Vul dit in."),
        (SectionName.GATES, {"durable_solution-nl": ""}, "durable_solution-nl", "Vul dit in."),
        (SectionName.GATES, {"override_members": "1"}, "override_members", "van 2 tot en met 20"),
        (SectionName.RETENTION, {"books_years": "5"}, "books_years", "van 7"),
        (SectionName.CASE_FORM, {"districts-40-nl": "Muntel"}, "districts-11-en", "Vul dit in."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_work_is_kept(
    member: FlaskClient, section: SectionName, typed: dict[str, str], field: str, sentence: str
):
    page = change(member, section, typed, "propose")
    assert page.status_code == 422
    found = soup(page)
    beside = found.find(id=f"{field}-error") or found.find(id=field)
    assert beside is not None, page_text(page)
    assert sentence in " ".join(beside.get_text(" ").split())
    assert beside.get_text().strip()
    link = found.select_one(f'.error-summary a[href="#{field}"]')
    assert link is not None
    assert found.find(id=field) is not None, "the link in the summary leads nowhere"
    sent = form_of(page)
    for name, value in typed.items():
        if value.strip() and name != f"{section.value}-40-nl" and not re.search(r"-\d+-", name):
            assert sent[name] == value


def test_rows_are_added_and_taken_away_without_javascript(member: FlaskClient):
    page = change(member, SectionName.MANDATE, {"above": "4"}, "add:bands")
    assert page.status_code == 200
    assert len(soup(page).select("[data-lines] > [data-line]")) == 3
    form = form_of(page)
    assert form["above"] == "4"
    fill(form, {"bands-2-up_to": "2.000,00", "bands-2-members": "1", "action": "add:bands"})
    page = member.post("/beleid/mandaat/wijzigen", data=form)
    assert form_of(page)["bands-1-up_to"] == "2.000,00"  # put in order of amount
    form = form_of(page)
    form["action"] = "remove:bands:0"
    page = member.post("/beleid/mandaat/wijzigen", data=form)
    assert [value for name, value in form_of(page).items() if name.endswith("up_to")] == [
        "2.000,00",
        "5000,00",
    ]


def test_a_change_made_meanwhile_is_told_and_work_is_kept(engine: Engine, member: FlaskClient, cast: Cast):
    url = "/beleid/mandaat/wijzigen"
    form = form_of(member.get(url))
    fill(form, {**WHEN, "above": "4", "action": "propose"})
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast, by=cast.secretariat[2], on=TODAY + timedelta(days=9)))
    page = member.post(url, data=form)
    assert page.status_code == 409
    assert "Dit beleid is gewijzigd sinds u begon." in page_text(page)
    assert "€ 7.500,00 besluiten 2 leden" in page_text(page)
    again = form_of(page)
    assert again["above"] == "4"
    assert again["base_id"] != form["base_id"]
    again["action"] = "preview"
    preview = member.post(url, data=again)
    assert preview.status_code == 200
    assert "vanaf 10 juni 2026 geldt een versie die al is vastgesteld" in page_text(preview)


def test_an_open_proposal_goes_before_a_new_one(engine: Engine, client: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        proposal_id = propose(session, cast).id
    sign_in(client, cast.secretariat[1])
    to = client.get("/beleid/mandaat/wijzigen")
    assert (to.status_code, to.location) == (302, f"/beleid/voorstellen/{proposal_id}")
    index = page_text(client.get("/beleid"))
    assert "Er wacht 1 voorstel op een tweede persoon" in index
    assert "Bekijk het voorstel dat klaarligt" in index
    sign_in(client, cast.applicant)
    assert "Er wacht" not in page_text(client.get("/beleid"))


def test_the_second_person_is_asked_first_and_the_proposer_is_not(
    engine: Engine, client: FlaskClient, cast: Cast
):
    with unit_of_work(engine) as session:
        proposal_id = propose(session, cast).id
    url = f"/beleid/voorstellen/{proposal_id}"
    sign_in(client, cast.secretariat[0])
    own = soup(client.get(url))
    assert own.find("form", action=f"{url}/vaststellen") is None
    assert own.find("form", action=f"{url}/intrekken") is not None
    assert client.post(f"{url}/vaststellen", data={"confirmed": "1"}).status_code == 403
    sign_in(client, cast.secretariat[1])
    assert "Wilt u deze wijziging vaststellen?" in page_text(client.post(f"{url}/vaststellen"))
    assert _state(engine, proposal_id) == "open"
    assert client.post(f"{url}/vaststellen", data={"confirmed": "1"}).location == "/beleid#mandate"
    assert _state(engine, proposal_id) == "adopted"
    assert "Vastgesteld door" in page_text(client.get(url))


def test_refusing_and_withdrawing_ask_for_a_reason(engine: Engine, client: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        refused, withdrawn = (
            propose(session, cast).id,
            propose(session, cast, SectionName.FUND, buffer="1.00").id,
        )
    sign_in(client, cast.executive)
    page = client.post(f"/beleid/voorstellen/{refused}/afwijzen")
    assert page.status_code == 422
    assert soup(page).find(id="answer_reason-error") is not None
    client.post(f"/beleid/voorstellen/{refused}/afwijzen", data={"answer_reason": "Te hoog."})
    assert "Te hoog." in page_text(client.get(f"/beleid/voorstellen/{refused}"))
    sign_in(client, cast.secretariat[0])
    assert client.post(f"/beleid/voorstellen/{withdrawn}/intrekken").status_code == 422
    client.post(f"/beleid/voorstellen/{withdrawn}/intrekken", data={"answer_reason": "Toch niet."})
    assert (_state(engine, refused), _state(engine, withdrawn)) == ("refused", "withdrawn")
    everything = page_text(client.get("/beleid/voorstellen"))
    assert "afgewezen" in everything
    assert "ingetrokken" in everything


def test_who_reads_along_and_who_does_not(engine: Engine, client: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        proposal_id = propose(session, cast).id
    for person in (cast.auditor, cast.treasurer):
        sign_in(client, person)
        page = client.get(f"/beleid/voorstellen/{proposal_id}")
        assert page.status_code == 200
        assert soup(page).select_one("main form") is None
    assert client.get("/beleid/mandaat/wijzigen").status_code == 403  # the treasurer
    assert client.get("/beleid/pot/wijzigen").status_code == 200
    assert client.get("/beleid/onbekend/wijzigen").status_code == 404
    for person in (cast.applicant, cast.representative, cast.administrator):
        sign_in(client, person)
        assert client.get(f"/beleid/voorstellen/{proposal_id}").status_code == 403
        assert "Wijziging voorstellen" not in page_text(client.get("/beleid"))


def test_the_log_names_the_section(engine: Engine, client: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast, SectionName.ALLOCATION_KEY, weights=_weights(cast)))
    sign_in(client, cast.auditor)
    text = page_text(client.get("/logboek"))
    assert "Wijziging van het beleid vastgesteld: verdeelsleutel" in text
    assert "allocation_key" not in text


def test_pages_of_a_change_speak_english(member: FlaskClient, cast: Cast):
    member.post("/taal/en")
    assert soup(member.get("/beleid/termijnen/wijzigen")).html["lang"] == "en"


def _weights(cast: Cast) -> dict[str, str]:
    return {code: "2" if code == "gemeente" else "1" for code in cast.partners}


def _state(engine: Engine, proposal_id: int) -> str:
    with unit_of_work(engine, write=False) as session:
        return session.scalars(select(PolicyProposal.state).where(PolicyProposal.id == proposal_id)).one()
