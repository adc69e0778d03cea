"""The pages of settling, without JavaScript: what each role sees, does, and is told when it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from casework.cases.tables import Case
from casework.people.tables import Appointment
from casework.settlement import service
from casework.settlement.proposal import PartyShare, Proposal, responsible
from casework.settlement.tables import Settlement
from ledger import claims
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast, work_as
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.settlement.paid import a_paid_case, open_claims

SHARED = Proposal(
    SettlementKind.SHARED,
    parties=(PartyShare("zayaz", Decimal(50)), PartyShare("mee", Decimal(50))),
    motivation="Beide besparen.",
)


@dataclass
class Scene:
    """A signed-in browser on a network with one paid case of EUR 4,000."""

    client: FlaskClient
    app: Flask
    cast: Cast
    number: str

    def session(self, *, write: bool = False):  # type: ignore[no-untyped-def]  # a context manager as it is
        return unit_of_work(self.app.extensions["omloop_engine"], write=write)

    def propose(self, proposal: Proposal) -> int:
        with self.session(write=True) as session:
            work = work_as(session, self.cast.secretariat[0], self.cast.network)
            return service.propose(work, number=self.number, proposal=proposal, key="een").id

    def states(self) -> list[str]:
        with self.session() as session:
            return list(session.scalars(select(Settlement.state).order_by(Settlement.id)))

    def owed(self) -> dict[str, int]:
        with self.session() as session:
            work = work_as(session, self.cast.secretariat[0], self.cast.network)
            case = session.scalars(select(Case).where(Case.number == self.number)).one()
            return {ref.rsplit("-", 1)[1]: cents for ref, cents in open_claims(work, case).items()}


@pytest.fixture
def scene(app: Flask, client: FlaskClient) -> Scene:
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        cast = a_cast(session)
        number = a_paid_case(
            session,
            cast,
            400_000,
            title="Huurschuld, ontruiming dreigt",
            situation="Een geheim verhaal.",
            barrier_field="huurachterstand",
            barrier_law="Woningwet",
        ).number
    sign_in(client, cast.secretariat[0])
    return Scene(client, app, cast, number)


def test_the_list_shows_what_is_paid_and_not_settled(scene: Scene) -> None:
    text = page_text(scene.client.get("/verrekening"))
    assert scene.number in text
    assert "€ 4.000,00" in text
    assert "Verrekening voorstellen, dag 0" in text
    assert "Van 1 casus is niet afgesproken wie terugbetaalt. Samen is dat € 4.000,00." in text


@pytest.mark.parametrize(("words", "found"), [("ontruiming", True), ("farent", True), ("zonnebloem", False)])
def test_the_list_can_be_searched(scene: Scene, words: str, found: bool) -> None:
    text = page_text(scene.client.get("/verrekening", query_string={"zoek": words}))
    assert (scene.number in text) is found
    assert ("Niets gevonden" in text) is not found


def test_the_list_filters_sorts_and_pages(scene: Scene) -> None:
    with scene.session(write=True) as session:
        for cents in range(1_000, 31_000, 1_000):
            a_paid_case(session, scene.cast, cents)
    page = soup(scene.client.get("/verrekening?sorteer=amount&richting=op"))
    rows = [row.select_one("td.n").get_text(strip=True) for row in page.select("tbody tr")]
    assert len(rows) == 25
    assert rows[0].replace("\xa0", " ") == "€ 10,00"
    second = soup(scene.client.get("/verrekening?sorteer=amount&richting=op&bladzijde=2"))
    assert len(second.select("tbody tr")) == 6
    assert "Niets gevonden" in page_text(scene.client.get("/verrekening?stand=disputed"))


def test_the_form_starts_with_what_the_rules_propose_and_why(scene: Scene) -> None:
    page = soup(scene.client.get(f"/casussen/{scene.number}/verrekenen"))
    assert page.select_one("input[name=kind][checked]")["value"] == "responsible"
    text = " ".join(page.get_text(" ").split())
    assert "‘huurachterstand’ hoort volgens Woningwet bij: woningcorporatie. Zayaz is dat hier." in text
    assert "Te verrekenen: € 4.000,00" in text
    assert "zijn bij dit bedrag 2 stemmen nodig" in text


def test_a_shared_proposal_is_previewed_and_put_to_the_partners(scene: Scene) -> None:
    data = {
        "kind": "shared",
        "shares-0-partner": "zayaz",
        "shares-0-percentage": "66,67",
        "shares-3-partner": "mee",
        "shares-3-percentage": "33,33",
        "motivation": "Beide besparen.",
        "idempotency_key": "een",
    }
    address = f"/casussen/{scene.number}/verrekenen"
    preview = page_text(scene.client.post(address, data=data | {"action": "preview"}))
    assert "Zo komt het uit" in preview
    assert "€ 2.666,80" in preview
    assert scene.states() == []
    for _ in range(2):
        sent = scene.client.post(address, data=data | {"action": "propose"})
        assert sent.status_code == 302
    assert scene.states() == ["put"]
    text = page_text(scene.client.get(sent.location))
    assert "Mee" in text
    assert "€ 1.333,20" in text
    assert "wacht op antwoord" in text


BAD_INPUT: list[tuple[dict[str, str], str, str]] = [
    ({}, "kind", "Vul dit in."),
    ({"kind": "zomaar"}, "kind", "Kies een van de mogelijkheden."),
    ({"kind": "responsible"}, "partner", "Kies de partner die terugbetaalt."),
    ({"kind": "responsible", "partner": "weg"}, "partner", "Deze partner doet nu niet mee"),
    (
        {"kind": "shared", "shares-0-partner": "zayaz", "shares-0-percentage": "100"},
        "shares-0-partner",
        "Verdeel over ten minste twee partners",
    ),
    (
        {
            "kind": "shared",
            "shares-0-partner": "zayaz",
            "shares-0-percentage": "50",
            "shares-1-partner": "mee",
            "shares-1-percentage": "49,5",
        },
        "shares-0-percentage",
        "De percentages tellen op tot 99,5. Samen moeten ze 100 zijn.",
    ),
    (
        {
            "kind": "shared",
            "shares-0-partner": "zayaz",
            "shares-0-percentage": "50",
            "shares-1-partner": "zayaz",
            "shares-1-percentage": "50",
        },
        "shares-1-partner",
        "Deze partner staat er al bij.",
    ),
    (
        {
            "kind": "shared",
            "shares-0-partner": "zayaz",
            "shares-0-percentage": "veel",
            "shares-1-partner": "mee",
            "shares-1-percentage": "50",
        },
        "shares-0-percentage",
        "Schrijf een getal",
    ),
    (
        {
            "kind": "shared",
            "shares-0-partner": "zayaz",
            "shares-0-percentage": "99,999999",
            "shares-1-partner": "mee",
            "shares-1-percentage": "0,000001",
        },
        "shares-1-percentage",
        "Dit deel is minder dan één cent.",
    ),
    ({"kind": "resident", "first_instalment_on": "2026-07-01"}, "instalment_count", "Vul dit in."),
    (
        {"kind": "resident", "instalment_count": "12", "first_instalment_on": "2026-05-31"},
        "first_instalment_on",
        "De eerste termijn kan niet voor vandaag liggen.",
    ),
    (
        {"kind": "resident", "instalment_count": "0", "first_instalment_on": "2026-07-01"},
        "instalment_count",
        "Schrijf een getal van 1 tot en met 120.",
    ),
    ({"kind": "outside"}, "outside_party", "Schrijf welke partij buiten het netwerk terugbetaalt"),
    ({"kind": "gift"}, "motivation", "Schrijf waarom."),
    ({"kind": "collective"}, "motivation", "Schrijf waarom. Dit wijkt af"),
    ({"kind": "gift", "motivation": "BSN 111222333"}, "motivation", "burgerservicenummer"),
]


def test_bad_input_comes_back_filled_in_with_a_sentence_beside_its_field(scene: Scene) -> None:
    for data, field, sentence in BAD_INPUT:
        typed = {"motivation": "", "outside_party": ""} | data
        answer = scene.client.post(f"/casussen/{scene.number}/verrekenen", data=typed)
        assert answer.status_code == 422, data
        page = soup(answer)
        assert sentence in " ".join(page.select_one(f"#{field}-error").get_text(" ").split())
        assert page.select_one(f".error-summary a[href='#{field}']") is not None
        assert page.select_one(f"#{field}") is not None
        for name, value in data.items():
            if name != "kind":
                assert value in {typed_in(page.select_one(f"[name='{name}']")), "weg"}
    assert scene.states() == []


def typed_in(control: Tag) -> str:
    """What a field of a form that came back is filled with."""
    if control.name == "select":
        chosen = control.select_one("option[selected]")
        return chosen["value"] if chosen else ""
    return control.get("value") or control.get_text(strip=True)


def test_share_lines_are_added_and_removed_without_javascript(scene: Scene) -> None:
    address = f"/casussen/{scene.number}/verrekenen"
    data = {
        "kind": "shared",
        "shares-0-partner": "zayaz",
        "shares-0-percentage": "40",
        "shares-1-partner": "mee",
        "shares-1-percentage": "60",
    }
    more = soup(scene.client.post(address, data=data | {"action": "add:shares"}))
    fields = {one["name"] for one in more.select("form [name^=shares-]") if "__index__" not in one["name"]}
    assert {"shares-2-partner", "shares-2-percentage"} <= fields
    less = soup(
        scene.client.post(address, data=data | {"shares-2-partner": "farent", "action": "remove:shares:0"})
    )
    assert less.select_one("#shares-0-partner option[selected]")["value"] == "mee"
    assert less.select_one("#shares-1-partner option[selected]")["value"] == "farent"


def test_where_one_member_decides_it_is_asked_first(scene: Scene) -> None:
    with scene.session(write=True) as session:
        number = a_paid_case(session, scene.cast, 30_000).number
    address = f"/casussen/{number}/verrekenen"
    data = {"kind": "collective", "motivation": "", "idempotency_key": "een", "action": "propose"}
    asked = scene.client.post(address, data=data)
    assert "Bij dit bedrag mag één lid besluiten" in page_text(asked)
    hidden = {one["name"]: one.get("value", "") for one in soup(asked).select("main form input[type=hidden]")}
    assert hidden["idempotency_key"] == "een"
    assert scene.states() == []
    assert scene.client.post(address, data=hidden).status_code == 302
    assert scene.states() == ["decided"]


def test_collective_by_two_members_and_the_unfolded_grounds(scene: Scene) -> None:
    scene.propose(Proposal(SettlementKind.COLLECTIVE, motivation="Niemand in het bijzonder."))
    sign_in(scene.client, scene.cast.secretariat[1])
    assert "Uw stem" in page_text(scene.client.get("/verrekening"))
    address = f"/casussen/{scene.number}/verrekening"
    scene.client.post(f"{address}/stem", data={"motivation": ""})
    assert scene.owed() == dict.fromkeys(("brabantwonen", "farent", "gemeente", "mee", "zayaz"), 80_000)
    text = page_text(scene.client.get(address))
    assert "Vastgesteld op 1 juni 2026" in text
    assert "De verdeelsleutel gold vanaf 2 juni 2016." in text
    assert "Dit wijkt af van wat de regels voorstelden" in text
    assert "staat bij huurachterstand, ontruiming, woningonderhoud: woningcorporatie (Woningwet)" in text
    assert "Dat volgt uit het beleid van de dag van indienen, 1 juni 2026." in text
    assert (
        "Zayaz : volgens de sleutel 80.000 cent; van eerder stond 0 cent. Samen is dat 80.000 cent. "
        "Er is € 800,00 gerekend. Dat is precies genoeg."
    ) in text


def test_a_dispute_without_enough_members_says_who_decides(scene: Scene) -> None:
    made = scene.propose(SHARED)
    with scene.session(write=True) as session:
        for index in (1, 2):
            person = scene.cast.secretariat[index].id
            session.execute(
                update(Appointment).where(Appointment.person_id == person).values(until_on=date(2026, 5, 1))
            )
    sign_in(scene.client, scene.cast.representative)
    page = page_text(scene.client.get(f"/verrekening/{made}"))
    assert "Geen antwoord op 22 juni 2026: dat telt als akkoord." in page
    assert "betaalt binnen 30 dagen na het besluit" in page
    scene.client.post(
        f"/verrekening/{made}/betwisten", data={"reason": "Niet van ons.", "counter_proposal": "Allen."}
    )
    page = page_text(scene.client.get(f"/verrekening/{made}"))
    assert "Dit ligt sinds 1 juni 2026 bij de bestuurders." in page
    assert "2 bestuurders die geen partij zijn, moeten instemmen" in page
    assert "Het netwerk wil dit rond hebben op 30 augustus 2026." in page
    sign_in(scene.client, scene.cast.secretariat[0])
    page = page_text(scene.client.get(f"/casussen/{scene.number}/verrekening"))
    assert "0 van de 2 bestuurders stemmen in." in page
    assert "Ook bij de bestuurders zijn er te weinig zonder eigen belang." in page
    assert "Aan de bestuurders voorleggen" not in page
    assert "Ligt bij de bestuurders" in page_text(scene.client.get("/werkvoorraad"))
    sign_in(scene.client, scene.cast.executive)
    assert "te weinig bestuurders zonder eigen belang" in page_text(scene.client.get(f"/geschillen/{made}"))


def test_who_disputed_reads_why_it_was_decided_so(scene: Scene) -> None:
    made = scene.propose(SHARED)
    with scene.session(write=True) as session:
        work = work_as(session, scene.cast.representative, scene.cast.network)
        service.dispute(work, settlement_id=made, reason="Niet van ons.", counter_proposal="De gemeente.")
        for index in (0, 1):
            member = work_as(session, scene.cast.secretariat[index], scene.cast.network)
            service.vote(member, number=scene.number, motivation=f"Reden {index}.")
    sign_in(scene.client, scene.cast.representative)
    page = page_text(scene.client.get(f"/verrekening/{made}"))
    assert "Reden 0." in page
    assert "Reden 1." in page
    assert "Waarop rust dit?" in page


def test_a_representative_agrees_after_being_asked_for_certain(scene: Scene) -> None:
    made = scene.propose(responsible("zayaz"))
    sign_in(scene.client, scene.cast.representative)
    text = page_text(scene.client.get("/uw-antwoord"))
    assert scene.number in text
    assert "22 juni 2026" in text
    page = page_text(scene.client.get(f"/verrekening/{made}"))
    assert "Uw organisatie wordt gevraagd € 4.000,00 terug te betalen" in page
    assert "huurachterstand" in page
    assert "geheim verhaal" not in page
    assert "Huurschuld, ontruiming dreigt" not in page
    assert "Waarop rust dit?" in page  # before answering, not only afterwards
    assert "wie had moeten betalen" in page
    asked = scene.client.post(f"/verrekening/{made}/akkoord")
    assert "Gaat u namens uw organisatie akkoord?" in page_text(asked)
    assert scene.states() == ["put"]
    scene.client.post(f"/verrekening/{made}/akkoord", data={"confirmed": "1"})
    assert scene.states() == ["decided"]
    assert scene.owed() == {"zayaz": 400_000}
    assert "vastgesteld" in page_text(scene.client.get(f"/verrekening/{made}"))


def test_a_representative_disputes_with_a_counter_proposal(scene: Scene) -> None:
    made = scene.propose(SHARED)
    sign_in(scene.client, scene.cast.representative)
    refused = scene.client.post(
        f"/verrekening/{made}/betwisten",
        data={"reason": "Wij boden een regeling aan.", "counter_proposal": ""},
    )
    assert refused.status_code == 422
    page = soup(refused)
    assert page.select_one("#counter_proposal-error") is not None
    assert page.select_one("#reason").get_text(strip=True) == "Wij boden een regeling aan."
    scene.client.post(
        f"/verrekening/{made}/betwisten",
        data={"reason": "Wij boden een regeling aan.", "counter_proposal": "Alle partners samen."},
    )
    assert scene.states() == ["disputed"]
    sign_in(scene.client, scene.cast.secretariat[0])
    text = page_text(scene.client.get(f"/casussen/{scene.number}/verrekening"))
    assert "Alle partners samen." in text
    assert "Vaststellen zoals voorgesteld" in text
    assert "Waarop rust dit?" in text  # who votes reads what the proposal rests on
    assert "door Zayaz" in page_text(scene.client.get("/verrekening"))


def test_others_get_nothing(scene: Scene) -> None:
    made = scene.propose(responsible("zayaz"))
    mine = (f"/verrekening/{made}",)
    theirs = (f"/casussen/{scene.number}/verrekening", f"/casussen/{scene.number}/verrekenen", "/verrekening")
    with scene.session(write=True) as session:
        other = a_cast(session, code="elders", case_prefix="EL")
    for person, addresses, status in (
        (scene.cast.other_representative, mine, {404}),
        (other.representative, mine, {404}),
        (other.secretariat[0], theirs[:2], {404}),
        (scene.cast.treasurer, theirs + mine, {403}),
        (scene.cast.applicant, theirs + mine, {403}),
        (scene.cast.representative, theirs, {403}),
        (scene.cast.executive, theirs + mine, {403}),
    ):
        sign_in(scene.client, person)
        for address in addresses:
            answer = scene.client.get(address)
            assert answer.status_code in status, (person.name, address)
            assert scene.number not in page_text(answer)
    scene.client.post("/afmelden")
    assert scene.client.get(mine[0]).status_code == 302
    sign_in(scene.client, scene.cast.other_representative)
    posted = scene.client.post(f"/verrekening/{made}/akkoord", data={"confirmed": "1"})
    assert posted.status_code == 404
    assert scene.states() == ["put"]


def test_over_a_dispute_to_the_executives(scene: Scene) -> None:
    made = scene.propose(SHARED)
    with scene.session(write=True) as session:
        work = work_as(session, scene.cast.representative, scene.cast.network)
        service.dispute(work, settlement_id=made, reason="Niet van ons.", counter_proposal="De gemeente.")
    address = f"/casussen/{scene.number}/verrekening"
    refused = scene.client.post(f"{address}/stem", data={"motivation": ""})
    assert refused.status_code == 422
    assert soup(refused).select_one("#motivation-error") is not None
    assert "Wilt u dit aan de bestuurders" in page_text(scene.client.post(f"{address}/bestuurders"))
    scene.client.post(f"{address}/bestuurders", data={"confirmed": "1"})
    sign_in(scene.client, scene.cast.executive)
    assert scene.number in page_text(scene.client.get("/geschillen"))
    page = page_text(scene.client.get(f"/geschillen/{made}"))
    assert "De gemeente." in page
    assert "Waarop rust dit?" in page
    assert "geheim verhaal" not in page
    assert scene.client.post(f"/geschillen/{made}/vaststellen", data={}).status_code == 422
    scene.client.post(f"/geschillen/{made}/vaststellen", data={"motivation": "Zo is het."})
    assert "0 van de 2" not in page_text(scene.client.get(f"/geschillen/{made}"))


def test_undoing_from_the_page_takes_two(scene: Scene) -> None:
    made = scene.propose(responsible("zayaz"))
    with scene.session(write=True) as session:
        service.accept(work_as(session, scene.cast.representative, scene.cast.network), settlement_id=made)
    address = f"/casussen/{scene.number}/verrekening"
    assert scene.client.get(f"{address}/1/terugdraaien").status_code == 200
    assert scene.client.get(f"{address}/7/terugdraaien").status_code == 404
    refused = scene.client.post(f"{address}/1/terugdraaien", data={"ground": "anew", "motivation": ""})
    assert refused.status_code == 422
    scene.client.post(
        f"{address}/1/terugdraaien", data={"ground": "anew", "motivation": "Verkeerde partner."}
    )
    assert scene.states() == ["decided"]
    own = scene.client.post(f"{address}/1/terugdraaien/bevestigen", data={"confirmed": "1"})
    assert own.status_code == 403
    assert "tweede lid" in page_text(own)
    sign_in(scene.client, scene.cast.secretariat[1])
    assert "Verkeerde partner." in page_text(scene.client.get(address))
    asked = scene.client.post(f"{address}/1/terugdraaien/bevestigen")
    assert "Wilt u deze verrekening terugdraaien?" in page_text(asked)
    scene.client.post(f"{address}/1/terugdraaien/bevestigen", data={"confirmed": "1"})
    assert scene.states() == ["reversed"]
    assert "Van deze casus is € 4.000,00 betaald en nog niet verrekend." in page_text(
        scene.client.get(address)
    )


def test_dropping_and_the_passed_term(scene: Scene) -> None:
    scene.propose(responsible("zayaz"))
    address = f"/casussen/{scene.number}/verrekening"
    early = scene.client.post(f"{address}/termijn-voorbij", data={"confirmed": "1"})
    assert early.status_code == 409
    assert "nog tot en met 22-06-2026 de tijd" in page_text(early)
    assert "Wilt u dit voorstel intrekken?" in page_text(scene.client.post(f"{address}/intrekken"))
    scene.client.post(f"{address}/intrekken", data={"confirmed": "1"})
    assert scene.states() == ["dropped"]


def test_the_resident_plan_is_shown_before_and_after(scene: Scene) -> None:
    data = {
        "kind": "resident",
        "instalment_count": "3",
        "first_instalment_on": "31-08-2026",
        "motivation": "De inwoner betaalt terug.",
    }
    address = f"/casussen/{scene.number}/verrekenen"
    text = page_text(scene.client.post(address, data=data | {"action": "preview"}))
    assert "3 termijnen: eerst € 1.333,34, later € 1.333,33, van 31 augustus 2026" in text
    assert "31 oktober 2026" in text
    scene.client.post(address, data=data | {"action": "propose"})
    sign_in(scene.client, scene.cast.secretariat[1])
    scene.client.post(f"/casussen/{scene.number}/verrekening/stem", data={"motivation": ""})
    with scene.session() as session:
        claim = claims.claims_of_case(session, network=scene.cast.network.code, case=scene.number)[0]
    assert [part.due_on for part in claim.instalments] == [
        date(2026, 8, 31),
        date(2026, 9, 30),
        date(2026, 10, 31),
    ]
