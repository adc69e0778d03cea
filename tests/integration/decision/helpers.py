"""Shorthand of the tests of assessing and deciding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.assessing import GateReply, assess
from casework.decision.deciding import Outcome
from casework.decision.voting import Ballot, vote
from casework.people.tables import Person
from rules.gates import Gate
from rules.triangle import Value
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_case, a_cast, fund, work_as

GATES_OPEN = {gate: GateReply(yes=True, reason="Nagegaan en besproken.") for gate in Gate}
NO = GATES_OPEN | {Gate.DURABLE_SOLUTION: GateReply(yes=False, reason="Het inkomen is nog onzeker.")}


@dataclass
class Round:
    """A network in one transaction, with a case to decide."""

    session: Session
    cast: Cast
    case: Case

    def work(self, person: Person, *, at_utc: datetime = NOW) -> Work:
        return work_as(self.session, person, self.cast.network, at_utc=at_utc)

    def assess(
        self,
        person: Person,
        scores: tuple[int, int, int] = (4, 4, 4),
        *,
        gates: dict[Gate, GateReply] | None = None,
        number: str = "",
    ) -> None:
        assess(
            self.work(person),
            number=number or self.case.number,
            scores=dict(zip(Value, scores, strict=True)),
            reasons=dict.fromkeys(Value, "Omdat het klopt."),
            gates=gates or GATES_OPEN,
        )

    def vote(
        self,
        person: Person,
        outcome: str = "approve",
        motivation: str = "",
        alternative: str = "",
        *,
        number: str = "",
    ) -> Outcome:
        ballot = Ballot(outcome, motivation, alternative)
        return vote(self.work(person), number=number or self.case.number, ballot=ballot)


@contextmanager
def a_round(
    engine: Engine, *, amounts: tuple[int, ...] = (100_000,), fund_cents: int = 1_000_000, **values: object
) -> Iterator[Round]:
    """A network with money and a submitted case of partner farent, committed at the end."""
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        if fund_cents:
            fund(work_as(session, cast.treasurer, cast.network), fund_cents)
        case = a_case(session, cast.network, cast.applicant, amounts=amounts, **values)
        yield Round(session, cast, case)
