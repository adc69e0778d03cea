"""Reasons in both languages: amounts, numbers, dates, lists and labels as they are written there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules.conflict
import rules.gates
import rules.mandate
import rules.responsibility
import rules.triangle
from errors import OmloopError
from ledger.money import Money
from rules.roles import Role
from rules.wording import Choice, LocalText, ReasonKind, round_half_up, show, show_cents


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (Money(250_010), "€ 2.500,10", "€2,500.10"),
        (Money(-5), "€ −0,05", "−€0.05"),
        (Money(0), "€ 0,00", "€0.00"),
        (Fraction(7, 2), "3,5", "3.5"),
        (Fraction(11, 3), "3,67", "3.67"),
        (Fraction(-1, 3), "−0,33", "−0.33"),
        (Fraction(12_345), "12.345", "12,345"),
        (Decimal("0.50"), "0,5", "0.5"),
        (date(2026, 3, 2), "2 maart 2026", "2 March 2026"),
        (Role.TREASURER, "penningmeester", "treasurer"),
        (Choice("w", "Wonen", "Housing"), "Wonen", "Housing"),
        (LocalText("ja", "yes"), "ja", "yes"),
        (("a", "b", "c"), "a, b en c", "a, b and c"),
        (("a",), "a", "a"),
        ((), "", ""),
        (3, "3", "3"),
    ],
)
def test_facts_are_written_as_people_do(value: Any, nl: str, en: str) -> None:
    assert show(value, "nl") == nl
    assert show(value, "en") == en


def test_a_reason_keeps_its_facts_and_starts_with_a_capital() -> None:
    reason = ReasonKind("x", "{who} betaalt {what}.", "{who} pays {what}.")(who="zayaz", what=Money(100))
    assert reason.sentence("nl") == "Zayaz betaalt € 1,00."
    assert reason.sentence("en") == "Zayaz pays €1.00."
    assert reason.fact("what") == Money(100)
    with pytest.raises(KeyError):
        reason.fact("when")


@given(st.fractions(-(10**9), 10**9), st.integers(0, 6))
def test_rounding_is_half_away_from_zero(value: Fraction, decimals: int) -> None:
    rounded = Fraction(round_half_up(value, decimals))
    assert abs(rounded - value) <= Fraction(1, 2 * 10**decimals)
    assert rounded == -Fraction(round_half_up(-value, decimals))
    assert round_half_up(Fraction(1, 2), 0) == 1
    assert str(round_half_up(Fraction(-1, 1000), 2)) == "0.00"


@given(st.integers(-(10**12), 10**12))
def test_amounts_lose_no_cent(cents: int) -> None:
    shown = show_cents(cents, "nl").removeprefix("€ ").replace("−", "-").replace(".", "").replace(",", "")
    assert int(shown) == cents


MODULES = (rules.conflict, rules.gates, rules.mandate, rules.responsibility, rules.triangle)


def test_both_languages_use_the_same_facts() -> None:
    kinds = [one for module in MODULES for one in vars(module).values() if isinstance(one, ReasonKind)]
    assert len(kinds) > 20
    for kind in kinds:
        assert _fields(kind.nl) == _fields(kind.en), kind.code
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_every_refusal_of_the_rules_has_its_own_sentences() -> None:
    for path in sorted((Path(__file__).parents[3] / "rules").glob("*.py")):
        if path.stem != "__init__":
            __import__(f"rules.{path.stem}")
    own = [one for one in _all_subclasses(OmloopError) if one.__module__.startswith("rules.")]
    assert len(own) > 15
    for error in own:
        bare_nl = {name.removesuffix("_nl") for name in _fields(error.nl)}
        bare_en = {name.removesuffix("_en") for name in _fields(error.en)}
        assert bare_nl == bare_en, error
        assert error.nl != error.en


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _all_subclasses(kind: type[OmloopError]) -> set[type[OmloopError]]:
    direct = set(kind.__subclasses__())
    return direct.union(*(_all_subclasses(one) for one in direct))
