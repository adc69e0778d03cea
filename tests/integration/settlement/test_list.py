"""The settlement list: as quick for many proposals as for one."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Engine, event

from casework.settlement import service
from casework.settlement.lists import Stage, settlement_list
from casework.settlement.proposal import Proposal
from casework.settlement.queries import EARLIER, waiting_for_answer
from casework.settlement.tables import Settlement, SettlementParty
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, a_case, a_cast, work_as
from tests.integration.settlement.paid import a_paid_case


def test_many_proposals_take_no_more_queries_than_one(sqlite_engine: Engine) -> None:
    statements: list[str] = []
    with unit_of_work(sqlite_engine) as session:
        cast = a_cast(session)
        event.listen(sqlite_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

        def add() -> None:
            proposer = work_as(session, cast.secretariat[0], cast.network)
            case = a_paid_case(session, cast, 64_002)
            collective = Proposal(SettlementKind.COLLECTIVE)
            service.propose(proposer, number=case.number, proposal=collective, key=case.number)

        def asked(proposals: int) -> int:
            session.flush()
            session.expire_all()
            reader = work_as(session, cast.secretariat[1], cast.network)
            statements.clear()
            found = settlement_list(reader)
            assert found.counts[Stage.VOTES] == proposals
            assert all(line.my_turn and line.voters for line in found.lines)
            return len(statements)

        add()
        one = asked(1)
        for _ in range(3):
            add()
        assert asked(4) == one


def test_a_representative_of_many_earlier_settlements_sees_the_last_ones(sqlite_engine: Engine) -> None:
    statements: list[str] = []
    with unit_of_work(sqlite_engine) as session:
        cast = a_cast(session)
        zayaz = cast.partners["zayaz"]
        event.listen(sqlite_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

        def add(count: int, state: str, response: str) -> None:
            for _ in range(count):
                case = a_case(session, cast.network, cast.applicant)
                settlement = Settlement(
                    network_id=cast.network.id,
                    case_id=case.id,
                    sequence=1,
                    kind="responsible",
                    amount_cents=10_000,
                    state=state,
                    proposed_by=cast.secretariat[0].id,
                    proposed_at_utc=NOW,
                    request_key=case.number,
                    facts={},
                )
                settlement.parties.append(
                    SettlementParty(
                        partner_id=zayaz.id, percentage=Decimal(100), share_cents=10_000, response=response
                    )
                )
                session.add(settlement)

        def asked() -> int:
            session.flush()
            session.expire_all()
            reader = work_as(session, cast.representative, cast.network)
            statements.clear()
            waiting, answered = waiting_for_answer(reader)
            assert (len(waiting), len(answered)) == (2, EARLIER)
            assert all(one.answers for one in waiting)
            assert not any(one.answers for one in answered)
            ids = [one.settlement.id for one in answered]
            assert ids == sorted(ids, reverse=True)
            return len(statements)

        add(2, "put", "pending")
        add(1, "put", "accepted")
        add(EARLIER - 1, "dropped", "accepted")
        few = asked()
        add(100, "dropped", "accepted")
        assert asked() - few < 20
