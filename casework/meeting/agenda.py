"""The agenda as the worklist makes it: what the secretariat has to speak about.

It is one list for everyone, so it gives away no scores: a case whose members differ stands there as one on
which all assessments are in and no decision was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.deciding import waiting_list
from casework.decision.given import assessments_by_case, votes_by_case
from casework.decision.tables import Decision, DecisionReview
from casework.decision.weighing import around, weigh
from casework.settlement.lists import Stage, settlement_lines_for_worklist
from rules.lifecycle import DecisionState
from rules.mandate import DecidingBody
from rules.wording import Labelled


class PointKind(Labelled):
    """Why something is on the agenda, in the order in which it stands there."""

    DISCUSS = "discuss", "Te bespreken", "To discuss"
    DISPUTE = "dispute", "Betwiste verrekeningen", "Disputed settlements"
    WAITING = "waiting", "Wachtlijst", "Waiting list"
    UNSETTLED = "unsettled", "Betaald, nog te verrekenen", "Paid, not yet settled"
    REVIEW = "review", "Achteraf te bekijken", "To be reviewed afterwards"
    OWN = "own", "Eigen punten", "Points of our own"


@dataclass(frozen=True, slots=True)
class Subject:
    """A case that belongs on the agenda."""

    kind: PointKind
    case_id: int


def subjects(work: Work) -> tuple[Subject, ...]:
    """What stands on the agenda now, in order."""
    return (*_to_discuss(work), *_settling(work, Stage.DISPUTED, PointKind.DISPUTE), *_waiting(work),
            *_settling(work, Stage.TO_SETTLE, PointKind.UNSETTLED), *_to_review(work))  # fmt: skip


def _to_discuss(work: Work) -> Iterator[Subject]:
    """Cases on which enough was given to decide and nobody did, or which the members cannot decide alone."""
    states = (DecisionState.SUBMITTED.value, DecisionState.IN_ASSESSMENT.value)
    query = select(Case).where(Case.network_id == work.network.id, Case.decision_state.in_(states))
    cases = list(work.session.scalars(query.order_by(Case.submitted_at_utc, Case.id)))
    if not cases:
        return
    known = around(work, cases)
    assessments, votes = assessments_by_case(work, cases), votes_by_case(work, cases)
    for case in cases:
        weighing = weigh(
            work,
            case,
            assessments=assessments.get(case.id, ()),
            votes=votes.get(case.id, ()),
            surroundings=known,
        )
        alone = weighing.seating is not None and weighing.seating.body is DecidingBody.MEMBERS
        if weighing.votes_open or not alone:
            yield Subject(PointKind.DISCUSS, case.id)


def _settling(work: Work, stage: Stage, kind: PointKind) -> Iterator[Subject]:
    numbers = [line.case_number for line in settlement_lines_for_worklist(work) if line.stage is stage]
    yield from (Subject(kind, case_id) for case_id in _ids(work, numbers))


def _waiting(work: Work) -> Iterator[Subject]:
    numbers = [one.reference for one in waiting_list(work)]
    yield from (Subject(PointKind.WAITING, case_id) for case_id in _ids(work, numbers))


def _to_review(work: Work) -> Iterator[Subject]:
    query = (
        select(Case.id)
        .join(Decision, Decision.case_id == Case.id)
        .outerjoin(DecisionReview, DecisionReview.case_id == Case.id)
        .where(
            Case.network_id == work.network.id,
            Decision.reviewed_afterwards,
            DecisionReview.case_id.is_(None),
        )
        .order_by(Decision.decided_at_utc, Case.id)
    )
    yield from (Subject(PointKind.REVIEW, case_id) for case_id in work.session.scalars(query))


def _ids(work: Work, numbers: list[str]) -> list[int]:
    """The ids of the cases with these numbers, in their order, each once."""
    query = select(Case.number, Case.id).where(Case.network_id == work.network.id, Case.number.in_(numbers))
    found: dict[str, int] = dict(work.session.execute(query).all())
    return list(dict.fromkeys(found[number] for number in numbers if number in found))
