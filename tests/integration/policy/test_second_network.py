"""A second, made-up network beside the shipped one: each follows its own policy, and nothing of one is seen
in the other. What only fits the shipped network would break here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.assessing import GateReply, assess
from casework.decision.tables import Decision
from casework.decision.voting import Ballot, vote
from casework.decision.weighing import assessments_of, weigh
from casework.network.load import load_network
from casework.network.tables import Network, Partner
from casework.people.tables import Person
from casework.settlement import service
from casework.settlement.carry import preview_split
from casework.settlement.proposal import Proposal
from errors import NotFound
from ledger.balances import fund_position
from rules.gates import Gate
from rules.lifecycle import SettlementKind
from rules.network_file import load_network as read_network
from rules.roles import Role
from rules.triangle import Value
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NETWORK_FILE, NOW, a_case, a_person, fund, work_as
from tests.integration.pages import page_text, sign_in, soup

ISLAND_FILE = Path(__file__).with_name("eilandfonds.toml")
ISLAND_WORDS = ("Eilandfonds", "Kustwacht", "Vissersbond", "EF-2026", "scheepskist")
SHIPPED_WORDS = ("Bossche", "BrabantWonen", "Zayaz", "Oosterpoort", "BB-2026")


@dataclass
class Here:
    """A network with someone who holds every role, two more members, and a submitted case."""

    network: Network
    everyone: Person
    members: tuple[Person, Person]
    case: Case


def _people(session: Session, code: str, homes: tuple[str, str]) -> Here:
    network = session.scalars(select(Network).where(Network.code == code)).one()
    first, second = (
        session.scalars(select(Partner).where(Partner.network_id == network.id, Partner.code == one)).one()
        for one in homes
    )
    everyone = a_person(session, network, first, *Role)
    applicant = a_person(session, network, first, Role.APPLICANT)
    members = (
        a_person(session, network, second, Role.SECRETARIAT),
        a_person(session, network, second, Role.SECRETARIAT),
    )
    fund(work_as(session, everyone, network), 500_000, partner=first.code)
    case = a_case(session, network, applicant, amounts=(40_000,), title=f"Casus van {network.name}")
    return Here(network, everyone, members, case)


@dataclass
class Both:
    """The two networks."""

    island: Here
    shipped: Here


@pytest.fixture
def both(engine: Engine) -> Both:
    with unit_of_work(engine) as session:
        for path in (NETWORK_FILE, ISLAND_FILE):
            load_network(session, read_network(path), NOW)
        return Both(
            _people(session, "eilandfonds", ("eilandraad", "kustwacht")),
            _people(session, "bossche-bond", ("farent", "zayaz")),
        )


def _assess(work: Work, number: str) -> None:
    """Two for everything, and a doubt whether it will last."""
    assess(
        work,
        number=number,
        scores=dict.fromkeys(Value, 2),
        reasons=dict.fromkeys(Value, "Zo zien wij het."),
        gates={gate: GateReply(yes=gate is Gate.ALTERNATIVES_EXPLORED, reason="Gezien.") for gate in Gate},
    )


def test_each_network_decides_by_its_own_policy(engine: Engine, both: Both):
    """EUR 400: two members and a mean of 1.5 are enough in one; in the other one member is, who cannot set
    the second gate aside alone."""
    with unit_of_work(engine) as session:
        number = both.island.case.number
        first, second = (work_as(session, member, both.island.network) for member in both.island.members)
        _assess(first, number)
        _assess(second, number)
        assert not vote(first, number=number, ballot=Ballot("approve")).decided
        assert vote(second, number=number, ballot=Ballot("approve")).decided
        decision = session.get_one(Decision, both.island.case.id)
        assert (decision.quorum, decision.advice, decision.reviewed_afterwards) == (2, "approve", False)
    with unit_of_work(engine) as session:
        number = both.shipped.case.number
        alone = work_as(session, both.shipped.members[0], both.shipped.network)
        _assess(alone, number)
        done = vote(alone, number=number, ballot=Ballot("approve", motivation="Ik doe het toch."))
        assert (done.decided, done.gates_shut) == (False, True)
        case = session.get_one(Case, both.shipped.case.id)
        weighing = weigh(alone, case, assessments=assessments_of(alone, case), votes=[])
        assert weighing.required == 1
        assert weighing.advice is not None
        assert weighing.advice.outcome == "decline"


def test_each_network_has_its_own_buffer_key_and_clock(engine: Engine, both: Both):
    with unit_of_work(engine) as session:
        island = work_as(session, both.island.everyone, both.island.network)
        shipped = work_as(session, both.shipped.everyone, both.shipped.network)
        assert fund_position(session, network="eilandfonds").buffer_cents == 7_700
        assert fund_position(session, network="bossche-bond").buffer_cents == 250_000
        assert preview_split(island, amount_cents=90_000) == {
            "eilandraad": 60_000,
            "kustwacht": 20_000,
            "vissersbond": 10_000,
        }
        assert set(preview_split(shipped, amount_cents=160_000).values()) == {10_000}
        assert len(preview_split(shipped, amount_cents=160_000)) == 16
        assert island.policy.terms.object_to_settlement_days == 5
        # What belongs to one does not exist in the other.
        with pytest.raises(NotFound):
            service.propose(
                island,
                number=both.shipped.case.number,
                proposal=Proposal(SettlementKind.COLLECTIVE),
                key="vreemd-hier",
            )


def _addresses(app: Flask) -> list[str]:
    """Every page without an object in its address."""
    with app.test_request_context():
        build = app.url_map.bind("localhost")
        return sorted(
            build.build(rule.endpoint)
            for rule in app.url_map.iter_rules()
            if not rule.arguments and "GET" in (rule.methods or ()) and rule.endpoint != "static"
        )


@pytest.mark.parametrize("which", ["island", "shipped"])
def test_no_page_shows_anything_of_the_other(app: Flask, client: FlaskClient, both: Both, which: str):
    here, foreign = (both.island, SHIPPED_WORDS) if which == "island" else (both.shipped, ISLAND_WORDS)
    sign_in(client, here.everyone)
    looked_at = 0
    for address in _addresses(app):
        response = client.get(address)
        if response.status_code != 200 or response.mimetype != "text/html":
            continue
        text = page_text(response)
        looked_at += 1
        assert not [word for word in foreign if word in text], address
    assert looked_at > 15
    other = both.shipped if which == "island" else both.island
    assert client.get(f"/casussen/{other.case.number}").status_code == 404


def test_the_form_of_a_case_and_policy_are_the_networks_own(client: FlaskClient, both: Both):
    sign_in(client, both.island.everyone)
    assert "Noem geen namen van opvarenden." in page_text(client.get("/casussen/nieuw"))
    to = client.post("/casussen/nieuw", data={"partner": "eilandraad"})
    form = soup(client.get(to.location))
    assert [one["value"] for one in form.select("input[name=household_type]")] == ["bemanning"]
    assert form.find(id="district") is None
    policy = page_text(client.get("/beleid"))
    for sentence in (
        "Elke partner legt per jaar € 123,45 in, uiterlijk op 30 september.",
        "Eilandraad: 66,7 %",
        "Tot en met € 100,00 besluit 1 lid van het secretariaat.",
        "Mag het van de zee?",
        "Naam van de pot: ‘de scheepskist’",
    ):
        assert sentence in policy


def test_weights_are_changed_for_the_partners_of_this_network_only(client: FlaskClient, both: Both):
    sign_in(client, both.island.everyone)
    form = soup(client.get("/beleid/verdeelsleutel/wijzigen"))
    names = {one["name"] for one in form.select("main input[name^=weights-]")}
    assert names == {"weights-eilandraad", "weights-kustwacht", "weights-vissersbond"}
    assert form.find(id="weights-vissersbond")["value"] == "0,5"
