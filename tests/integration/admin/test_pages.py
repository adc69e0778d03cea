"""The administrator's and auditor's pages: forms come back filled in, changes are seen and logged."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from casework.audit.tables import LogRecord
from casework.network.tables import Partner, PolicySection
from casework.people.tables import Appointment, Person
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, a_person
from tests.integration.pages import page_text, sign_in, soup

TODAY = NOW.date()


@pytest.fixture
def administrator(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.administrator)
    return client


@pytest.fixture
def auditor(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.auditor)
    return client


def appointment_of(engine: Engine, person: Person) -> Appointment:
    with unit_of_work(engine, write=False) as session:
        found = session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()
        session.expunge(found)
    return found


def test_a_partner_is_added_on_the_page(engine: Engine, administrator: FlaskClient):
    typed = {"name": "JOOST", "kind": "woningcorporatie", "code": "JOOST!", "joined_on": "2026-06-01"}
    refused = administrator.post("/partners/toevoegen", data=typed | {"domains": ["wonen", "zorg"]})
    assert refused.status_code == 422
    form = soup(refused)
    assert "Schrijf een korte code" in form.find(id="code-error").get_text()
    assert form.find(class_="error-summary").find("a")["href"] == "#code"
    assert form.find(id="name")["value"] == "JOOST"
    assert form.find(id="code")["value"] == "JOOST!"
    ticked = {box["value"] for box in form.find_all("input", {"name": "domains"}) if box.has_attr("checked")}
    assert ticked == {"wonen", "zorg"}
    data = typed | {"code": "joost", "domains": ["wonen", "zorg"]}
    done = administrator.post("/partners/toevoegen", data=data, follow_redirects=True)
    assert "JOOST is toegevoegd." in page_text(done)
    with unit_of_work(engine, write=False) as session:
        assert session.scalars(select(Partner.domains).where(Partner.code == "joost")).one() == [
            "wonen",
            "zorg",
        ]


def test_a_partner_is_changed_on_the_page(administrator: FlaskClient):
    assert soup(administrator.get("/partners/mee")).find(id="name")["value"] == "Mee"
    refused = administrator.post("/partners/mee", data={"name": "", "kind": "x"})
    assert refused.status_code == 422
    assert "Vul dit in." in soup(refused).find(id="name-error").get_text()
    done = administrator.post("/partners/mee", data={"name": "MEE", "kind": "x"}, follow_redirects=True)
    assert "De gegevens van MEE zijn bewaard." in page_text(done)
    assert administrator.get("/partners/elders").status_code == 404


def test_a_leaving_is_asked_twice_and_can_be_taken_back(engine: Engine, administrator: FlaskClient):
    page = administrator.get("/partners/zayaz/vertrek")
    assert "De rollen van 2 mensen bij deze partner eindigen" in page_text(page)
    day = (TODAY + timedelta(days=30)).isoformat()
    question = administrator.post("/partners/zayaz/vertrek", data={"left_on": day})
    assert "Doet Zayaz vanaf 1 juli 2026 niet meer mee?" in page_text(question)
    with unit_of_work(engine, write=False) as session:
        assert session.scalars(select(Partner.left_on).where(Partner.code == "zayaz")).one() is None
    fields = {
        one["name"]: one["value"]
        for one in soup(question).main.find_all("input")
        if one["name"] != "csrf_token"
    }
    done = administrator.post("/partners/zayaz/vertrek", data=fields, follow_redirects=True)
    assert "Het vertrek van Zayaz is vastgelegd." in page_text(done)
    assert "vertrekt op 1 jul 2026" in page_text(done)
    back = administrator.post("/partners/zayaz/vertrek/intrekken", follow_redirects=True)
    assert "Zayaz blijft." in page_text(back)
    refused = administrator.post("/partners/zayaz/vertrek", data={"left_on": "2026-05-01", "confirmed": "1"})
    assert refused.status_code == 422
    assert "Kies vandaag of een latere dag" in soup(refused).find(id="left_on-error").get_text()


def test_someone_is_added_and_the_password_is_shown_once(engine: Engine, administrator: FlaskClient):
    typed = {
        "name": "Nieuw Mens",
        "email": "geen adres",
        "role": "applicant",
        "partner": "mee",
        "from_on": TODAY.isoformat(),
        "until_on": "",
    }
    refused = administrator.post("/mensen/toevoegen", data=typed)
    assert refused.status_code == 422
    assert "Schrijf een e-mailadres" in soup(refused).find(id="email-error").get_text()
    assert soup(refused).find(id="name")["value"] == "Nieuw Mens"
    assert soup(refused).find("option", {"value": "mee"}).has_attr("selected")
    done = administrator.post("/mensen/toevoegen", data=typed | {"email": "nieuw@mee.example"})
    assert done.status_code == 200
    assert done.headers["Cache-Control"] == "no-store"
    password = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", page_text(done))
    assert password is not None
    with unit_of_work(engine, write=False) as session:
        person = session.scalars(select(Person).where(Person.email == "nieuw@mee.example")).one()
        page = administrator.get(f"/mensen/{person.id}")
        facts = [str(record.facts) for record in session.scalars(select(LogRecord))]
        session.expunge(person)
    assert password[0] not in page_text(page)
    assert password[0] not in "".join(facts)
    assert "wachtwoord nog niet gekozen" in page_text(page)
    sign_in(administrator, person, password=password[0])


def test_roles_are_given_and_ended_on_the_page(engine: Engine, administrator: FlaskClient, cast: Cast):
    url = f"/mensen/{cast.applicant.id}"
    role = {"role": "ambassador", "partner": "mee", "from_on": "1-6-2026", "until_on": "31-5-2026"}
    refused = administrator.post(f"{url}/rollen", data=role)
    assert refused.status_code == 422
    assert "Kies een laatste dag vanaf 01-06-2026" in soup(refused).find(id="until_on-error").get_text()
    done = administrator.post(f"{url}/rollen", data=role | {"until_on": "31-12-2026"}, follow_redirects=True)
    assert "De rol is gegeven." in page_text(done)
    assert "31 dec 2026" in page_text(done)
    appointment = appointment_of(engine, cast.treasurer)
    end = f"/mensen/{cast.treasurer.id}/rollen/{appointment.id}"
    assert "Penningmeester bij Gemeente" in page_text(administrator.get(end))
    assert administrator.post(end, data={"last_on": "gisteren"}).status_code == 422
    later = administrator.post(end, data={"last_on": "2026-06-30"}, follow_redirects=True)
    assert "De laatste dag van de rol is vastgelegd." in page_text(later)
    now = administrator.post(end, data={"at_once": "1"}, follow_redirects=True)
    assert "De rol is beëindigd." in page_text(now)
    assert appointment_of(engine, cast.treasurer).until_on == TODAY - timedelta(days=1)
    # Under another person's address the role does not exist.
    elsewhere = f"{url}/rollen/{appointment_of(engine, cast.executive).id}"
    assert administrator.get(elsewhere).status_code == 404
    assert administrator.post(elsewhere, data={"at_once": "1"}).status_code == 404


def test_the_last_administrator_is_told_why_not(engine: Engine, administrator: FlaskClient, cast: Cast):
    own = appointment_of(engine, cast.administrator)
    refused = administrator.post(f"/mensen/{cast.administrator.id}/rollen/{own.id}", data={"at_once": "1"})
    assert refused.status_code == 409
    assert "Dit is de laatste beheerder van het netwerk." in page_text(refused)
    assert "Rol geven" not in page_text(administrator.get(f"/mensen/{cast.administrator.id}"))


@pytest.mark.parametrize("action", ["wachtwoord", "afsluiten"])
def test_what_cannot_be_undone_is_asked_first(
    engine: Engine, administrator: FlaskClient, cast: Cast, action: str
):
    url = f"/mensen/{cast.applicant.id}/{action}"
    question = administrator.post(url)
    assert question.status_code == 200
    assert cast.applicant.name in page_text(question)
    with unit_of_work(engine, write=False) as session:
        person = session.get_one(Person, cast.applicant.id)
        assert (person.deactivated_at_utc, person.must_change_password) == (None, False)
    done = administrator.post(url, data={"confirmed": "1"}, follow_redirects=True)
    assert done.status_code == 200
    with unit_of_work(engine, write=False) as session:
        person = session.get_one(Person, cast.applicant.id)
        assert person.deactivated_at_utc is not None or person.must_change_password


def test_a_closed_account_is_found_and_opened_again(administrator: FlaskClient, cast: Cast):
    url = f"/mensen/{cast.applicant.id}"
    administrator.post(f"{url}/afsluiten", data={"confirmed": "1"})
    assert cast.applicant.email not in page_text(administrator.get("/mensen"))
    assert cast.applicant.email in page_text(administrator.get("/mensen?toon=afgesloten"))
    done = administrator.post(f"{url}/openen", follow_redirects=True)
    assert "Het account is weer open." in page_text(done)
    renamed = administrator.post(f"{url}/naam", data={"name": "Anders"}, follow_redirects=True)
    assert "De naam is bewaard." in page_text(renamed)


def test_long_lists_of_people_go_by_page_and_keep_the_search(
    engine: Engine, administrator: FlaskClient, cast: Cast
):
    with unit_of_work(engine) as session:
        for number in range(26):
            a_person(session, cast.network, cast.partners["mee"], Role.APPLICANT, name=f"Reeks {number:02d}")
    page = soup(administrator.get("/mensen?zoek=reeks"))
    assert "Reeks 24" in page.main.get_text()
    assert "Reeks 25" not in page.main.get_text()
    following = page.find("a", rel="next")["href"]
    assert "zoek=reeks" in following
    assert "Reeks 25" in page_text(administrator.get(following))
    assert "Niemand gevonden." in page_text(administrator.get("/mensen?zoek=bestaatniet"))


def test_policy_is_told_in_sentences_to_everyone_in_both_languages(client: FlaskClient, cast: Cast):
    for person in (cast.applicant, cast.executive):
        sign_in(client, person)
        text = page_text(client.get("/beleid"))
        assert "In de pot blijft altijd € 2.500,00 achter de hand." in text
        assert "Tot en met € 5.000,00 besluiten 2 leden van het secretariaat." in text
        assert "Geldt vanaf 2 juni 2016." in text
        assert "aangenomen" in text


def test_policy_shows_what_held_and_what_will_hold(engine: Engine, client: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        for valid_from, buffer in ((TODAY, "3000.00"), (TODAY + timedelta(days=60), "4000.00")):
            session.add(
                PolicySection(
                    network_id=cast.network.id,
                    section="fund",
                    valid_from=valid_from,
                    document={"buffer": buffer},
                    source="Besluit van de bestuurders",
                    assumed="",
                    adopted_at_utc=NOW,
                )
            )
    sign_in(client, cast.executive)
    card = soup(client.get("/beleid")).find(id="fund")
    text = " ".join(card.get_text(" ").split())
    assert "€ 3.000,00" in text
    assert "Vanaf 31 juli 2026 verandert dit" in text
    assert "€ 4.000,00" in text
    assert "Wat gold vanaf 2 juni 2016" in text
    assert "€ 2.500,00" in text
    assert "vastgesteld" in text


def test_the_log_tells_what_happened_and_can_be_searched(
    engine: Engine, client: FlaskClient, administrator: FlaskClient, cast: Cast
):
    administrator.post("/partners/mee", data={"name": "MEE", "kind": "x"})
    administrator.post(f"/mensen/{cast.applicant.id}/naam", data={"name": "Anders Genoemd"})
    with unit_of_work(engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
    sign_in(client, other.administrator)
    client.post("/partners/zayaz", data={"name": "Elders", "kind": "x"})
    sign_in(client, cast.auditor)

    def rows(query: str = "") -> list[str]:
        page = soup(client.get(f"/logboek{query}"))
        return [" ".join(row.get_text(" ").split()) for row in page.select("tbody tr")]

    everything = rows()
    assert len(everything) == 5  # two sign-ins, a sign-out and two changes; nothing of the other network
    assert cast.auditor.name in everything[0]
    assert "Aangemeld" in everything[0]
    assert any("Gegevens van partner mee gewijzigd" in row for row in everything)
    assert any("Naam van Anders Genoemd gewijzigd" in row for row in everything)
    assert not any(other.administrator.name in row for row in everything)
    assert len(rows("?actie=partner.edit")) == 1
    assert len(rows("?wat=anders")) == 1
    assert len(rows("?wat=MEE")) == 1
    assert len(rows(f"?wie={cast.auditor.email}")) == 1
    assert len(rows("?van=2026-06-01&tot=1-6-2026")) == 5
    assert rows("?van=2026-06-02") == []
    assert rows("?tot=2026-05-31") == []
    assert "Schrijf een datum als" in page_text(client.get("/logboek?van=morgen"))
    assert "Niets gevonden." in page_text(client.get("/logboek?wat=bestaatniet"))


def test_refusals_are_logged_once_with_who_and_what(engine: Engine, client: FlaskClient, cast: Cast):
    sign_in(client, cast.applicant)
    assert client.get("/logboek?wat=geheim").status_code == 403
    assert client.post(f"/mensen/{cast.treasurer.id}/afsluiten").status_code == 403
    sign_in(client, cast.administrator)
    assert client.get("/partners/elders").status_code == 404
    with unit_of_work(engine, write=False) as session:
        found = session.execute(
            select(LogRecord.person_id, LogRecord.object_ref, LogRecord.facts)
            .where(LogRecord.action == "access.refuse", LogRecord.result == "refused")
            .order_by(LogRecord.id)
        ).all()
        everything = session.scalar(select(func.count()).select_from(LogRecord))
    assert [tuple(row)[:2] for row in found] == [
        (cast.applicant.id, "/logboek"),
        (cast.applicant.id, "/mensen/<int:person_id>/afsluiten"),
        (cast.administrator.id, "/partners/<code>"),
    ]
    assert found[2].facts == {"method": "GET", "asked": "elders"}
    assert everything == 3 + 3  # sign in, sign out, sign in
    sign_in(client, cast.auditor)
    assert "geweigerd" in page_text(client.get("/logboek?alleen=geweigerd"))


def test_the_log_pages(engine: Engine, auditor: FlaskClient, cast: Cast):
    with unit_of_work(engine) as session:
        for number in range(30):
            session.add(
                LogRecord(
                    at_utc=NOW,
                    network_id=cast.network.id,
                    action="network.load",
                    object_ref=f"ref{number}",
                    facts={},
                )
            )
    page = soup(auditor.get("/logboek?actie=network.load"))
    assert len(page.select("tbody tr")) == 25
    following = page.find("a", rel="next")["href"]
    assert len(soup(auditor.get(following)).select("tbody tr")) == 5
    assert "het programma" in page.main.get_text()
