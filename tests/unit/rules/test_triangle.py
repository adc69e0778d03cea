"""The advice: its order, its thresholds to the point, its reasons; and the gates."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.gates import Gate, GateAnswer, check_gates
from rules.policy_sections import AdviceSection
from rules.triangle import (
    AdviceOutcome,
    AssessedTwice,
    Assessment,
    NoAssessments,
    ScoreOutOfRange,
    Value,
    advise,
)

TERMS = AdviceSection(Fraction(2), Fraction(3), 2, 1, 5)


def scores(member: str, legitimacy: int, yield_: int, involvement: int) -> Assessment:
    return Assessment(
        member, {Value.LEGITIMACY: legitimacy, Value.YIELD: yield_, Value.INVOLVEMENT: involvement}
    )


@pytest.mark.parametrize(
    ("given_scores", "outcome", "codes"),
    [
        ([(4, 5, 4), (3, 4, 4)], AdviceOutcome.APPROVE, ["value_reached"] * 3 + ["mean_reached"]),
        # The minimum itself is enough, on a value and on the mean of the three.
        ([(2, 3, 4), (2, 3, 4)], AdviceOutcome.APPROVE, ["value_reached"] * 3 + ["mean_reached"]),
        ([(3, 3, 3)], AdviceOutcome.APPROVE, ["value_reached"] * 3 + ["mean_reached"]),
        # Just under: 1.5 on one value; 2.83 over the three.
        ([(1, 5, 5), (2, 5, 5)], AdviceOutcome.DECLINE, ["value_too_low"]),
        ([(3, 3, 2), (3, 3, 3)], AdviceOutcome.DECLINE, ["mean_too_low"]),
        ([(1, 1, 1)], AdviceOutcome.DECLINE, ["value_too_low"] * 3 + ["mean_too_low"]),
        # Two apart goes before everything, however high or low the means.
        ([(5, 5, 5), (3, 5, 5)], AdviceOutcome.DISCUSS, ["spread"]),
        ([(1, 1, 1), (3, 3, 3)], AdviceOutcome.DISCUSS, ["spread"] * 3),
        ([(5, 5, 5), (4, 5, 5), (3, 5, 5)], AdviceOutcome.DISCUSS, ["spread"]),
        ([(5, 5, 5), (4, 4, 4)], AdviceOutcome.APPROVE, ["value_reached"] * 3 + ["mean_reached"]),
    ],
)
def test_advice_in_order(given_scores: Any, outcome: AdviceOutcome, codes: list[str]) -> None:
    advice = advise([scores(f"m{n}", *one) for n, one in enumerate(given_scores)], TERMS)
    assert advice.outcome is outcome
    assert [reason.code for reason in advice.reasons] == codes


def test_means_are_exact_and_reasons_read_well() -> None:
    advice = advise([scores("a", 3, 4, 4), scores("b", 4, 5, 4), scores("c", 4, 4, 4)], TERMS)
    assert advice.means[Value.LEGITIMACY] == Fraction(11, 3)
    assert advice.mean == (Fraction(11, 3) + Fraction(13, 3) + 4) / 3
    assert advice.reasons[0].sentence("nl") == "Legitimiteit scoort gemiddeld 3,67; dat is ten minste 2."
    assert advice.reasons[0].sentence("en") == "Legitimacy has a mean of 3.67; that is at least 2."


def test_the_spread_is_named_with_its_facts() -> None:
    advice = advise([scores("a", 1, 4, 4), scores("b", 4, 4, 4)], TERMS)
    (reason,) = advice.reasons
    assert reason.fact("spread") == 3
    assert "1 tot 4" in reason.sentence("nl")
    assert advice.spread[Value.LEGITIMACY] == 3


@pytest.mark.parametrize("bad", [0, 6, -1, 2.5, True, None, "3"])
def test_scores_off_the_scale_are_refused(bad: Any) -> None:
    with pytest.raises(ScoreOutOfRange) as refused:
        advise([scores("a", 3, bad, 3)], TERMS)
    assert refused.value.field == "yield_"
    assert "van 1 tot en met 5" in refused.value.sentence("nl")


def test_missing_scores_repeats_and_nobody_are_refused() -> None:
    with pytest.raises(ScoreOutOfRange):
        advise([Assessment("a", {Value.YIELD: 3})], TERMS)
    with pytest.raises(AssessedTwice):
        advise([scores("a", 3, 3, 3), scores("a", 3, 3, 3)], TERMS)
    with pytest.raises(NoAssessments):
        advise([], TERMS)


@given(st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=1, max_size=6), st.randoms())
def test_order_of_members_is_irrelevant_and_more_is_never_worse(rows: Any, random: Any) -> None:
    members = [scores(f"m{n}", *row) for n, row in enumerate(rows)]
    advice = advise(members, TERMS)
    random.shuffle(members)
    assert advise(members, TERMS) == advice
    if advice.outcome is AdviceOutcome.APPROVE:
        raised = [scores(f"m{n}", *(min(5, one + 1) for one in row)) for n, row in enumerate(rows)]
        assert advise(raised, TERMS).outcome is AdviceOutcome.APPROVE


@dataclass(frozen=True)
class Gates:
    required: tuple[Gate, ...] = tuple(Gate)
    override_members: int = 2


YES = [GateAnswer(gate, yes=True, explanation="Zie verslag.") for gate in Gate]


def durable_no(*overriders: str) -> list[GateAnswer]:
    shut = GateAnswer(Gate.DURABLE_SOLUTION, False, "Nog geen woning.", frozenset(overriders))
    return [YES[0], shut]


def test_gates_answered_yes_are_passed() -> None:
    assert check_gates(YES, Gates()).passed


@pytest.mark.parametrize("overriders", [(), ("a",)])
def test_a_gate_answered_no_needs_two_members(overriders: tuple[str, ...]) -> None:
    check = check_gates(durable_no(*overriders), Gates())
    assert not check.passed
    assert f"nu {len(overriders)}" in check.reasons[1].sentence("nl")


def test_two_members_can_override_but_not_in_conflict() -> None:
    check = check_gates(durable_no("a", "b"), Gates())
    assert check.passed
    assert [reason.code for reason in check.reasons] == ["gate_yes", "gate_overridden"]
    assert not check_gates(durable_no("a", "b"), Gates(), in_conflict={"b"}).passed
    assert check_gates(durable_no("a", "b", "c"), Gates(), in_conflict={"b"}).passed


def test_gates_without_answer_or_explanation_stay_shut() -> None:
    assert [one.code for one in check_gates([], Gates()).reasons] == ["gate_unanswered"] * 2
    silent = [GateAnswer(gate, yes=True, explanation=" ") for gate in Gate]
    check = check_gates(silent, Gates())
    assert not check.passed
    assert [one.code for one in check.reasons] == ["gate_unexplained"] * 2


def test_policy_says_which_gates_there_are() -> None:
    assert check_gates([], Gates(required=())).passed
    assert check_gates(YES[:1], Gates(required=(Gate.ALTERNATIVES_EXPLORED,))).passed
