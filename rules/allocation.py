"""Splitting an amount over partners: to the cent, and fair over time.

Everything is computed in whole millionths of a cent, by largest remainder, ties by partner code, so
that no order of partners and no rounding of a machine can change an outcome. In a *collective* split
each member carries what it was due so far minus what it was charged so far; the next split makes up
for it. Definition and worked examples: ``docs/rules.md``.

Invariants: shares are whole cents, none negative, and sum to the amount; carries that summed to zero
still do; where every member's carry plus due is at least zero, each carry ends under one cent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from math import lcm
from typing import NamedTuple, TypeAlias

from errors import Invalid

MILLIONTHS = 1_000_000

Weight: TypeAlias = int | Fraction | str

_DECIMAL = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")


class AllocationRefused(Invalid):
    """A split was asked for that means nothing."""


class AmountRefused(AllocationRefused):
    """The amount is not a whole, positive number of cents."""

    nl = "Een bedrag om te verdelen is een heel aantal centen boven nul, niet ‘{amount}’."
    en = "An amount to divide is a whole number of cents above zero, not ‘{amount}’."


class WeightRefused(AllocationRefused):
    """A weight is not a positive whole number, fraction or decimal text."""

    nl = "Het gewicht van {partner} is een getal boven nul, zoals 1, 7,5 of 33,33; niet ‘{weight}’."
    en = "The weight of {partner} is a number above zero, such as 1, 7.5 or 33.33; not ‘{weight}’."


class CarryRefused(AllocationRefused):
    """A carry is not a whole number of millionths."""

    nl = "De stand van {partner} is een heel aantal miljoensten van een cent, niet ‘{carry}’."
    en = "The carry of {partner} is a whole number of millionths of a cent, not ‘{carry}’."


class NoPartners(AllocationRefused):
    """There is nobody to divide over."""

    nl = "Er is geen partner om over te verdelen. Kies ten minste één partner."
    en = "There is no partner to divide over. Choose at least one partner."


class CarryOfStranger(AllocationRefused):
    """A carry belongs to a partner that the key does not know."""

    nl = "{partners} heeft nog een stand, maar staat niet in de verdeelsleutel. Boek eerst het vertrek."
    en = "{partners} still has a carry but is not in the allocation key. Record its leaving first."


class Split(NamedTuple):
    """The outcome of a collective split: cents per partner, and the new carries in millionths."""

    shares: dict[str, int]
    carry: dict[str, int]


def shared(amount_cents: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """The cents each named partner repays of ``amount_cents``; no carries are used or kept.

    Raises :class:`AmountRefused`, :class:`WeightRefused` or :class:`NoPartners`.
    """
    return collective(amount_cents, weights, {}).shares


def collective(amount_cents: int, weights: Mapping[str, Weight], carry: Mapping[str, int]) -> Split:
    """Divide ``amount_cents`` over all members by ``weights``, making up for their carries.

    A member without a carry starts at 0. Raises :class:`AmountRefused`, :class:`WeightRefused`,
    :class:`NoPartners`, :class:`CarryRefused` or :class:`CarryOfStranger`.
    """
    if type(amount_cents) is not int or amount_cents <= 0:
        raise AmountRefused(field="amount_cents", amount=amount_cents)
    whole = _whole_weights(weights)
    before = _checked_carry(carry, whole)
    due = _largest_remainder(amount_cents * MILLIONTHS, whole)
    want = {code: before[code] + due[code] for code in whole}
    shares = {code: max(0, want[code] // MILLIONTHS) for code in whole}
    left = amount_cents - sum(shares.values())
    if left > 0:
        _hand_out(left, want, shares)
    elif left < 0:
        _take_back(-left, want, shares)
    return Split(shares=shares, carry={code: want[code] - shares[code] * MILLIONTHS for code in whole})


def hand_over(carry: Mapping[str, int], leaver: str, weights: Mapping[str, Weight]) -> dict[str, int]:
    """The carries of those who stay when ``leaver`` leaves, its own divided over them by ``weights``.

    A weight of the leaver itself is left out; who stays without a carry starts at 0. Raises
    :class:`WeightRefused`, :class:`NoPartners`, :class:`CarryRefused` or :class:`CarryOfStranger`.
    """
    whole = _whole_weights({code: weight for code, weight in weights.items() if code != leaver})
    stay = _checked_carry({code: one for code, one in carry.items() if code != leaver}, whole)
    return _add(stay, _signed_remainder(_whole_carry(leaver, carry.get(leaver, 0)), whole))


def reverse(
    carry: Mapping[str, int], delta: Mapping[str, int], weights: Mapping[str, Weight]
) -> dict[str, int]:
    """The carries after taking back a split that had added ``delta`` to them.

    ``weights`` are those of today's members. The part of one that has left since is handed over to
    them. Raises :class:`WeightRefused`, :class:`NoPartners`, :class:`CarryRefused` or
    :class:`CarryOfStranger`.
    """
    whole = _whole_weights(weights)
    after = _checked_carry(carry, whole)
    for code in sorted(delta):
        part = -_whole_carry(code, delta[code])
        after = _add(after, {code: part} if code in whole else _signed_remainder(part, whole))
    return after


def _whole_weights(weights: Mapping[str, Weight]) -> dict[str, int]:
    """The weights as whole numbers in the same proportion, in order of code."""
    if not weights:
        raise NoPartners()
    exact = {code: _exact_weight(code, weights[code]) for code in sorted(weights)}
    scale = lcm(*(weight.denominator for weight in exact.values()))
    return {code: weight.numerator * (scale // weight.denominator) for code, weight in exact.items()}


def _exact_weight(code: str, weight: object) -> int | Fraction:
    number: int | Fraction | None = None
    # bool is a kind of int in Python, and True is no weight.
    if (isinstance(weight, int) and not isinstance(weight, bool)) or isinstance(weight, Fraction):
        number = weight
    elif isinstance(weight, str) and _DECIMAL.fullmatch(weight):
        number = Fraction(weight)
    if number is None or number <= 0:
        raise WeightRefused(field="weights", partner=code, weight=weight)
    return number


def _checked_carry(carry: Mapping[str, int], members: Mapping[str, int]) -> dict[str, int]:
    strangers = sorted(set(carry) - set(members))
    if strangers:
        raise CarryOfStranger(field="carry", partners=", ".join(map(str, strangers)))
    return {code: _whole_carry(code, carry.get(code, 0)) for code in members}


def _whole_carry(code: str, carry: object) -> int:
    if not isinstance(carry, int) or isinstance(carry, bool):
        raise CarryRefused(field="carry", partner=code, carry=carry)
    return carry


def _largest_remainder(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole parts of ``amount`` (at least 0) in proportion to ``weights``, which are in order of code."""
    total = sum(weights.values())
    parts, remainders = {}, {}
    for code, weight in weights.items():
        parts[code], remainders[code] = divmod(amount * weight, total)
    left = amount - sum(parts.values())
    if left:
        # sorted() keeps the order of codes among equal remainders.
        for code in sorted(remainders, key=remainders.__getitem__, reverse=True)[:left]:
            parts[code] += 1
    return parts


def _signed_remainder(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    sign = -1 if amount < 0 else 1
    return {code: sign * part for code, part in _largest_remainder(abs(amount), weights).items()}


def _hand_out(left: int, want: Mapping[str, int], shares: dict[str, int]) -> None:
    """One cent each, round after round, to the largest want that is not yet charged; ties by code."""
    while left > 0:
        order = sorted(shares, key=lambda code: (shares[code] * MILLIONTHS - want[code], code))
        for code in order[:left]:
            shares[code] += 1
        left -= len(order[:left])


def _take_back(excess: int, want: Mapping[str, int], shares: dict[str, int]) -> None:
    """One cent at a time from the smallest want that is not yet charged, never below 0; ties by code."""
    heap = [(want[code] - share * MILLIONTHS, code) for code, share in shares.items() if share > 0]
    heapify(heap)
    for _ in range(excess):
        open_part, code = heap[0]
        shares[code] -= 1
        if shares[code]:
            heapreplace(heap, (open_part + MILLIONTHS, code))
        else:
            heappop(heap)


def _add(carry: Mapping[str, int], parts: Mapping[str, int]) -> dict[str, int]:
    return {code: one + parts.get(code, 0) for code, one in carry.items()}
