"""Quorum by amount and household, who counts, and who decides where the quorum cannot be reached."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from rules.conflict import (
    CaseParties,
    ConflictGround,
    Member,
    conflicts,
)
from rules.lifecycle import SettlementKind
from rules.mandate import (
    AmountNotPositive,
    DecidingBody,
    HouseholdRequest,
    MandateBand,
    deciding_body,
    mandate,
    quorum,
)
from rules.policy_sections import MandateSection
from rules.policy_words import ConflictSection

TERMS = MandateSection((MandateBand(50_000, 1, True), MandateBand(500_000, 2)), 3, 90)
ALL = ConflictSection(tuple(ConflictGround))
DAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("amount", "members"),
    [(1, 1), (50_000, 1), (50_001, 2), (500_000, 2), (500_001, 3), (10_000_000, 3)],
)
def test_quorum_by_amount_with_limits_included(amount: int, members: int) -> None:
    assert quorum(amount, TERMS) == members


@pytest.mark.parametrize("amount", [0, -1, 100.0, True, None])
def test_amounts_of_nothing_have_no_quorum(amount: Any) -> None:
    with pytest.raises(AmountNotPositive):
        quorum(amount, TERMS)


def test_a_small_amount_is_reviewed_afterwards_and_says_so() -> None:
    found = mandate(40_000, TERMS, submitted_on=DAY)
    assert (found.required_members, found.reviewed_afterwards) == (1, True)
    assert [reason.sentence("nl") for reason in found.reasons] == [
        "Het bedrag is € 400,00; tot en met € 500,00 mag één lid besluiten.",
        "De andere leden toetsen dit besluit achteraf.",
    ]


def test_one_households_requests_within_the_window_count_together() -> None:
    def request(on: date, cents: int) -> HouseholdRequest:
        return HouseholdRequest(f"BB-{on}", on, cents)

    household = [
        request(date(2025, 12, 30), 400_000),  # 91 days before: outside
        request(date(2025, 12, 31), 30_000),  # 90 days before: just inside
        request(date(2026, 3, 31), 10_000),  # the same day
        request(date(2026, 4, 1), 900_000),  # later: that one counts this one
    ]
    found = mandate(40_000, TERMS, submitted_on=DAY, household=household)
    assert found.counted_cents == 80_000
    assert (found.required_members, found.reviewed_afterwards) == (2, False)
    assert [one.reference for one in found.counted_with] == ["BB-2025-12-31", "BB-2026-03-31"]
    assert "€ 400,00 (BB-2025-12-31 en BB-2026-03-31)" in found.reasons[-1].sentence("nl")


def test_above_the_last_limit_the_reason_names_it() -> None:
    (reason,) = mandate(500_001, TERMS, submitted_on=DAY).reasons
    assert reason.sentence("en") == "The amount is €5,000.01; above €5,000.00 takes 3 members."


ANNE = Member("anne", "zayaz", "Anne Jansen")


@pytest.mark.parametrize(
    ("parties", "ground"),
    [
        (CaseParties(submitted_by_partner="zayaz"), ConflictGround.SUBMITTED),
        (CaseParties(payee_partners=frozenset({"zayaz"})), ConflictGround.PAYEE),
        (
            CaseParties(settlement_kind=SettlementKind.RESPONSIBLE, settled_on=frozenset({"zayaz"})),
            ConflictGround.RESPONSIBLE,
        ),
        (
            CaseParties(settlement_kind=SettlementKind.SHARED, settled_on=frozenset({"zayaz", "mo"})),
            ConflictGround.SHARED,
        ),
    ],
)
def test_each_ground_puts_in_conflict_where_policy_has_it(parties: CaseParties, ground: Any) -> None:
    (reason,) = conflicts(ANNE, parties, ALL)
    assert reason.fact("ground") is ground
    assert "zayaz" in reason.sentence("nl")
    others = ConflictSection(tuple(one for one in ConflictGround if one is not ground))
    assert conflicts(ANNE, parties, others) == ()
    assert conflicts(Member("bea", "farent"), parties, ALL) == ()


@pytest.mark.parametrize("kind", [None, *SettlementKind])
def test_settling_on_all_or_none_puts_nobody_in_conflict(kind: SettlementKind | None) -> None:
    found = conflicts(ANNE, CaseParties(settlement_kind=kind, settled_on=frozenset({"zayaz"})), ALL)
    assert bool(found) is (kind in (SettlementKind.RESPONSIBLE, SettlementKind.SHARED))


def test_members_without_a_partner_match_no_case_without_one() -> None:
    assert conflicts(Member("carl", ""), CaseParties(), ALL) == ()


def test_the_submitter_is_in_conflict_whatever_their_organisation() -> None:
    parties = CaseParties(submitted_by_person="anne", submitted_by_partner="farent")
    assert [reason.code for reason in conflicts(ANNE, parties, ConflictSection(()))] == ["submitted_self"]


def test_substitutes_then_executives() -> None:
    parties = CaseParties(submitted_by_partner="zayaz")
    for members, substitutes in product(range(4), range(4)):
        body = deciding_body(
            2,
            members=[ANNE, *(Member(f"m{n}", "farent") for n in range(members))],
            substitutes=[ANNE, *(Member(f"s{n}", "mo") for n in range(substitutes))],
            parties=parties,
            terms=ALL,
        )
        if members >= 2:
            assert body is DecidingBody.MEMBERS
        elif members + substitutes >= 2:
            assert body is DecidingBody.SUBSTITUTES
        else:
            assert body is DecidingBody.EXECUTIVES
