"""Proposals as the tests make them, and the documents they propose."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from casework.context import Work
from casework.network.policy_versions import adopted_versions
from casework.people.tables import Person
from casework.policy import proposals
from casework.policy.tables import PolicyProposal
from rules.policy import SectionName
from tests.integration.factories import NOW, Cast, work_as

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


def document(work: Work, section: SectionName, **changed: Any) -> dict[str, Any]:
    """The latest version of ``section`` with some keys changed."""
    latest = [one for one in adopted_versions(work) if one.section is section][-1]
    return latest.to_document() | changed


def bands(*limits: tuple[str, int]) -> list[dict[str, Any]]:
    """The bands of a mandate: an amount and a number of members each."""
    return [
        {"up_to": up_to, "members": members, "reviewed_afterwards": members == 1} for up_to, members in limits
    ]


def propose(
    session: Session,
    cast: Cast,
    section: SectionName = SectionName.MANDATE,
    *,
    by: Person | None = None,
    on: date = TOMORROW,
    reason: str = "Het eerste jaar liet zien dat het anders moet.",
    **changed: Any,
) -> PolicyProposal:
    """A proposal of the first member of the secretariat; by default EUR 7,500 in place of 5,000."""
    work = work_as(session, by or cast.secretariat[0], cast.network)
    if section is SectionName.MANDATE and not changed:
        changed = {"bands": bands(("500.00", 1), ("7500.00", 2))}
    return proposals.propose(
        work,
        section=section,
        valid_from=on,
        document=document(work, section, **changed),
        reason=reason,
        base_id=proposals.newest_version_id(work, section),
    )


def adopt(session: Session, cast: Cast, proposal: PolicyProposal, by: Person | None = None) -> PolicyProposal:
    """The second member adopts it."""
    work = work_as(session, by or cast.secretariat[1], cast.network)
    return proposals.adopt(work, proposal_id=proposal.id)
