"""How alike cases were settled before: the closest likeness there is, with numbers and outcomes only."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Work
from casework.settlement import service
from casework.settlement.proposal import PartyShare, Proposal, responsible
from casework.settlement.similar import Likeness, similar_settlements
from rules.lifecycle import SettlementKind
from tests.integration.factories import Cast, a_cast, work_as
from tests.integration.settlement.paid import a_paid_case

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE)


def settled(session: Session, cast: Cast, proposal: Proposal, cents: int, **values: object) -> Case:
    """A case that was settled by one member, or by its partners."""
    case = a_paid_case(session, cast, cents, **values)
    work = work_as(session, cast.secretariat[0], cast.network)
    made = service.propose(work, number=case.number, proposal=proposal, key="een")
    people = {"zayaz": cast.representative, "mee": cast.other_representative}
    for party in proposal.parties:
        service.accept(work_as(session, people[party.partner], cast.network), settlement_id=made.id)
    assert made.state == "decided"
    return case


def a_new_one(session: Session, cast: Cast, **values: object) -> Case:
    return a_paid_case(session, cast, 1_000, **values)


def test_the_closest_likeness_counts(session: Session, cast: Cast, member: Work) -> None:
    zayaz = responsible("zayaz", "Zo is het.")
    settled(session, cast, zayaz, 10_000, barrier_field="a", barrier_law="wet een", domains=["wonen"])
    settled(session, cast, COLLECTIVE, 20_000, barrier_field="a", barrier_law="wet twee", domains=["zorg"])
    settled(session, cast, COLLECTIVE, 30_000, barrier_field="b", domains=["wonen"])

    def likeness(**values: object) -> tuple[Likeness, int] | None:
        found = similar_settlements(member, a_new_one(session, cast, **values))
        return None if found is None else (found.likeness, found.count)

    assert likeness(barrier_field="a", barrier_law="wet een") == (Likeness.LAW, 1)
    assert likeness(barrier_field="a", barrier_law="wet drie") == (Likeness.FIELD, 2)
    assert likeness(barrier_field="a", barrier_law="") == (Likeness.FIELD, 2)
    assert likeness(barrier_field="c", domains=["wonen"]) == (Likeness.DOMAIN, 2)
    assert likeness(barrier_field="", domains=["zorg", "werk"]) == (Likeness.DOMAIN, 1)
    assert likeness(barrier_field="c", domains=["werk"]) is None
    assert likeness(barrier_field="", domains=[]) is None


def test_ways_are_counted_per_kind_and_party(session: Session, cast: Cast, member: Work) -> None:
    values = {"barrier_field": "a"}
    halves = Proposal(
        SettlementKind.SHARED, parties=(PartyShare("zayaz", Decimal(50)), PartyShare("mee", Decimal(50)))
    )
    outside = Proposal(SettlementKind.OUTSIDE, outside_party="UWV", motivation="Zo is het.")
    for proposal, cents in (
        (responsible("zayaz"), 10_000),
        (responsible("zayaz"), 20_000),
        (responsible("mee"), 30_000),
        (halves, 40_000),
        (outside, 50_000),
        (COLLECTIVE, 45_000),
    ):
        settled(session, cast, proposal, cents, **values)
    found = similar_settlements(member, a_new_one(session, cast, **values))
    assert found is not None
    assert [(way.kind.value, way.parties, way.count, way.amount_cents) for way in found.ways] == [
        ("responsible", ("Zayaz",), 2, 30_000),
        ("collective", (), 1, 45_000),
        ("outside", ("UWV",), 1, 50_000),
        ("responsible", ("Mee",), 1, 30_000),
        ("shared", ("Mee", "Zayaz"), 1, 40_000),
    ]
    assert [one.kind.value for one in found.last] == [
        "collective", "outside", "shared", "responsible", "responsible",
    ]  # fmt: skip


def test_what_does_not_stand_is_no_example(session: Session, cast: Cast, member: Work, second: Work) -> None:
    case = settled(session, cast, COLLECTIVE, 10_000, barrier_field="a")
    service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Anders.")
    service.confirm_undoing(second, number=case.number, sequence=1)
    waiting = a_paid_case(session, cast, 60_000, barrier_field="a")
    service.propose(member, number=waiting.number, proposal=COLLECTIVE, key="een")
    assert similar_settlements(member, a_new_one(session, cast, barrier_field="a")) is None


def test_another_networks_cases_are_no_example(session: Session, cast: Cast, member: Work) -> None:
    other = a_cast(session, code="elders", case_prefix="EL")
    settled(session, other, COLLECTIVE, 10_000, barrier_field="a", domains=["wonen"])
    assert similar_settlements(member, a_new_one(session, cast, barrier_field="a", domains=["wonen"])) is None
