"""The pages of worklist, assessing and deciding, as someone without JavaScript uses them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from casework.cases.tables import Case
from casework.decision.tables import Assessment, DecisionVote
from casework.people.tables import Person
from rules.gates import Gate
from rules.triangle import Value
from storage.unit_of_work import unit_of_work
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import Cast
from tests.integration.pages import page_text, sign_in, soup

FULL = (
    {value.value: "4" for value in Value}
    | {f"{value}_reason": "Omdat het klopt." for value in Value}
    | {gate.value: "yes" for gate in Gate}
    | {f"{gate}_reason": "Nagegaan." for gate in Gate}
)


@dataclass
class Site:
    """A network with one case in the database of the running application."""

    client: FlaskClient
    engine: Engine
    cast: Cast
    number: str

    def as_(self, person: Person) -> FlaskClient:
        sign_in(self.client, person)
        return self.client

    def url(self, page: str) -> str:
        return f"/casussen/{self.number}/{page}"

    def state(self) -> str:
        with unit_of_work(self.engine, write=False) as session:
            return session.scalars(select(Case.decision_state).where(Case.number == self.number)).one()


Make = Callable[..., Site]


@pytest.fixture
def site(app: Flask, client: FlaskClient, engine: Engine) -> Make:
    """Make a site with a case; ``given`` does more with it before it is committed."""

    def make(given: Callable[[Round], None] | None = None, **values: object) -> Site:
        with a_round(engine, **values) as it:  # type: ignore[arg-type]  # columns of a case
            if given is not None:
                given(it)
            return Site(client, engine, it.cast, it.case.number)

    return make


def test_the_round_from_worklist_to_approval_without_javascript(site: Make) -> None:
    it = site()
    first, second, *_ = it.cast.secretariat
    client = it.as_(first)
    page = soup(client.get("/werkvoorraad"))
    assert page.find("a", href=it.url("beoordelen"))
    assert "Uw beoordeling" in page.find(id="deel-yours").get_text()
    response = client.post(it.url("beoordelen"), data=FULL, follow_redirects=True)
    assert "Uw beoordeling is bewaard." in page_text(response)
    assert "1 van 2 beoordelingen binnen" in page_text(response)
    assert not soup(response).find("form", action=it.url("besluit"))  # nothing to vote on yet
    client = it.as_(second)
    client.post(it.url("beoordelen"), data=FULL)
    assert "Uw stem is bewaard." in page_text(
        client.post(it.url("besluit"), data={"outcome": "approve"}, follow_redirects=True)
    )
    client = it.as_(first)
    confirm = client.post(it.url("besluit"), data={"outcome": "approve"})
    assert "Wilt u deze casus honoreren?" in page_text(confirm)
    assert it.state() == "in_assessment"
    done = client.post(
        it.url("besluit"), data={"outcome": "approve", "confirmed": "1"}, follow_redirects=True
    )
    assert "De casus is gehonoreerd. Het geld is toegezegd." in page_text(done)
    assert it.state() == "approved"
    assert "€ 9.000,00" in page_text(client.get("/werkvoorraad"))  # the pot, after the promise


def test_the_pot_is_on_every_page_of_the_secretariat_and_nobody_elses(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    for page in ("/werkvoorraad", it.url("beoordelen"), it.url("besluit"), it.url("vragen"), "/casussen"):
        shown = soup(client.get(page)).find(id="pot-title")
        assert shown is not None, page
        assert shown.get_text() == "Beschikbaar in de pot"
    assert soup(it.as_(it.cast.applicant).get("/casussen")).find(id="pot-title") is None


def test_pages_before_ones_own_scores_hold_nothing_of_others(site: Make) -> None:
    it = site()
    first, second, *_ = it.cast.secretariat
    said = FULL | {"legitimacy_reason": "GEHEIM", "alternatives_explored_reason": "GEHEIM"}
    it.as_(first).post(it.url("beoordelen"), data=said)
    client = it.as_(second)
    for page in ("/werkvoorraad", it.url("beoordelen"), it.url("besluit"), it.url("vragen")):
        response = client.get(page)
        assert response.status_code == 200
        assert "GEHEIM" not in response.get_data(as_text=True)
        assert soup(response).find(class_="triangle") is None
    client.post(it.url("beoordelen"), data=FULL)
    shown = client.get(it.url("besluit"))
    assert "GEHEIM" in page_text(shown)
    assert soup(shown).find(class_="triangle") is not None


def test_a_form_that_is_not_right_comes_back_filled_in(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    typed = FULL | {"yield_": "9", "involvement_reason": "", "legitimacy_reason": "Zo staat het in de wet."}
    response = client.post(it.url("beoordelen"), data=typed)
    assert response.status_code == 422
    page = soup(response)
    assert page.find(id="involvement_reason-error").get_text().endswith("Vul dit in.")
    assert "Zo staat het in de wet." in page.find(id="legitimacy_reason").get_text()
    assert page.find("input", {"name": "legitimacy", "value": "4"}).has_attr("checked")
    again = client.post(it.url("beoordelen"), data=FULL | {"yield_": "9"})
    assert "heel cijfer van 1 tot en met 5" in page_text(again)
    with unit_of_work(it.engine, write=False) as session:
        assert session.scalars(select(Assessment)).all() == []


def test_a_number_like_a_bsn_is_refused_in_every_text(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    for page, data in (
        ("vragen", {"question": "Klopt 111222333?"}),
        ("beoordelen", FULL | {"legitimacy_reason": "Zie 111222333"}),
    ):
        response = client.post(it.url(page), data=data)
        assert response.status_code == 422
        assert "burgerservicenummer" in page_text(response)


def test_a_vote_without_the_words_it_needs_comes_back_filled_in(site: Make) -> None:
    def given(it: Round) -> None:
        it.assess(it.cast.secretariat[0])

    it = site(given, amounts=(40_000,))
    client = it.as_(it.cast.secretariat[0])
    typed = {"outcome": "decline", "motivation": "Het lost niets op.", "alternative": ""}
    response = client.post(it.url("besluit"), data=typed)
    assert response.status_code == 422
    page = soup(response)
    assert "andere route" in page.find(id="alternative-error").get_text()
    assert "Het lost niets op." in page.find(id="motivation").get_text()
    assert page.find("input", {"name": "outcome", "value": "decline"}).has_attr("checked")


def test_what_each_member_wrote_stays_readable_after_the_decision(site: Make) -> None:
    it = site()
    first, second, third, *_ = it.cast.secretariat
    answers = (FULL | {"yield_": "2", "alternatives_explored": "no"}, FULL | {"yield_": "5"}, FULL)
    for person, scores in zip((first, second, third), answers, strict=True):
        it.as_(person).post(it.url("beoordelen"), data=scores)
    page = page_text(it.as_(first).get(it.url("besluit")))
    assert "Schrijf op wat u besprak" in page
    assert "terwijl een lid nee antwoordde" in page  # one text for both: the form says so
    ballots = (
        (third, {"outcome": "decline", "motivation": "Te vroeg.", "alternative": "Eerst de kredietbank."}),
        (first, {"outcome": "approve", "motivation": "Het kan niet wachten."}),
        (second, {"outcome": "approve", "motivation": "Al het andere liep dood."}),
    )
    for person, ballot in ballots:
        it.as_(person).post(it.url("besluit"), data=ballot | {"confirmed": "1"})
    assert it.state() == "approved"
    votes = soup(it.client.get(it.url("besluit"))).find("h3", string="Stemmen").find_next("ul").get_text()
    for words in ("Te vroeg.", "Eerst de kredietbank.", "Het kan niet wachten.", "Al het andere liep dood."):
        assert words in votes


def test_a_vote_too_early_says_what_is_missing(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    response = client.post(it.url("besluit"), data={"outcome": "approve", "confirmed": "1"})
    assert response.status_code == 409
    assert "Geef eerst uw eigen beoordeling" in page_text(response)
    with unit_of_work(it.engine, write=False) as session:
        assert session.scalars(select(DecisionVote)).all() == []


def test_asking_stops_the_clock_and_carrying_on_is_confirmed(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    response = client.post(it.url("vragen"), data={"question": "Wanneer?"}, follow_redirects=True)
    assert "De klok staat stil" in page_text(response)
    assert "Wacht op aanvrager" in page_text(response)
    assert "stil" in soup(response).find(id="deel-others").get_text()
    assert "Wilt u verder zonder het antwoord?" in page_text(client.post(it.url("verder")))
    assert it.state() == "information_requested"
    client.post(it.url("verder"), data={"confirmed": "1"})
    assert it.state() == "in_assessment"


def test_a_member_in_conflict_reads_why_they_do_not_count(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[2])
    line = "U kunt hier adviseren, niet meestemmen: uw organisatie diende de casus in"
    assert line in page_text(client.get("/werkvoorraad"))
    assert "uw organisatie diende de casus in" in page_text(client.get(it.url("beoordelen")))


def test_an_empty_pot_is_said_and_the_promise_comes_later(site: Make) -> None:
    def given(it: Round) -> None:
        it.assess(it.cast.secretariat[0])

    it = site(given, amounts=(40_000,), fund_cents=0)
    client = it.as_(it.cast.secretariat[0])
    response = client.post(
        it.url("besluit"), data={"outcome": "approve", "confirmed": "1"}, follow_redirects=True
    )
    assert "De casus staat op de wachtlijst, op volgorde van spoed en datum." in page_text(response)
    assert "Wachtlijst, plek 1" in page_text(client.get("/werkvoorraad"))
    assert client.post(it.url("toezeggen"), data={"confirmed": "1"}).status_code == 409
    assert it.state() == "waiting"


def test_a_decision_of_one_is_reviewed_from_the_worklist(site: Make) -> None:
    def given(it: Round) -> None:
        it.assess(it.cast.secretariat[0])
        it.vote(it.cast.secretariat[0])

    it = site(given, amounts=(40_000,))
    client = it.as_(it.cast.secretariat[1])
    assert "Achteraf te bekijken" in page_text(client.get("/werkvoorraad"))
    response = client.post(it.url("achteraf"), data={"remark": "Akkoord."}, follow_redirects=True)
    assert "Achteraf bekeken door" in page_text(response)
    assert "Achteraf te bekijken" not in page_text(client.get("/werkvoorraad"))


def test_others_than_the_secretariat_find_no_door(site: Make) -> None:
    it = site()
    for person in (it.cast.applicant, it.cast.treasurer, it.cast.auditor, it.cast.ambassador):
        client = it.as_(person)
        for page in ("/werkvoorraad", it.url("besluit"), it.url("beoordelen"), it.url("vragen")):
            assert client.get(page).status_code == 403
        for page in ("besluit", "beoordelen", "vragen", "verder", "toezeggen", "achteraf"):
            assert client.post(it.url(page), data={"confirmed": "1"}).status_code == 403
    assert it.state() == "submitted"


def test_a_case_of_another_network_is_not_found(site: Make) -> None:
    it = site()
    client = it.as_(it.cast.secretariat[0])
    assert client.get("/casussen/XX-2026-0001/besluit").status_code == 404
    assert client.post("/casussen/XX-2026-0001/besluit", data={"outcome": "approve"}).status_code == 404


def test_the_pages_are_there_in_english(site: Make) -> None:
    def given(it: Round) -> None:
        it.assess(it.cast.secretariat[0])

    it = site(given, amounts=(40_000,))
    client = it.as_(it.cast.secretariat[0])
    client.post("/taal/en")
    page = client.get(it.url("besluit"))
    assert page.status_code == 200
    assert "at least 2" in page_text(page)
