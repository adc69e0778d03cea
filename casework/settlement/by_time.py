"""What time does to settlements: silence becomes consent, what an outside party leaves falls back.

Each pair of functions is a step of :mod:`casework.due`: one finds what seems due, the other does one of them,
having locked its case and looked again. Only the program may: a person has a page for each of these.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from casework.audit.record import record
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.settlement import undo
from casework.settlement.find import UNDER_WAY, settleable_cents, settlement_by_id
from casework.settlement.letters import last_letter
from casework.settlement.mandate import short_of_members
from casework.settlement.proposal import Proposal
from casework.settlement.propose import keep_proposal
from casework.settlement.respond import consent
from casework.settlement.state import move, refresh_case
from casework.settlement.tables import ClaimLetter, Settlement
from errors import Forbidden
from rules.lifecycle import SettlementAction, SettlementKind, SettlementState

_VOTED_ON = (SettlementState.PROPOSED.value, SettlementState.DISPUTED.value)


def silent(work: Work) -> tuple[str, ...]:
    """The settlements whose parties let the term pass without disputing."""
    return _ids(work, Settlement.state == SettlementState.PUT.value, Settlement.respond_by_on < work.today)


def let_silence_decide(work: Work, item: str) -> str | None:
    """Take silence for consent and decide: the claims arise."""
    settlement, case = _locked(work, item)
    over = settlement.respond_by_on is not None and settlement.respond_by_on < work.today
    if settlement.state != SettlementState.PUT.value or not over:
        return None
    consent(work, case, settlement)
    return f"{case.number}: silence is consent, the settlement is decided."


def short_of_quorum(work: Work) -> tuple[str, ...]:
    """The settlements that wait for votes of the secretariat; whether it can give them is seen one by one."""
    return _ids(work, Settlement.state.in_(_VOTED_ON), Settlement.escalated_at_utc.is_(None))


def let_executives_decide(work: Work, item: str) -> str | None:
    """Put it to the executives where the secretariat has too few members without an interest."""
    settlement, case = _locked(work, item)
    waits = settlement.state in _VOTED_ON and settlement.escalated_at_utc is None
    if not waits or not short_of_members(work, case, settlement):
        return None
    move(settlement, SettlementAction.ESCALATE)
    settlement.escalated_at_utc = work.now_utc
    refresh_case(work, case)
    record(work, "settlement.escalate", case.number, sequence=settlement.sequence)
    notices.settlement_escalated(work, case, settlement)
    return f"{case.number}: too few members can decide, it is with the executives now."


def left_by_outside(work: Work) -> tuple[str, ...]:
    """The decided settlements on an outside party whose last letter gave it until before today."""
    overdue = select(ClaimLetter.settlement_id).where(ClaimLetter.due_on < work.today)
    return _ids(
        work,
        Settlement.state == SettlementState.DECIDED.value,
        Settlement.kind == SettlementKind.OUTSIDE.value,
        Settlement.id.in_(overdue),
    )


def let_outside_fall_back(work: Work, item: str) -> str | None:
    """Let what is open fall back, and propose that all partners pay it. The quorum still decides.

    The term began with the letter: a party that was never written to has nothing to answer for. Where a
    member asked to undo this settlement, a person is at work on it and the program leaves it alone.
    """
    settlement, case = _locked(work, item)
    letter = last_letter(work, settlement)
    if (
        settlement.state != SettlementState.DECIDED.value
        or letter is None
        or letter.due_on >= work.today
        or undo.open_undoing(work, settlement) is not None
        or not any(claim.open_cents for claim in undo.claims_of(work, case, settlement))
    ):
        return None
    undo.fall_back(work, case, settlement, undo.Ground.OUTSIDE)
    refresh_case(work, case)
    # A later payment of the same case may be in a proposal already: then that is decided first.
    proposed = None if case.settlement_state in UNDER_WAY else _propose_collective(work, case)
    record(
        work,
        "settlement.outside_left",
        case.number,
        sequence=settlement.sequence,
        proposed=None if proposed is None else proposed.sequence,
        amount_cents=None if proposed is None else proposed.amount_cents,
    )
    says = "fell back" if proposed is None else "fell back, a collective settlement is proposed"
    return f"{case.number}: what the outside party left {says}."


def _propose_collective(work: Work, case: Case) -> Settlement | None:
    if settleable_cents(work, case) == 0:
        return None
    proposed = keep_proposal(work, case, Proposal(SettlementKind.COLLECTIVE), key="")
    refresh_case(work, case)
    return proposed


def _ids(work: Work, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
    query = select(Settlement.id).where(Settlement.network_id == work.network.id, *conditions)
    return tuple(str(found) for found in work.session.scalars(query.order_by(Settlement.id)))


def _locked(work: Work, item: str) -> tuple[Settlement, Case]:
    if not work.actor.is_program:
        raise Forbidden()
    return settlement_by_id(work, int(item), lock=True)
