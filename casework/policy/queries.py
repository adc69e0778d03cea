"""Reading proposals, and what changed when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from casework.access import Permission, may_ever
from casework.context import Work
from casework.network.policy_versions import adopted_versions
from casework.network.tables import PolicySection
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from casework.policy.past import Past
from casework.policy.preview import Effects, effects_of
from casework.policy.proposals import (
    PolicyChange,
    change_of,
    checked_again,
    newest_version_id,
    open_proposal,
    partners_of,
    require_proposer,
)
from casework.policy.tables import OPEN, PolicyProposal
from errors import Conflict, Forbidden, NotFound
from rules.policy import PolicyBook, PolicyVersion, SectionName


@dataclass(frozen=True, slots=True)
class Start:
    """What a form for a change begins with: the latest version, and who has a weight in a key.

    ``base_id`` goes with the form, so that a change made meanwhile is noticed. ``waiting_id`` is the
    proposal that must be answered first.
    """

    version: PolicyVersion
    base_id: int
    partners: Mapping[str, str]
    waiting_id: int | None
    today: date


@dataclass(frozen=True, slots=True)
class Signed:
    """Who proposed a version, why, and who adopted it when."""

    proposal_id: int
    proposed_by: str
    adopted_by: str
    adopted_at_utc: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DatedChange:
    """One version after another, and who agreed on it; ``signed`` is None for what came from a file."""

    before: PolicyVersion
    after: PolicyVersion
    signed: Signed | None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list. ``state`` is open, adopted, refused or withdrawn."""

    id: int
    section: SectionName
    valid_from: date
    state: str
    proposed_by: str
    proposed_at_utc: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal with what it changes. ``obstacle`` says why it cannot be adopted any more.

    ``effects`` on past cases are worked out for an open proposal only.
    """

    id: int
    section: SectionName
    valid_from: date
    state: str
    reason: str
    proposed_by: str
    proposed_at_utc: datetime
    answered_by: str
    answered_at_utc: datetime | None
    answer_reason: str
    change: PolicyChange
    effects: Effects | None
    obstacle: Conflict | None
    own: bool
    may_answer: bool
    may_withdraw: bool


def start(work: Work, section: SectionName) -> Start:
    """Where a change of ``section`` begins. Raises what :func:`require_proposer` raises."""
    require_proposer(work, section)
    versions = [one for one in adopted_versions(work) if one.section is section]
    if not versions:
        raise NotFound()
    taking_part = [one for one in partners_of(work) if one.left_on is None or one.left_on > work.today]
    waits = open_proposal(work, section)
    return Start(
        version=versions[-1],
        base_id=newest_version_id(work, section),
        partners={one.code: one.name for one in taking_part},
        waiting_id=waits.id if waits else None,
        today=work.today,
    )


def dated_changes(work: Work) -> Mapping[SectionName, tuple[DatedChange, ...]]:
    """Per section what changed when, newest first. The first version of a section is no change."""
    signed = _signatures(work)
    found: dict[SectionName, list[DatedChange]] = {name: [] for name in SectionName}
    latest: dict[SectionName, PolicyVersion] = {}
    for version in adopted_versions(work):
        name = version.section
        if name in latest:
            signature = signed.get((name.value, version.valid_from))
            found[name].insert(0, DatedChange(latest[name], version, signature))
        latest[name] = version
    return {name: tuple(changes) for name, changes in found.items()}


def waiting(work: Work) -> tuple[ProposalRow, ...]:
    """The proposals that wait for a second person; none for who may not know of them."""
    if not may_ever(work.actor, Permission.POLICY_PROPOSALS):
        return ()
    query = select(PolicyProposal).where(
        PolicyProposal.network_id == work.network.id, PolicyProposal.state == OPEN
    )
    return _rows(work, work.session.scalars(query.order_by(PolicyProposal.proposed_at_utc)).all())


def proposals(work: Work, *, page: int = 1) -> Page[ProposalRow]:
    """Every proposal ever made, newest first. Asks ``POLICY_PROPOSALS``."""
    _require(work)
    own = PolicyProposal.network_id == work.network.id
    total = work.session.scalar(select(func.count()).select_from(PolicyProposal).where(own)) or 0
    query = select(PolicyProposal).where(own).order_by(PolicyProposal.id.desc())
    found = work.session.scalars(query.limit(PER_PAGE).offset(offset_of(page))).all()
    return Page(rows=_rows(work, found), number=page, total=total)


def proposal_view(work: Work, proposal_id: int) -> ProposalView:
    """One proposal, with what it would have meant for past cases. Asks ``POLICY_PROPOSALS``."""
    _require(work)
    query = select(PolicyProposal).where(
        PolicyProposal.id == proposal_id, PolicyProposal.network_id == work.network.id
    )
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    change, obstacle = _change(work, found), None
    is_open, own = found.state == OPEN, found.proposed_by == work.actor.person_id
    if is_open:
        try:
            checked_again(work, found)
        except Conflict as problem:
            obstacle = problem
    names = _names(work, [found])
    return ProposalView(
        id=found.id,
        section=SectionName(found.section),
        valid_from=found.valid_from,
        state=found.state,
        reason=found.reason,
        proposed_by=names[found.proposed_by],
        proposed_at_utc=found.proposed_at_utc,
        answered_by=names[found.answered_by] if found.answered_by else "",
        answered_at_utc=found.answered_at_utc,
        answer_reason=found.answer_reason,
        change=change,
        effects=preview(work, change) if is_open else None,
        obstacle=obstacle,
        own=own,
        may_answer=is_open and not own and may_ever(work.actor, Permission.POLICY_ADOPT),
        may_withdraw=is_open and own,
    )


def preview(work: Work, change: PolicyChange) -> Effects:
    """What ``change`` would have meant, with the numbers of the cases that the actor may see."""
    return effects_of(Past(work.session, work.network, work.actor), change)


def _require(work: Work) -> None:
    if not may_ever(work.actor, Permission.POLICY_PROPOSALS):
        raise Forbidden()


def _change(work: Work, proposal: PolicyProposal) -> PolicyChange:
    """Against the versions of when it was proposed, so that its page never says another thing."""
    rows = work.session.scalars(
        select(PolicySection).where(
            PolicySection.network_id == work.network.id,
            PolicySection.section == proposal.section,
            PolicySection.id <= proposal.base_id,
        )
    )
    book = PolicyBook(PolicyVersion.from_document(row.section, row.valid_from, row.document) for row in rows)
    after = PolicyVersion.from_document(
        proposal.section, proposal.valid_from, proposal.document, source=proposal.reason
    )
    return change_of(book, after)


def _signatures(work: Work) -> dict[tuple[str, date], Signed]:
    query = select(PolicyProposal).where(
        PolicyProposal.network_id == work.network.id, PolicyProposal.policy_section_id.is_not(None)
    )
    found = work.session.scalars(query).all()
    names = _names(work, found)
    return {
        (one.section, one.valid_from): Signed(
            proposal_id=one.id,
            proposed_by=names[one.proposed_by],
            adopted_by=names[one.answered_by],
            adopted_at_utc=one.answered_at_utc,
            reason=one.reason,
        )
        for one in found
        if one.answered_by is not None and one.answered_at_utc is not None
    }


def _rows(work: Work, found: Iterable[PolicyProposal]) -> tuple[ProposalRow, ...]:
    every = list(found)
    names = _names(work, every)
    return tuple(
        ProposalRow(
            id=one.id,
            section=SectionName(one.section),
            valid_from=one.valid_from,
            state=one.state,
            proposed_by=names[one.proposed_by],
            proposed_at_utc=one.proposed_at_utc,
            own=one.proposed_by == work.actor.person_id,
        )
        for one in every
    )


def _names(work: Work, found: Iterable[PolicyProposal]) -> dict[int, str]:
    people = {person for one in found for person in (one.proposed_by, one.answered_by) if person is not None}
    rows = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name for row in rows}
