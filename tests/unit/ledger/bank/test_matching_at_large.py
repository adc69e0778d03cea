"""Ten thousand receipts with the noise of real ones: nearly all booked without a hand, and none wrongly."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.bank.matching import Matcher
from ledger.bank.matching_facts import MatchKind, Part, Proposal
from tests.unit.ledger.bank.receipts import Receipt, by_hand, rounds

ENOUGH = 0.98


def _as_booked(parts: tuple[Part, ...]) -> set[Part]:
    """What goes where; the rest of a line, or a line that is nothing, is not recognised."""
    return {part for part in parts if part.kind is not MatchKind.UNRECOGNISED}


def run(seed: int, receipts: int) -> tuple[list[tuple[Receipt, Proposal]], Counter[str], Counter[str]]:
    """The wrongly booked; how many receipts identified their claims, and how many of those were booked."""
    wrong, identified, booked = [], Counter[str](), Counter[str]()
    for world, count in rounds(seed, receipts):
        matcher = Matcher(world.facts())
        for _each in range(count):
            receipt = world.receipt()
            if receipt.story == "returned":
                matcher = Matcher(world.facts())  # it was debited a moment ago
            outcome = matcher.match(receipt.line)
            identified[receipt.story] += receipt.identifies
            if outcome.sure is not None:
                booked[receipt.story] += receipt.identifies
                if _as_booked(outcome.sure.parts) != set(receipt.truth):
                    wrong.append((receipt, outcome.sure))
                assert sum(part.amount_cents for part in outcome.sure.parts) == receipt.line.amount_cents
            matcher.take(receipt.line, by_hand(receipt))
            world.booked(receipt)
    return wrong, identified, booked


@pytest.mark.parametrize("seed", [1, 2026, 77_003])
def test_ten_thousand_receipts(seed: int) -> None:
    wrong, identified, booked = run(seed, 10_000)
    assert wrong == []
    assert identified.total() > 6_000, "the world must be worth it"
    assert booked.total() >= ENOUGH * identified.total(), (identified, booked)
