"""Reading assessments, advice, votes and the decision, with nothing of others before one's own scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework.access import Permission, require
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.grounds import grounds_of
from casework.decision.members import names_of
from casework.decision.refusals import ScoresHidden
from casework.decision.standing import Standing, ground_of, own_standing
from casework.decision.tables import Assessment, Decision, DecisionReview, DecisionVote
from casework.decision.views import (
    CaseStory,
    DecisionPanel,
    DecisionView,
    GateReplyView,
    GateView,
    MemberView,
    Possible,
    VoteView,
)
from casework.decision.weighing import (
    APPROVE,
    DECLINE,
    Weighing,
    assessments_of,
    gate_of,
    judged_on,
    shut_gates,
    votes_on,
    weigh,
)
from ledger import balances
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.mandate import DecidingBody
from rules.roles import Role
from rules.triangle import Advice, AdviceOutcome, Value

_ENDED = (DecisionState.APPROVED, DecisionState.WAITING, DecisionState.DECLINED, DecisionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class _Given:
    """All that was given on a case, before it is known who may see it."""

    weighing: Weighing
    assessments: Sequence[Assessment]
    votes: Sequence[DecisionVote]
    names: dict[int, str]

    def own(self, person_id: int) -> Assessment | None:
        return next((one for one in self.assessments if one.person_id == person_id), None)


def decision_panel(work: Work, case: Case) -> DecisionPanel:
    """Assessing and deciding of ``case`` for the member who acts. Asks ``CASE_ASSESS``."""
    require(work.actor, Permission.CASE_ASSESS, case)
    given = _given(work, case)
    weighing, me = given.weighing, work.actor.person_id
    standing = own_standing(work, case, weighing.policy)
    own = given.own(me)
    revealed = _revealed(case, own)
    seen = [one for one in given.assessments if revealed or one.person_id == me]
    votes = [_vote(one, given) for one in given.votes if revealed or one.person_id == me]
    decision = decision_view(work, case)
    return DecisionPanel(
        number=case.number,
        title=case.title,
        partner_name=case.partner.name,
        story=_story(case),
        state=DecisionState(case.decision_state),
        amount_cents=case.amount_cents,
        policy_on=judged_on(case, work.network.time_zone),
        mandate=weighing.mandate,
        minimum_per_value=weighing.policy.advice.minimum_per_value,
        score_min=weighing.policy.advice.score_min,
        score_max=weighing.policy.advice.score_max,
        questions=weighing.policy.triangle.questions,
        gates=_gates(given, seen, revealed=revealed),
        own_submission=standing.own_submission,
        own_ground=ground_of(standing.ground),
        own=_member(own, given) if own else None,
        own_gates={gate: _reply(own, gate, given) for gate in Gate} if own else {},
        own_vote=next((one for one in votes if one.person_id == me), None),
        assessed_by=tuple(given.names[one.person_id] for one in given.assessments),
        counting_assessments=weighing.counting_assessments,
        revealed=revealed,
        members=tuple(_member(one, given) for one in seen) if revealed else (),
        advice=weighing.advice if revealed else None,
        gates_passed=revealed and weighing.gates.passed,
        gates_shut=shut_gates(weighing.gates) if revealed else (),
        votes=tuple(votes),
        body=_body(work, case, weighing),
        body_reasons=weighing.seating.reasons if weighing.seating else (),
        own_counts=_own_counts(weighing, me),
        open_question=next((one.question for one in case.questions if one.answered_at_utc is None), None),
        decision=decision,
        possible=_possible(work, case, given, decision, standing=standing),
        grounds=grounds_of(work, case, weighing, given.assessments, given.names) if revealed else (),
    )


def scores(work: Work, case: Case) -> tuple[MemberView, ...]:
    """Every member's scores. Raises :class:`ScoresHidden` for who has not given their own."""
    require(work.actor, Permission.CASE_ASSESS, case)
    given = _given(work, case)
    if not _revealed(case, given.own(work.actor.person_id)):
        raise ScoresHidden()
    return tuple(_member(one, given) for one in given.assessments)


def advice_of(work: Work, case: Case) -> Advice | None:
    """The computed advice on ``case`` as it stands, None where nobody who counts has assessed.

    For reports about decided cases; pages of members use :func:`decision_panel`, which keeps it blind.
    """
    return weigh(work, case, assessments=assessments_of(work, case), votes=votes_on(work, case)).advice


def decision_view(work: Work, case: Case) -> DecisionView | None:
    """The decision on ``case`` for everyone who may see the case; None before there is one."""
    require(work.actor, Permission.CASE_VIEW, case)
    decision = work.session.get(Decision, case.id)
    if decision is None:
        return None
    review = work.session.get(DecisionReview, case.id)
    advised = {AdviceOutcome.APPROVE: APPROVE, AdviceOutcome.DECLINE: DECLINE}
    advice = AdviceOutcome(decision.advice)
    people = (review.person_id if review else None, decision.promised_by)
    names = names_of(work, {one for one in people if one is not None})
    return DecisionView(
        approved=decision.outcome == APPROVE,
        amount_cents=decision.amount_cents,
        advice=advice,
        quorum=decision.quorum,
        motivation=decision.motivation,
        alternative=decision.alternative,
        policy_on=decision.policy_on,
        decided_at_utc=decision.decided_at_utc,
        followed_advice=advised.get(advice) == decision.outcome,
        review_wanted=decision.reviewed_afterwards and review is None,
        reviewed_by=names[review.person_id] if review else "",
        reviewed_at_utc=review.reviewed_at_utc if review else None,
        review_remark=review.remark if review else "",
        body=DecidingBody(decision.body),
        promised_by=names[decision.promised_by] if decision.promised_by else "",
        promised_at_utc=decision.promised_at_utc,
    )


def _story(case: Case) -> CaseStory:
    return CaseStory(
        situation=case.situation,
        tried=case.tried,
        barrier=case.barrier,
        breakthrough=case.breakthrough,
        own_contribution=case.own_contribution,
        costs=tuple((line.description, line.amount_cents, line.payee_name) for line in case.cost_lines),
        top_up_reason=case.top_up_reason or "",
    )


def _given(work: Work, case: Case) -> _Given:
    assessments, votes = assessments_of(work, case), votes_on(work, case)
    people = {one.person_id for one in assessments} | {one.person_id for one in votes}
    decision, review = work.session.get(Decision, case.id), work.session.get(DecisionReview, case.id)
    later = (decision.promised_by if decision else None, review.person_id if review else None)
    people |= {one for one in later if one is not None}
    return _Given(
        weighing=weigh(work, case, assessments=assessments, votes=votes),
        assessments=assessments,
        votes=votes,
        names=names_of(work, people),
    )


def _revealed(case: Case, own: Assessment | None) -> bool:
    """Others' scores show after one's own, or when there is nothing left to score."""
    return own is not None or DecisionState(case.decision_state) in _ENDED


def _body(work: Work, case: Case, weighing: Weighing) -> DecidingBody:
    """Who decides, or who decided."""
    if weighing.seating is not None:
        return weighing.seating.body
    decision = work.session.get(Decision, case.id)
    return DecidingBody(decision.body) if decision is not None else DecidingBody.MEMBERS


def _own_counts(weighing: Weighing, person_id: int) -> bool:
    """Whether the reader counts, also before they have assessed."""
    if weighing.seating is None:
        return person_id in weighing.counting
    return any(one.person_id == person_id for one in weighing.seating.free)


def _member(one: Assessment, given: _Given) -> MemberView:
    return MemberView(
        person_id=one.person_id,
        name=given.names[one.person_id],
        legitimacy=one.legitimacy,
        yield_=one.yield_,
        involvement=one.involvement,
        reasons={
            Value.LEGITIMACY: one.legitimacy_reason,
            Value.YIELD: one.yield_reason,
            Value.INVOLVEMENT: one.involvement_reason,
        },
        counts=one.person_id in given.weighing.counting,
        ground=ground_of(one.conflict_reason),
        given_as=Role(one.given_as),
        given_at_utc=one.given_at_utc,
    )


def _reply(one: Assessment, gate: Gate, given: _Given) -> GateReplyView:
    yes, reason = gate_of(one, gate)
    return GateReplyView(given.names[one.person_id], yes, reason, one.person_id in given.weighing.counting)


def _gates(given: _Given, seen: Sequence[Assessment], *, revealed: bool) -> tuple[GateView, ...]:
    weighing = given.weighing
    outcomes = {reason.fact("gate"): reason for reason in weighing.gates.reasons}
    return tuple(
        GateView(
            gate=gate,
            question=question,
            replies=tuple(_reply(one, gate, given) for one in seen) if revealed else (),
            outcome=outcomes.get(gate) if revealed else None,
        )
        for gate, question in weighing.policy.gates.questions.items()
    )


def _vote(one: DecisionVote, given: _Given) -> VoteView:
    return VoteView(
        person_id=one.person_id,
        name=given.names[one.person_id],
        approve=one.outcome == APPROVE,
        motivation=one.motivation,
        alternative=one.alternative,
        counts=one.person_id in given.weighing.counting,
    )


def _possible(
    work: Work, case: Case, given: _Given, decision: DecisionView | None, *, standing: Standing
) -> Possible:
    if standing.own_submission:
        return Possible()
    state = DecisionState(case.decision_state)
    own = given.own(work.actor.person_id)
    assessing = state in (DecisionState.SUBMITTED, DecisionState.IN_ASSESSMENT)
    voted = any(one.person_id == work.actor.person_id for one in given.votes)
    promise = (
        state is DecisionState.WAITING
        and standing.counts
        and (
            balances.fund_position(work.session, network=work.network.code).available_cents
            >= case.amount_cents
        )
    )
    return Possible(
        assess=assessing and (own is None or not given.votes),
        vote=state is DecisionState.IN_ASSESSMENT and own is not None and given.weighing.votes_open,
        ask=assessing,
        resume=state is DecisionState.INFORMATION_REQUESTED,
        promise=promise,
        review=decision is not None and decision.review_wanted and not voted and standing.counts,
    )
