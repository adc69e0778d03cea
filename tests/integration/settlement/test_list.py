"""The settlement list: as quick for many proposals as for one."""

from __future__ import annotations

from sqlalchemy import Engine, event

from casework.settlement import service
from casework.settlement.lists import Stage, settlement_list
from casework.settlement.proposal import Proposal
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.factories import a_cast, work_as
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
