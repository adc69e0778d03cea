"""Proposing who repays, and dropping a proposal."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.mail import notices
from casework.settlement.decide import policy_grounds
from casework.settlement.find import members_on, settleable_cents, settlements_of, under_way
from casework.settlement.mandate import escalate_if_short, required_members
from casework.settlement.proposal import Proposal, check, shares_by_percentage
from casework.settlement.refusals import MotivationNeeded, NothingToSettle
from casework.settlement.state import DROPPED, REPLACED, move, refresh_case
from casework.settlement.suggest import suggestion_for
from casework.settlement.tables import Settlement, SettlementParty
from casework.settlement.vote import cast_vote
from rules.lifecycle import SETTLEMENT, SettlementAction, SettlementKind, SettlementState, next_state
from rules.policy import SectionName


def propose(work: Work, *, number: str, proposal: Proposal, key: str) -> Settlement:
    """Propose how what was paid and not yet settled is repaid.

    Named partners are asked at once and have the term in policy. Kinds that name no partner need the
    quorum of the secretariat; the proposer's vote is the first, and where one member may decide, it is
    decided with it. A repeated ``key`` gives the first proposal. Replaces a proposal that waits for votes
    or is disputed. Raises :class:`NothingToSettle`, :class:`MotivationNeeded` (a gift, or deviating from
    what the rules propose) and the refusals of :func:`casework.settlement.proposal.check`.
    """
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    repeated = next((one for one in settlements_of(work, case) if key and one.request_key == key), None)
    if repeated is not None:
        return repeated
    settlement = keep_proposal(work, case, proposal, key=key)
    refresh_case(work, case)
    record(
        work,
        "settlement.propose",
        case.number,
        kind=settlement.kind,
        amount_cents=settlement.amount_cents,
        sequence=settlement.sequence,
        state=settlement.state,
        deviates=bool(settlement.facts["deviates"]),
    )
    return settlement


def keep_proposal(work: Work, case: Case, proposal: Proposal, *, key: str) -> Settlement:
    """Check ``proposal``, keep it and set it going: put it to the partners, or count the proposer's vote.

    The program proposes without a vote of its own. Where the secretariat cannot reach the quorum, it goes
    to the executives at once. The caller has asked who may, refreshes the case and writes the log.
    """
    former = settlements_of(work, case)
    replaced = _make_room(work, case)
    amount = settleable_cents(work, case)
    if amount == 0:
        raise NothingToSettle()
    members = members_on(work, work.today)
    check(proposal, amount_cents=amount, members=tuple(members), today=work.today)
    suggested = suggestion_for(work, case)
    deviates = suggested.proposal is not None and not suggested.is_followed_by(proposal)
    if (proposal.kind is SettlementKind.GIFT or deviates) and not proposal.motivation.strip():
        raise MotivationNeeded(field="motivation")
    settlement = _keep(work, case, proposal, amount_cents=amount, key=key)
    settlement.facts = {
        "suggested": suggested.as_facts(),
        "deviates": deviates,
        "required_members": required_members(work, case, amount),
        **policy_grounds(work, case, (SectionName.TERMS,)),
        **({"replaces": replaced.sequence} if replaced else {}),
        **_after_outside(former),
    }
    if proposal.kind.is_put_to_parties:
        _put(work, case, settlement, proposal)
    elif not work.actor.is_program:
        cast_vote(work, case, settlement, motivation="")
    if settlement.state == SettlementState.PROPOSED.value:
        escalate_if_short(work, case, settlement)
    return settlement


def drop(work: Work, *, number: str) -> Settlement | None:
    """Take the proposal back before it is decided. None where there is none to take back (any more)."""
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE, lock=True)
    settlement = under_way(work, case)
    if settlement is None:
        return None
    move(settlement, SettlementAction.DROP_PROPOSAL, ended=DROPPED)
    refresh_case(work, case)
    record(work, "settlement.drop", case.number, sequence=settlement.sequence)
    return settlement


def _make_room(work: Work, case: Case) -> Settlement | None:
    """End the proposal that a new one replaces, if the table of states allows that."""
    present = under_way(work, case)
    if present is None:
        next_state(SETTLEMENT, SettlementState.NONE, SettlementAction.PROPOSE)
        return None
    move(present, SettlementAction.PROPOSE, ended=REPLACED)
    work.session.flush()
    return present


def _keep(work: Work, case: Case, proposal: Proposal, *, amount_cents: int, key: str) -> Settlement:
    last = select(func.max(Settlement.sequence)).where(Settlement.case_id == case.id)
    resident = proposal.kind is SettlementKind.RESIDENT
    settlement = Settlement(
        network_id=work.network.id,
        case_id=case.id,
        sequence=(work.session.scalar(last) or 0) + 1,
        kind=proposal.kind.value,
        amount_cents=amount_cents,
        state=SettlementState.PROPOSED.value,
        motivation=proposal.motivation.strip(),
        instalment_count=proposal.instalment_count if resident else None,
        first_instalment_on=proposal.first_instalment_on if resident else None,
        outside_party=proposal.outside_party.strip() if proposal.kind is SettlementKind.OUTSIDE else "",
        proposed_by=None if work.actor.is_program else work.actor.person_id,
        proposed_at_utc=work.now_utc,
        request_key=key or None,
        parties=[],
        votes=[],
    )
    work.session.add(settlement)
    work.session.flush()
    return settlement


def _put(work: Work, case: Case, settlement: Settlement, proposal: Proposal) -> None:
    """Ask the named partners, who have the term in policy to answer."""
    members = members_on(work, work.today)
    shares = shares_by_percentage(settlement.amount_cents, proposal.parties)
    for party in proposal.parties:
        settlement.parties.append(
            SettlementParty(
                partner_id=members[party.partner].id,
                percentage=party.percentage,
                share_cents=shares[party.partner],
            )
        )
    move(settlement, SettlementAction.PUT_TO_PARTIES)
    settlement.respond_by_on = work.today + timedelta(days=work.policy.terms.object_to_settlement_days)
    work.session.flush()
    asked = [members[party.partner] for party in proposal.parties]
    notices.settlement_put(work, case, settlement, asked, settlement.respond_by_on)


def _after_outside(former: list[Settlement]) -> dict[str, str]:
    """Which outside party left this to the others: the annual overview shows it apart."""
    left = [one for one in former if one.facts.get("fell_back_on") == "outside"]
    return {"after_outside": left[-1].outside_party} if left else {}
