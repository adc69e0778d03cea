"""With whom a payout ends in the business case, when a settlement does not stand as it was decided."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from casework.business_case.queries import computed
from casework.cases.tables import Case
from casework.claims.service import write_off
from casework.context import Work
from casework.settlement import service
from casework.settlement.proposal import Proposal, responsible
from rules.lifecycle import SettlementKind
from tests.integration.factories import NOW, Cast, work_as
from tests.integration.settlement.paid import repay
from tests.integration.settlement.test_undo import decided, undo


def invests(work: Work, case: Case) -> dict[str, int]:
    """What each party puts into the case, in cents."""
    found = {party: int(one.invests.mid) for party, one in computed(work, case).parties.items()}
    return {party: cents for party, cents in found.items() if cents}


def test_what_was_repaid_before_the_rest_fell_back_stays_with_who_repaid_it(
    session: Session, cast: Cast, member: Work, second: Work, treasurer: Work
) -> None:
    plan = Proposal(SettlementKind.RESIDENT, instalment_count=10, first_instalment_on=date(2026, 7, 1))
    case, made = decided(session, cast, plan, 100_000)
    repay(treasurer, f"{case.number}-V1-inwoner", 30_000)
    assert invests(member, case) == {"resident": 100_000}
    undo(member, second, case, made, "hardship")
    assert invests(member, case) == {"pot": 70_000, "resident": 30_000}


def test_an_outside_party_and_the_partners_each_invest_what_they_repay(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    case, made = decided(session, cast, Proposal(SettlementKind.OUTSIDE, outside_party="CZ"))
    repay(treasurer, f"{case.number}-V1-cz", 24_002)
    late = NOW + timedelta(days=61)
    first, other = (work_as(session, one, cast.network, at_utc=late) for one in cast.secretariat[:2])
    undo(first, other, case, made, "outside")
    service.propose(first, number=case.number, proposal=Proposal(SettlementKind.COLLECTIVE), key="twee")
    service.vote(other, number=case.number)
    found = invests(member, case)
    assert found.pop("CZ") == 24_002
    assert "pot" not in found
    assert sum(found.values()) == 40_000


def test_settled_anew_nobody_invests_what_is_owed_back(
    session: Session, cast: Cast, member: Work, second: Work, treasurer: Work
) -> None:
    case, made = decided(session, cast, responsible("zayaz"), 100_000)
    repay(treasurer, f"{case.number}-V1-zayaz", 30_000)
    undo(member, second, case, made)
    assert invests(member, case) == {"pot": 100_000}


def test_what_is_written_off_is_with_the_pot(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    case, _made = decided(session, cast, responsible("zayaz"), 100_000)
    repay(treasurer, f"{case.number}-V1-zayaz", 30_000)
    write_off(
        treasurer,
        reference=f"{case.number}-V1-zayaz",
        motivation="Niet te innen.",
        key="afboeken-1",
    )
    assert invests(member, case) == {"pot": 70_000, "zayaz": 30_000}
