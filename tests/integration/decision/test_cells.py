"""The table of states walked over the services: every state × action × role of the decision, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.cases.submission import answer, submit, withdraw
from casework.cases.tables import Case, InformationRequest
from casework.context import Work
from casework.decision.assessing import assess
from casework.decision.deciding import promise
from casework.decision.inquiry import ask, resume
from casework.decision.tables import Assessment
from casework.decision.voting import Ballot, vote
from casework.people.tables import Person
from errors import OmloopError
from rules.lifecycle import DECISION, DecisionAction, DecisionState
from rules.roles import Role
from rules.triangle import Value
from storage.unit_of_work import unit_of_work
from tests.integration.decision.helpers import GATES_OPEN
from tests.integration.factories import NOW, Cast, a_case, a_cast, a_person, fund, work_as

_S, _A = DecisionState, DecisionAction
_DECIDE = (_A.APPROVE, _A.WAIT, _A.DECLINE)
_STAND_IN = (Role.SUBSTITUTE, Role.EXECUTIVE)
# What the log says when the action was done: not every service is called as its action is.
_LOGGED = {
    _A.SUBMIT: "case.submit",
    _A.TAKE_UP: "case.take_up",
    _A.REQUEST_INFORMATION: "case.ask",
    _A.GIVE_INFORMATION: "case.answer",
    _A.RESUME: "case.resume",
    _A.APPROVE: "case.approve",
    _A.WAIT: "case.wait",
    _A.PROMISE: "case.promise",
    _A.DECLINE: "case.decline",
    _A.WITHDRAW: "case.withdraw",
}
# A question about a case that nobody took up yet takes it up as well: two actions by one click.
_BEFORE_IT = {(_S.SUBMITTED, _A.REQUEST_INFORMATION): _A.TAKE_UP}


def _assess(work: Work, case: Case) -> None:
    words = dict.fromkeys(Value, "Omdat het klopt.")
    assess(work, number=case.number, scores=dict.fromkeys(Value, 4), reasons=words, gates=GATES_OPEN)


def _answer(work: Work, case: Case) -> None:
    question_id = case.questions[0].id if case.questions else 0
    answer(work, number=case.number, question_id=question_id, text="Zo zit het.")


def _vote(work: Work, case: Case, outcome: str) -> None:
    vote(work, number=case.number, ballot=Ballot(outcome, "Omdat het moet.", "Via de gemeente."))


ACTS: Mapping[DecisionAction, Callable[[Work, Case], object]] = {
    _A.SUBMIT: lambda work, case: submit(work, number=case.number),
    _A.TAKE_UP: _assess,
    _A.REQUEST_INFORMATION: lambda work, case: ask(work, number=case.number, question="Hoe zit dat?"),
    _A.GIVE_INFORMATION: _answer,
    _A.RESUME: lambda work, case: resume(work, number=case.number),
    _A.APPROVE: lambda work, case: _vote(work, case, "approve"),
    _A.WAIT: lambda work, case: _vote(work, case, "approve"),
    _A.PROMISE: lambda work, case: promise(work, number=case.number),
    _A.DECLINE: lambda work, case: _vote(work, case, "decline"),
    _A.WITHDRAW: lambda work, case: withdraw(work, number=case.number),
}


def _people(cast: Cast, work: Work) -> dict[Role, Person]:
    home = cast.partners["brabantwonen"]
    found = {
        Role.APPLICANT: cast.applicant,
        Role.SECRETARIAT: cast.secretariat[0],
        Role.TREASURER: cast.treasurer,
        Role.REPRESENTATIVE: cast.representative,
        Role.AMBASSADOR: cast.ambassador,
        Role.AUDITOR: cast.auditor,
        Role.ADMINISTRATOR: cast.administrator,
    }
    return found | {role: a_person(work.session, cast.network, home, role) for role in _STAND_IN}


@dataclass(frozen=True)
class Walker:
    """Who tries the cells, in which role, on which case."""

    case: Case
    who: Person
    role: Role


def _prepare(work: Work, walker: Walker, state: DecisionState, action: DecisionAction) -> None:
    """Everything the action asks but the right state and the right role."""
    case, who, role = walker.case, walker.who, walker.role
    case.decision_state = state.value
    case.submitted_at_utc = None if state is _S.DRAFT else NOW
    if action in (_A.GIVE_INFORMATION, _A.RESUME):
        case.questions.append(
            InformationRequest(case_id=case.id, asked_by=who.id, question="Hoe zit dat?", asked_at_utc=NOW)
        )
    # Who stands in sees a case that is decided only because they assessed it.
    if action in _DECIDE or (action is _A.PROMISE and role in _STAND_IN):
        work.session.add(
            Assessment(
                case_id=case.id,
                person_id=who.id,
                given_as=role.value,
                counts=True,
                given_at_utc=NOW,
                alternatives_explored=True,
                alternatives_reason="Ja.",
                durable_solution=True,
                durable_reason="Ja.",
                **{value.value: 4 for value in Value},
                **{f"{value.value.rstrip('_')}_reason": "Ja." for value in Value},
            )
        )
    if action is not _A.WAIT:
        fund(work, 100_000)
    work.session.flush()


@pytest.mark.parametrize("role", list(Role))
def test_every_state_and_action_for_this_role(engine: Engine, role: Role) -> None:
    """One member may decide. For who stands in, everyone before them has an interest in the case."""
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        setting_up = work_as(session, cast.treasurer, cast.network)
        people = _people(cast, setting_up)
        if role is Role.EXECUTIVE:  # substitutes come before them
            people[Role.SUBSTITUTE].deactivated_at_utc = NOW
        case = a_case(
            session,
            cast.network,
            cast.applicant,
            amounts=(40_000,),
            decision_state="draft",
            expected_payers=["gemeente", "mee"] if role in _STAND_IN else [],
            household_type="gezin met kinderen",
            age_band="28-64",
            domains=["wonen"],
            consent_on=date(2026, 5, 1),
        )
        session.flush()
        done = 0
        for state in DecisionState:
            for action in DecisionAction:
                done += _walk(setting_up, Walker(case, people[role], role), state, action)
        cells = [key for key, cell in DECISION.table.items() if role in cell.roles]
        both = [key for key, first in _BEFORE_IT.items() if role in DECISION.table[key[0], first].roles]
        assert done == len(cells) + len(both)


def _walk(setting_up: Work, walker: Walker, state: DecisionState, action: DecisionAction) -> bool:
    """Try one cell and undo it; whether the action was done."""
    case, session = walker.case, setting_up.session
    where = (str(state), str(action), str(walker.role))
    first = _BEFORE_IT.get((state, action))
    between = DECISION.table[state, first].to if first else state
    cell = DECISION.table.get((between, action))
    expected = cell is not None and walker.role in cell.roles
    with session.begin_nested() as cellular:
        _prepare(setting_up, walker, state, action)
        before = len(_log(setting_up, action))
        work = work_as(session, walker.who, setting_up.network)
        try:
            with session.begin_nested():
                ACTS[action](work, case)
            refused = None
        except OmloopError as problem:
            refused = problem
        session.expire_all()
        was_done = len(_log(setting_up, action)) > before
        after = DecisionState(case.decision_state)
        cellular.rollback()
    session.expire_all()
    assert was_done is expected, (*where, refused)
    if expected:
        assert cell is not None
        assert after == cell.to, where
    else:
        # Assessing, and a first click on what is done already, are no refusal and move nothing.
        assert after == state, where
    return was_done


def _log(work: Work, action: DecisionAction) -> list[int]:
    return list(work.session.scalars(select(LogRecord.id).where(LogRecord.action == _LOGGED[action])))
