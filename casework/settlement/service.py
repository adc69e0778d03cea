"""The services of settling in one place, and what a repayment does to a settlement."""

from __future__ import annotations

from sqlalchemy import select

from casework.audit.record import record
from casework.cases.tables import Case
from casework.context import Work
from casework.settlement.find import STANDING, settlements_of
from casework.settlement.plan import change_plan
from casework.settlement.propose import drop, propose
from casework.settlement.respond import accept, consent_by_silence_of, dispute
from casework.settlement.state import move, refresh_case
from casework.settlement.undo import ask_undoing, claims_of, confirm_undoing, refuse_undoing
from casework.settlement.vote import arbitrate, escalate, vote
from errors import NotFound
from rules.lifecycle import SettlementAction, SettlementKind, SettlementState

__all__ = [
    "accept",
    "after_repayment",
    "arbitrate",
    "ask_undoing",
    "change_plan",
    "confirm_undoing",
    "consent_by_silence_of",
    "dispute",
    "drop",
    "escalate",
    "propose",
    "refuse_undoing",
    "vote",
]


def after_repayment(work: Work, case_number: str) -> bool:
    """Bring a case's settlements to where their claims are, after a repayment, a write-off or its reversal.

    When nothing is open on a settlement any more it is repaid; when something is open again, it is not.
    Called by the service that books it, which has asked who may. True where something changed.
    """
    query = select(Case).where(Case.network_id == work.network.id, Case.number == case_number)
    case = work.session.scalar(query.with_for_update(of=Case))
    if case is None:
        raise NotFound()
    changed = False
    for settlement in settlements_of(work, case):
        if settlement.state not in STANDING or settlement.kind == SettlementKind.GIFT.value:
            continue
        all_in = sum(claim.open_cents for claim in claims_of(work, case, settlement)) == 0
        if all_in == (settlement.state == SettlementState.REPAID.value):
            continue
        move(settlement, SettlementAction.RECORD_REPAID if all_in else SettlementAction.REOPEN_CLAIM)
        record(
            work,
            "settlement.repaid" if all_in else "settlement.reopen",
            case.number,
            sequence=settlement.sequence,
        )
        changed = True
    if changed:
        refresh_case(work, case)
    return changed
