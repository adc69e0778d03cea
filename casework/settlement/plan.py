"""Another repayment plan for a resident: a pause in hardship, or another agreement on the open part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.context import Work
from casework.settlement.find import settlements_of
from casework.settlement.proposal import MAX_INSTALMENTS, PlannedInstalment, instalments
from casework.settlement.refusals import FirstInstalmentPast, InstalmentsNeeded, InstalmentsTooMany, NoPlan
from casework.settlement.tables import Settlement
from casework.settlement.undo import claims_of
from ledger import claims as ledger_claims
from ledger.claims import Claim, Instalment
from rules.lifecycle import SettlementKind, SettlementState
from rules.wording import Labelled


class PlanGround(Labelled):
    """Why a plan is changed. A code, no text: what a household goes through is not written in the books."""

    PAUSE = "pause", "pauze: betalen lukt nu even niet", "pause: paying does not work for now"
    AGREEMENT = "agreement", "we hebben iets anders afgesproken", "we made another agreement"


@dataclass(frozen=True, slots=True)
class PlanView:
    """A repayment plan as it was agreed. The first one has no ground; a change has, and who made it."""

    agreed_on: date
    ground: PlanGround | None
    agreed_by: str
    open_cents: int
    plan: tuple[PlannedInstalment, ...]


def change_plan(
    work: Work,
    *,
    number: str,
    sequence: int,
    ground: str,
    instalment_count: int,
    first_instalment_on: date,
) -> Claim:
    """Divide what is still open over ``instalment_count`` months from ``first_instalment_on``.

    No money is given up, so one member may do it. The same plan again changes nothing. Raises
    :class:`NoPlan` where the resident has nothing open under that settlement.
    """
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    settlement = next((one for one in settlements_of(work, case) if one.sequence == sequence), None)
    if (
        settlement is None
        or settlement.kind != SettlementKind.RESIDENT.value
        or settlement.state != SettlementState.DECIDED.value
    ):
        raise NoPlan()
    (claim,) = claims_of(work, case, settlement)
    if instalment_count < 1:
        raise InstalmentsNeeded(field="instalment_count")
    maximum = min(MAX_INSTALMENTS, claim.open_cents)
    if instalment_count > maximum:
        raise InstalmentsTooMany(field="instalment_count", maximum=maximum)
    if first_instalment_on < work.today:
        raise FirstInstalmentPast(field="first_instalment_on")
    parts = tuple(
        Instalment(part.due_on, part.amount_cents)
        for part in instalments(claim.open_cents, instalment_count, first_instalment_on)
    )
    if parts == claim.instalments and claim.planned_cents == claim.open_cents:
        return claim
    changed = ledger_claims.change_terms(
        work.session,
        network=work.network.code,
        reference=claim.reference,
        due_on=parts[-1].due_on,
        instalments=parts,
    )
    change = {
        "on": work.today.isoformat(),
        "ground": PlanGround(ground).value,
        "by": work.actor.person_id,
        "open_cents": claim.open_cents,
        "instalments": instalment_count,
        "first_on": first_instalment_on.isoformat(),
    }
    former = settlement.facts.get("plan_changes", [])
    settlement.facts = dict(settlement.facts) | {"plan_changes": [*former, change]}
    record(
        work,
        "settlement.plan",
        case.number,
        sequence=sequence,
        ground=ground,
        instalments=instalment_count,
        first_on=first_instalment_on.isoformat(),
    )
    work.session.flush()
    return changed


def plans_of(settlement: Settlement, names: Mapping[int, str]) -> tuple[PlanView, ...]:
    """Every plan there was, the newest first. ``names`` are those of people, by id."""
    if not settlement.instalment_count or settlement.first_instalment_on is None:
        return ()
    agreed_on = settlement.decided_on or settlement.proposed_at_utc.date()
    amount = settlement.amount_cents
    first = instalments(amount, settlement.instalment_count, settlement.first_instalment_on)
    found = [PlanView(agreed_on, None, "", amount, first)]
    for change in settlement.facts.get("plan_changes", ()):
        cents = int(change.get("open_cents", 0))
        plan = (
            instalments(cents, int(change["instalments"]), date.fromisoformat(change["first_on"]))
            if cents
            else ()  # of changes made before they were kept whole, only when and why is known
        )
        ground = PlanGround(change["ground"])
        by = names.get(int(change["by"]), "")
        found.append(PlanView(date.fromisoformat(change["on"]), ground, by, cents, plan))
    return tuple(reversed(found))
