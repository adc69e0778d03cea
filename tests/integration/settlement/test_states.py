"""Every state of a settlement against everything that can be done with it: what goes and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from casework.context import Work
from casework.settlement import service
from casework.settlement.proposal import Proposal, responsible
from casework.settlement.tables import Settlement
from errors import OmloopError
from rules.lifecycle import SettlementKind
from tests.integration.factories import Cast, work_as
from tests.integration.settlement.paid import a_paid_case, repay

# What each act does in each state: the state of the settlement after it, or the class of the refusal.
TABLE = """
state     propose            vote                drop     silence            accept             dispute            escalate           arbitrate          undo
none      new                NotFound            nothing  NotFound           -                  -                  NotFound           -                  NotFound
proposed  replaced           decided             dropped  NotFound           NotFound           NotFound           EnoughMembers      NotFound           IllegalTransition
put       IllegalTransition  PartiesComeFirst    dropped  TermNotOver        decided            disputed           IllegalTransition  NotFound           IllegalTransition
disputed  replaced           disputed            Illegal  TermNotOver        IllegalTransition  disputed           disputed           NotFound           IllegalTransition
escalated replaced           ForTheExecutives    Illegal  TermNotOver        IllegalTransition  disputed           AlreadyEscalated   disputed           IllegalTransition
decided   NothingToSettle    decided             nothing  NotFound           decided            IllegalTransition  NotFound           NotFound           decided
repaid    NothingToSettle    repaid              nothing  NotFound           repaid             IllegalTransition  NotFound           NotFound           repaid
dropped   new                NotFound            nothing  NotFound           IllegalTransition  IllegalTransition  NotFound           NotFound           IllegalTransition
reversed  new                NotFound            nothing  NotFound           reversed           IllegalTransition  NotFound           NotFound           IllegalTransition
"""  # noqa: E501  (a table is read across)

_HEAD, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], act, row[index]) for row in _ROWS for index, act in enumerate(_HEAD) if index]


class Stage:
    """A case brought to a state, and the people who act on it."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        self.member, self.second = (work_as(session, one, cast.network) for one in cast.secretariat[:2])
        self.partner = work_as(session, cast.representative, cast.network)
        self.executive = work_as(session, cast.executive, cast.network)
        self.number = a_paid_case(session, cast, 64_002).number
        self.made: Settlement | None = None

    def bring_to(self, state: str) -> None:
        if state == "none":
            return
        collective = Proposal(SettlementKind.COLLECTIVE)
        proposal = collective if state == "proposed" else responsible("zayaz")
        self.made = service.propose(self.member, number=self.number, proposal=proposal, key="een")
        if state in {"disputed", "escalated"}:
            self.dispute()
        if state == "escalated":
            service.escalate(self.member, number=self.number)
        if state in {"decided", "repaid", "reversed"}:
            service.accept(self.partner, settlement_id=self.made.id)
        if state == "repaid":
            treasurer = work_as(self.session, self.cast.treasurer, self.cast.network)
            repay(treasurer, f"{self.number}-V1-zayaz")
        if state == "dropped":
            service.drop(self.member, number=self.number)
        if state == "reversed":
            self.ask_undo(self.member)
            service.confirm_undoing(self.second, number=self.number, sequence=1)

    def dispute(self) -> Settlement:
        assert self.made is not None
        return service.dispute(
            self.partner, settlement_id=self.made.id, reason="Nee.", counter_proposal="Allen."
        )

    def ask_undo(self, work: Work) -> object:
        return service.ask_undoing(
            work, number=self.number, sequence=1, ground="anew", motivation="Het zit anders."
        )

    def act(self, name: str) -> object:
        identity = self.made.id if self.made else 0
        acts: dict[str, Callable[[], object]] = {
            "propose": lambda: service.propose(
                self.member, number=self.number, proposal=responsible("mee"), key="twee"
            ),
            "vote": lambda: service.vote(self.second, number=self.number, motivation="Ja."),
            "drop": lambda: service.drop(self.member, number=self.number),
            "silence": lambda: service.consent_by_silence_of(self.member, number=self.number),
            "accept": lambda: service.accept(self.partner, settlement_id=identity),
            "dispute": self.dispute,
            "escalate": lambda: service.escalate(self.member, number=self.number),
            "arbitrate": lambda: service.arbitrate(
                self.executive, settlement_id=identity, motivation="Zo is het."
            ),
            "undo": lambda: self.ask_undo(self.member),
        }
        return acts[name]()


@pytest.mark.parametrize("state", [row[0] for row in _ROWS])
def test_every_act_in_every_state(session: Session, cast: Cast, state: str) -> None:
    for in_state, act, expected in CELLS:
        if in_state != state or expected == "-":
            continue
        stage = Stage(session, cast)
        stage.bring_to(state)
        with session.begin_nested() as savepoint:
            try:
                result = stage.act(act)
                if expected in {"new", "nothing"}:
                    outcome = "nothing" if result is None else "new"
                else:
                    assert stage.made is not None
                    outcome = stage.made.state
            except OmloopError as refused:
                outcome = type(refused).__name__
                savepoint.rollback()
        assert outcome.startswith(expected), f"{act} of what is {state} gave {outcome}, not {expected}"
