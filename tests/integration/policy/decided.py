"""Decided cases and settlements as they stand in the database, for running changed policy over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.decision.tables import Assessment, Decision, DecisionVote
from casework.people.tables import Person
from casework.settlement.tables import Settlement
from rules import allocation
from tests.integration.factories import NOW, Cast, a_case

Scores = tuple[int, int, int]


def a_decided_case(
    session: Session,
    cast: Cast,
    *,
    cents: int = 100_000,
    scores: Sequence[Scores] = ((4, 4, 4), (4, 4, 4)),
    members: Sequence[Person] | None = None,
    outcome: str = "approve",
    advice: str = "approve",
    quorum: int = 2,
    reviewed_afterwards: bool = False,
    durable: bool = True,
    motivation: str = "",
    counts: Sequence[bool] = (True, True, True, True),
    conflict: str = "",
    counted_with: Sequence[str] = (),
    at_utc: datetime = NOW,
    **values: object,
) -> Case:
    """A case on which ``members`` scored and voted; nothing is posted."""
    state = "approved" if outcome == "approve" else "declined"
    case = a_case(
        session, cast.network, cast.applicant, amounts=(cents,), decision_state=state, at_utc=at_utc, **values
    )
    people = list(zip(members or cast.secretariat, scores, counts, strict=False))
    for person, (legitimacy, yield_, involvement), counting in people:
        session.add(
            Assessment(
                case_id=case.id,
                person_id=person.id,
                legitimacy=legitimacy,
                legitimacy_reason="Zo is het.",
                yield_=yield_,
                yield_reason="Zo is het.",
                involvement=involvement,
                involvement_reason="Zo is het.",
                alternatives_explored=True,
                alternatives_reason="Alles geprobeerd.",
                durable_solution=durable,
                durable_reason="Dat weten we.",
                counts=counting,
                conflict_reason="" if counting else conflict,
                given_at_utc=at_utc,
            )
        )
        session.add(
            DecisionVote(
                case_id=case.id,
                person_id=person.id,
                outcome=outcome,
                motivation=motivation,
                counts=counting,
                voted_at_utc=at_utc,
            )
        )
    session.add(
        Decision(
            case_id=case.id,
            outcome=outcome,
            amount_cents=cents,
            advice=advice,
            quorum=quorum,
            policy_on=at_utc.date(),
            reviewed_afterwards=reviewed_afterwards,
            facts={
                "decided_by": [person.id for person, _scores, counting in people if counting],
                "counted_with": list(counted_with),
            },
            decided_at_utc=at_utc,
        )
    )
    session.flush()
    return case


def a_split(session: Session, cast: Cast, case: Case, cents: int) -> Settlement:
    """A collective settlement that was decided by equal weights."""
    weights = dict.fromkeys(sorted(cast.partners), 1)
    split = allocation.collective(cents, weights, {})
    settlement = Settlement(
        network_id=cast.network.id,
        case_id=case.id,
        sequence=1,
        kind="collective",
        amount_cents=cents,
        state="decided",
        proposed_by=cast.secretariat[0].id,
        proposed_at_utc=NOW,
        decided_at_utc=NOW,
        decided_on=NOW.date(),
        facts={
            "weights": dict.fromkeys(weights, "1"),
            "carry_before_millionths": dict.fromkeys(weights, 0),
            "carry_after_millionths": dict(split.carry),
        },
    )
    session.add(settlement)
    session.flush()
    return settlement
