"""Agreeing with a proposal: members of the secretariat, and executives where a dispute was put to them."""

from __future__ import annotations

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.settlement.decide import settle
from casework.settlement.find import STANDING, settlement_of_executives, settlements_of, under_way
from casework.settlement.mandate import Tally, body_of, conflicts_of_actor, short_of_members, tally
from casework.settlement.refusals import (
    AlreadyEscalated,
    EnoughMembers,
    ForTheExecutives,
    MotivationNeeded,
    PartiesComeFirst,
)
from casework.settlement.state import move, refresh_case
from casework.settlement.tables import Settlement, SettlementVote
from errors import Forbidden, NotFound
from rules.lifecycle import SETTLEMENT, SettlementAction, SettlementState, next_state


def vote(work: Work, *, number: str, motivation: str = "") -> Tally:
    """Agree with the proposal as a member of the secretariat; with the quorum it is decided.

    Whose partner is a party, or who submitted the case, advises but does not count. Agreeing twice is
    agreeing once. Over a dispute a motivation is needed. Raises :class:`PartiesComeFirst`,
    :class:`ForTheExecutives`.
    """
    case = case_for(work, number, Permission.SETTLEMENT_VOTE, lock=True)
    settlement = under_way(work, case)
    if settlement is None:
        return _already_decided(work, case)
    if settlement.state in {SettlementState.PUT.value, SettlementState.ACCEPTED.value}:
        raise PartiesComeFirst()
    if settlement.escalated_at_utc is not None:
        raise ForTheExecutives()
    if settlement.state == SettlementState.DISPUTED.value and not motivation.strip():
        raise MotivationNeeded(field="motivation")
    return _vote(work, case, settlement, motivation)


def arbitrate(work: Work, *, settlement_id: int, motivation: str) -> Tally:
    """Agree, as an executive, that a disputed settlement is decided as it was proposed."""
    if not may_ever(work.actor, Permission.SETTLEMENT_ARBITRATE):
        raise Forbidden()
    settlement, case = settlement_of_executives(work, settlement_id, lock=True)
    if settlement.state in STANDING:
        return tally(work, case, settlement)
    next_state(SETTLEMENT, _state_of(settlement), SettlementAction.DECIDE)
    if not motivation.strip():
        raise MotivationNeeded(field="motivation")
    return _vote(work, case, settlement, motivation)


def escalate(work: Work, *, number: str) -> Settlement:
    """Put a dispute to the executives; from then on they decide, or the secretariat proposes anew.

    What is not disputed goes there only where the secretariat cannot reach the quorum. Raises
    :class:`AlreadyEscalated`, :class:`EnoughMembers`.
    """
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    settlement = under_way(work, case)
    if settlement is None:
        raise NotFound()
    move(settlement, SettlementAction.ESCALATE)
    if settlement.escalated_at_utc is not None:
        raise AlreadyEscalated()
    disputed = settlement.state == SettlementState.DISPUTED.value
    if not disputed and not short_of_members(work, case, settlement):
        raise EnoughMembers()
    settlement.escalated_at_utc = work.now_utc
    refresh_case(work, case)
    record(work, "settlement.escalate", case.number, sequence=settlement.sequence)
    notices.settlement_escalated(work, case, settlement)
    return settlement


def cast_vote(work: Work, case: Case, settlement: Settlement, *, motivation: str) -> bool:
    """Keep the actor's vote and decide where it makes the quorum. False where it was there already."""
    body = body_of(settlement)
    mine = (vote.person_id == work.actor.person_id and vote.body == body for vote in settlement.votes)
    if any(mine):
        return False
    settlement.votes.append(
        SettlementVote(
            person_id=work.actor.person_id,
            body=body,
            counts=not conflicts_of_actor(work, case, settlement),
            motivation=motivation.strip(),
            voted_at_utc=work.now_utc,
        )
    )
    work.session.flush()
    if tally(work, case, settlement).reached:
        settle(work, case, settlement)
    return True


def _vote(work: Work, case: Case, settlement: Settlement, motivation: str) -> Tally:
    new = cast_vote(work, case, settlement, motivation=motivation)
    if new:
        decided = settlement.decided_on is not None
        record(
            work,
            "settlement.decide" if decided else "settlement.vote",
            case.number,
            sequence=settlement.sequence,
            body=body_of(settlement),
            counts=not conflicts_of_actor(work, case, settlement),
        )
    return tally(work, case, settlement)


def _already_decided(work: Work, case: Case) -> Tally:
    """The outcome for who agreed a moment too late, or twice. Raises NotFound where nothing was proposed."""
    standing = [one for one in settlements_of(work, case) if one.state in STANDING]
    if not standing:
        raise NotFound()
    return tally(work, case, standing[-1])


def _state_of(settlement: Settlement) -> SettlementState:
    known = settlement.state in set(SettlementState)
    return SettlementState(settlement.state) if known else SettlementState.NONE
