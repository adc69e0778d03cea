"""The pages of the book years, as a browser without JavaScript sees them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from casework.book_year import service
from casework.business_case.tables import BusinessCaseLine
from casework.people.tables import Person
from ledger.bank.lines import BankLine
from ledger.closing import YearState
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.book_year.scene import THROUGH, YEAR, Office, key
from tests.integration.book_year.test_statements_taken import AFTER, IN_DECEMBER, booked, taken
from tests.integration.factories import a_person, work_as
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.reports.scene import two_years

HERE = f"/boekjaren/{YEAR}"


@pytest.fixture
def as_(app: Flask, office: Office) -> Callable[[Person], FlaskClient]:
    """A browser in which someone of the office is signed in."""

    def browser(person: Person) -> FlaskClient:
        client = app.test_client()
        sign_in(client, person)
        return client

    return browser


def send(client: FlaskClient, response: TestResponse, action: str, **typed: object) -> TestResponse:
    """Send the form with this address as it stands on the page, with what was typed over it."""
    form = soup(response).find("form", action=action)
    assert form is not None, f"no form to {action} on: {page_text(response)[:400]}"
    data: dict[str, object] = {
        str(one["name"]): one.get("value", "")
        for one in form.find_all("input")
        if one.get("name") and one.get("type") != "checkbox"
    }
    return client.post(action, data=data | typed)


def take(client: FlaskClient, action: str, **typed: object) -> TestResponse:
    """Fill in the form on the year's page, answer the question yes, and give the page after it."""
    asked = send(client, client.get(HERE), action, **typed)
    assert asked.status_code == 200, page_text(asked)[:400]
    done = send(client, asked, action)
    assert done.status_code == 302, page_text(done)[:400]
    return client.get(HERE)


def test_what_the_bank_leaves_unsaid_stands_before_the_closing(
    office: Office, as_: Callable[[Person], FlaskClient]
) -> None:
    treasurer = as_(office.cast.treasurer)
    first = taken(office, BankLine(IN_DECEMBER, -700, text="?"), on=IN_DECEMBER, cents=-1_000)
    booked(office)
    shown = page_text(treasurer.get(HERE))
    assert "De ingelezen bankafschriften lopen tot en met 30-12-2025." in shown
    taken(office, on=AFTER, follows=first, cents=-1_700)
    shown = treasurer.get(HERE)
    assert "Van € 7,00 die is afgeschreven weet nog niemand waarvoor." in page_text(shown)
    assert "staat er volgens het grootboek € 10,00 meer op de bank" in page_text(shown)
    asked = send(treasurer, shown, f"{HERE}/afsluiten", complete="1")
    assert "Boekjaar 2025 afsluiten?" in page_text(asked), "the last statement's day is filled in"


def test_a_year_goes_from_open_to_adopted(office: Office, as_: Callable[[Person], FlaskClient]) -> None:
    treasurer, auditor = as_(office.cast.treasurer), as_(office.cast.auditor)
    listed = page_text(treasurer.get("/boekjaren"))
    assert "Het jaar is voorbij en kan worden afgesloten." in listed
    assert "Het jaar loopt nog." in listed
    assert "€ 987,50" in listed

    shown = treasurer.get(HERE)
    assert "Op 31 december was er geen betaling onderweg." in page_text(shown)
    asked = send(treasurer, shown, f"{HERE}/afsluiten", complete="1", through_on="03-01-2026")
    assert "Boekjaar 2025 afsluiten?" in page_text(asked)
    assert "€ −12,50" in page_text(asked)
    assert "Wie wat deed Aan dit jaar is nog niets gedaan." in page_text(treasurer.get(HERE))
    assert send(treasurer, asked, f"{HERE}/afsluiten").status_code == 302
    text = page_text(treasurer.get(HERE))
    assert "Boekjaar 2025 is afgesloten." in text
    assert "Bankafschriften verwerkt tot en met 3 januari 2026." in text
    assert office.cast.treasurer.name in text

    checked = send(auditor, auditor.get(HERE), f"{HERE}/controleren")
    assert "Het grootboek is zojuist helemaal nagerekend en klopt." in page_text(checked)
    code = soup(checked).find("code")
    assert code is not None
    head = code.get_text("").strip()
    assert len(head) == 64
    send(auditor, checked, f"{HERE}/controleren")
    assert f"Kenmerk van het grootboek: {head}" in page_text(auditor.get(HERE))

    first, second, _third = office.executives
    text = page_text(take(as_(first), f"{HERE}/vaststellen"))
    assert "U heeft getekend. Er is nog een handtekening nodig." in text
    assert "1 van 2 handtekeningen" in text
    assert f"Getekend: {first.name}." in text
    text = page_text(take(as_(second), f"{HERE}/vaststellen"))
    assert "Boekjaar 2025 is vastgesteld." in text
    assert "De cijfers van 2025 liggen vast." in text
    assert "Heropenen" not in text

    overview = page_text(as_(office.cast.secretariat[0]).get(f"/jaaroverzicht/{YEAR}"))
    assert "Vastgesteld op 1 juni 2026 door" in overview
    assert first.name in overview
    assert "De cijfers van nu zijn dezelfde als toen." in overview
    downloaded = as_(second).get(f"{HERE}/vastgesteld.json")
    assert downloaded.mimetype == "application/json"
    document = json.loads(downloaded.get_data(as_text=True))
    assert document["head_hash"] == head
    assert document["overview"]["fund"]["closing_cents"] == 98_750


def test_what_is_wrong_in_the_closing_form_stands_beside_the_field(
    office: Office, as_: Callable[[Person], FlaskClient]
) -> None:
    client = as_(office.cast.treasurer)
    for typed, field, sentence in (
        ({"through_on": "2026-01-03"}, "complete", "Zet een vinkje als alle bankafschriften"),
        ({"complete": "1", "through_on": "2025-11-30"}, "through_on", "tot en met 31 december 2025"),
        ({"complete": "1", "through_on": "2026-07-01"}, "through_on", "Deze dag moet nog komen."),
        ({"complete": "1", "through_on": ""}, "through_on", ""),
    ):
        refused = send(client, client.get(HERE), f"{HERE}/afsluiten", **typed)
        assert refused.status_code == 422
        beside = soup(refused).find(id=f"{field}-error")
        assert beside is not None
        assert sentence in beside.get_text()
    assert office.read(office.cast.treasurer, lambda work: service.known_year(work, YEAR).state) is (
        YearState.OPEN
    )


def test_a_form_sent_out_of_turn_is_answered_with_a_sentence(
    office: Office, as_: Callable[[Person], FlaskClient]
) -> None:
    client = as_(office.cast.treasurer)
    data = {"complete": "1", "through_on": "2026-01-03", "confirmed": "1"}
    missing = client.post(f"{HERE}/afsluiten", data=data)
    assert missing.status_code == 422
    assert "Dit formulier is niet volledig aangekomen." in page_text(missing)
    running = client.post("/boekjaren/2026/afsluiten", data=data | {"idempotency_key": key()})
    assert running.status_code == 409
    assert "Boekjaar 2026 loopt nog." in page_text(running)
    office.close()
    again = client.post(f"{HERE}/afsluiten", data=data | {"idempotency_key": key()})
    assert again.status_code == 409
    assert "Boekjaar 2025 is nu: afgesloten." in page_text(again)
    executive = as_(office.cast.executive)
    for early in ({"idempotency_key": key()}, {"confirmed": "1", "idempotency_key": key()}):
        assert executive.post(f"{HERE}/vaststellen", data=early).status_code == 409


def test_two_people_reopen_a_year(office: Office, as_: Callable[[Person], FlaskClient]) -> None:
    office.close()
    treasurer, auditor = as_(office.cast.treasurer), as_(office.cast.auditor)
    empty = send(treasurer, treasurer.get(HERE), f"{HERE}/heropenen", reason=" ")
    assert empty.status_code == 422
    text = page_text(take(treasurer, f"{HERE}/heropenen", reason="De factuur van de drukker ontbreekt."))
    assert "Uw vraag staat klaar." in text
    assert "Nu moet iemand anders het bevestigen" in text
    assert soup(treasurer.get(HERE)).find("form", action=f"{HERE}/heropenen/bevestigen") is None
    executive = as_(office.cast.executive).get(HERE)
    assert "De factuur van de drukker ontbreekt." in page_text(executive)
    assert soup(executive).find("form", action=f"{HERE}/heropenen/bevestigen") is None
    text = page_text(take(auditor, f"{HERE}/heropenen/bevestigen"))
    assert "Boekjaar 2025 is weer open." in text
    assert "Heropend" in text
    assert soup(treasurer.get(HERE)).find("form", action=f"{HERE}/afsluiten") is not None


@pytest.mark.parametrize("who", ["applicant", "ambassador", "representative", "administrator"])
def test_others_see_no_book_years(office: Office, as_: Callable[[Person], FlaskClient], who: str) -> None:
    client = as_(getattr(office.cast, who))
    for address in ("/boekjaren", HERE, f"{HERE}/vastgesteld.json"):
        assert client.get(address).status_code == 403
    assert "Boekjaren" not in page_text(client.get("/beleid"))


def test_who_has_no_step_to_take_reads_whose_turn_it_is(
    office: Office, as_: Callable[[Person], FlaskClient]
) -> None:
    executive, treasurer = as_(office.cast.executive), as_(office.cast.treasurer)
    assert "De penningmeester kan dit jaar afsluiten" in page_text(executive.get(HERE))
    assert soup(executive.get(HERE)).find("form", action=f"{HERE}/afsluiten") is None
    assert "U kunt het afsluiten vanaf 1 januari 2027." in page_text(treasurer.get("/boekjaren/2026"))
    office.close()
    assert "De controleur rekent het grootboek na" in page_text(executive.get(HERE))
    office.audit()
    assert soup(treasurer.get(HERE)).find("form", action=f"{HERE}/vaststellen") is None
    assert treasurer.get("/boekjaren/1999").status_code == 404
    assert treasurer.get(f"{HERE}/vastgesteld.json").status_code == 404


def test_nothing_is_booked_into_a_closed_year(office: Office, as_: Callable[[Person], FlaskClient]) -> None:
    """The treasurer's forms say why, keep what was typed, and book nothing."""
    office.close()
    client = as_(office.cast.treasurer)
    on = "2025-12-31"
    for address, typed in (
        ("/betalen/boeking", {"kind": "bank_costs", "amount": "5", "on": on, "description": "kosten"}),
        ("/betalen/bijdragen/los", {"partner": "zayaz", "amount": "5", "on": on, "year": "2026"}),
        ("/betalen/bijdragen", {"partner": "zayaz", "on": on, "year": "2026"}),
        (
            "/betalen/pot-overnemen",
            {"partner": "zayaz", "amount": "5", "on": on, "description": "oude pot", "confirmed": "1"},
        ),
    ):
        refused = client.post(address, data=typed | {"idempotency_key": key()})
        assert refused.status_code == 409, address
        assert "Boekjaar 2025 is afgesloten. Boek met een datum in een open jaar." in page_text(refused)


def test_the_log_names_the_steps(office: Office, as_: Callable[[Person], FlaskClient]) -> None:
    office.bring_to(YearState.ADOPTED)
    text = page_text(as_(office.cast.auditor).get("/logboek"))
    for sentence in (
        "Boekjaar 2025 afgesloten",
        "afschriften tot en met 3 jan 2026",
        "Boekjaar 2025 gecontroleerd",
        "Getekend voor het vaststellen van boekjaar 2025",
        "Boekjaar 2025 vastgesteld",
    ):
        assert sentence in text


def test_the_adopted_figures_stand_beside_those_of_now(engine: Engine, app: Flask) -> None:
    """After adoption a saving of the year turns out to be half of what was expected."""
    with unit_of_work(engine) as session:
        story = two_years(session)
        cast = story.cast
        network = cast.network
        second = a_person(session, network, cast.partners["zayaz"], Role.EXECUTIVE)
        for year in (2024, 2025):
            treasurer = work_as(session, cast.treasurer, network)
            service.close(treasurer, year=year, complete=True, statements_through_on=THROUGH, key=key())
            service.audit(work_as(session, cast.auditor, network), year=year, key=key())
            for person in (cast.executive, second):
                service.adopt(work_as(session, person, network), year=year, key=key())
    client = app.test_client()
    sign_in(client, cast.executive)
    before = page_text(client.get("/jaaroverzicht/2025"))
    assert "De cijfers van nu zijn dezelfde als toen." in before
    with unit_of_work(engine) as session:
        line = session.scalars(select(BusinessCaseLine).where(BusinessCaseLine.party == "gemeente")).one()
        line.mid_cents = line.low_cents = 1_800_000
    page = client.get("/jaaroverzicht/2025")
    table = soup(page).find("caption", string="Vastgesteld en nu")
    assert table is not None
    assert table.parent is not None
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.parent.find_all("tr")[1:]
    ]
    assert [row[0] for row in rows] == ["verwachte besparing", "terug per geïnvesteerde euro"]
    assert rows[1][1].replace("\xa0", " ") == "€ 8,11"
    assert rows[1][2] != rows[1][1]
    text = page_text(page)
    assert "De vastgestelde cijfers blijven gelden." in text
    assert "Elke geïnvesteerde euro € 8,11 terug" in text  # the headline is what was adopted
    assert "48 % van wat is uitbetaald kwam terug · 2024: 40 %" in text
    assert "36 uur negen van de tien binnen 3 dagen · 2024: 24 uur" in text
    assert "De cijfers van nu zijn dezelfde als toen." in page_text(client.get("/jaaroverzicht/2024"))
