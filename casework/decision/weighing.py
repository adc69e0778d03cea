"""What the rules say about one case as it stands: who counts, how many are needed, advice and gates.

A case is judged by the policy of the day it was submitted, for ever. Scores of members in conflict are
shown but enter neither the advice nor the gates nor the quorum. Once the case is decided, what counted then
counts for ever: people may come and go, and other requests of the household be declined since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from casework.cases.brought import former_applicants
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.members import Bench, bench
from casework.decision.seating import Seating, seat
from casework.decision.tables import Assessment, Decision, DecisionVote
from rules import triangle
from rules.gates import Gate, GateAnswer, GateCheck, GateTerms, check_gates
from rules.lifecycle import DecisionState
from rules.mandate import HouseholdRequest, Mandate, mandate
from rules.policy import Policy
from rules.triangle import Advice, Value

APPROVE = "approve"
DECLINE = "decline"

DECIDED = (DecisionState.APPROVED, DecisionState.WAITING, DecisionState.DECLINED)
_NOT_ASKING = (DecisionState.DRAFT.value, DecisionState.DECLINED.value, DecisionState.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The rules' outcome for one case, from the assessments and votes given so far.

    ``advice`` is None until a member who counts has assessed. ``counting`` are the people who assessed and
    count. ``seating`` is who decides as things stand, None once the case is decided.
    """

    policy: Policy
    mandate: Mandate
    advice: Advice | None
    gates: GateCheck
    counting: frozenset[int]
    seating: Seating | None

    @property
    def counting_assessments(self) -> int:
        """How many assessments count."""
        return len(self.counting)

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


def household_requests(work: Work, cases: Sequence[Case]) -> dict[int, list[Case]]:
    """Per case id all requests of its household that were submitted and not declined or withdrawn.

    A top-up and its main case are about one household, also where no address was given.
    """
    hashes = {case.household_hash for case in cases if case.household_hash}
    mains = {case.main_case_id or case.id for case in cases}
    query = select(Case).where(
        Case.network_id == work.network.id,
        or_(Case.household_hash.in_(hashes), Case.id.in_(mains), Case.main_case_id.in_(mains)),
        Case.decision_state.not_in(_NOT_ASKING),
    )
    by_hash: dict[str, list[Case]] = {}
    by_main: dict[int, list[Case]] = {}
    for case in work.session.scalars(query):
        by_hash.setdefault(case.household_hash or "", []).append(case)
        by_main.setdefault(case.main_case_id or case.id, []).append(case)
    found: dict[int, list[Case]] = {}
    for case in cases:
        same = by_hash.get(case.household_hash, []) if case.household_hash else []
        family = by_main.get(case.main_case_id or case.id, [])
        found[case.id] = list({one.id: one for one in (*same, *family)}.values())
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


def _household_at_decision(work: Work, case: Case) -> list[Case]:
    """The household's requests that counted when ``case`` was decided, whatever became of them."""
    decision = work.session.get(Decision, case.id)
    if decision is None or "counted_with" not in decision.facts:
        return household_requests(work, [case])[case.id]
    query = select(Case).where(
        Case.network_id == work.network.id, Case.number.in_(decision.facts["counted_with"])
    )
    return list(work.session.scalars(query))


def assessments_of(work: Work, case: Case) -> list[Assessment]:
    """The assessments of ``case`` in the order in which they were given."""
    query = select(Assessment).where(Assessment.case_id == case.id)
    return list(work.session.scalars(query.order_by(Assessment.given_at_utc, Assessment.id)))


def votes_on(work: Work, case: Case) -> list[DecisionVote]:
    """The votes on ``case`` in the order in which they were cast."""
    query = select(DecisionVote).where(DecisionVote.case_id == case.id)
    return list(work.session.scalars(query.order_by(DecisionVote.voted_at_utc, DecisionVote.id)))


@dataclass(frozen=True, slots=True)
class Around:
    """What weighing needs besides the case itself, read at once for many cases."""

    households: Mapping[int, Sequence[Case]]
    people: Bench
    former: Mapping[int, frozenset[int]]


def around(work: Work, cases: Sequence[Case]) -> Around:
    """The surroundings of ``cases`` that are not decided yet."""
    return Around(
        households=household_requests(work, cases),
        people=bench(work),
        former=former_applicants(work, cases),
    )


def seating_of(
    case: Case,
    policy: Policy,
    surroundings: Around,
    *,
    required: int,
    assessments: Sequence[Assessment],
    votes: Sequence[DecisionVote],
) -> Seating:
    """Who decides on ``case`` as things stand."""
    return seat(
        case,
        terms=policy.conflict,
        required=required,
        people=surroundings.people,
        former=surroundings.former.get(case.id, frozenset()),
        assessments=assessments,
        votes=votes,
    )


def weigh(
    work: Work,
    case: Case,
    *,
    assessments: Sequence[Assessment],
    votes: Sequence[DecisionVote],
    policy: Policy | None = None,
    surroundings: Around | None = None,
) -> Weighing:
    """Apply the rules to ``case``. Who weighs many cases at once gives ``policy`` and ``surroundings``."""
    if policy is None:
        policy = policy_of(work, case)
    seating = None
    if case.decision_state in DECIDED:
        needed = mandate_of(work, case, policy, _household_at_decision(work, case))
        counting = [one for one in assessments if one.counts]
    else:
        known = surroundings or around(work, [case])
        needed = mandate_of(work, case, policy, known.households.get(case.id, ()))
        seating = seating_of(
            case, policy, known, required=needed.required_members, assessments=assessments, votes=votes
        )
        counting = [one for one in assessments if seating.counts(one)]
    people = frozenset(one.person_id for one in counting)
    counted_votes = [one for one in votes if one.person_id in people]
    return Weighing(
        policy=policy,
        mandate=needed,
        advice=advice_on(counting, policy) if counting else None,
        gates=gates_of(counting, counted_votes, policy.gates),
        counting=people,
        seating=seating,
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
    ``counting`` and ``votes`` are of people who count.
    """
    overriding = frozenset(
        str(vote.person_id) for vote in votes if vote.outcome == APPROVE and vote.motivation.strip()
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
