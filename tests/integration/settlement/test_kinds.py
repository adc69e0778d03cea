"""Each kind of settlement from proposal to repaid: who pays which cents, when, and what the book says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.context import Work
from casework.settlement import service
from casework.settlement.find import settleable_cents
from casework.settlement.proposal import PartyShare, Proposal, responsible
from casework.settlement.refusals import MotivationNeeded, NothingToSettle
from casework.settlement.tables import AllocationCarry, Settlement
from ledger import claims
from ledger.accounts import Account
from ledger.balances import balance_cents
from rules.lifecycle import SettlementKind
from tests.integration.factories import Cast, work_as
from tests.integration.settlement.paid import (
    a_paid_case,
    fresh,
    open_claims,
    order,
    pay,
    repay,
    unsettled,
)

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE)
HALVES = Proposal(
    SettlementKind.SHARED,
    parties=(PartyShare("zayaz", Decimal(50)), PartyShare("mee", Decimal(50))),
)


def actions(session: Session, number: str) -> list[str]:
    query = select(LogRecord.action).where(LogRecord.object_ref == number).order_by(LogRecord.id)
    return list(session.scalars(query))


def test_a_responsible_partner_agrees_and_repays_all(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    case = a_paid_case(session, cast, 87_500)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    assert (made.state, fresh(session, case).settlement_state) == ("put", "put")
    assert made.respond_by_on == member.today + timedelta(days=21)
    assert open_claims(member, case) == {}

    service.accept(work_as(session, cast.representative, cast.network), settlement_id=made.id)
    assert (made.state, fresh(session, case).settlement_state) == ("decided", "decided")
    reference = f"{case.number}-V1-zayaz"
    assert open_claims(member, case) == {reference: 87_500}
    claim = claims.claim(session, network=cast.network.code, reference=reference)
    assert claim.account is Account.PARTNER_CLAIMS
    assert (claim.party, claim.due_on) == ("zayaz", member.today + timedelta(days=30))
    assert unsettled(member, case) == 0

    repay(treasurer, reference, 80_000)
    assert fresh(session, case).settlement_state == "decided"
    repay(treasurer, reference)
    assert (made.state, fresh(session, case).settlement_state) == ("repaid", "repaid")
    assert actions(session, case.number) == ["settlement.propose", "settlement.accept", "settlement.repaid"]


def test_shared_is_decided_when_the_last_party_agrees_and_the_odd_cent_goes_by_largest_remainder(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast, 400_001)
    made = service.propose(member, number=case.number, proposal=HALVES, key="een")
    assert {party.share_cents for party in made.parties} == {200_001, 200_000}
    service.accept(work_as(session, cast.representative, cast.network), settlement_id=made.id)
    assert made.state == "put"
    service.accept(work_as(session, cast.other_representative, cast.network), settlement_id=made.id)
    assert made.state == "decided"
    # Ties go by partner code: mee before zayaz.
    assert open_claims(member, case) == {
        f"{case.number}-V1-mee": 200_001,
        f"{case.number}-V1-zayaz": 200_000,
    }
    assert list(session.scalars(select(AllocationCarry))) == []  # shared keeps no carries
    assert made.facts["responses"] == {"mee": "accepted", "zayaz": "accepted"}


def test_collective_needs_the_quorum_and_splits_over_the_members_to_the_cent(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    case = a_paid_case(session, cast, 64_002)
    made = service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    assert (made.state, [vote.counts for vote in made.votes]) == ("proposed", [True])
    outcome = service.vote(second, number=case.number)
    assert (outcome.agreed, outcome.required, made.state) == (2, 2, "decided")
    shares = {reference.rsplit("-", 1)[1]: cents for reference, cents in open_claims(member, case).items()}
    # 64002 / 5 = 12800.4: two cents remain, to the first two codes at equal remainders.
    assert shares == {
        "brabantwonen": 12_801,
        "farent": 12_801,
        "gemeente": 12_800,
        "mee": 12_800,
        "zayaz": 12_800,
    }
    carries = {row.partner_code: row.carry_millionths for row in session.scalars(select(AllocationCarry))}
    assert carries == {
        "brabantwonen": -600_000,
        "farent": -600_000,
        "gemeente": 400_000,
        "mee": 400_000,
        "zayaz": 400_000,
    }
    assert made.facts["carry_before_millionths"] == dict.fromkeys(carries, 0)
    assert made.facts["carry_after_millionths"] == carries
    assert made.facts["weights"] == dict.fromkeys(carries, "1")
    assert made.facts["policy_from"].keys() == {"allocation_key", "terms"}


def test_the_next_collective_split_makes_up_for_the_former(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    for _ in range(5):
        case = a_paid_case(session, cast, 64_002)
        service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
        service.vote(second, number=case.number)
    charged: dict[str, int] = {}
    for claim in claims.open_claims(session, network=cast.network.code):
        charged[claim.party] = charged.get(claim.party, 0) + claim.amount_cents
    assert set(charged.values()) == {64_002}  # five times 64002 over five members
    assert {row.carry_millionths for row in session.scalars(select(AllocationCarry))} == {0}


def test_a_resident_repays_in_monthly_instalments_that_sum_to_the_cent(
    session: Session, cast: Cast, member: Work, second: Work, treasurer: Work
) -> None:
    case = a_paid_case(session, cast, 250_001)
    proposal = Proposal(SettlementKind.RESIDENT, instalment_count=50, first_instalment_on=date(2026, 8, 31))
    service.propose(member, number=case.number, proposal=proposal, key="een")
    service.vote(second, number=case.number)
    claim = claims.claim(session, network=cast.network.code, reference=f"{case.number}-V1-inwoner")
    assert claim.account is Account.RESIDENT_CLAIMS
    assert len(claim.instalments) == 50
    assert [part.amount_cents for part in claim.instalments[:3]] == [5_001, 5_000, 5_000]
    assert sum(part.amount_cents for part in claim.instalments) == 250_001
    assert [part.due_on for part in claim.instalments[:3]] == [
        date(2026, 8, 31),
        date(2026, 9, 30),
        date(2026, 10, 31),
    ]
    assert claim.due_on == claim.instalments[-1].due_on == date(2030, 9, 30)
    repay(treasurer, claim.reference, 5_001)
    assert fresh(session, case).settlement_state == "decided"


def test_an_outside_party_gets_the_longer_term(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    case = a_paid_case(session, cast, 64_000)
    proposal = Proposal(SettlementKind.OUTSIDE, outside_party="CZ Zorgverzekeraar")
    service.propose(member, number=case.number, proposal=proposal, key="een")
    service.vote(second, number=case.number)
    claim = claims.claim(session, network=cast.network.code, reference=f"{case.number}-V1-cz-zorgverzekeraar")
    assert claim.account is Account.OUTSIDE_CLAIMS
    assert (claim.party_name, claim.due_on) == ("CZ Zorgverzekeraar", member.today + timedelta(days=60))


def test_a_gift_needs_a_motivation_and_is_over_at_once(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    case = a_paid_case(session, cast, 64_000)
    with pytest.raises(MotivationNeeded) as refused:
        service.propose(member, number=case.number, proposal=Proposal(SettlementKind.GIFT), key="een")
    assert refused.value.field == "motivation"
    gift = Proposal(SettlementKind.GIFT, motivation="Niemand had dit kunnen betalen.")
    service.propose(member, number=case.number, proposal=gift, key="een")
    service.vote(second, number=case.number)
    assert fresh(session, case).settlement_state == "repaid"
    assert balance_cents(session, network=cast.network.code, account=Account.GIFTS) == 64_000
    assert open_claims(member, case) == {}


@pytest.mark.parametrize(("cents", "members"), [(50_000, 1), (50_001, 2), (500_000, 2), (500_001, 3)])
def test_the_amount_says_how_many_members_decide(
    session: Session, cast: Cast, cents: int, members: int
) -> None:
    case = a_paid_case(session, cast, cents)
    first, *others = (work_as(session, person, cast.network) for person in cast.secretariat[:members])
    made = service.propose(first, number=case.number, proposal=COLLECTIVE, key="een")
    for work in others:
        assert made.state == "proposed"
        service.vote(work, number=case.number)
    assert made.state == "decided"


def test_only_what_was_paid_is_settled(session: Session, cast: Cast, member: Work, treasurer: Work) -> None:
    case = a_paid_case(session, cast, 30_000, later=20_000)
    assert settleable_cents(member, case) == 30_000  # what is promised is not paid
    first = service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    assert (first.amount_cents, fresh(session, case).settlement_state) == (30_000, "decided")
    with pytest.raises(NothingToSettle):
        service.propose(member, number=case.number, proposal=COLLECTIVE, key="twee")

    order(treasurer, case, 20_000, line=1)
    assert settleable_cents(member, case) == 0  # the bank can still reject what is ordered


def test_a_later_payment_gets_its_own_settlement(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    case = a_paid_case(session, cast, 30_000, later=20_000)
    service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    pay(treasurer, case, 20_000, line=1)
    second = service.propose(member, number=case.number, proposal=COLLECTIVE, key="twee")
    assert (second.sequence, second.amount_cents) == (2, 20_000)
    assert sum(open_claims(member, case).values()) == 50_000
    assert unsettled(member, case) == 0
    for reference in open_claims(member, case):
        assert fresh(session, case).settlement_state == "decided"
        repay(treasurer, reference)
    assert fresh(session, case).settlement_state == "repaid"
    states = session.scalars(select(Settlement.state).where(Settlement.case_id == case.id))
    assert set(states) == {"repaid"}
