"""Asking back: the clock stops until the applicant answers or a member carries on."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.decision.inquiry import ask, resume
from casework.decision.queries import decision_panel
from casework.decision.refusals import OwnSubmission, QuestionEmpty
from errors import Forbidden, NotFound
from rules.lifecycle import DecisionState, IllegalTransition
from rules.roles import Role
from tests.integration.decision.helpers import a_round
from tests.integration.factories import NOW, appoint


def test_a_question_takes_the_case_up_and_stops_it(engine: Engine) -> None:
    with a_round(engine) as it:
        ask(it.work(it.cast.secretariat[0]), number=it.case.number, question=" Wanneer is de zitting? ")
        assert it.case.decision_state == DecisionState.INFORMATION_REQUESTED
        (question,) = it.case.questions
        assert (question.question, question.asked_at_utc) == ("Wanneer is de zitting?", NOW)
        panel = decision_panel(it.work(it.cast.secretariat[1]), it.case)
        assert panel.open_question == "Wanneer is de zitting?"
        assert panel.possible.resume
        actions = it.session.scalars(select(LogRecord.action).order_by(LogRecord.id)).all()
        assert list(actions) == ["case.take_up", "case.ask"]


def test_an_empty_question_is_refused_beside_its_field(engine: Engine) -> None:
    with a_round(engine) as it, pytest.raises(QuestionEmpty) as refused:
        ask(it.work(it.cast.secretariat[0]), number=it.case.number, question="  ")
    assert refused.value.field == "question"


def test_one_question_at_a_time(engine: Engine) -> None:
    with a_round(engine) as it:
        work = it.work(it.cast.secretariat[0])
        ask(work, number=it.case.number, question="Wat?")
        with pytest.raises(IllegalTransition):
            ask(work, number=it.case.number, question="En wat nog meer?")


def test_carrying_on_without_an_answer_closes_the_question(engine: Engine) -> None:
    with a_round(engine) as it:
        ask(it.work(it.cast.secretariat[0]), number=it.case.number, question="Wat?")
        resume(it.work(it.cast.secretariat[1]), number=it.case.number)
        assert it.case.decision_state == DecisionState.IN_ASSESSMENT
        (question,) = it.case.questions
        assert (question.answer, question.answered_at_utc) == (None, NOW)
        with pytest.raises(IllegalTransition):
            resume(it.work(it.cast.secretariat[0]), number=it.case.number)


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn", "waiting"])
def test_a_decided_case_is_not_asked_about(engine: Engine, state: str) -> None:
    with a_round(engine, decision_state=state) as it, pytest.raises(IllegalTransition):
        ask(it.work(it.cast.secretariat[0]), number=it.case.number, question="Wat?")


def test_only_others_of_the_secretariat_ask(engine: Engine) -> None:
    with a_round(engine) as it:
        for person, refusal in ((it.cast.applicant, Forbidden), (it.cast.treasurer, NotFound)):
            with pytest.raises(refusal):
                ask(it.work(person), number=it.case.number, question="Wat?")
        appoint(
            it.session, it.cast.applicant, it.cast.network, it.cast.partners["gemeente"], Role.SECRETARIAT
        )
        with pytest.raises(OwnSubmission):
            ask(it.work(it.cast.applicant), number=it.case.number, question="Wat?")
