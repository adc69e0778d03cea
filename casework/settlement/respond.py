"""The answer of a partner: agreeing, disputing with a counter-proposal, or letting the term pass."""

from __future__ import annotations

from collections.abc import Iterable

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.settlement.decide import settle
from casework.settlement.find import settlement_of_party, under_way
from casework.settlement.mandate import escalate_if_short
from casework.settlement.refusals import (
    AlreadyAnswered,
    CounterProposalNeeded,
    ReasonNeeded,
    TermNotOver,
)
from casework.settlement.state import move, refresh_case
from casework.settlement.tables import Settlement, SettlementParty
from errors import Forbidden, NotFound
from rules.lifecycle import SettlementAction, SettlementState
from rules.roles import Role

PENDING, ACCEPTED, DISPUTED, SILENT = "pending", "accepted", "disputed", "silent"


def accept(work: Work, *, settlement_id: int) -> Settlement:
    """Agree for one's own partner. When all parties agree it is decided at once: claims arise.

    Agreeing again changes nothing. Raises :class:`AlreadyAnswered` where one's partner disputed, and
    :class:`errors.NotFound` for who answers for none of the parties.
    """
    settlement, case, mine = _own_parties(work, settlement_id)
    if all(party.response == ACCEPTED for party in mine):
        return settlement
    _answer(work, settlement, mine, ACCEPTED)
    if all(party.response != PENDING for party in settlement.parties):
        move(settlement, SettlementAction.ACCEPT)
        settle(work, case, settlement)
    refresh_case(work, case)
    record(work, "settlement.accept", case.number, sequence=settlement.sequence, state=settlement.state)
    return settlement


def dispute(work: Work, *, settlement_id: int, reason: str, counter_proposal: str) -> Settlement:
    """Dispute for one's own partner, with a reason and a counter-proposal.

    The secretariat takes it from there; the executives, where the secretariat is left with too few members
    that are not of a party. Raises :class:`ReasonNeeded`, :class:`CounterProposalNeeded`.
    """
    settlement, case, mine = _own_parties(work, settlement_id)
    if all(party.response == DISPUTED for party in mine):
        return settlement
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    if not counter_proposal.strip():
        raise CounterProposalNeeded(field="counter_proposal")
    _answer(work, settlement, mine, DISPUTED)
    for party in mine:
        party.reason, party.counter_proposal = reason.strip(), counter_proposal.strip()
    move(settlement, SettlementAction.DISPUTE)
    escalated = escalate_if_short(work, case, settlement)
    refresh_case(work, case)
    record(work, "settlement.dispute", case.number, sequence=settlement.sequence, to_executives=escalated)
    notices.settlement_disputed(work, case, settlement)
    return settlement


def consent_by_silence_of(work: Work, *, number: str) -> Settlement:
    """Let silence count as consent for one proposal. Raises :class:`TermNotOver` within its term."""
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    settlement = under_way(work, case)
    if settlement is None or settlement.respond_by_on is None:
        raise NotFound()
    if work.today <= settlement.respond_by_on:
        raise TermNotOver(until=f"{settlement.respond_by_on:%d-%m-%Y}")
    consent(work, case, settlement)
    return settlement


def consent(work: Work, case: Case, settlement: Settlement) -> None:
    """Take silence for consent and decide. The caller has locked the case and seen that the term is over."""
    move(settlement, SettlementAction.CONSENT_BY_SILENCE)
    silent = [party for party in settlement.parties if party.response == PENDING]
    for party in silent:
        party.response = SILENT
        party.responded_at_utc = work.now_utc
    settle(work, case, settlement)
    record(work, "settlement.silence", case.number, sequence=settlement.sequence, parties=len(silent))


def _own_parties(work: Work, settlement_id: int) -> tuple[Settlement, Case, list[SettlementParty]]:
    if not may_ever(work.actor, Permission.SETTLEMENT_RESPOND):
        raise Forbidden()
    settlement, case = settlement_of_party(work, settlement_id, lock=True)
    partners = work.actor.partner_ids(Role.REPRESENTATIVE)
    return settlement, case, [party for party in settlement.parties if party.partner_id in partners]


def _answer(work: Work, settlement: Settlement, mine: Iterable[SettlementParty], response: str) -> None:
    """Set the answer of those that did not answer yet. Raises :class:`AlreadyAnswered` where none is left."""
    if settlement.state != SettlementState.PUT.value:
        # Not put (any more): the table of states says what is possible instead.
        move(settlement, SettlementAction.ACCEPT if response == ACCEPTED else SettlementAction.DISPUTE)
    pending = [party for party in mine if party.response == PENDING]
    if not pending:
        raise AlreadyAnswered()
    for party in pending:
        party.response = response
        party.responded_by = work.actor.person_id
        party.responded_at_utc = work.now_utc
    work.session.flush()
