"""Every outcome unfolded: the rule, the policy with its date, and the facts it rested on.

What was frozen at the decision is told as it was then. Names of members and what they answered are in it,
so it is for who may see the scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.deciding import waiting_list
from casework.decision.standing import SUBMITTED_SELF, ground_of
from casework.decision.tables import Assessment, Decision, DecisionReview
from casework.decision.weighing import APPROVE, Weighing
from ledger import balances
from ledger.money import Money
from rules.lifecycle import DecisionState
from rules.mandate import body_reason
from rules.policy import SectionName
from rules.roles import Role
from rules.triangle import AdviceOutcome
from rules.wording import Labelled, Reason, ReasonKind


class Topic(Labelled):
    """What is explained, in the order in which it is told."""

    ADVICE = "advice", "Het advies", "The advice"
    GATES = "gates", "De vragen vooraf", "The questions beforehand"
    QUORUM = "quorum", "Hoeveel leden", "How many members"
    BODY = "body", "Wie besluit", "Who decides"
    COUNTED = "counted", "Wie meetelt", "Who counts"
    DEVIATION = "deviation", "Besluit en advies", "Decision and advice"
    WAITING = "waiting", "De wachtlijst", "The waiting list"
    REVIEW = "review", "Achteraf bekeken", "Reviewed afterwards"


@dataclass(frozen=True, slots=True)
class Ground:
    """One part of the explanation. ``section`` and ``valid_from`` say which policy it follows, if any."""

    topic: Topic
    rule: Reason
    facts: tuple[Reason, ...]
    section: SectionName | None = None
    valid_from: date | None = None


_ADVICE_RULE = ReasonKind(
    "advice_rule",
    "Verschillen twee leden {spread} of meer op één waarde, dan: bespreken. Is elke waarde gemiddeld ten "
    "minste {per_value} en het geheel ten minste {mean}, dan: honoreren. Anders: niet honoreren, met een "
    "andere route.",
    "Where two members differ by {spread} or more on one value: discuss. Where every value has a mean of at "
    "least {per_value} and the whole of at least {mean}: approve. Else: decline, with another route.",
)
_GATES_RULE = ReasonKind(
    "gates_rule",
    "Eén lid dat nee antwoordt houdt honoreren tegen, tenzij {members} leden motiveren waarom het toch kan.",
    "One member who answers no stops an approval, unless {members} members motivate why it can be done.",
)
_QUORUM_RULE = ReasonKind(
    "quorum_rule",
    "Het bedrag bepaalt hoeveel leden nodig zijn. Wat hetzelfde huishouden in de {days} dagen ervoor vroeg, "
    "telt mee.",
    "The amount says how many members are needed. What the same household asked in the {days} days before "
    "counts with it.",
)
_BODY_RULE = ReasonKind(
    "body_rule",
    "Kunnen de leden zonder eigen belang het aantal niet halen, dan doen plaatsvervangers mee; lukt het dan "
    "nog niet, dan besluiten de bestuurders.",
    "Where members without an interest cannot reach the number, substitutes join; where that is not enough, "
    "the executives decide.",
)
_COUNTED_RULE = ReasonKind(
    "counted_rule",
    "Wie de casus zelf indiende, beslist niet mee. Een lid adviseert en telt niet mee als de eigen "
    "organisatie een belang heeft: {grounds}.",
    "Whoever submitted the case does not decide. A member advises and does not count where their own "
    "organisation has an interest: {grounds}.",
)
_COUNTS = ReasonKind("counts", "{person} telt mee ({role}).", "{person} counts ({role}).")
_IN_CONFLICT = ReasonKind(
    "in_conflict",
    "{person} adviseert en telt niet mee: de eigen organisatie {ground}.",
    "{person} advises and does not count: their own organisation {ground}.",
)
_OTHER_BODY = ReasonKind(
    "other_body",
    "{person} adviseert als {role} en telt niet mee: een ander besluit.",
    "{person} advises as {role} and does not count: others decide.",
)
_DEVIATION_RULE = ReasonKind(
    "deviation_rule",
    "Het advies bindt niemand. Wie anders besluit, en wie niet honoreert, motiveert dat.",
    "The advice binds nobody. Deciding otherwise, and declining, takes a motivation.",
)
_FOLLOWED = ReasonKind(
    "followed", "Het besluit volgt het advies: {advice}.", "The decision follows the advice: {advice}."
)
_DEPARTED = ReasonKind(
    "departed",
    "Het besluit wijkt af van het advies ({advice}); de motivering staat bij het besluit.",
    "The decision departs from the advice ({advice}); the motivation is with the decision.",
)
_WAITING_RULE = ReasonKind(
    "waiting_rule",
    "Is er in de pot te weinig beschikbaar, dan wacht een gehonoreerde casus: wie haast heeft eerst, "
    "daarna op volgorde van indienen. Niemand wordt overgeslagen.",
    "Where the pot has too little available an approved case waits: urgent ones first, then by the moment of "
    "submission. Nobody is passed.",
)
_HAD = ReasonKind(
    "available_at_decision",
    "Bij het besluit was {available} beschikbaar; gevraagd was {amount}.",
    "At the decision {available} was available; {amount} was asked.",
)
_PLACE = ReasonKind(
    "place_in_line",
    "De casus staat nu op plek {place} van {length}; beschikbaar is {available}.",
    "The case is now at place {place} of {length}; {available} is available.",
)
_BEFORE = ReasonKind("before_it", "Eerder aan de beurt: {numbers}.", "Before it: {numbers}.")
_PROMISED = ReasonKind("promised_by", "Toegezegd door {person} op {on}.", "Promised by {person} on {on}.")
_REVIEW_RULE = ReasonKind(
    "review_rule",
    "Bij een klein bedrag mag één lid besluiten; een ander lid zonder eigen belang bekijkt dat achteraf.",
    "For a small amount one member may decide; another member without an interest reviews it afterwards.",
)
_REVIEWED = ReasonKind("reviewed", "Bekeken door {person} op {on}.", "Reviewed by {person} on {on}.")
_TO_REVIEW = ReasonKind("to_review", "Dat moet nog gebeuren.", "That is still to be done.")


def grounds_of(
    work: Work, case: Case, weighing: Weighing, assessments: Sequence[Assessment], names: Mapping[int, str]
) -> tuple[Ground, ...]:
    """What the outcome so far rests on. ``names`` has everyone who assessed, promised or reviewed."""
    policy, decision = weighing.policy, work.session.get(Decision, case.id)

    def ground(topic: Topic, rule: Reason, facts: Sequence[Reason], section: SectionName | None) -> Ground:
        since = policy.versions[section].valid_from if section else None
        return Ground(topic, rule, tuple(facts), section, since)

    found = []
    if weighing.advice is not None:
        terms = policy.advice
        rule = _ADVICE_RULE(
            spread=terms.discuss_from_spread, per_value=terms.minimum_per_value, mean=terms.minimum_mean
        )
        found.append(ground(Topic.ADVICE, rule, weighing.advice.reasons, SectionName.ADVICE))
        rule = _GATES_RULE(members=policy.gates.override_members)
        found.append(ground(Topic.GATES, rule, weighing.gates.reasons, SectionName.GATES))
    rule = _QUORUM_RULE(days=policy.mandate.household_window_days)
    found.append(ground(Topic.QUORUM, rule, weighing.mandate.reasons, SectionName.MANDATE))
    found.append(ground(Topic.BODY, _BODY_RULE(), _who_decides(weighing, decision), None))
    rule = _COUNTED_RULE(grounds=policy.conflict.grounds)
    counted = list(_who_counted(weighing, assessments, names))
    found.append(ground(Topic.COUNTED, rule, counted, SectionName.CONFLICT))
    if decision is not None:
        found.append(ground(Topic.DEVIATION, _DEVIATION_RULE(), [_followed(decision)], None))
        if waited := list(_waited(work, case, decision, names)):
            found.append(ground(Topic.WAITING, _WAITING_RULE(), waited, None))
        if decision.reviewed_afterwards:
            facts = [_reviewed(work, case, names)]
            found.append(ground(Topic.REVIEW, _REVIEW_RULE(), facts, SectionName.MANDATE))
    return tuple(found)


def _who_decides(weighing: Weighing, decision: Decision | None) -> tuple[Reason, ...]:
    if weighing.seating is not None:
        return weighing.seating.reasons
    kept = decision.facts.get("body", ()) if decision is not None else ()
    return tuple(body_reason(**facts) for facts in kept)


def _who_counted(
    weighing: Weighing, assessments: Sequence[Assessment], names: Mapping[int, str]
) -> Iterator[Reason]:
    for one in assessments:
        person, role = names[one.person_id], Role(one.given_as)
        ground = ground_of(one.conflict_reason)
        if one.person_id in weighing.counting:
            yield _COUNTS(person=person, role=role)
        elif ground is not None:
            yield _IN_CONFLICT(person=person, ground=ground)
        elif one.conflict_reason != SUBMITTED_SELF:
            yield _OTHER_BODY(person=person, role=role)


def _followed(decision: Decision) -> Reason:
    advice = AdviceOutcome(decision.advice)
    wanted = AdviceOutcome.APPROVE if decision.outcome == APPROVE else AdviceOutcome.DECLINE
    return (_FOLLOWED if advice is wanted else _DEPARTED)(advice=advice)


def _waited(work: Work, case: Case, decision: Decision, names: Mapping[int, str]) -> Iterator[Reason]:
    """How the case came on the waiting list, where it stands, and who promised it."""
    waits = case.decision_state == DecisionState.WAITING
    if not waits and decision.promised_by is None:
        return
    if "available_cents" in decision.facts:
        had = int(decision.facts["available_cents"])
        yield _HAD(available=Money(had), amount=Money(decision.amount_cents))
    if waits:
        line = [one.reference for one in waiting_list(work)]
        available = balances.fund_position(work.session, network=work.network.code).available_cents
        place = line.index(case.number)
        yield _PLACE(place=place + 1, length=len(line), available=Money(available))
        if place:
            yield _BEFORE(numbers=tuple(line[:place]))
    if decision.promised_by is not None and decision.promised_at_utc is not None:
        on = decision.promised_at_utc.astimezone(ZoneInfo(work.network.time_zone)).date()
        yield _PROMISED(person=names[decision.promised_by], on=on)


def _reviewed(work: Work, case: Case, names: Mapping[int, str]) -> Reason:
    review = work.session.get(DecisionReview, case.id)
    if review is None:
        return _TO_REVIEW()
    on = review.reviewed_at_utc.astimezone(ZoneInfo(work.network.time_zone)).date()
    return _REVIEWED(person=names[review.person_id], on=on)
