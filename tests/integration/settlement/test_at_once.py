"""Two at the same moment: one outcome, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.context import Work
from casework.people.tables import Person
from casework.settlement import service
from casework.settlement.proposal import Proposal
from casework.settlement.tables import AllocationCarry, Settlement
from errors import OmloopError
from ledger import claims
from ledger.verify import verify
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast, work_as
from tests.integration.settlement.paid import a_paid_case

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE)


def together(engine: Engine, cast: Cast, acts: list[tuple[Person, Callable[[Work], object]]]) -> list[str]:
    """Do ``acts`` at once, each in a transaction of its own; "done" or the name of the refusal for each."""
    start = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(index: int, person: Person, act: Callable[[Work], object]) -> None:
        start.wait()
        try:
            with unit_of_work(engine) as session:
                act(work_as(session, person, cast.network))
            outcomes[index] = "done"
        except OmloopError as refused:
            outcomes[index] = type(refused).__name__

    threads = [
        threading.Thread(target=run, args=(index, person, act)) for index, (person, act) in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_votes_that_both_make_the_quorum_decide_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        number = a_paid_case(session, cast, 64_002).number
        first = work_as(session, cast.secretariat[0], cast.network)
        service.propose(first, number=number, proposal=COLLECTIVE, key="een")

    def agree(work: Work) -> object:
        return service.vote(work, number=number)

    assert (
        together(engine, cast, [(cast.secretariat[1], agree), (cast.secretariat[2], agree)]) == ["done"] * 2
    )
    with unit_of_work(engine, write=False) as session:
        owed = claims.claims_of_case(session, network=cast.network.code, case=number)
        assert sum(claim.amount_cents for claim in owed) == 64_002
        assert [one.state for one in session.scalars(select(Settlement))] == ["decided"]
        decisions = select(LogRecord).where(LogRecord.action == "settlement.decide")
        assert len(session.scalars(decisions).all()) == 1
        assert verify(session, network=cast.network.code).problems == ()


def test_the_same_form_twice_at_once_is_one_proposal(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        number = a_paid_case(session, cast, 30_000).number

    def propose(work: Work) -> object:
        return service.propose(work, number=number, proposal=COLLECTIVE, key="dezelfde")

    member = cast.secretariat[0]
    assert together(engine, cast, [(member, propose)] * 4) == ["done"] * 4
    with unit_of_work(engine, write=False) as session:
        assert [one.state for one in session.scalars(select(Settlement))] == ["decided"]


def test_two_collective_splits_at_once_see_each_others_carries(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        numbers = [a_paid_case(session, cast, 30_002).number for _ in range(5)]

    def propose(number: str) -> Callable[[Work], object]:
        return lambda work: service.propose(work, number=number, proposal=COLLECTIVE, key="een")

    member = cast.secretariat[0]
    assert together(engine, cast, [(member, propose(number)) for number in numbers]) == ["done"] * 5
    with unit_of_work(engine, write=False) as session:
        charged: dict[str, int] = {}
        for claim in claims.open_claims(session, network=cast.network.code):
            charged[claim.party] = charged.get(claim.party, 0) + claim.amount_cents
        assert set(charged.values()) == {30_002}  # had one split missed another, the odd cents would pile up
        assert {row.carry_millionths for row in session.scalars(select(AllocationCarry))} == {0}
