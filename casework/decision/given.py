"""What was given on many cases at once, so that a long list takes as many queries as a short one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import Assessment, DecisionVote


def assessments_by_case(work: Work, cases: Sequence[Case]) -> dict[int, list[Assessment]]:
    """Per case id the assessments, in the order in which they were given."""
    found: dict[int, list[Assessment]] = {}
    query = select(Assessment).where(Assessment.case_id.in_([case.id for case in cases]))
    for one in work.session.scalars(query.order_by(Assessment.given_at_utc, Assessment.id)):
        found.setdefault(one.case_id, []).append(one)
    return found


def votes_by_case(work: Work, cases: Sequence[Case]) -> dict[int, list[DecisionVote]]:
    """Per case id the votes, in the order in which they were cast."""
    found: dict[int, list[DecisionVote]] = {}
    query = select(DecisionVote).where(DecisionVote.case_id.in_([case.id for case in cases]))
    for one in work.session.scalars(query.order_by(DecisionVote.voted_at_utc, DecisionVote.id)):
        found.setdefault(one.case_id, []).append(one)
    return found
