"""The mini-business-case: the worked examples, laws, and what has no figure."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import business_case
from rules.business_case import Line, PartyResult, Range, Side, compute

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "business_case.json").read_text(encoding="utf-8")
)
PLAIN: dict[str, Any] = {"term_months": 12, "alpha": Fraction(0), "deadweight": Fraction(0)}


def _cents(euros: str) -> int:
    cents = Fraction(euros) * 100
    assert cents.denominator == 1
    return int(cents)


def _line(side: Side, row: dict[str, Any]) -> Line:
    return Line(
        side=side,
        party=row["party"],
        quantity=Fraction(row["quantity"]),
        low_cents=_cents(row["low"]),
        mid_cents=_cents(row["mid"]),
        high_cents=_cents(row["high"]),
        probability=Fraction(row["probability"]),
        overlap_group=row["overlap_group"],
    )


def _shown(cents: Fraction | None) -> Decimal | None:
    return None if cents is None else business_case.shown_euros(cents, 4).normalize()


def _expected(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).normalize()


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in VECTORS])
def test_worked_examples(vector: dict[str, Any]) -> None:
    lines = [_line(Side.NEW, row) for row in vector["new"]]
    lines += [_line(Side.REGULAR, row) for row in vector["regular"]]
    terms: dict[str, Any] = {
        "term_months": vector["term_months"],
        "alpha": Fraction(vector["alpha"]),
        "deadweight": Fraction(vector["deadweight"]),
    }
    found, expect = compute(lines, **terms), vector["expect"]
    assert _shown(found.invested.mid) == _expected(expect["invested"])
    assert _shown(found.avoided.mid) == _expected(expect["avoided"])
    assert _shown(found.saving.mid) == _expected(expect["saving"])
    assert _shown(found.saving.low) == _expected(expect["saving_low"])
    assert _shown(found.saving.high) == _expected(expect["saving_high"])
    for name in ("return_per_euro", "payback_months"):
        figure = getattr(found, name)
        times = None if figure.value is None else figure.value * 100
        assert _shown(times) == _expected(expect[name])
        assert (figure.why_not is not None) is (figure.value is None)
    shown = {
        party: {
            "invests": _shown(one.invests.mid),
            "collects": _shown(one.collects.mid),
            "net": _shown(one.net.mid),
        }
        for party, one in found.parties.items()
    }
    wanted = {
        party: {key: _expected(text) for key, text in one.items()} for party, one in expect["parties"].items()
    }
    assert shown == wanted
    assert compute(lines[::-1], **terms).parties == found.parties


def line(side: Side = Side.REGULAR, cents: int = 100, **more: Any) -> Line:
    return Line(side, more.pop("party", "a"), more.pop("quantity", Fraction(1)), cents, cents, cents, **more)


def test_without_lines_no_figure_and_why() -> None:
    found = compute([], **PLAIN)
    assert found.return_per_euro.why_not is not None
    assert "niets geïnvesteerd" in found.return_per_euro.why_not.sentence("nl")
    assert found.payback_months.why_not is not None
    assert "No costs are avoided" in found.payback_months.why_not.sentence("en")


def test_prices_are_brought_to_the_cases_year() -> None:
    index = {2017: Fraction("101.70"), 2026: Fraction("138.11")}
    found = compute([line(cents=600_000, price_year=2017)], **PLAIN, case_year=2026, price_index=index)
    assert found.avoided.mid == 600_000 * Fraction("138.11") / Fraction("101.70")
    assert found.lines[0].index_factor == Fraction(13811, 10170)
    same = compute([line(price_year=1999)], **PLAIN, case_year=1999, price_index=index)
    assert same.avoided.mid == 100
    with pytest.raises(business_case.PriceYearUnknown) as refused:
        compute([line(price_year=1999)], **PLAIN, case_year=2026, price_index=index)
    assert "1999" in refused.value.sentence("nl")


def test_in_an_overlap_group_the_highest_mid_counts_fully_after_chance() -> None:
    dear_but_unlikely = line(cents=1000, probability=Fraction(1, 10), overlap_group="opvang", party="b")
    likely = line(cents=500, overlap_group="opvang")
    found = compute([dear_but_unlikely, likely], **PLAIN | {"alpha": Fraction(1, 4)})
    assert [one.overlap_factor for one in found.lines] == [Fraction(1, 4), 1]
    assert found.avoided.mid == 500 + Fraction(100, 4)


def test_ties_in_a_group_do_not_hang_on_the_order_of_lines() -> None:
    lines = [line(party=party, overlap_group="g") for party in ("c", "a", "b")]
    assert set(compute(lines, **PLAIN).parties) == {"a", "b", "c"}
    for order in (lines, lines[::-1]):
        parties = compute(order, **PLAIN).parties
        assert {party: one.collects.mid for party, one in parties.items()} == {"a": 100, "b": 0, "c": 0}


def test_what_is_put_in_is_not_lowered_by_chance_overlap_or_deadweight() -> None:
    new = [line(Side.NEW, 100, probability=Fraction(1, 2), overlap_group="g") for _ in range(2)]
    assert compute(new, **PLAIN | {"deadweight": Fraction(1, 2)}).invested.mid == 200


@pytest.mark.parametrize(
    "bad",
    [
        {"low_cents": 101},
        {"high_cents": 99},
        {"mid_cents": 100.0},
        {"low_cents": -1},
        {"quantity": 0.5},
        {"quantity": Fraction(-1)},
        {"probability": Fraction(11, 10)},
        {"probability": 0.5},
        {"probability": Fraction(-1)},
    ],
)
def test_lines_that_mean_nothing_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(business_case.LineRefused) as refused:
        compute([replace(line(), **bad)], **PLAIN)
    assert refused.value.sentence("nl") != refused.value.sentence("en")


@pytest.mark.parametrize("name", ["alpha", "deadweight"])
@pytest.mark.parametrize("bad", [0.5, Fraction(-1), Fraction(2), True])
def test_shares_are_exact_and_from_0_to_1(name: str, bad: Any) -> None:
    with pytest.raises(business_case.ShareRefused) as refused:
        compute([], **PLAIN | {name: bad})
    assert refused.value.field == name


@pytest.mark.parametrize("bad", [0, -1, 1.5, True])
def test_terms_are_whole_months(bad: Any) -> None:
    with pytest.raises(business_case.TermRefused):
        compute([], **PLAIN | {"term_months": bad})


def test_realised_puts_what_was_found_in_place_of_chance() -> None:
    lines = [
        line(Side.NEW, 100, party="pot"),
        line(cents=1000, probability=Fraction(1, 2), key="one"),
        line(cents=400, probability=Fraction(1, 2), key="two", description="opvang"),
    ]
    found = business_case.realised(lines, {"one": Fraction(1), "two": Fraction(1, 4)}, **PLAIN)
    assert found.avoided.mid == 1100
    assert found.invested.mid == 100
    with pytest.raises(business_case.LineNotEvaluated) as refused:
        business_case.realised(lines, {"one": Fraction(1)}, **PLAIN)
    assert "opvang" in refused.value.sentence("nl")


def test_a_settled_case_shows_the_pots_part_with_those_who_repay_it() -> None:
    parties = compute([line(Side.NEW, 400, party="pot"), line(cents=900, party="zayaz")], **PLAIN).parties
    shared = business_case.with_repayers(parties, {"zayaz": 200, "gemeente": 200})
    assert {party: one.net.mid for party, one in shared.items()} == {"gemeente": -200, "zayaz": 700}
    gift = business_case.with_repayers(parties, {"resident": 100})
    assert gift["pot"].invests.mid == 300
    assert gift["resident"].invests.mid == 100


def test_a_party_outside_is_one_party_with_and_without_capitals() -> None:
    lines = [line(Side.NEW, 400, party="pot"), line(cents=900, party="zorgverzekeraar")]
    parties = compute(lines, **PLAIN).parties
    first = business_case.with_repayers(parties, {"Zorgverzekeraar": 400})
    assert {party: (one.invests.mid, one.collects.mid) for party, one in first.items()} == {
        "zorgverzekeraar": (400, 900)
    }
    second = business_case.with_repayers(
        compute([line(Side.NEW, 100, party="pot")], **PLAIN).parties, {"ZORGVERZEKERAAR": 60, "UWV": 40}
    )
    total = business_case.add_parties([first, second])
    assert {party: one.invests.mid for party, one in total.items()} == {"UWV": 40, "zorgverzekeraar": 460}


amounts = st.integers(0, 10_000_000)


@st.composite
def some_lines(draw: st.DrawFn) -> Line:
    low, mid, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Line(
        side=draw(st.sampled_from(Side)),
        party=draw(st.sampled_from(["a", "b", "pot"])),
        quantity=draw(st.fractions(0, 100, max_denominator=12)),
        low_cents=low,
        mid_cents=mid,
        high_cents=high,
        probability=draw(st.fractions(0, 1, max_denominator=20)),
        overlap_group=draw(st.sampled_from([None, "g", "h"])),
    )


@given(st.lists(some_lines(), max_size=8), st.fractions(0, 1), st.fractions(0, 1))
def test_parties_sum_to_the_whole_and_ranges_hold(lines: Any, alpha: Fraction, deadweight: Fraction) -> None:
    found = compute(lines, term_months=12, alpha=alpha, deadweight=deadweight)
    parties = found.parties.values()
    assert sum((one.invests for one in parties), Range()) == found.invested
    assert sum((one.collects for one in parties), Range()) == found.avoided
    assert sum(one.net.mid for one in parties) == found.saving.mid
    for one in (found.invested, found.avoided, found.saving):
        assert one.low <= one.mid <= one.high
    twice = business_case.add_parties([found.parties, found.parties])
    assert {party: one.net.mid for party, one in twice.items()} == {
        party: 2 * one.net.mid for party, one in found.parties.items()
    }
    back = business_case.with_repayers(found.parties, {"a": 300, "b": 200})
    assert sum(one.net.mid for one in back.values()) == found.saving.mid


def test_an_empty_party_result_is_nothing() -> None:
    assert PartyResult(Range(), Range()).net == Range()
