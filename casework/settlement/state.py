"""Where a settlement stands, and where its case stands through all its settlements."""

from __future__ import annotations

from casework.cases.tables import Case
from casework.context import Work
from casework.settlement.find import STANDING, UNDER_WAY, settleable_cents, settlements_of
from casework.settlement.tables import Settlement
from rules.lifecycle import SETTLEMENT, SettlementAction, SettlementState, next_state

DROPPED, REPLACED, REVERSED, FALLEN_BACK = "dropped", "replaced", "reversed", "fallen_back"


def move(settlement: Settlement, action: SettlementAction, *, ended: str | None = None) -> None:
    """Take the step that the table of states allows; ``ended`` names how a settlement ends without standing.

    Raises :class:`rules.lifecycle.IllegalTransition`, also for a settlement that has ended.
    """
    known = settlement.state in set(SettlementState)
    present = SettlementState(settlement.state) if known else SettlementState.NONE
    following = next_state(SETTLEMENT, present, action)
    settlement.state = ended or following.value


def refresh_case(work: Work, case: Case) -> None:
    """Set the case's settlement state to what its settlements and its unsettled money say together.

    A proposal under way comes first; then what was paid and not settled; then what is not repaid.
    """
    work.session.flush()
    states = [one.state for one in settlements_of(work, case)]
    busy = [state for state in states if state in UNDER_WAY]
    standing = [state for state in states if state in STANDING]
    if busy:
        case.settlement_state = busy[-1]
    elif not standing or settleable_cents(work, case) > 0:
        case.settlement_state = SettlementState.NONE.value
    elif SettlementState.DECIDED.value in standing:
        case.settlement_state = SettlementState.DECIDED.value
    else:
        case.settlement_state = SettlementState.REPAID.value
    work.session.flush()
