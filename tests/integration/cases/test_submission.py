"""Submitting, answering, withdrawing, handing over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from casework.cases.drafts import CostLineDraft
from casework.cases.handing_over import NotAColleague, hand_over
from casework.cases.page import case_page
from casework.cases.submission import AnswerEmpty, NotComplete, NothingAsked, answer, submit, withdraw
from casework.decision.inquiry import ask, resume
from casework.people_data import BsnFound
from errors import Forbidden, NotFound
from rules.lifecycle import IllegalTransition
from rules.roles import Role
from tests.integration.cases.scene import COSTS, IBAN, STORY, a_desk
from tests.integration.factories import NOW, a_case, a_person


def test_a_complete_draft_is_submitted_and_the_clock_runs(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        case = desk.case(number)
        assert (case.decision_state, case.submitted_at_utc) == ("submitted", NOW)
        _case, page = case_page(desk.work(at_utc=NOW + timedelta(hours=26)), number)
        assert page.running == timedelta(hours=26)


def test_an_empty_draft_says_all_that_is_missing(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.draft()
        with pytest.raises(NotComplete) as refused:
            submit(desk.work(), number=number)
        assert list(refused.value.problems) == [
            "household_type", "age_band", "domains", "consent_on", "title", "situation", "tried",
            "barrier", "breakthrough", "own_contribution", "costs-0-amount",
        ]  # fmt: skip
        assert refused.value.problems["title"].sentence("nl") == "Geef de casus een korte titel."
        assert refused.value.problems["title"].sentence("en") == "Give the case a short title."


def test_each_part_of_the_story_is_needed(engine: Engine) -> None:
    with a_desk(engine) as desk:
        for name in set(STORY) - {"alias", "grade_before"}:
            empty = {"domains": [], "consent_on": None}.get(name, "")
            number = desk.draft()
            desk.save(number, **(STORY | {name: empty}), cost_lines=COSTS)
            with pytest.raises(NotComplete) as refused:
                submit(desk.work(), number=number)
            assert list(refused.value.problems) == [name]
            assert desk.case(number).decision_state == "draft"


def test_each_part_of_a_cost_line_is_needed(engine: Engine) -> None:
    halfway = {
        "description": CostLineDraft("", 100, "A", IBAN),
        "amount": CostLineDraft("Huur", 0, "A", IBAN),
        "payee_name": CostLineDraft("Huur", 100, "", IBAN),
        "payee_iban": CostLineDraft("Huur", 100, "A", ""),
    }
    with a_desk(engine) as desk:
        for missing, line in halfway.items():
            number = desk.draft()
            desk.save(number, **STORY, cost_lines=[*COSTS, line])
            with pytest.raises(NotComplete) as refused:
                submit(desk.work(), number=number)
            assert list(refused.value.problems) == [f"costs-1-{missing}"]


def test_submitting_twice_is_refused_with_what_can_be_done(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        with pytest.raises(IllegalTransition, match="submitted"):
            submit(desk.work(), number=number)


def test_withdrawing_is_possible_until_approval(engine: Engine) -> None:
    with a_desk(engine) as desk:
        for state in ("submitted", "in_assessment", "information_requested", "waiting"):
            case = a_case(desk.session, desk.cast.network, desk.cast.applicant, decision_state=state)
            assert case_page(desk.work(), case.number)[1].may.withdraw
            withdraw(desk.work(), number=case.number)
            assert case.decision_state == "withdrawn"
        for state in ("approved", "declined", "withdrawn"):
            case = a_case(desk.session, desk.cast.network, desk.cast.applicant, decision_state=state)
            assert not case_page(desk.work(), case.number)[1].may.withdraw
            with pytest.raises(IllegalTransition):
                withdraw(desk.work(), number=case.number)


def test_only_the_applicant_withdraws(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        with pytest.raises(Forbidden):
            withdraw(desk.work(desk.cast.secretariat[0]), number=case.number)
        with pytest.raises(Forbidden):
            withdraw(desk.work(desk.cast.ambassador), number=case.number)
        with pytest.raises(NotFound):
            withdraw(desk.work(desk.cast.other_applicant), number=case.number)


def test_an_answer_sets_the_clock_running_again(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        asked_at, answered_at = NOW + timedelta(hours=2), NOW + timedelta(hours=10)
        ask(desk.work(desk.cast.secretariat[0], at_utc=asked_at), number=case.number, question="Wanneer?")
        _row, waiting = case_page(desk.work(at_utc=NOW + timedelta(hours=5)), case.number)
        assert waiting.clock_stopped
        assert waiting.running == timedelta(hours=2)
        (question,) = waiting.questions
        answer(desk.work(at_utc=answered_at), number=case.number, question_id=question.id, text=" Morgen. ")
        assert case.decision_state == "in_assessment"
        _row, after = case_page(desk.work(at_utc=NOW + timedelta(hours=11)), case.number)
        assert after.running == timedelta(hours=3)
        assert (after.questions[0].answer, after.questions[0].closed_at_utc) == ("Morgen.", answered_at)


def test_an_answer_is_checked_and_given_once(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        ask(desk.work(desk.cast.secretariat[0]), number=case.number, question="Wanneer?")
        question_id = case.questions[0].id
        with pytest.raises(AnswerEmpty) as empty:
            answer(desk.work(), number=case.number, question_id=question_id, text="  ")
        assert empty.value.field == "answer"
        with pytest.raises(BsnFound):
            answer(desk.work(), number=case.number, question_id=question_id, text="Het is 111222333.")
        with pytest.raises(NotFound):
            answer(desk.work(), number=case.number, question_id=question_id + 1, text="Ja.")
        answer(desk.work(), number=case.number, question_id=question_id, text="Ja.")
        with pytest.raises(NothingAsked):
            answer(desk.work(), number=case.number, question_id=question_id, text="Of nee.")


def test_a_question_that_was_dropped_needs_no_answer(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        ask(desk.work(desk.cast.secretariat[0]), number=case.number, question="Wanneer?")
        resume(desk.work(desk.cast.secretariat[0]), number=case.number)
        with pytest.raises(NothingAsked):
            answer(desk.work(), number=case.number, question_id=case.questions[0].id, text="Ja.")


def test_a_case_is_handed_to_a_colleague(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant)
        network, partner = desk.cast.network, desk.cast.partners["farent"]
        colleague = a_person(desk.session, network, partner, Role.APPLICANT)
        former = a_person(
            desk.session, network, partner, Role.APPLICANT, until_on=NOW.date() - timedelta(days=1)
        )
        _row, page = case_page(desk.work(), case.number)
        assert [person_id for person_id, _name in page.colleagues] == [colleague.id]
        for stranger in (desk.cast.other_applicant, former, desk.cast.applicant):
            with pytest.raises(NotAColleague):
                hand_over(desk.work(), number=case.number, person_id=stranger.id)
        hand_over(desk.work(), number=case.number, person_id=colleague.id)
        with pytest.raises(NotFound):
            case_page(desk.work(), case.number)
        _row, handed = case_page(desk.work(colleague), case.number)
        assert handed.own
