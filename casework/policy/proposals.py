"""Changing policy: checked, proposed by one person, adopted, refused or withdrawn.

Whoever changes policy locks the network's row first, so that of two at once the second sees what the
first did. An adopted version is added and never changes: cases of before keep the policy of their day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.network.load import follow_buffer, submitted_today
from casework.network.policy_versions import adopted_versions
from casework.network.tables import Network, Partner, PolicySection
from casework.policy.refusals import (
    AnsweredAlready,
    CasesOfToday,
    ChangedMeanwhile,
    DayIsTaken,
    HoldsFromThePast,
    NothingChanges,
    NotYourProposal,
    OnlyMoneySections,
    OwnProposal,
    ProposalNoLongerFits,
    ProposalOutdated,
    ProposalTooLate,
    ProposalWaits,
    ReasonNeeded,
)
from casework.policy.tables import ADOPTED, OPEN, REFUSED, WITHDRAWN, PolicyProposal
from errors import Forbidden, Invalid, NotFound
from rules.policy import JUDGES_CASES, PolicyBook, PolicyVersion, SectionName
from rules.policy_changes import changed_version
from rules.roles import Role

MONEY_SECTIONS = frozenset(
    {
        SectionName.CONTRIBUTION,
        SectionName.FUND,
        SectionName.ALLOCATION_KEY,
        SectionName.CONSUMER_PRICE_INDEX,
    }
)


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A change that is right: what held on the day before, what would hold, and until when.

    ``next_from`` is the day from which a later version, adopted before, takes its place again.
    """

    before: PolicyVersion
    after: PolicyVersion
    next_from: date | None = None


def may_propose(work: Work, section: SectionName) -> bool:
    """Whether the actor may propose a change of ``section``: the treasurer only of what is about money."""
    if not may_ever(work.actor, Permission.POLICY_PROPOSE):
        return False
    return work.actor.has(Role.SECRETARIAT) or section in MONEY_SECTIONS


def require_proposer(work: Work, section: SectionName) -> None:
    """Raises :class:`OnlyMoneySections`, or ``Forbidden`` for who may propose nothing at all."""
    if not may_ever(work.actor, Permission.POLICY_PROPOSE):
        raise Forbidden()
    if not may_propose(work, section):
        raise OnlyMoneySections()


def newest_version_id(work: Work, section: SectionName) -> int:
    """Which version of ``section`` was added last; another number later says that policy was changed."""
    newest = select(func.max(PolicySection.id)).where(
        PolicySection.network_id == work.network.id, PolicySection.section == section.value
    )
    found = work.session.scalar(newest)
    if found is None:
        raise NotFound()
    return int(found)


def check_change(
    work: Work, *, section: SectionName, valid_from: date, document: Mapping[str, object], base_id: int
) -> PolicyChange:
    """The change as it would come to hold. Asks ``POLICY_PROPOSE``; stores nothing.

    Raises :class:`ChangedMeanwhile`, :class:`~rules.policy_reader.PolicyWrong` and, beside their field,
    :class:`HoldsFromThePast`, :class:`DayIsTaken`, :class:`CasesOfToday` and :class:`NothingChanges`.
    """
    require_proposer(work, section)
    if newest_version_id(work, section) != base_id:
        raise ChangedMeanwhile()
    return _checked(work, section=section, valid_from=valid_from, document=document, source="")


def propose(
    work: Work,
    *,
    section: SectionName,
    valid_from: date,
    document: Mapping[str, object],
    reason: str,
    base_id: int,
) -> PolicyProposal:
    """Put a change to a second person. Sending the same form twice gives the first proposal.

    Raises what :func:`check_change` raises, :class:`ReasonNeeded` and :class:`ProposalWaits`.
    """
    require_proposer(work, section)
    _lock(work)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    waiting = open_proposal(work, section)
    if waiting is not None:
        same = (waiting.document, waiting.valid_from, waiting.reason) == (
            document,
            valid_from,
            reason.strip(),
        )
        if same and waiting.proposed_by == work.actor.person_id:
            return waiting
        raise ProposalWaits()
    change = check_change(work, section=section, valid_from=valid_from, document=document, base_id=base_id)
    proposal = PolicyProposal(
        network_id=work.network.id,
        section=section.value,
        valid_from=valid_from,
        document=change.after.to_document(),
        reason=reason.strip(),
        base_id=base_id,
        proposed_by=work.actor.person_id,
        proposed_at_utc=work.now_utc,
    )
    work.session.add(proposal)
    work.session.flush()
    record(work, "policy.propose", section.value, from_on=valid_from.isoformat())
    return proposal


def adopt(work: Work, *, proposal_id: int) -> PolicyProposal:
    """Make a proposal policy from its day on; a second click gives the same outcome.

    Where it is about the fund and holds today, the buffer follows at once; otherwise on its day.
    Raises :class:`OwnProposal`, :class:`AnsweredAlready`, :class:`ProposalOutdated`,
    :class:`ProposalTooLate` and :class:`ProposalNoLongerFits`.
    """
    proposal = _to_answer(work, proposal_id, again=ADOPTED)
    if proposal.state == ADOPTED:
        return proposal
    section = SectionName(proposal.section)
    change = checked_again(work, proposal)
    version = PolicySection(
        network_id=work.network.id,
        section=proposal.section,
        valid_from=proposal.valid_from,
        document=change.after.to_document(),
        source=proposal.reason,
        adopted_at_utc=work.now_utc,
    )
    work.session.add(version)
    work.session.flush()
    proposal.policy_section_id = version.id
    _answer(work, proposal, ADOPTED, "")
    record(work, "policy.adopt", proposal.section, from_on=proposal.valid_from.isoformat())
    if section is SectionName.FUND:
        follow_buffer(work.session, work.network, work.now_utc)
    return proposal


def check_adoption(work: Work, *, proposal_id: int) -> None:
    """Raise what :func:`adopt` would raise and change nothing: asked before someone is asked to confirm."""
    proposal = _to_answer(work, proposal_id, again=ADOPTED)
    if proposal.state == OPEN:
        checked_again(work, proposal)


def refuse(work: Work, *, proposal_id: int, reason: str) -> PolicyProposal:
    """Do not adopt it, and say why. Raises as :func:`adopt` does, and :class:`ReasonNeeded`."""
    proposal = _to_answer(work, proposal_id, again=REFUSED)
    if proposal.state == OPEN:
        _answer(work, proposal, REFUSED, _needed(reason))
        record(work, "policy.refuse", proposal.section, from_on=proposal.valid_from.isoformat())
    return proposal


def withdraw(work: Work, *, proposal_id: int, reason: str) -> PolicyProposal:
    """The proposer takes it back. Raises :class:`NotYourProposal`, :class:`AnsweredAlready`."""
    if not may_ever(work.actor, Permission.POLICY_PROPOSE):
        raise Forbidden()
    proposal = _locked(work, proposal_id)
    if proposal.proposed_by != work.actor.person_id:
        raise NotYourProposal()
    if proposal.state not in (OPEN, WITHDRAWN):
        raise AnsweredAlready()
    if proposal.state == OPEN:
        _answer(work, proposal, WITHDRAWN, _needed(reason))
        record(work, "policy.withdraw", proposal.section, from_on=proposal.valid_from.isoformat())
    return proposal


def open_proposal(work: Work, section: SectionName) -> PolicyProposal | None:
    """The proposal for ``section`` that waits for a second person."""
    query = select(PolicyProposal).where(
        PolicyProposal.network_id == work.network.id,
        PolicyProposal.section == section.value,
        PolicyProposal.state == OPEN,
    )
    return work.session.scalars(query).one_or_none()


def checked_again(work: Work, proposal: PolicyProposal) -> PolicyChange:
    """An open proposal against the policy of this moment. Raises what keeps it from being adopted."""
    section = SectionName(proposal.section)
    if newest_version_id(work, section) != proposal.base_id:
        raise ProposalOutdated()
    if proposal.valid_from < work.today:
        raise ProposalTooLate()
    try:
        return _checked(
            work,
            section=section,
            valid_from=proposal.valid_from,
            document=proposal.document,
            source=proposal.reason,
        )
    except Invalid as problem:
        raise ProposalNoLongerFits(why_nl=problem.sentence("nl"), why_en=problem.sentence("en")) from problem


def partners_of(work: Work) -> list[Partner]:
    """All partners, former ones too, by code."""
    query = select(Partner).where(Partner.network_id == work.network.id).order_by(Partner.code)
    return list(work.session.scalars(query))


def change_of(book: PolicyBook, after: PolicyVersion) -> PolicyChange:
    """``after`` beside the version that it follows and the one that follows it."""
    later = (one.valid_from for one in book.versions(after.section) if one.valid_from > after.valid_from)
    return PolicyChange(book.version_on(after.section, after.valid_from), after, min(later, default=None))


def _checked(
    work: Work, *, section: SectionName, valid_from: date, document: Mapping[str, object], source: str
) -> PolicyChange:
    adopted = adopted_versions(work)
    if valid_from < work.today:
        raise HoldsFromThePast(field="valid_from")
    if any((one.section, one.valid_from) == (section, valid_from) for one in adopted):
        raise DayIsTaken(field="valid_from", on=valid_from.isoformat())
    if (
        valid_from == work.today
        and section in JUDGES_CASES
        and submitted_today(work.session, work.network, work.now_utc)
    ):
        raise CasesOfToday(field="valid_from")
    after = changed_version(
        section, valid_from, document, source=source, partners=partners_of(work), adopted=adopted
    )
    change = change_of(PolicyBook(adopted), after)
    if change.before.content == after.content:
        raise NothingChanges()
    return change


def _lock(work: Work) -> None:
    # FOR NO KEY UPDATE, as everyone who locks a network: others may go on referring to it.
    row = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(row.with_for_update(key_share=True))


def _locked(work: Work, proposal_id: int) -> PolicyProposal:
    _lock(work)
    query = select(PolicyProposal).where(
        PolicyProposal.id == proposal_id, PolicyProposal.network_id == work.network.id
    )
    found = work.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _to_answer(work: Work, proposal_id: int, *, again: str) -> PolicyProposal:
    """The proposal, if the actor may answer it now or gave this very answer (``again``) before."""
    if not may_ever(work.actor, Permission.POLICY_ADOPT):
        raise Forbidden()
    proposal = _locked(work, proposal_id)
    if proposal.proposed_by == work.actor.person_id:
        raise OwnProposal()
    repeated = proposal.state == again and proposal.answered_by == work.actor.person_id
    if proposal.state != OPEN and not repeated:
        raise AnsweredAlready()
    return proposal


def _answer(work: Work, proposal: PolicyProposal, state: str, reason: str) -> None:
    proposal.state = state
    proposal.answered_by = work.actor.person_id
    proposal.answered_at_utc = work.now_utc
    proposal.answer_reason = reason
    work.session.flush()


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded(field="answer_reason")
    return reason.strip()
