"""Undoing: as a whole while nothing is repaid, falling back afterwards; always by two; carries restored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Work
from casework.settlement import service
from casework.settlement.proposal import Proposal, responsible
from casework.settlement.refusals import (
    GroundDoesNotFit,
    InConflict,
    MotivationNeeded,
    NothingFallsBack,
    OutsideTermNotOver,
    SecondMemberNeeded,
    UndoingAsked,
    UndoingGone,
)
from casework.settlement.tables import AllocationCarry, AllocationChange, Settlement
from ledger import book
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.verify import verify
from rules.lifecycle import IllegalTransition, SettlementKind
from tests.integration.factories import NOW, Cast, work_as
from tests.integration.settlement.paid import a_paid_case, fresh, open_claims, repay, unsettled

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE)


def decided(session: Session, cast: Cast, proposal: Proposal, cents: int = 64_002) -> tuple[Case, Settlement]:
    """A case of which the settlement was decided."""
    case = a_paid_case(session, cast, cents)
    first, second = (work_as(session, person, cast.network) for person in cast.secretariat[:2])
    made = service.propose(first, number=case.number, proposal=proposal, key="een")
    if made.state == "put":
        service.accept(work_as(session, cast.representative, cast.network), settlement_id=made.id)
    elif made.state == "proposed":
        service.vote(second, number=case.number)
    return case, made


def undo(member: Work, second: Work, case: Case, made: Settlement, ground: str = "anew") -> None:
    service.ask_undoing(
        member, number=case.number, sequence=made.sequence, ground=ground, motivation="Het zit anders."
    )
    service.confirm_undoing(second, number=case.number, sequence=made.sequence)


def carries(session: Session) -> dict[str, int]:
    return {row.partner_code: row.carry_millionths for row in session.scalars(select(AllocationCarry))}


def test_while_nothing_is_repaid_all_is_reversed_and_the_carries_return(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    decided(session, cast, COLLECTIVE, 64_003)
    before = carries(session)
    case, made = decided(session, cast, COLLECTIVE)
    assert carries(session) != before
    undo(member, second, case, made)
    assert carries(session) == before
    assert session.scalars(select(AllocationChange.settlement_id).distinct()).all() != [made.id]
    assert (made.state, fresh(session, case).settlement_state) == ("reversed", "none")
    assert set(open_claims(member, case).values()) == {0}
    assert unsettled(member, case) == 64_002
    again = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="twee")
    assert (again.sequence, again.amount_cents) == (2, 64_002)
    assert verify(session, network=cast.network.code).problems == ()


def test_a_second_member_must_confirm(
    session: Session, cast: Cast, member: Work, second: Work, zayaz: Work
) -> None:
    case, made = decided(session, cast, responsible("zayaz"))
    with pytest.raises(MotivationNeeded):
        service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation=" ")
    asked = service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Fout.")
    again = service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Fout.")
    assert asked.id == again.id
    with pytest.raises(UndoingAsked):
        service.ask_undoing(second, number=case.number, sequence=1, ground="anew", motivation="Ook.")
    with pytest.raises(SecondMemberNeeded):
        service.confirm_undoing(member, number=case.number, sequence=1)
    assert made.state == "decided"
    service.confirm_undoing(second, number=case.number, sequence=1)
    service.confirm_undoing(second, number=case.number, sequence=1)
    assert made.state == "reversed"
    with pytest.raises(IllegalTransition):
        service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Weer.")


def test_a_member_of_the_party_cannot_confirm(session: Session, cast: Cast, member: Work, mee: Work) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("mee"), key="een")
    service.accept(mee, settlement_id=made.id)
    service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Fout.")
    of_mee = work_as(session, cast.secretariat[3], cast.network)
    with pytest.raises(InConflict):
        service.confirm_undoing(of_mee, number=case.number, sequence=1)


def test_a_refused_request_leaves_it_standing(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    case, made = decided(session, cast, responsible("zayaz"))
    service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Fout.")
    service.refuse_undoing(second, number=case.number, sequence=1)
    with pytest.raises(UndoingGone):
        service.confirm_undoing(second, number=case.number, sequence=1)
    assert made.state == "decided"
    service.ask_undoing(member, number=case.number, sequence=1, ground="anew", motivation="Toch.")
    service.refuse_undoing(member, number=case.number, sequence=1)  # one may take one's own back


def test_settled_anew_after_repayments_the_claims_fall_back_and_what_came_in_is_owed(
    session: Session, cast: Cast, member: Work, second: Work, treasurer: Work
) -> None:
    case, made = decided(session, cast, COLLECTIVE)
    repay(treasurer, f"{case.number}-V1-mee")
    repay(treasurer, f"{case.number}-V1-zayaz", 800)
    undo(member, second, case, made)
    assert made.state == "fallen_back"
    assert set(open_claims(member, case).values()) == {0}
    assert unsettled(member, case) == 64_002
    owed = balance_cents(session, network=cast.network.code, account=Account.SUSPENSE)
    assert owed == -(12_800 + 800)
    assert set(carries(session).values()) == {0}
    assert fresh(session, case).settlement_state == "none"
    assert verify(session, network=cast.network.code).problems == ()


def test_in_hardship_the_open_part_falls_back_and_is_settled_another_way(
    session: Session, cast: Cast, member: Work, second: Work, treasurer: Work
) -> None:
    plan = Proposal(SettlementKind.RESIDENT, instalment_count=10, first_instalment_on=date(2026, 7, 1))
    case, made = decided(session, cast, plan, 100_000)
    repay(treasurer, f"{case.number}-V1-inwoner", 30_000)
    with pytest.raises(GroundDoesNotFit):
        service.ask_undoing(
            member, number=case.number, sequence=1, ground="outside", motivation="Betaalt niet."
        )
    undo(member, second, case, made, "hardship")
    assert (made.state, unsettled(member, case)) == ("fallen_back", 70_000)
    assert balance_cents(session, network=cast.network.code, account=Account.SUSPENSE) == 0
    gift = Proposal(SettlementKind.GIFT, motivation="Er is geen inkomen meer.")
    again = service.propose(member, number=case.number, proposal=gift, key="twee")
    service.vote(second, number=case.number)
    assert (again.amount_cents, fresh(session, case).settlement_state) == (70_000, "repaid")


def test_what_an_outside_party_does_not_pay_within_the_term_is_settled_collectively_and_shown_apart(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    proposal = Proposal(SettlementKind.OUTSIDE, outside_party="CZ")
    case, made = decided(session, cast, proposal)
    with pytest.raises(OutsideTermNotOver):
        undo(member, second, case, made, "outside")
    late = NOW + timedelta(days=61)
    first, other = (work_as(session, one, cast.network, at_utc=late) for one in cast.secretariat[:2])
    undo(first, other, case, made, "outside")
    again = service.propose(first, number=case.number, proposal=COLLECTIVE, key="twee")
    assert again.facts["after_outside"] == "CZ"
    assert again.facts["suggested"]["kind"] == "collective"
    service.vote(other, number=case.number)
    assert sum(open_claims(first, case).values()) == 64_002


def test_when_all_was_repaid_nothing_falls_back_for_hardship(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    plan = Proposal(SettlementKind.RESIDENT, instalment_count=1, first_instalment_on=date(2026, 7, 1))
    case, _made = decided(session, cast, plan)
    repay(treasurer, f"{case.number}-V1-inwoner")
    with pytest.raises(NothingFallsBack):
        service.ask_undoing(member, number=case.number, sequence=1, ground="hardship", motivation="Te laat.")


def test_a_gift_is_undone_by_reversing_its_entry(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    gift = Proposal(SettlementKind.GIFT, motivation="Niemand kon dit betalen.")
    case, made = decided(session, cast, gift)
    undo(member, second, case, made)
    assert (made.state, unsettled(member, case)) == ("reversed", 64_002)
    assert balance_cents(session, network=cast.network.code, account=Account.GIFTS) == 0
    assert fresh(session, case).settlement_state == "none"


def test_a_reversed_repayment_opens_the_settlement_again(
    session: Session, cast: Cast, treasurer: Work
) -> None:
    case, made = decided(session, cast, responsible("zayaz"))
    entry_id = repay(treasurer, f"{case.number}-V1-zayaz")
    assert made.state == "repaid"
    book.reverse(
        session,
        network=cast.network.code,
        entry_id=entry_id,
        booked_on=treasurer.today,
        cause="wrong",
        key="reverse",
        recorded_at_utc=treasurer.now_utc,
    )
    assert service.after_repayment(treasurer, case.number)
    assert (made.state, fresh(session, case).settlement_state) == ("decided", "decided")
    assert not service.after_repayment(treasurer, case.number)
