"""Splitting: the worked examples, what is refused, and the laws over random histories."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import allocation

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "allocation.json").read_text(encoding="utf-8"))


def _named(kind: str) -> list[Any]:
    return [pytest.param(one, id=one["name"]) for one in VECTORS if one["kind"] == kind]


@pytest.mark.parametrize("vector", _named("collective"))
def test_collective_histories_come_out_as_worked_out(vector: dict[str, Any]) -> None:
    weights: dict[str, str] = {}
    carry: dict[str, int] = {}
    deltas: list[dict[str, int]] = []
    for step in vector["steps"]:
        match step["do"]:
            case "join":
                weights[step["partner"]] = step["weight"]
                carry[step["partner"]] = 0
            case "leave":
                weights.pop(step["partner"])
                carry = allocation.hand_over(carry, step["partner"], weights)
            case "reverse":
                carry = allocation.reverse(carry, deltas[step["split"]], weights)
            case "split":
                split = allocation.collective(step["amount_cents"], weights, carry)
                assert split.shares == step["shares_cents"]
                deltas.append({code: split.carry[code] - carry[code] for code in carry})
                carry = split.carry
        assert carry == step["carry_millionths"], step


@pytest.mark.parametrize("vector", _named("shared"))
def test_shared_splits_come_out_as_worked_out(vector: dict[str, Any]) -> None:
    assert allocation.shared(vector["amount_cents"], vector["weights"]) == vector["shares_cents"]


def test_ties_go_by_partner_code() -> None:
    assert allocation.shared(1, {"b": 1, "a": 1}) == {"a": 1, "b": 0}


def test_a_clamped_member_is_made_up_for_by_the_smallest_want_above_nothing() -> None:
    # "c" is two cents ahead; clamping it at 0 charges two cents too much in all, taken back from the
    # smallest open part: a and b have 0 each, so by code it is a's.
    split = allocation.collective(
        3, {"a": 1, "b": 1, "c": 1}, {"a": 1_000_000, "b": 1_000_000, "c": -2_000_000}
    )
    assert split.shares == {"a": 1, "b": 2, "c": 0}
    assert split.carry == {"a": 1_000_000, "b": 0, "c": -1_000_000}


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, "100", None, Fraction(1)])
def test_amounts_that_are_not_positive_whole_cents_are_refused(amount: Any) -> None:
    with pytest.raises(allocation.AmountRefused):
        allocation.shared(amount, {"a": 1})
    with pytest.raises(allocation.AmountRefused):
        allocation.collective(amount, {"a": 1}, {})


BAD_WEIGHTS = [
    0,
    -1,
    1.0,
    0.5,
    True,
    "0",
    "0.00",
    "-1",
    "1e3",
    "",
    " 1",
    "٣",
    "1,5",
    "1/3",
    None,
    Fraction(0),
]


@pytest.mark.parametrize("weight", BAD_WEIGHTS)
def test_weights_that_are_not_positive_and_exact_are_refused(weight: Any) -> None:
    weights = {"a": 1, "b": weight}
    with pytest.raises(allocation.WeightRefused) as refused:
        allocation.shared(100, weights)
    assert "b" in refused.value.sentence("nl")
    with pytest.raises(allocation.WeightRefused):
        allocation.hand_over({"a": 0, "b": 0, "c": 1}, "c", weights)
    with pytest.raises(allocation.WeightRefused):
        allocation.reverse({}, {}, weights)


@pytest.mark.parametrize("carry", [0.5, 1.0, True, "1", None, Fraction(1)])
def test_carries_that_are_not_whole_are_refused(carry: Any) -> None:
    with pytest.raises(allocation.CarryRefused):
        allocation.collective(1, {"a": 1}, {"a": carry})
    with pytest.raises(allocation.CarryRefused):
        allocation.hand_over({"a": 0, "b": carry}, "b", {"a": 1})
    with pytest.raises(allocation.CarryRefused):
        allocation.reverse({"a": 0}, {"a": carry}, {"a": 1})


def test_nobody_to_divide_over_is_refused() -> None:
    with pytest.raises(allocation.NoPartners):
        allocation.shared(1, {})
    with pytest.raises(allocation.NoPartners):
        allocation.collective(1, {}, {})
    with pytest.raises(allocation.NoPartners):
        allocation.hand_over({"a": 5}, "a", {"a": 1})
    with pytest.raises(allocation.NoPartners):
        allocation.reverse({}, {"a": 5}, {})


def test_a_carry_of_someone_outside_the_key_is_refused() -> None:
    for wrong in (
        lambda: allocation.collective(1, {"a": 1}, {"a": 0, "z": 0}),
        lambda: allocation.hand_over({"a": 1, "b": 1, "z": 1}, "b", {"a": 1}),
        lambda: allocation.reverse({"a": 1, "z": -1}, {"a": 1}, {"a": 1}),
    ):
        with pytest.raises(allocation.CarryOfStranger) as refused:
            wrong()
        assert "z" in refused.value.sentence("en")


def test_inputs_are_left_alone() -> None:
    weights: dict[str, int | Fraction | str] = {"a": 1, "b": "2.5"}
    carry, delta = {"a": 5, "b": -5}, {"a": 1, "z": -1}
    allocation.collective(100, weights, carry)
    allocation.hand_over(carry, "a", weights)
    allocation.reverse(carry, delta, weights)
    assert (weights, carry, delta) == ({"a": 1, "b": "2.5"}, {"a": 5, "b": -5}, {"a": 1, "z": -1})


weights_of = st.one_of(
    st.integers(1, 1000),
    st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000),
    st.decimals(min_value="0.01", max_value="99.99", places=2).map(str),
)
members = st.dictionaries(st.text("abcdefghij", min_size=1, max_size=3), weights_of, min_size=1, max_size=16)
amounts = st.one_of(st.integers(1, 50), st.integers(1, 10_000_000))


@given(amounts, members)
def test_shared_sums_to_the_amount_in_any_order(amount: int, weights: dict[str, Any]) -> None:
    shares = allocation.shared(amount, weights)
    assert sum(shares.values()) == amount
    assert min(shares.values()) >= 0
    backwards = dict(reversed(list(weights.items())))
    assert allocation.shared(amount, backwards) == shares
    total = sum(Fraction(weight) for weight in weights.values())
    assert all(abs(shares[code] - amount * Fraction(weights[code]) / total) < 1 for code in weights)


class History:
    """A random life of a network, checked against the laws at every step."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.weights: dict[str, Any] = {f"p{number:02d}": self._weight() for number in range(4)}
        self.carry = dict.fromkeys(self.weights, 0)
        self.deltas: list[dict[str, int]] = []
        self.joined = 4

    def _weight(self) -> Any:
        number = self.random.randint(1, 400)
        return self.random.choice([number, Fraction(number, 7), f"{number}.{self.random.randint(0, 99):02d}"])

    def step(self) -> None:
        chance = self.random.random()
        if chance < 0.05 and len(self.weights) < 20:
            self._join()
        elif chance < 0.09 and len(self.weights) > 2:
            self._leave()
        elif chance < 0.2 and self.deltas:
            self._reverse()
        else:
            self._split()
        assert sum(self.carry.values()) == 0
        assert self.carry.keys() == self.weights.keys()

    def _join(self) -> None:
        code = f"p{self.joined:02d}"
        self.joined += 1
        self.weights[code] = self._weight()
        self.carry[code] = 0

    def _leave(self) -> None:
        leaver = self.random.choice(sorted(self.weights))
        del self.weights[leaver]
        self.carry = allocation.hand_over(self.carry, leaver, self.weights)

    def _reverse(self) -> None:
        delta = self.deltas.pop(self.random.randrange(len(self.deltas)))
        self.carry = allocation.reverse(self.carry, delta, self.weights)

    def _split(self) -> None:
        amount = self.random.choice([self.random.randint(1, 20), self.random.randint(1, 500_000)])
        shuffled = list(self.weights.items())
        self.random.shuffle(shuffled)
        split = allocation.collective(amount, dict(shuffled), self.carry)
        assert split == allocation.collective(amount, self.weights, self.carry)
        assert sum(split.shares.values()) == amount
        assert min(split.shares.values()) >= 0
        wants = [split.carry[code] + split.shares[code] * allocation.MILLIONTHS for code in split.carry]
        if min(wants) >= 0:
            assert max(map(abs, split.carry.values())) < allocation.MILLIONTHS
        delta = {code: split.carry[code] - self.carry[code] for code in self.carry}
        assert allocation.reverse(split.carry, delta, self.weights) == self.carry
        self.deltas.append(delta)
        self.carry = split.carry


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_the_laws_hold_through_any_history(seed: int) -> None:
    history = History(seed)
    for _ in range(80):
        history.step()


def test_the_laws_hold_through_ten_thousand_cases() -> None:
    history = History(seed=20160602)
    for _ in range(13_000):
        history.step()
    assert history.joined > 50
    assert len(history.deltas) > 5_000


@given(amounts, members, st.data())
def test_reversing_after_leaving_keeps_the_sum_at_zero(
    amount: int, weights: dict[str, Any], data: st.DataObject
) -> None:
    zeros = dict.fromkeys(weights, 0)
    delta = allocation.collective(amount, weights, zeros).carry
    leaver = data.draw(st.sampled_from(sorted(weights)))
    stay = {code: weight for code, weight in weights.items() if code != leaver}
    if not stay:
        return
    after_leaving = allocation.hand_over(delta, leaver, stay)
    assert sum(after_leaving.values()) == 0
    # What the leaver's part became and what reversing hands over cancel out exactly.
    assert allocation.reverse(after_leaving, delta, stay) == dict.fromkeys(stay, 0)
