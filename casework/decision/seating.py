"""Who decides on a case: the members, with substitutes, or the executives; and who of them counts.

It is asked anew each time as long as the case is not decided, as people come and go. Whoever voted and
has left since keeps counting: what was given stays given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casework.cases.tables import Case
from casework.context import Actor
from casework.decision.members import Bench, SecretariatMember
from casework.decision.standing import parties_of, standing_of
from casework.decision.tables import Assessment, DecisionVote
from rules.conflict import ConflictTerms, Member
from rules.mandate import DecidingBody, deciding_body, why_this_body
from rules.roles import Role
from rules.wording import Reason


@dataclass(frozen=True, slots=True)
class Seating:
    """Who decides. ``free`` are those who count: of the body's roles, without an interest.

    ``sitting`` are all who hold one of the body's roles. ``reached`` is false where even executives
    cannot reach the quorum.
    """

    body: DecidingBody
    free: tuple[SecretariatMember, ...]
    sitting: frozenset[int]
    reasons: tuple[Reason, ...]
    reached: bool

    def counts(self, assessment: Assessment) -> bool:
        """Whether this assessment, and the vote of who gave it, counts."""
        if not assessment.counts:
            return False
        if assessment.person_id in self.sitting:
            return any(one.person_id == assessment.person_id for one in self.free)
        return Role(assessment.given_as) in self.body.roles


def seat(
    case: Case,
    *,
    terms: ConflictTerms,
    required: int,
    people: Bench,
    former: Collection[int] = (),
    assessments: Sequence[Assessment] = (),
    votes: Sequence[DecisionVote] = (),
) -> Seating:
    """Who decides on ``case`` as things stand. ``former`` are those who had the case before.

    ``required`` is the quorum; ``votes`` are counted for people who are not there any more.
    """
    parties = parties_of(case)
    free: dict[Role, list[SecretariatMember]] = {}
    known: dict[Role, list[Member]] = {}
    number: dict[Role, int] = {}
    voted = {one.person_id for one in votes}
    for role, sitting in people.by_role.items():
        standings = [
            (one, standing_of(one.person_id, one.partner_codes, case, terms, parties=parties))
            for one in sitting
            if one.person_id not in former
        ]
        free[role] = [one for one, standing in standings if standing.counts]
        # The rule knows one partner per member: the one by which they are in conflict, if any.
        known[role] = [Member(str(one.person_id), standing.partner_code) for one, standing in standings]
        left = voted - {one.person_id for one in sitting}
        gone = [one for one in assessments if one.counts and one.given_as == role and one.person_id in left]
        known[role] += [Member(str(one.person_id), "") for one in gone]
        number[role] = len(free[role]) + len(gone)
    body = deciding_body(
        required,
        members=known[Role.SECRETARIAT],
        substitutes=known[Role.SUBSTITUTE],
        parties=parties,
        terms=terms,
    )
    seated = {one.person_id: one for role in sorted(body.roles) for one in free[role]}
    return Seating(
        body=body,
        free=tuple(sorted(seated.values(), key=lambda one: (one.name, one.person_id))),
        sitting=frozenset(one.person_id for role in body.roles for one in people.by_role[role]),
        reasons=why_this_body(
            body,
            required,
            members=number[Role.SECRETARIAT],
            substitutes=number[Role.SUBSTITUTE],
            executives=number[Role.EXECUTIVE],
        ),
        reached=body is not DecidingBody.EXECUTIVES or number[Role.EXECUTIVE] >= required,
    )


def acting_role(actor: Actor, body: DecidingBody) -> Role:
    """In which role ``actor`` assesses and votes: one in which they count, if they hold one."""
    order = (Role.SECRETARIAT, Role.SUBSTITUTE, Role.EXECUTIVE)
    held = [role for role in order if actor.has(role)]
    counting = [role for role in held if role in body.roles]
    return (counting or held or [Role.SECRETARIAT])[0]
