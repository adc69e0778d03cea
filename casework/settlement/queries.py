"""What the pages of settling ask: how a case is repaid, the form to propose it, what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from casework.access import Permission, may, may_ever
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.settlement.carry import preview_split
from casework.settlement.find import (
    members_on,
    settleable_cents,
    settlement_of_executives,
    settlement_of_party,
    settlements_of,
)
from casework.settlement.lists import SettlementLine, settlement_lines_for_worklist
from casework.settlement.mandate import (
    conflicts_of_actor,
    free_members,
    required_members,
    short_of_members,
)
from casework.settlement.similar import Similar, similar_settlements
from casework.settlement.suggest import Suggestion, suggestion_for
from casework.settlement.tables import Settlement, SettlementParty
from casework.settlement.undo import Ground, grounds_for
from casework.settlement.views import Response, SettlementView, Standing, settlement_views
from errors import Forbidden
from rules.lifecycle import SettlementKind, SettlementState
from rules.roles import Role
from rules.wording import Reason

__all__ = ["SettlementLine", "settlement_lines_for_worklist"]


EARLIER = 50  # of what was answered or dealt with, so many are listed


@dataclass(frozen=True, slots=True)
class Turn:
    """What the actor can do now with the settlement of a case, each with its button."""

    propose: bool = False
    vote: bool = False
    drop: bool = False
    silence: bool = False
    escalate: bool = False
    undo: tuple[Ground, ...] = ()
    confirm_undo: bool = False
    conflicts: tuple[Reason, ...] = ()
    short_of_members: bool = False
    short_of_executives: bool = False
    letter: bool = False


@dataclass(frozen=True, slots=True)
class CaseSettlement:
    """How a case is repaid: what is still to be settled, the present proposal, what stands and stood."""

    case_number: str
    state: SettlementState
    settleable_cents: int
    present: SettlementView | None
    standing: tuple[SettlementView, ...]
    former: tuple[SettlementView, ...]
    turn: Turn
    may_see: bool

    @property
    def summary_possible(self) -> bool:
        """Whether there is an end to tell others about."""
        return self.may_see and not self.settleable_cents and bool(self.standing) and self.present is None


def case_settlement(work: Work, case: Case) -> CaseSettlement:
    """How ``case`` is repaid. The caller has asked whether the actor may see the case."""
    settlements = settlements_of(work, case)
    views = settlement_views(work, case, settlements)
    present = next((view for view in views if view.is_under_way), None)
    row = next((one for one in settlements if present and one.id == present.id), None)
    standing = tuple(view for view in views if view.stands)
    settleable = settleable_cents(work, case)
    return CaseSettlement(
        case_number=case.number,
        state=SettlementState(case.settlement_state),
        settleable_cents=settleable,
        present=present,
        standing=standing,
        former=tuple(view for view in views if not view.stands and not view.is_under_way),
        turn=_turn(work, case, row=row, present=present, settlements=settlements, settleable=settleable),
        may_see=may(work.actor, Permission.SETTLEMENT_PROPOSE, case),
    )


def settlement_of_case(work: Work, number: str) -> tuple[Case, CaseSettlement]:
    """The same for the secretariat's own page, by case number."""
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE)
    return case, case_settlement(work, case)


def _turn(
    work: Work,
    case: Case,
    *,
    row: Settlement | None,
    present: SettlementView | None,
    settlements: list[Settlement],
    settleable: int,
) -> Turn:
    if not may(work.actor, Permission.SETTLEMENT_PROPOSE, case):
        return Turn()
    if row is None or present is None:
        last = next((one for one in reversed(settlements) if one.state in ("decided", "repaid")), None)
        return Turn(
            propose=settleable > 0,
            undo=() if last is None else grounds_for(SettlementKind(last.kind)),
            conflicts=() if last is None else conflicts_of_actor(work, case, last),
            confirm_undo=True,
            letter=last is not None and last.kind == SettlementKind.OUTSIDE.value,
        )
    disputed = present.standing is Standing.DISPUTED
    waits_for_votes = disputed or present.standing is Standing.PROPOSED
    open_for_votes = waits_for_votes and not present.escalated_at_utc
    voted = any(vote.person_id == work.actor.person_id for vote in row.votes)
    short = open_for_votes and short_of_members(work, case, row)
    free = free_members(work, case, row, Role.EXECUTIVE) if waits_for_votes and not open_for_votes else ()
    return Turn(
        propose=present.standing in (Standing.PROPOSED, Standing.DISPUTED),
        vote=open_for_votes and not voted,
        drop=present.standing in (Standing.PROPOSED, Standing.PUT),
        silence=_term_over(work.today, present),
        escalate=open_for_votes and (disputed or short),
        conflicts=conflicts_of_actor(work, case, row),
        short_of_members=short,
        short_of_executives=waits_for_votes and not open_for_votes and len(free) < present.tally.required,
    )


def _term_over(today: date, view: SettlementView) -> bool:
    return view.standing is Standing.PUT and view.respond_by_on is not None and today > view.respond_by_on


@dataclass(frozen=True, slots=True)
class ProposeForm:
    """What the secretariat needs to see to propose who repays."""

    case_number: str
    title: str
    barrier_field: str
    barrier_law: str
    amount_cents: int
    required_members: int
    respond_within_days: int
    partners: tuple[tuple[str, str], ...]
    suggestion: Suggestion
    similar: Similar | None
    collective_shares: Mapping[str, int]
    replaces: SettlementView | None


def propose_form(work: Work, number: str) -> ProposeForm:
    """The form for ``number``; amount 0 where nothing can be settled now."""
    case = case_for(work, number, Permission.SETTLEMENT_PROPOSE)
    amount = settleable_cents(work, case)
    members = members_on(work, work.today)
    settlement = case_settlement(work, case)
    return ProposeForm(
        case_number=case.number,
        title=case.title,
        barrier_field=case.barrier_field,
        barrier_law=case.barrier_law,
        amount_cents=amount,
        required_members=required_members(work, case, amount) if amount else 0,
        respond_within_days=work.policy.terms.object_to_settlement_days,
        partners=tuple((code, partner.name) for code, partner in members.items()),
        suggestion=suggestion_for(work, case),
        similar=similar_settlements(work, case),
        collective_shares=preview_split(work, amount_cents=amount) if amount and members else {},
        replaces=settlement.present,
    )


@dataclass(frozen=True, slots=True)
class PutToParty:
    """A settlement as a party or an executive sees it: amounts, barrier and motivation, never the story."""

    case_number: str
    barrier_field: str
    barrier_law: str
    settlement: SettlementView
    own_codes: frozenset[str]
    answers: bool
    term_over: bool
    pay_within_days: int = 0
    decide_by_on: date | None = None
    short_of_executives: bool = False
    conflicts: tuple[Reason, ...] = ()


def put_to_party(work: Work, settlement_id: int) -> PutToParty:
    """A settlement that was put to the actor's partner. Raises NotFound for anyone else's."""
    if not may_ever(work.actor, Permission.SETTLEMENT_RESPOND):
        raise Forbidden()
    settlement, case = settlement_of_party(work, settlement_id)
    return _put_view(work, settlement, case)


def waiting_for_answer(work: Work) -> tuple[tuple[PutToParty, ...], tuple[PutToParty, ...]]:
    """What waits for the actor's partner, most urgent first; and what was answered lately, newest first."""
    partners = work.actor.partner_ids(Role.REPRESENTATIVE)
    query = (
        select(Settlement, Case)
        .join(Case, Case.id == Settlement.case_id)
        .join(SettlementParty, SettlementParty.settlement_id == Settlement.id)
        .where(Settlement.network_id == work.actor.network_id, SettlementParty.partner_id.in_(partners))
        .order_by(Settlement.respond_by_on, Settlement.id)
    )
    seen = {settlement.id: (settlement, case) for settlement, case in work.session.execute(query)}
    waits = {
        settlement.id
        for settlement, _case in seen.values()
        if settlement.state == Standing.PUT
        and any(one.partner_id in partners and one.response == Response.PENDING for one in settlement.parties)
    }
    waiting = [one for one in seen.values() if one[0].id in waits]
    answered = [one for one in seen.values() if one[0].id not in waits]
    return _put_views(work, waiting), _put_views(work, answered[: -EARLIER - 1 : -1])


def put_to_executive(work: Work, settlement_id: int) -> PutToParty:
    """A dispute that was put to the executives. Raises NotFound for any other settlement."""
    if not may_ever(work.actor, Permission.SETTLEMENT_ARBITRATE):
        raise Forbidden()
    settlement, case = settlement_of_executives(work, settlement_id)
    return _put_view(work, settlement, case, executive=True)


def waiting_for_executives(work: Work) -> tuple[tuple[PutToParty, ...], tuple[PutToParty, ...]]:
    """Disputes that wait for the executives, oldest first; and those that were dealt with, newest first."""
    query = (
        select(Settlement, Case)
        .join(Case, Case.id == Settlement.case_id)
        .where(Settlement.network_id == work.actor.network_id, Settlement.escalated_at_utc.is_not(None))
        .order_by(Settlement.escalated_at_utc)
    )
    rows = [(settlement, case) for settlement, case in work.session.execute(query)]
    voting = (Standing.PROPOSED, Standing.DISPUTED)
    waiting = [one for one in rows if one[0].state in voting]
    done = [one for one in rows if one[0].state not in voting]
    return (
        _put_views(work, waiting, executive=True),
        _put_views(work, done[: -EARLIER - 1 : -1], executive=True),
    )


def _put_views(
    work: Work, rows: Sequence[tuple[Settlement, Case]], *, executive: bool = False
) -> tuple[PutToParty, ...]:
    """Only of what is shown: a view takes several queries, and over the years there are many."""
    return tuple(_put_view(work, settlement, case, executive=executive) for settlement, case in rows)


def _put_view(work: Work, settlement: Settlement, case: Case, *, executive: bool = False) -> PutToParty:
    (view,) = settlement_views(work, case, [settlement])
    own = work.actor.partner_codes(Role.REPRESENTATIVE)
    pending = any(party.code in own and party.response is Response.PENDING for party in view.parties)
    voted = any(
        vote.person_id == work.actor.person_id and vote.body == "executives" for vote in settlement.votes
    )
    terms = work.policy.terms
    return PutToParty(
        case_number=case.number,
        barrier_field=case.barrier_field,
        barrier_law=case.barrier_law,
        settlement=view,
        own_codes=own,
        answers=(view.waits_for_votes and not voted)
        if executive
        else (view.standing is Standing.PUT and pending),
        term_over=_term_over(work.today, view),
        pay_within_days=terms.pay_claim_days,
        # What policy aims at for every paid case; nothing happens by itself when it passes.
        decide_by_on=case.first_paid_on and case.first_paid_on + timedelta(days=terms.settle_within_days),
        short_of_executives=executive
        and view.waits_for_votes
        and len(free_members(work, case, settlement, Role.EXECUTIVE)) < view.tally.required,
        conflicts=conflicts_of_actor(work, case, settlement) if executive else (),
    )
