"""Assessing: blind until one's own scores are in, complete, and fixed once someone has voted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.decision.assessing import GateReply, assess
from casework.decision.queries import decision_panel, scores
from casework.decision.refusals import (
    AssessmentFixed,
    GateUnanswered,
    NotInAssessment,
    OwnSubmission,
    ReasonMissing,
    ScoresHidden,
)
from casework.decision.tables import Assessment
from errors import Forbidden, NotFound
from rules.conflict import ConflictGround
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.roles import Role
from rules.triangle import AdviceOutcome, ScoreOutOfRange, Value
from storage.unit_of_work import unit_of_work
from tests.integration.decision.helpers import GATES_OPEN, Round, a_round
from tests.integration.factories import NOW, a_cast, appoint, work_as


def _logged(round_: Round, action: str) -> list[LogRecord]:
    query = select(LogRecord).where(LogRecord.action == action, LogRecord.object_ref == round_.case.number)
    return list(round_.session.scalars(query))


def test_the_first_assessment_takes_the_case_up(engine: Engine) -> None:
    with a_round(engine) as it:
        it.assess(it.cast.secretariat[0])
        assert it.case.decision_state == DecisionState.IN_ASSESSMENT
        assert len(_logged(it, "case.take_up")) == 1
        it.assess(it.cast.secretariat[1])
        assert len(_logged(it, "case.take_up")) == 1
        assert len(_logged(it, "case.assess")) == 2


def test_others_scores_are_hidden_until_ones_own_are_in(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, (1, 5, 3))
        work = it.work(second)
        panel = decision_panel(work, it.case)
        assert (panel.revealed, panel.members, panel.votes, panel.advice) == (False, (), (), None)
        assert all(gate.replies == () and gate.outcome is None for gate in panel.gates)
        assert panel.assessed_by == (first.name,)
        with pytest.raises(ScoresHidden):
            scores(work, it.case)
        it.assess(second, (2, 5, 3))
        panel = decision_panel(work, it.case)
        assert panel.revealed
        assert [(one.name, one.legitimacy) for one in panel.members] == [(first.name, 1), (second.name, 2)]
        assert len(scores(work, it.case)) == 2


def test_what_others_wrote_is_nowhere_in_a_blind_panel(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        assess(
            it.work(first),
            number=it.case.number,
            scores=dict.fromkeys(Value, 5),
            reasons=dict.fromkeys(Value, "GEHEIM"),
            gates=dict.fromkeys(Gate, GateReply(yes=False, reason="GEHEIM")),
        )
        assert "GEHEIM" not in repr(decision_panel(it.work(second), it.case))
        assert "GEHEIM" in repr(decision_panel(it.work(first), it.case))


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_outside_the_scale_is_refused_beside_its_field(engine: Engine, score: int) -> None:
    with a_round(engine) as it, pytest.raises(ScoreOutOfRange) as refused:
        it.assess(it.cast.secretariat[0], (4, score, 4))
    assert refused.value.field == "yield_"


def test_every_score_and_gate_needs_its_sentence(engine: Engine) -> None:
    with a_round(engine) as it:
        work = it.work(it.cast.secretariat[0])
        full = {"number": it.case.number, "scores": dict.fromkeys(Value, 3)}
        reasons = dict.fromkeys(Value, "Goed.")
        with pytest.raises(ReasonMissing) as refused:
            assess(work, **full, reasons=reasons | {Value.YIELD: "  "}, gates=GATES_OPEN)
        assert refused.value.field == "yield__reason"
        with pytest.raises(GateUnanswered) as unanswered:
            assess(work, **full, reasons=reasons, gates={Gate.DURABLE_SOLUTION: GateReply(True, "Ja.")})
        assert unanswered.value.field == "alternatives_explored"
        unexplained = GATES_OPEN | {Gate.DURABLE_SOLUTION: GateReply(yes=True, reason="")}
        with pytest.raises(ReasonMissing) as refused:
            assess(work, **full, reasons=reasons, gates=unexplained)
        assert refused.value.field == "durable_solution_reason"
        assert it.session.scalars(select(Assessment)).all() == []


def test_an_assessment_may_change_until_someone_votes_and_the_log_keeps_what_it_was(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, (4, 1, 4))
        it.assess(second, (4, 4, 4))
        it.assess(first, (4, 3, 4))
        (changed,) = _logged(it, "case.assess_again")
        assert changed.facts == {"yield_": "1>3"}
        it.vote(first)
        with pytest.raises(AssessmentFixed):
            it.assess(second, (5, 5, 5))
        it.assess(it.cast.secretariat[2], (5, 5, 5))  # who had not assessed yet still can


def test_an_assessment_waits_while_a_question_is_open(engine: Engine) -> None:
    with a_round(engine, decision_state="information_requested") as it, pytest.raises(NotInAssessment):
        it.assess(it.cast.secretariat[0])


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn", "waiting"])
def test_a_decided_case_is_not_assessed(engine: Engine, state: str) -> None:
    with a_round(engine, decision_state=state) as it, pytest.raises(NotInAssessment):
        it.assess(it.cast.secretariat[0])


def test_the_applicant_does_not_assess_even_as_a_member(engine: Engine) -> None:
    with a_round(engine) as it:
        appoint(
            it.session, it.cast.applicant, it.cast.network, it.cast.partners["gemeente"], Role.SECRETARIAT
        )
        with pytest.raises(OwnSubmission):
            it.assess(it.cast.applicant)
        it.assess(it.cast.secretariat[0])
        panel = decision_panel(it.work(it.cast.applicant), it.case)
        assert panel.own_submission
        assert not panel.revealed
        assert not any(getattr(panel.possible, name) for name in ("assess", "vote", "ask", "resume"))


def test_members_of_the_submitting_partner_advise_without_counting(engine: Engine) -> None:
    with a_round(engine) as it:
        of_farent = it.cast.secretariat[2]
        it.assess(of_farent, (1, 1, 1))
        panel = decision_panel(it.work(of_farent), it.case)
        assert panel.own_ground is ConflictGround.SUBMITTED
        assert panel.counting_assessments == 0
        assert panel.advice is None
        it.assess(it.cast.secretariat[0], (4, 4, 4))
        panel = decision_panel(it.work(of_farent), it.case)
        assert panel.advice is not None
        assert panel.advice.outcome is AdviceOutcome.APPROVE  # the three ones are shown, not counted
        assert [one.counts for one in panel.members] == [False, True]


@pytest.mark.parametrize(
    ("payers", "ground"),
    [(["mee"], ConflictGround.RESPONSIBLE), (["mee", "zayaz"], ConflictGround.SHARED)],
)
def test_members_of_an_expected_payer_are_in_conflict(
    engine: Engine, payers: list[str], ground: ConflictGround
) -> None:
    with a_round(engine, expected_payers=payers) as it:
        assert decision_panel(it.work(it.cast.secretariat[3]), it.case).own_ground is ground
        assert decision_panel(it.work(it.cast.secretariat[0]), it.case).own_ground is None


def test_members_of_the_payee_are_in_conflict(engine: Engine) -> None:
    with a_round(engine) as it:
        it.case.cost_lines[0].payee_partner_id = it.cast.partners["mee"].id
        it.session.flush()
        it.session.expire_all()
        panel = decision_panel(it.work(it.cast.secretariat[3]), it.session.get_one(Case, it.case.id))
        assert panel.own_ground is ConflictGround.PAYEE


def test_only_the_secretariat_assesses(engine: Engine) -> None:
    with a_round(engine) as it:
        for person, refusal in (
            (it.cast.applicant, Forbidden),
            (it.cast.ambassador, Forbidden),
            (it.cast.treasurer, NotFound),
            (it.cast.executive, NotFound),
            (it.cast.auditor, NotFound),
        ):
            with pytest.raises(refusal):
                it.assess(person)


def test_a_draft_or_a_case_of_another_network_does_not_exist(engine: Engine) -> None:
    with a_round(engine, decision_state="draft") as it, pytest.raises(NotFound):
        it.assess(it.cast.secretariat[0])
    with unit_of_work(engine) as session:
        other = a_cast(session, code="elders", case_prefix="EL")
        work = work_as(session, other.secretariat[0], other.network)
        with pytest.raises(NotFound):
            assess(
                work,
                number=it.case.number,
                scores=dict.fromkeys(Value, 4),
                reasons=dict.fromkeys(Value, "Goed."),
                gates=GATES_OPEN,
            )


def test_a_case_is_judged_by_the_policy_of_its_day(engine: Engine) -> None:
    with a_round(engine, at_utc=NOW - timedelta(days=400)) as it:
        panel = decision_panel(it.work(it.cast.secretariat[0]), it.case)
        assert panel.policy_on == (NOW - timedelta(days=400)).date()
