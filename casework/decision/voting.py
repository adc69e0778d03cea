"""Voting on a case. The vote with which enough members agree decides it, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.deciding import Outcome, close
from casework.decision.inquiry import refuse_own_submission
from casework.decision.refusals import (
    AlternativeMissing,
    AssessFirst,
    AssessmentsMissing,
    MotivationMissing,
    OverrideMotivationMissing,
)
from casework.decision.tables import Assessment, DecisionVote
from casework.decision.weighing import (
    APPROVE,
    DECLINE,
    Weighing,
    assessments_of,
    shut_gates,
    votes_on,
    weigh,
)
from rules.lifecycle import DECISION, DecisionAction, DecisionState, next_state
from rules.triangle import AdviceOutcome
from rules.wording import show_list

_DECIDED = (DecisionState.APPROVED, DecisionState.WAITING, DecisionState.DECLINED)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it was filled in: ``"approve"`` or ``"decline"``, with what was written beside it."""

    outcome: str
    motivation: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class _Given:
    """What was given on the case before this vote."""

    assessments: list[Assessment]
    counts: bool


def check_vote(work: Work, *, number: str, ballot: Ballot) -> None:
    """Raise what :func:`vote` would raise and change nothing: asked before someone is asked to confirm."""
    case = case_for(work, number, Permission.CASE_DECIDE)
    refuse_own_submission(work, case)
    _check(work, case, ballot)


def vote(work: Work, *, number: str, ballot: Ballot) -> Outcome:
    """Cast or change the actor's vote; decide where enough members agree.

    A second click on a vote that decided gives the same outcome again. An approval promises the money
    at once; where the pot holds too little the case goes to the waiting list.

    Raises :class:`AssessFirst`, :class:`AssessmentsMissing`, ``OwnSubmission``, ``IllegalTransition``
    and, beside their field, :class:`MotivationMissing`, :class:`OverrideMotivationMissing` and
    :class:`AlternativeMissing`.
    """
    case = case_for(work, number, Permission.CASE_DECIDE, lock=True)
    refuse_own_submission(work, case)
    state = DecisionState(case.decision_state)
    own_vote = next((one for one in votes_on(work, case) if one.person_id == work.actor.person_id), None)
    if state in _DECIDED and own_vote is not None and own_vote.outcome == ballot.outcome:
        return Outcome(state)
    given = _check(work, case, ballot)
    if own_vote is None:
        own_vote = DecisionVote(case_id=case.id, person_id=work.actor.person_id)
        work.session.add(own_vote)
    own_vote.outcome = ballot.outcome
    own_vote.motivation, own_vote.alternative = ballot.motivation.strip(), ballot.alternative.strip()
    own_vote.counts, own_vote.voted_at_utc = given.counts, work.now_utc
    record(work, "case.vote", case.number, outcome=ballot.outcome, counts=given.counts)
    work.session.flush()
    return _decide(work, case, given.assessments, ballot.outcome)


def _check(work: Work, case: Case, ballot: Ballot) -> _Given:
    action = DecisionAction.APPROVE if ballot.outcome == APPROVE else DecisionAction.DECLINE
    state = DecisionState(case.decision_state)
    if state is not DecisionState.SUBMITTED:  # nobody has assessed that one: that is what there is to say
        next_state(DECISION, state, action)
    assessments, votes = assessments_of(work, case), votes_on(work, case)
    own = next((one for one in assessments if one.person_id == work.actor.person_id), None)
    if own is None:
        raise AssessFirst()
    weighing = weigh(work, case, assessments=assessments, votes=votes)
    if not weighing.votes_open:
        raise AssessmentsMissing(required=weighing.required, have=weighing.counting_assessments)
    _require_words(weighing, ballot.outcome, ballot.motivation.strip(), ballot.alternative.strip())
    return _Given(assessments, counts=own.person_id in weighing.counting)


def departs(weighing: Weighing, outcome: str) -> bool:
    """Whether ``outcome`` is other than the advice; after "discuss" either outcome is."""
    advised = {AdviceOutcome.APPROVE: APPROVE, AdviceOutcome.DECLINE: DECLINE}
    return weighing.advice is None or advised.get(weighing.advice.outcome) != outcome


def _require_words(weighing: Weighing, outcome: str, motivation: str, alternative: str) -> None:
    shut = shut_gates(weighing.gates)
    if outcome == APPROVE and shut and not motivation:
        raise OverrideMotivationMissing(
            field="motivation",
            gates_nl=show_list([gate.nl for gate in shut], "nl"),
            gates_en=show_list([gate.en for gate in shut], "en"),
            members=weighing.policy.gates.override_members,
        )
    if (outcome == DECLINE or departs(weighing, outcome)) and not motivation:
        raise MotivationMissing(field="motivation")
    if outcome == DECLINE and not alternative:
        raise AlternativeMissing(field="alternative")


def _decide(work: Work, case: Case, assessments: Sequence[Assessment], outcome: str) -> Outcome:
    """Decide where the counting votes for ``outcome`` reach the quorum and the gates allow it."""
    votes = votes_on(work, case)
    weighing = weigh(work, case, assessments=assessments, votes=votes)
    agreeing = [one for one in votes if one.person_id in weighing.counting and one.outcome == outcome]
    if weighing.advice is None or len(agreeing) < weighing.required:
        return Outcome(DecisionState(case.decision_state), still_needed=weighing.required - len(agreeing))
    if outcome == APPROVE and not weighing.gates.passed:
        return Outcome(DecisionState(case.decision_state), gates_shut=True)
    return close(
        work,
        case,
        outcome=outcome,
        weighing=weighing,
        advice=weighing.advice,
        assessments=assessments,
        votes=votes,
        agreeing=agreeing,
    )
