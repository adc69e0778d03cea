"""For which cases a substitute or an executive is called: those on which nobody before them can decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, lazyload, load_only

from casework.cases.brought import former_applicants
from casework.cases.tables import Case
from casework.context import Actor, Work
from casework.decision.members import Bench, bench
from casework.decision.standing import parties_of
from casework.decision.tables import Assessment, DecisionVote
from casework.decision.weighing import Around, household_requests, judged_on, mandate_of, seating_of
from casework.network.tables import Network
from casework.people.actor import load_actor
from casework.people.tables import Person
from rules.lifecycle import DecisionState
from rules.mandate import DecidingBody
from rules.policy import Policy
from rules.roles import Role

_OPEN = (
    DecisionState.SUBMITTED.value,
    DecisionState.IN_ASSESSMENT.value,
    DecisionState.INFORMATION_REQUESTED.value,
)
# It is asked at every request: what says nothing about who decides is not read, nor decrypted.
_WITHOUT_TEXTS = (defer(Case.title), lazyload(Case.applicant), lazyload(Case.questions))
_CALLED_AS = {DecidingBody.SUBSTITUTES: Role.SUBSTITUTE, DecidingBody.EXECUTIVES: Role.EXECUTIVE}


def acting(session: Session, *, person: Person, network: Network, day: date) -> Actor:
    """The actor that ``person`` is in ``network`` on ``day``, with the cases for which they are called."""
    actor = load_actor(session, person=person, network=network, day=day)
    return replace(actor, called=called_for(session, network, actor, day))


def called_for(session: Session, network: Network, actor: Actor, day: date) -> frozenset[int]:
    """The ids of the cases for which ``actor`` is called on ``day`` as a substitute or an executive.

    Those that are not decided, where that body decides and they have no interest; and those they have
    assessed in that role, so that they can see what came of it. Empty for everyone else.
    """
    roles = [role for role in _CALLED_AS.values() if actor.has(role)]
    if not roles:
        return frozenset()
    noon = datetime.combine(day, time(12), ZoneInfo(network.time_zone))
    work = Work(session, actor, network, noon)
    return _open_cases(work, roles) | _assessed(work, roles)


def _assessed(work: Work, roles: Sequence[Role]) -> frozenset[int]:
    query = (
        select(Assessment.case_id)
        .join(Case, Case.id == Assessment.case_id)
        .where(
            Case.network_id == work.network.id,
            Assessment.person_id == work.actor.person_id,
            Assessment.given_as.in_([role.value for role in roles]),
        )
    )
    return frozenset(work.session.scalars(query))


def _open_cases(work: Work, roles: Sequence[Role]) -> frozenset[int]:
    query = (
        select(Case)
        .where(Case.network_id == work.network.id, Case.decision_state.in_(_OPEN))
        .options(*_WITHOUT_TEXTS)
    )
    cases = list(work.session.scalars(query))
    if not cases:
        return frozenset()
    people, former = bench(work), former_applicants(work, cases)
    policies: dict[date, Policy] = {}
    doubtful: list[tuple[Case, Policy]] = []
    for case in cases:
        day = judged_on(case, work.network.time_zone)
        if day not in policies:
            policies[day] = work.policy_on(day)
        if not members_suffice(case, policies[day], people, former.get(case.id, frozenset())):
            doubtful.append((case, policies[day]))
    if not doubtful:
        return frozenset()
    cases = [case for case, _policy in doubtful]
    known = Around(households=household_requests(work, cases), people=people, former=former)
    assessments, votes = _given(work, cases)
    found = set()
    for case, policy in doubtful:
        seating = seating_of(
            case,
            policy,
            known,
            required=mandate_of(work, case, policy, known.households.get(case.id, ())).required_members,
            assessments=assessments.get(case.id, ()),
            votes=votes.get(case.id, ()),
        )
        free = {one.person_id for one in seating.free}
        if _CALLED_AS.get(seating.body) in roles and work.actor.person_id in free:
            found.add(case.id)
    return frozenset(found)


def members_suffice(case: Case, policy: Policy, people: Bench, former: frozenset[int]) -> bool:
    """Whether enough members have nothing to do with ``case`` for any amount, so that nobody is called.

    A quick look that can only say no too often: it takes every partner in the case for an interest, and
    the largest quorum for the one that is needed.
    """
    terms, parties = policy.mandate, parties_of(case)
    largest = max([terms.members_above, *(band.members for band in terms.bands)])
    named = {parties.submitted_by_partner} | parties.payee_partners | parties.settled_on
    outside = former | {case.applicant_id}
    free = [one for one in people.members if one.person_id not in outside and not one.partner_codes & named]
    return len(free) >= largest


def _given(
    work: Work, cases: Sequence[Case]
) -> tuple[dict[int, list[Assessment]], dict[int, list[DecisionVote]]]:
    """Who assessed and who voted, without what they wrote: that need not be decrypted for this."""
    ids = [case.id for case in cases]
    assessments: dict[int, list[Assessment]] = {}
    votes: dict[int, list[DecisionVote]] = {}
    columns = (Assessment.case_id, Assessment.person_id, Assessment.counts, Assessment.given_as)
    for one in work.session.scalars(
        select(Assessment).where(Assessment.case_id.in_(ids)).options(load_only(*columns))
    ):
        assessments.setdefault(one.case_id, []).append(one)
    for vote in work.session.scalars(
        select(DecisionVote)
        .where(DecisionVote.case_id.in_(ids))
        .options(load_only(DecisionVote.case_id, DecisionVote.person_id))
    ):
        votes.setdefault(vote.case_id, []).append(vote)
    return assessments, votes
