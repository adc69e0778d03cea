"""Why somebody is not reminded of a claim that is due: it is in dispute, in pause, or being collected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from casework.cases.tables import Case
from casework.collections.tables import Collection
from casework.context import Work
from casework.settlement.plan import PlanGround
from casework.settlement.tables import Settlement, SettlementUndoing
from ledger.claims import Claim
from rules.lifecycle import SettlementState
from rules.wording import Labelled


class PauseReason(Labelled):
    """Why it waits."""

    DISPUTED = "disputed", "over de verrekening van deze casus is een geschil", "the settlement is in dispute"
    UNDOING = "undoing", "gevraagd is de verrekening ongedaan te maken", "undoing the settlement was asked"
    PLAN = "plan", "de inwoner heeft een betaalpauze", "the resident's repayments are paused"
    COLLECTED = "collected", "wordt geïncasseerd", "is being collected"


def pauses(work: Work, claims: Mapping[str, Claim]) -> dict[str, PauseReason]:
    """The claims of ``claims`` (by reference) of which nobody is reminded now, with the reason."""
    found: dict[str, PauseReason] = {}
    by_settlement = _settlements(work, {claim.case for claim in claims.values()})
    disputed = {case for (case, _), (row, _asked) in by_settlement.items() if _disputed(row)}
    collected = set(
        work.session.scalars(
            select(Collection.claim_reference).where(
                Collection.network_id == work.network.id,
                Collection.live,
                Collection.claim_reference.in_(list(claims)),
            )
        )
    )
    for reference, claim in claims.items():
        own = by_settlement.get((claim.case, claim.settlement))
        if reference in collected:
            found[reference] = PauseReason.COLLECTED
        elif own is not None and own[1]:
            found[reference] = PauseReason.UNDOING
        elif claim.case in disputed:
            found[reference] = PauseReason.DISPUTED
        elif own is not None and _plan_pauses(own[0].facts, work.today):
            found[reference] = PauseReason.PLAN
    return found


def _settlements(work: Work, cases: set[str]) -> dict[tuple[str, str], tuple[Settlement, bool]]:
    """Every settlement of these cases by case and reference, and whether undoing it was asked."""
    asked = Settlement.id.in_(
        select(SettlementUndoing.settlement_id).where(SettlementUndoing.state == "asked")
    )
    rows = work.session.execute(
        select(Settlement, Case.number, asked.label("undoing"))
        .join(Case, Case.id == Settlement.case_id)
        .where(Case.network_id == work.network.id, Case.number.in_(cases))
    )
    return {
        (row.number, f"{row.number}-V{row.Settlement.sequence}"): (row.Settlement, bool(row.undoing))
        for row in rows
    }


def _disputed(settlement: Settlement) -> bool:
    escalated = (SettlementState.PROPOSED.value, SettlementState.PUT.value)
    return settlement.state == SettlementState.DISPUTED.value or (
        settlement.state in escalated and settlement.escalated_at_utc is not None
    )


def _plan_pauses(facts: Mapping[str, Any], today: date) -> bool:
    """Whether the last change of the plan was a pause that still lasts."""
    changes = list(facts.get("plan_changes") or [])
    return bool(changes) and (
        changes[-1]["ground"] == PlanGround.PAUSE.value
        and date.fromisoformat(changes[-1]["first_on"]) > today
    )
