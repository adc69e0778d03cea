"""What pages show of assessing and deciding: frozen, and free of what someone may not see yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casework.decision.grounds import Ground
from rules.conflict import ConflictGround
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.mandate import DecidingBody, Mandate
from rules.roles import Role
from rules.triangle import Advice, AdviceOutcome, Value
from rules.wording import LocalText, Reason


@dataclass(frozen=True, slots=True)
class GateReplyView:
    """One member's answer at a gate."""

    name: str
    yes: bool
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate with the question that policy puts, what the members answered, and how it came out."""

    gate: Gate
    question: LocalText
    replies: tuple[GateReplyView, ...]
    outcome: Reason | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member's scores with their reasons. ``ground`` says why they do not count, if so.

    Who counts nowhere in the body that decides has no ground: ``given_as`` then says why they only advise.
    """

    person_id: int
    name: str
    legitimacy: int
    yield_: int
    involvement: int
    reasons: Mapping[Value, str]
    counts: bool
    ground: ConflictGround | None
    given_as: Role
    given_at_utc: datetime

    def score(self, value: Value) -> int:
        """The score for ``value``."""
        return {
            Value.LEGITIMACY: self.legitimacy,
            Value.YIELD: self.yield_,
            Value.INVOLVEMENT: self.involvement,
        }[value]


@dataclass(frozen=True, slots=True)
class Means:
    """The mean per value, exact, as the triangle is drawn from it."""

    legitimacy: object
    yield_: object
    involvement: object


@dataclass(frozen=True, slots=True)
class VoteView:
    """What one member wants to decide."""

    person_id: int
    name: str
    approve: bool
    motivation: str
    alternative: str
    counts: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """The decision as it was taken, for everyone who may see the case."""

    approved: bool
    amount_cents: int
    advice: AdviceOutcome
    quorum: int
    motivation: str
    alternative: str
    policy_on: date
    decided_at_utc: datetime
    followed_advice: bool
    review_wanted: bool
    reviewed_by: str = ""
    reviewed_at_utc: datetime | None = None
    review_remark: str = ""
    body: DecidingBody = DecidingBody.MEMBERS
    promised_by: str = ""
    promised_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Possible:
    """What the reader can do now."""

    assess: bool = False
    vote: bool = False
    ask: bool = False
    resume: bool = False
    promise: bool = False
    review: bool = False


@dataclass(frozen=True, slots=True)
class CaseStory:
    """What a member reads while assessing."""

    situation: str
    tried: str
    barrier: str
    breakthrough: str
    own_contribution: str
    costs: tuple[tuple[str, int, str], ...]
    """Per cost line what for, how much in cents, and to whom."""
    top_up_reason: str = ""
    """Why more is asked, where the request is a top-up."""


@dataclass(frozen=True, slots=True)
class DecisionPanel:
    """Assessing and deciding of one case, as one member of the secretariat may see it.

    Where ``revealed`` is false, ``members``, ``votes``, ``gates`` and ``advice`` hold nothing of others.
    """

    number: str
    title: str
    partner_name: str
    story: CaseStory
    state: DecisionState
    amount_cents: int
    policy_on: date
    mandate: Mandate
    minimum_per_value: object
    score_min: int
    score_max: int
    questions: Mapping[Value, tuple[LocalText, ...]]
    gates: tuple[GateView, ...]
    own_submission: bool
    own_ground: ConflictGround | None
    own: MemberView | None
    own_gates: Mapping[Gate, GateReplyView]
    own_vote: VoteView | None
    assessed_by: tuple[str, ...]
    counting_assessments: int
    revealed: bool
    members: tuple[MemberView, ...]
    advice: Advice | None
    gates_passed: bool
    gates_shut: tuple[Gate, ...]
    votes: tuple[VoteView, ...]
    body: DecidingBody
    body_reasons: tuple[Reason, ...]
    own_counts: bool
    open_question: str | None
    decision: DecisionView | None
    possible: Possible
    grounds: tuple[Ground, ...]
    """What the outcome rests on; empty before the reveal."""

    @property
    def required(self) -> int:
        """How many members who count must assess and agree."""
        return self.mandate.required_members

    @property
    def assessments_missing(self) -> int:
        """How many assessments that count are still needed before a vote."""
        return max(0, self.required - self.counting_assessments)

    @property
    def means(self) -> Means | None:
        """The means of those who count, for the drawing."""
        if self.advice is None:
            return None
        found = self.advice.means
        return Means(found[Value.LEGITIMACY], found[Value.YIELD], found[Value.INVOLVEMENT])

    @property
    def may_be_decisive(self) -> bool:
        """Whether the reader's vote can be the one that decides."""
        if self.own is None or not self.own_counts:
            return False
        others = [one for one in self.votes if one.counts and one.person_id != self.own.person_id]
        approving = sum(1 for one in others if one.approve)
        return self.required - max(approving, len(others) - approving) <= 1

    def departs(self, *, approve: bool) -> bool:
        """Whether that outcome is other than the advice; after "discuss" either outcome is."""
        wanted = AdviceOutcome.APPROVE if approve else AdviceOutcome.DECLINE
        return self.advice is None or self.advice.outcome is not wanted

    def votes_for(self, *, approve: bool) -> int:
        """How many votes that count there are for one outcome."""
        return sum(1 for one in self.votes if one.counts and one.approve is approve)
