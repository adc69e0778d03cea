"""Pausing and changing what a resident repays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from casework.context import Work
from casework.settlement import service
from casework.settlement.plan import PlanGround
from casework.settlement.proposal import Proposal
from casework.settlement.queries import settlement_of_case
from casework.settlement.refusals import FirstInstalmentPast, InstalmentsNeeded, InstalmentsTooMany, NoPlan
from errors import Forbidden, NotFound
from ledger.claims import open_parts
from rules.lifecycle import SettlementKind
from tests.integration.factories import Cast
from tests.integration.settlement.paid import a_paid_case, repay

PLAN = Proposal(SettlementKind.RESIDENT, instalment_count=4, first_instalment_on=date(2026, 7, 1))


@pytest.fixture
def number(session: Session, cast: Cast, member: Work, treasurer: Work) -> str:
    """A resident who repays EUR 400.00 in four months and paid EUR 130.00 of it."""
    case = a_paid_case(session, cast, 40_000)
    service.propose(member, number=case.number, proposal=PLAN, key="een")
    repay(treasurer, f"{case.number}-V1-inwoner", 13_000)
    return case.number


def test_after_a_pause_what_is_open_is_divided_again(number: str, member: Work) -> None:
    claim = service.change_plan(
        member,
        number=number,
        sequence=1,
        ground="pause",
        instalment_count=4,
        first_instalment_on=date(2026, 12, 31),
    )
    assert open_parts(claim) == (
        (date(2026, 12, 31), 6_750),
        (date(2027, 1, 31), 6_750),
        (date(2027, 2, 28), 6_750),
        (date(2027, 3, 31), 6_750),
    )
    _case, settlement = settlement_of_case(member, number)
    (view,) = settlement.standing
    assert [part.due_on for part in view.plan] == [due_on for due_on, _open in open_parts(claim)]
    assert [change["ground"] for change in view.facts["plan_changes"]] == ["pause"]
    paused, first = view.plans  # the newest first
    assert (paused.agreed_on, paused.ground, paused.agreed_by, paused.open_cents) == (
        member.today,
        PlanGround.PAUSE,
        member.actor.name,
        27_000,
    )
    assert paused.plan == view.plan
    assert (first.ground, first.open_cents, len(first.plan), first.plan[0].due_on) == (
        None,
        40_000,
        4,
        date(2026, 7, 1),
    )


def test_the_same_plan_twice_is_one_change(number: str, member: Work) -> None:
    for _ in range(2):
        service.change_plan(
            member,
            number=number,
            sequence=1,
            ground="agreement",
            instalment_count=2,
            first_instalment_on=date(2026, 8, 1),
        )
    _case, settlement = settlement_of_case(member, number)
    assert len(settlement.standing[0].facts["plan_changes"]) == 1


@pytest.mark.parametrize(
    ("count", "days", "refusal"),
    [(0, 1, InstalmentsNeeded), (121, 1, InstalmentsTooMany), (2, -1, FirstInstalmentPast)],
)
def test_a_plan_that_cannot_be_is_refused(
    number: str, member: Work, count: int, days: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        service.change_plan(
            member,
            number=number,
            sequence=1,
            ground="pause",
            instalment_count=count,
            first_instalment_on=member.today + timedelta(days=days),
        )


def test_only_an_open_plan_of_a_resident_is_changed_and_only_by_the_secretariat(
    session: Session, cast: Cast, number: str, member: Work, treasurer: Work
) -> None:
    def change(work: Work, which: str) -> None:
        service.change_plan(
            work,
            number=which,
            sequence=1,
            ground="pause",
            instalment_count=2,
            first_instalment_on=date(2026, 8, 1),
        )

    with pytest.raises((Forbidden, NotFound)):
        change(treasurer, number)
    other = a_paid_case(session, cast, 40_000).number
    service.propose(member, number=other, proposal=Proposal(SettlementKind.COLLECTIVE), key="een")
    with pytest.raises(NoPlan):
        change(member, other)
    repay(treasurer, f"{number}-V1-inwoner")
    with pytest.raises(NoPlan):
        change(member, number)
