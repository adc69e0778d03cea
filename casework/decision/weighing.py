"""What the rules say about one case as it stands: who counts, how many are needed, advice and gates.

A case is judged by the policy of the day it was submitted, for ever. Scores of members in conflict are
shown but enter neither the advice nor the gates nor the quorum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casework.cases.brought import brought_by_actor
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import Assessment, DecisionVote
from rules import triangle
from rules.conflict import CaseParties, ConflictTerms, Member, conflicts
from rules.gates import Gate, GateAnswer, GateCheck, GateTerms, check_gates
from rules.lifecycle import DecisionState, SettlementKind
from rules.mandate import HouseholdRequest, Mandate, mandate
from rules.policy import Policy
from rules.triangle import Advice, Value

APPROVE = "approve"
DECLINE = "decline"
SUBMITTED_SELF = "submitted_self"

_NOT_ASKING = (DecisionState.DRAFT.value, DecisionState.DECLINED.value, DecisionState.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands to a case: whether they count, and if not on which ground (a code)."""

    counts: bool
    ground: str = ""
    partner_code: str = ""

    @property
    def own_submission(self) -> bool:
        """Whether they submitted the case themselves: then they do not even advise."""
        return self.ground == SUBMITTED_SELF


@dataclass(frozen=True, slots=True)
class Weighing:
    """The rules' outcome for one case, from the assessments and votes given so far.

    ``advice`` is None until a member who counts has assessed.
    """

    policy: Policy
    mandate: Mandate
    advice: Advice | None
    gates: GateCheck
    counting_assessments: int

    @property
    def required(self) -> int:
        """How many members who count must assess and agree."""
        return self.mandate.required_members

    @property
    def votes_open(self) -> bool:
        """Whether enough members who count have assessed to vote on the advice."""
        return self.counting_assessments >= self.required


def judged_on(case: Case, time_zone: str) -> date:
    """The day whose policy holds for ``case``: that of its submission, on the network's wall clock."""
    moment: datetime = case.submitted_at_utc or case.created_at_utc
    return moment.astimezone(ZoneInfo(time_zone)).date()


def policy_of(work: Work, case: Case) -> Policy:
    """The policy by which ``case`` is judged."""
    return work.policy_on(judged_on(case, work.network.time_zone))


def parties_of(case: Case) -> CaseParties:
    """Whose interests are in the case: who submitted it, who is paid, who is named as payer."""
    named = frozenset(case.expected_payers)
    kind = None
    if named:
        kind = SettlementKind.RESPONSIBLE if len(named) == 1 else SettlementKind.SHARED
    return CaseParties(
        submitted_by_person=str(case.applicant_id),
        submitted_by_partner=case.partner.code,
        payee_partners=frozenset(
            line.payee_partner.code for line in case.cost_lines if line.payee_partner is not None
        ),
        settlement_kind=kind,
        settled_on=named,
    )


def standing_of(person_id: int, partner_codes: Iterable[str], case: Case, terms: ConflictTerms) -> Standing:
    """Whether this person counts. Someone who works for several partners is in conflict by any of them."""
    parties = parties_of(case)
    for code in ["", *sorted(partner_codes)]:
        for reason in conflicts(Member(str(person_id), code), parties, terms):
            if reason.code == SUBMITTED_SELF:
                return Standing(False, SUBMITTED_SELF)
            ground = reason.fact("ground")
            return Standing(False, str(ground), code)
    return Standing(True)


def own_standing(work: Work, case: Case, policy: Policy, *, brought: bool | None = None) -> Standing:
    """How the one who acts stands to ``case``. Who handed it over to a colleague brought it still.

    Who looks at many cases at once gives ``brought``.
    """
    if brought_by_actor(work, case) if brought is None else brought:
        return Standing(False, SUBMITTED_SELF)
    return standing_of(work.actor.person_id, work.actor.partner_codes(), case, policy.conflict)


def household_requests(work: Work, cases: Sequence[Case]) -> dict[str, list[Case]]:
    """For each household of ``cases``, all its requests that were submitted and not declined or withdrawn."""
    hashes = {case.household_hash for case in cases if case.household_hash}
    found: dict[str, list[Case]] = {}
    if not hashes:
        return found
    query = select(Case).where(
        Case.network_id == work.network.id,
        Case.household_hash.in_(hashes),
        Case.decision_state.not_in(_NOT_ASKING),
    )
    for case in work.session.scalars(query):
        found.setdefault(case.household_hash or "", []).append(case)
    return found


def mandate_of(work: Work, case: Case, policy: Policy, household: Iterable[Case]) -> Mandate:
    """How many members decide, with what the same household asked shortly before counted in."""
    zone = work.network.time_zone
    others = [
        HouseholdRequest(other.number, judged_on(other, zone), other.amount_cents)
        for other in household
        if other.id != case.id
    ]
    return mandate(case.amount_cents, policy.mandate, submitted_on=judged_on(case, zone), household=others)


def assessments_of(work: Work, case: Case) -> list[Assessment]:
    """The assessments of ``case`` in the order in which they were given."""
    query = select(Assessment).where(Assessment.case_id == case.id)
    return list(work.session.scalars(query.order_by(Assessment.given_at_utc, Assessment.id)))


def votes_on(work: Work, case: Case) -> list[DecisionVote]:
    """The votes on ``case`` in the order in which they were cast."""
    query = select(DecisionVote).where(DecisionVote.case_id == case.id)
    return list(work.session.scalars(query.order_by(DecisionVote.voted_at_utc, DecisionVote.id)))


def weigh(
    work: Work,
    case: Case,
    *,
    assessments: Sequence[Assessment],
    votes: Sequence[DecisionVote],
    policy: Policy | None = None,
    household: Iterable[Case] | None = None,
) -> Weighing:
    """Apply the rules to ``case``. Who weighs many cases at once gives ``policy`` and ``household``."""
    if policy is None:
        policy = policy_of(work, case)
    if household is None:
        household = household_requests(work, [case]).get(case.household_hash or "", [])
    counting = [one for one in assessments if one.counts]
    return Weighing(
        policy=policy,
        mandate=mandate_of(work, case, policy, household),
        advice=advice_on(counting, policy) if counting else None,
        gates=gates_of(counting, votes, policy.gates),
        counting_assessments=len(counting),
    )


def advice_on(counting: Sequence[Assessment], policy: Policy) -> Advice:
    """The computed advice on the assessments of members who count."""
    given = [triangle.Assessment(str(one.person_id), scores_of(one)) for one in counting]
    return triangle.advise(given, policy.advice)


def scores_of(assessment: Assessment) -> dict[Value, int]:
    """The three scores by value."""
    return {
        Value.LEGITIMACY: assessment.legitimacy,
        Value.YIELD: assessment.yield_,
        Value.INVOLVEMENT: assessment.involvement,
    }


def gate_of(assessment: Assessment, gate: Gate) -> tuple[bool, str]:
    """One member's answer at ``gate`` with its explanation."""
    if gate is Gate.ALTERNATIVES_EXPLORED:
        return assessment.alternatives_explored, assessment.alternatives_reason
    return assessment.durable_solution, assessment.durable_reason


def gates_of(counting: Sequence[Assessment], votes: Iterable[DecisionVote], terms: GateTerms) -> GateCheck:
    """Whether the gates are open: one member's "no" shuts a gate, motivated votes to approve set it aside.

    The careful reading of "answered no": a doubt of one is answered by two, not outvoted in silence.
    """
    overriding = frozenset(
        str(vote.person_id)
        for vote in votes
        if vote.counts and vote.outcome == APPROVE and vote.motivation.strip()
    )
    answers = []
    for gate in terms.required if counting else ():
        given = [gate_of(one, gate) for one in counting]
        yes = all(answer for answer, _ in given)
        explanation = next(reason for answer, reason in given if answer is yes)
        answers.append(GateAnswer(gate, yes, explanation, overriding))
    return check_gates(answers, terms)


def shut_gates(check: GateCheck) -> tuple[Gate, ...]:
    """The gates that were answered "no", set aside or not."""
    shut = [reason for reason in check.reasons if reason.code in ("gate_shut", "gate_overridden")]
    return tuple(Gate(str(reason.fact("gate"))) for reason in shut)
