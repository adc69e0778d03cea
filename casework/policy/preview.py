"""A changed policy run over past cases: which advice, quorum, gate or split would have come out differently.

Cases keep the policy of their day; this only says what the change would have meant. Everything that the
section does not touch is taken as it was decided then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from casework.policy.past import Past, PastAssessment, PastCase
from casework.policy.proposals import PolicyChange
from ledger.balances import fund_position
from rules import allocation, triangle
from rules.conflict import ConflictGround, Member, conflicts
from rules.gates import GateAnswer, GateCheck, check_gates
from rules.mandate import HouseholdRequest, mandate
from rules.policy_sections import (
    AdviceSection,
    AllocationKey,
    FundSection,
    MandateSection,
    PartnerWithoutWeight,
    Section,
)
from rules.policy_words import ConflictSection, GatesSection
from rules.triangle import AdviceOutcome, ScoreOutOfRange

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class AdviceDiffers:
    """Another advice: what it was and would have been, and what was decided (``approve`` or ``decline``)."""

    number: str
    before: AdviceOutcome
    after: AdviceOutcome
    outcome: str


@dataclass(frozen=True, slots=True)
class QuorumDiffers:
    """Another number of members, or another review. ``agreed`` would have counted for the decision."""

    number: str
    before: int
    after: int
    agreed: int
    reviewed_before: bool
    reviewed_after: bool

    @property
    def enough(self) -> bool:
        """Whether those who decided would have been enough."""
        return self.agreed >= self.after


@dataclass(frozen=True, slots=True)
class GatesDiffer:
    """The gates would have been open or shut where they were not."""

    number: str
    open_before: bool
    open_after: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class SplitDiffers:
    """A collective settlement of which somebody's share would have been another."""

    number: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class ShareDiffers:
    """What a partner was charged in all collective settlements together, and would have been."""

    partner: str
    before_cents: int
    after_cents: int


@dataclass(frozen=True, slots=True)
class Found(Generic[One]):
    """How many of how many came out differently. ``seen`` are those the reader may know of."""

    looked_at: int
    count: int
    seen: tuple[One, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Available:
    """What can be promised today, with the buffer as it is and as it would be, in cents."""

    before_cents: int
    after_cents: int


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change would have meant. None where the section has nothing to do with it."""

    advice: Found[AdviceDiffers] | None = None
    quorum: Found[QuorumDiffers] | None = None
    gates: Found[GatesDiffer] | None = None
    splits: Found[SplitDiffers] | None = None
    shares: tuple[ShareDiffers, ...] = ()
    available: Available | None = None

    @property
    def none(self) -> bool:
        """Whether this kind of policy touches no outcome of the past."""
        return self == Effects()


def effects_of(past: Past, change: PolicyChange) -> Effects:
    """Run ``change`` over everything that was decided and settled."""
    after, effects = change.after.content, Effects()
    if isinstance(after, AdviceSection):
        effects = Effects(advice=_advice(past, after, _counted))
    elif isinstance(after, MandateSection):
        effects = Effects(quorum=_mandate(past, after))
    elif isinstance(after, GatesSection):
        effects = Effects(gates=_gates(past, after))
    elif isinstance(after, ConflictSection):
        effects = _conflict(past, after)
    elif isinstance(after, AllocationKey):
        effects = _splits(past, after)
    elif isinstance(after, FundSection):
        effects = Effects(available=_available(past, change.before.content, after))
    return effects


def _available(past: Past, before: Section, after: FundSection) -> Available:
    """Today's available with the buffer of the version before, and with the new one."""
    assert isinstance(before, FundSection)
    position = fund_position(past.session, network=past.network.code)
    kept = position.available_cents + position.buffer_cents
    return Available(kept - before.buffer_cents, kept - after.buffer_cents)


def _found(
    looked_at: int, differing: Iterable[One], number: Callable[[One], str], left_out: int = 0
) -> Found[One]:
    every = list(differing)
    return Found(looked_at, len(every), tuple(one for one in every if number(one)), left_out)


Counts = Callable[[PastCase, PastAssessment], bool]


def _counted(_case: PastCase, one: PastAssessment) -> bool:
    """Whether an assessment counted then."""
    return one.counts


def _advice(past: Past, terms: triangle.AdviceTerms | None, counts: Counts) -> Found[AdviceDiffers]:
    """By ``terms``, or by those of each case's own day where only who counts is another."""
    differing, left_out, looked_at = [], 0, 0
    for case in past.cases:
        counting = [one for one in past.assessments.get(case.id, ()) if counts(case, one)]
        if not counting:
            continue
        looked_at += 1
        given = [triangle.Assessment(str(one.person_id), one.scores) for one in counting]
        held = terms or past.policy_on(case.submitted_on).advice
        try:
            outcome = triangle.advise(given, held).outcome
        except ScoreOutOfRange:
            left_out += 1  # scored on another scale: there is nothing to compare
            continue
        if outcome.value != case.advice:
            differing.append(AdviceDiffers(case.number, AdviceOutcome(case.advice), outcome, case.outcome))
    return _found(looked_at, differing, lambda one: one.number, left_out)


def _mandate(past: Past, after: MandateSection) -> Found[QuorumDiffers]:
    differing = []
    for case in past.cases:
        found = mandate(
            case.amount_cents,
            after,
            submitted_on=case.submitted_on,
            household=_household(past, case, past.policy_on(case.submitted_on).mandate),
        )
        one = QuorumDiffers(
            number=case.number,
            before=case.quorum,
            after=found.required_members,
            agreed=len(case.decided_by),
            reviewed_before=case.reviewed_afterwards,
            reviewed_after=found.reviewed_afterwards,
        )
        if (one.before, one.reviewed_before) != (one.after, one.reviewed_after):
            differing.append(one)
    return _found(len(past.cases), differing, lambda one: one.number)


def _household(past: Past, case: PastCase, held: MandateSection) -> list[HouseholdRequest]:
    """What counted together then, and what only a longer window would have counted with it."""
    requests = []
    for one in past.households.get(case.household, ()):
        days_before = (case.submitted_on - one.submitted_on).days
        outside = one.asking and days_before > held.household_window_days
        if one.number in case.counted_with or outside:
            requests.append(HouseholdRequest(one.number, one.submitted_on, one.amount_cents))
    return requests


def _gates(past: Past, after: GatesSection) -> Found[GatesDiffer]:
    def stands(case: PastCase, terms: GatesSection) -> bool:
        return _gate_check(past, case, terms, _counted).passed

    differing = [
        GatesDiffer(case.number, held, would, case.outcome)
        for case in past.cases
        if (held := stands(case, past.policy_on(case.submitted_on).gates)) != (would := stands(case, after))
    ]
    return _found(len(past.cases), differing, lambda one: one.number)


def _gate_check(past: Past, case: PastCase, terms: GatesSection, counts: Counts) -> GateCheck:
    counting = [one for one in past.assessments.get(case.id, ()) if counts(case, one)]
    people = {one.person_id for one in counting}
    overriding = frozenset(str(one) for one in past.overrides.get(case.id, frozenset()) & people)
    answers = [
        GateAnswer(gate, all(one.gates[gate] for one in counting), "–", overriding)
        for gate in (terms.required if counting else ())
    ]
    return check_gates(answers, terms)


def _conflict(past: Past, after: ConflictSection) -> Effects:
    def counts(case: PastCase, one: PastAssessment) -> bool:
        if not one.counts and one.conflict not in set(ConflictGround):
            return False  # they brought the case themselves, or did not sit for this one
        held = past.policy_on(case.submitted_on).conflict.grounds
        added = ConflictSection(tuple(ground for ground in after.grounds if ground not in held))
        terms = added if one.counts else after
        parties, partners = past.parties[case.id], past.partners_on(one.person_id, one.given_on)
        return not any(conflicts(Member("", code), parties, terms) for code in partners)

    quorum, gates = [], []
    for case in past.cases:
        assessments = past.assessments.get(case.id, ())
        counting = {one.person_id for one in assessments if counts(case, one)}
        agreed = sum(
            1
            for person, vote in past.votes.get(case.id, {}).items()
            if vote == case.outcome and person in counting
        )
        if agreed < case.quorum and len(case.decided_by) >= case.quorum:
            reviewed = case.reviewed_afterwards
            quorum.append(QuorumDiffers(case.number, case.quorum, case.quorum, agreed, reviewed, reviewed))
        held_terms = past.policy_on(case.submitted_on).gates
        held = _gate_check(past, case, held_terms, _counted).passed
        would = _gate_check(past, case, held_terms, counts).passed
        if held != would:
            gates.append(GatesDiffer(case.number, held, would, case.outcome))
    return Effects(
        advice=_advice(past, None, counts),
        quorum=_found(len(past.cases), quorum, lambda one: one.number),
        gates=_found(len(past.cases), gates, lambda one: one.number),
    )


def _splits(past: Past, key: AllocationKey) -> Effects:
    differing, left_out = [], 0
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for one in past.splits:
        weights = {code: Fraction(text) for code, text in one.weights.items()}
        try:
            would = allocation.collective(one.amount_cents, key.weights_for(weights), one.carry_before).shares
        except PartnerWithoutWeight:
            left_out += 1  # a member of then that the new key does not know
            continue
        was = allocation.collective(one.amount_cents, weights, one.carry_before).shares
        before.update(was)
        after.update(would)
        if was != would:
            differing.append(SplitDiffers(one.number, one.amount_cents))
    shares = tuple(ShareDiffers(code, before[code], after[code]) for code in sorted(before))
    found = _found(len(past.splits), differing, lambda one: one.number, left_out)
    return Effects(splits=found, shares=shares if found.count else ())
