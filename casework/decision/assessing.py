"""One member's assessment: three scores and two gates, each with a sentence why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.inquiry import refuse_own_submission, take_up
from casework.decision.refusals import AssessmentFixed, GateUnanswered, NotInAssessment, ReasonMissing
from casework.decision.seating import acting_role
from casework.decision.standing import own_standing
from casework.decision.tables import Assessment
from casework.decision.weighing import assessments_of, policy_of, votes_on, weigh
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.triangle import Value, check_scores


@dataclass(frozen=True, slots=True)
class GateReply:
    """The answer at one gate, with its explanation."""

    yes: bool
    reason: str


def assess(
    work: Work,
    *,
    number: str,
    scores: Mapping[Value, int],
    reasons: Mapping[Value, str],
    gates: Mapping[Gate, GateReply],
) -> None:
    """Give the actor's assessment, or change it as long as nobody has voted.

    A change after the reveal is allowed, because members discuss; the log keeps what the score was.
    Raises ``ScoreOutOfRange``, :class:`ReasonMissing` and :class:`GateUnanswered` beside their field,
    :class:`NotInAssessment`, :class:`AssessmentFixed` and ``OwnSubmission``.
    """
    case = case_for(work, number, Permission.CASE_ASSESS, lock=True)
    refuse_own_submission(work, case)
    if case.decision_state not in (DecisionState.SUBMITTED, DecisionState.IN_ASSESSMENT):
        state = DecisionState(case.decision_state)
        raise NotInAssessment(state_nl=state.nl, state_en=state.en)
    policy = policy_of(work, case)
    check_scores(scores, policy.advice)
    _check_explained(reasons, gates)
    assessments, votes = assessments_of(work, case), votes_on(work, case)
    own = next((one for one in assessments if one.person_id == work.actor.person_id), None)
    if own is not None and votes:
        raise AssessmentFixed()
    seating = weigh(work, case, assessments=assessments, votes=votes, policy=policy).seating
    assert seating is not None, "a case that is not decided has those who decide"
    take_up(work, case)
    standing = own_standing(work, case, policy)
    values = _columns(scores, reasons, gates) | {
        "counts": standing.counts,
        "conflict_reason": standing.ground,
        "given_as": acting_role(work.actor, seating.body).value,
        "given_at_utc": work.now_utc,
    }
    if own is None:
        work.session.add(Assessment(case_id=case.id, person_id=work.actor.person_id, **values))
        record(work, "case.assess", case.number, counts=standing.counts, role=str(values["given_as"]))
    else:
        _change(work, case, own, values)
    work.session.flush()


def _change(work: Work, case: Case, own: Assessment, values: Mapping[str, object]) -> None:
    before = {
        name: f"{getattr(own, name)}>{values[name]}"
        for name in (*map(str, Value), "alternatives_explored", "durable_solution")
        if getattr(own, name) != values[name]
    }
    for name, value in values.items():
        setattr(own, name, value)
    record(work, "case.assess_again", case.number, **before)


def _check_explained(reasons: Mapping[Value, str], gates: Mapping[Gate, GateReply]) -> None:
    for value in Value:
        if not reasons.get(value, "").strip():
            raise ReasonMissing(field=f"{value}_reason")
    for gate in Gate:
        if gate not in gates:
            raise GateUnanswered(field=gate.value)
        if not gates[gate].reason.strip():
            raise ReasonMissing(field=f"{gate}_reason")


def _columns(
    scores: Mapping[Value, int], reasons: Mapping[Value, str], gates: Mapping[Gate, GateReply]
) -> dict[str, object]:
    return {
        "legitimacy": scores[Value.LEGITIMACY],
        "legitimacy_reason": reasons[Value.LEGITIMACY].strip(),
        "yield_": scores[Value.YIELD],
        "yield_reason": reasons[Value.YIELD].strip(),
        "involvement": scores[Value.INVOLVEMENT],
        "involvement_reason": reasons[Value.INVOLVEMENT].strip(),
        "alternatives_explored": gates[Gate.ALTERNATIVES_EXPLORED].yes,
        "alternatives_reason": gates[Gate.ALTERNATIVES_EXPLORED].reason.strip(),
        "durable_solution": gates[Gate.DURABLE_SOLUTION].yes,
        "durable_reason": gates[Gate.DURABLE_SOLUTION].reason.strip(),
    }
