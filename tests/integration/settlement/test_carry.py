"""Carries in the database: leaving hands over, joining starts at nothing, reversing after a leaving."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from casework.context import Work
from casework.network.tables import PolicySection
from casework.settlement import service
from casework.settlement.carry import carries, hand_over_carry, preview_split
from casework.settlement.proposal import Proposal
from ledger import claims
from rules.lifecycle import SettlementKind
from tests.integration.factories import NOW, Cast, a_partner, work_as
from tests.integration.settlement.paid import a_paid_case, open_claims

COLLECTIVE = Proposal(SettlementKind.COLLECTIVE)


def collective(session: Session, cast: Cast, cents: int, days: int = 0) -> str:
    """A collective settlement decided ``days`` after the start; the case's number."""
    at_utc = NOW + timedelta(days=days)
    first, second = (work_as(session, one, cast.network, at_utc=at_utc) for one in cast.secretariat[:2])
    case = a_paid_case(session, cast, cents)
    service.propose(first, number=case.number, proposal=COLLECTIVE, key="een")
    service.vote(second, number=case.number)
    return case.number


def leave(session: Session, cast: Cast, code: str, on: date) -> None:
    cast.partners[code].left_on = on
    session.flush()


def test_a_leaver_hands_its_carry_over_by_largest_remainder(
    session: Session, cast: Cast, member: Work
) -> None:
    collective(session, cast, 64_002)
    leave(session, cast, "brabantwonen", member.today)
    hand_over_carry(member, cast.partners["brabantwonen"])
    # −600000 over four members: −150000 each, on top of what they had.
    assert carries(member) == {"farent": -750_000, "gemeente": 250_000, "mee": 250_000, "zayaz": 250_000}
    hand_over_carry(member, cast.partners["brabantwonen"])
    assert sum(carries(member).values()) == 0


def test_a_leaving_that_is_still_to_come_hands_over_when_its_day_has_come(
    session: Session, cast: Cast, member: Work
) -> None:
    collective(session, cast, 64_002)
    before = carries(member)
    leave(session, cast, "brabantwonen", member.today + timedelta(days=10))
    hand_over_carry(member, cast.partners["brabantwonen"])
    assert carries(member) == before
    number = collective(session, cast, 80_000, days=20)
    assert set(carries(member)) == {"farent", "gemeente", "mee", "zayaz"}
    assert sum(carries(member).values()) == 0
    owed = claims.claims_of_case(session, network=cast.network.code, case=number)
    assert {claim.party for claim in owed} == {"farent", "gemeente", "mee", "zayaz"}
    assert sum(claim.amount_cents for claim in owed) == 80_000


def test_two_leavers_of_one_day_both_hand_over(session: Session, cast: Cast, member: Work) -> None:
    collective(session, cast, 64_002)
    for code in ("brabantwonen", "farent"):
        leave(session, cast, code, member.today)
    hand_over_carry(member, cast.partners["farent"])
    assert carries(member) == {"gemeente": 0, "mee": 0, "zayaz": 0}


def test_who_joins_starts_at_nothing_and_shares_from_that_day(
    session: Session, cast: Cast, member: Work
) -> None:
    collective(session, cast, 64_002)
    a_partner(session, cast.network, "joost", joined_on=member.today)
    number = collective(session, cast, 60_000)
    parties = {
        claim.party for claim in claims.claims_of_case(session, network=cast.network.code, case=number)
    }
    assert "joost" in parties
    assert sum(carries(member).values()) == 0


def test_reversing_after_a_leaving_leaves_the_carries_at_zero_in_sum(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    number = collective(session, cast, 64_002)
    leave(session, cast, "brabantwonen", member.today)
    hand_over_carry(member, cast.partners["brabantwonen"])
    service.ask_undoing(member, number=number, sequence=1, ground="anew", motivation="Anders.")
    service.confirm_undoing(second, number=number, sequence=1)
    # The only split is undone; the leaver's part came and went over the same four members.
    assert carries(member) == {"farent": 0, "gemeente": 0, "mee": 0, "zayaz": 0}


def test_the_key_of_the_day_of_deciding_counts(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast, 80_000)
    service.propose(member, number=case.number, proposal=COLLECTIVE, key="een")
    weights = {"brabantwonen": "1", "farent": "1", "gemeente": "4", "mee": "1", "zayaz": "1"}
    tomorrow = NOW + timedelta(days=1)
    session.add(
        PolicySection(
            network_id=cast.network.id,
            section="allocation_key",
            valid_from=tomorrow.date(),
            document={"weights": weights},
            adopted_at_utc=NOW,
        )
    )
    session.flush()
    later = work_as(session, cast.secretariat[1], cast.network, at_utc=tomorrow)
    service.vote(later, number=case.number)
    shares = {reference.rsplit("-", 1)[1]: cents for reference, cents in open_claims(member, case).items()}
    assert shares == {code: int(80_000 * Fraction(weight) / 8) for code, weight in weights.items()}


def test_the_preview_is_what_is_decided_and_changes_nothing(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    collective(session, cast, 64_002)
    before = carries(member)
    shown = preview_split(member, amount_cents=64_003)
    assert carries(member) == before
    number = collective(session, cast, 64_003)
    decided = claims.claims_of_case(session, network=cast.network.code, case=number)
    assert {claim.party: claim.amount_cents for claim in decided} == dict(shown)
