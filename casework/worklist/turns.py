"""Who is on turn for a case that is not decided yet, as one member sees it. Pure but for the rows it reads.

It gives nothing away: a member who has not assessed learns no scores, no spread and no votes of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework.cases.tables import Case
from casework.decision.members import SecretariatMember
from casework.decision.seating import Seating
from casework.decision.standing import Standing
from casework.decision.tables import Assessment, DecisionVote
from casework.decision.weighing import APPROVE, Weighing, shut_gates
from casework.worklist import lines
from casework.worklist.lines import Action, Section, Tone, Turn
from rules.conflict import ConflictGround
from rules.mandate import DecidingBody
from rules.triangle import AdviceOutcome, Value
from rules.wording import Reason

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What the turn depends on. ``seating`` says who decides and who of them count for this case."""

    case: Case
    weighing: Weighing
    assessments: Sequence[Assessment]
    votes: Sequence[DecisionVote]
    seating: Seating
    me: int
    standing: Standing

    @property
    def free(self) -> Sequence[SecretariatMember]:
        """Those who count for this case."""
        return self.seating.free

    @property
    def counts(self) -> bool:
        """Whether the reader counts for this case."""
        return any(one.person_id == self.me for one in self.free)

    def assessed(self, person_id: int) -> bool:
        """Whether this person has assessed the case."""
        return any(one.person_id == person_id for one in self.assessments)

    def voted(self, person_id: int) -> bool:
        """Whether this person has voted."""
        return any(one.person_id == person_id for one in self.votes)


def turn_in_assessment(facts: Facts) -> Turn:
    """Who is on turn for a submitted case or one in assessment."""
    note = _note(facts)
    if not facts.seating.reached:
        return Turn(Section.OTHERS, lines.NO_QUORUM(), _open(facts), Tone.LATE, lines.APPOINT())
    if not facts.counts:
        return _of_others(facts, note)
    if not facts.assessed(facts.me):
        if facts.weighing.votes_open:
            return _of_others(facts, note)
        return Turn(Section.YOURS, lines.ASSESS(), Action.ASSESS, note=note)
    if facts.weighing.votes_open and not facts.voted(facts.me):
        return Turn(Section.YOURS, _vote_sentence(facts), Action.VOTE, _vote_tone(facts), note)
    return _of_others(facts, note)


def _of_others(facts: Facts, note: Reason | None) -> Turn:
    if not facts.weighing.votes_open:
        names = [one.name for one in facts.free if not facts.assessed(one.person_id)]
        return Turn(Section.OTHERS, lines.OTHERS_ASSESS(names=_few(names)), _open(facts), Tone.MUTE, note)
    names = [
        one.name
        for one in facts.free
        if facts.assessed(one.person_id) and not facts.voted(one.person_id) and one.person_id != facts.me
    ]
    if names:
        return Turn(Section.OTHERS, lines.OTHERS_VOTE(names=_few(names)), _open(facts), Tone.MUTE, note)
    # Everyone who assessed has voted and they do not agree: who has not assessed yet can tip it.
    names = [one.name for one in facts.free if not facts.assessed(one.person_id)]
    if facts.counts and not facts.assessed(facts.me):
        return Turn(Section.YOURS, lines.ASSESS(), Action.ASSESS)
    says = lines.OTHERS_ASSESS(names=_few(names)) if names else _vote_sentence(facts)
    return Turn(Section.OTHERS if names else Section.YOURS, says, _open(facts), Tone.WAIT, note)


def _open(facts: Facts) -> Action:
    """Where the line leads: to the form for who may still advise or assess, else to the decision."""
    if facts.standing.own_submission:
        return Action.OPEN
    return Action.DECIDE if facts.assessed(facts.me) else Action.ASSESS


def _vote_sentence(facts: Facts) -> Reason:
    advice = facts.weighing.advice
    if advice is not None and advice.outcome is AdviceOutcome.DISCUSS:
        value = max(Value, key=lambda one: advice.spread[one])
        return lines.DISCUSS(spread=advice.spread[value], value=value)
    shut = shut_gates(facts.weighing.gates)
    if shut and any(one.outcome == APPROVE for one in facts.votes):
        return lines.MOTIVATE(gates=shut)
    return lines.VOTE()


def _vote_tone(facts: Facts) -> Tone:
    advice = facts.weighing.advice
    return Tone.LATE if advice is not None and advice.outcome is AdviceOutcome.DISCUSS else Tone.WAIT


def _note(facts: Facts) -> Reason | None:
    """What the reader must know to understand whose turn it is."""
    standing, body = facts.standing, facts.seating.body
    if standing.own_submission:
        return lines.OWN_SUBMISSION()
    if not standing.counts:
        return lines.ADVISE_ONLY(ground=ConflictGround(standing.ground))
    if body is DecidingBody.SUBSTITUTES:
        return lines.SUBSTITUTES_JOIN()
    return lines.EXECUTIVES_JOIN() if body is DecidingBody.EXECUTIVES else None


def _few(names: Sequence[str]) -> tuple[str, ...]:
    """Names to show; a long list says less than a short one."""
    return tuple(names[:_NAMES_SHOWN])
