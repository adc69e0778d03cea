"""What can happen in the demo: the four real cases, and made-up stories to draw from."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from schwifty import IBAN

from casework.business_case.regular import RegularLine
from casework.cases.drafts import CostLineDraft
from casework.demo.cast import FOLDER
from config.settings import ROOT
from ledger.money import parse_euros
from rules.lifecycle import SettlementKind
from rules.price_list import Price, load_price_list, price

# How far a price may be off, in percent, by how sure its source is: assumed, to show a range.
SPREAD = {"A": 5, "B": 20, "C": 40}
BANKS = ("INGB", "RABO", "ABNA", "TRIO", "SNSB")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case is to be settled."""

    kind: SettlementKind
    shares: tuple[tuple[str, Decimal], ...] = ()
    instalments: int | None = None
    outside_party: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A case as an applicant would fill it in, and how it is to end."""

    partner: str
    fields: dict[str, Any]
    cost_lines: tuple[CostLineDraft, ...]
    regular_lines: tuple[RegularLine, ...]
    ending: Ending = field(default_factory=lambda: Ending(SettlementKind.COLLECTIVE))


def iban(rng: random.Random) -> str:
    """An account number that is right in form and belongs to nobody we know."""
    return str(
        IBAN.generate("NL", bank_code=rng.choice(BANKS), account_code=f"{rng.randrange(10**9):010d}").compact
    )


@cache
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def real_stories(rng: random.Random) -> tuple[Story, ...]:
    """The four real cases."""
    return tuple(_real(told, rng) for told in _content("real_cases")["case"])


def _real(told: dict[str, Any], rng: random.Random) -> Story:
    tried = told.get("tried") or told["assumed_tried"]
    amount = parse_euros(told.get("amount") or told["assumed_amount"]).cents
    line = CostLineDraft(told["line"], amount, told["payee"], iban(rng), told.get("payee_partner", ""))
    regular = tuple(_regular(one) for one in told.get("regular") or told["assumed_regular"])
    ending = told["settlement"]
    kind = SettlementKind(ending["kind"])
    shares = ending.get("shares") or ({ending["partner"]: "100"} if "partner" in ending else {})
    fields = {
        "title": told["title"],
        "alias": told["assumed_alias"],
        "situation": told["situation"],
        "tried": "\n".join(tried),
        "barrier": told["barrier"],
        "barrier_field": told["assumed_field"],
        "breakthrough": told["breakthrough"],
        "own_contribution": told["own_contribution"],
        "household_type": told["household"],
        "age_band": told["age_band"],
        "domains": list(told["domains"]),
        "expected_payers": sorted(shares),
    }
    return Story(
        told["assumed_submitted_by"],
        fields,
        (line,),
        regular,
        Ending(kind, _percentages(shares), ending.get("assumed_instalments")),
    )


def made_up_story(rng: random.Random, partners: frozenset[str]) -> Story:
    """One of the made-up stories, with amounts, household and ending drawn."""
    told = rng.choice(_content("stories")["story"])
    total = rng.randrange(told["low"] // 5, told["high"] // 5 + 1) * 500
    cents = rng.choice((0, 0, 0, 95, 50, 25)) if total > 10_000 else 0
    ending = _draw_ending(told, rng, partners)
    fields = {
        "title": told["title"],
        "alias": rng.choice(("De heer", "Mevrouw")) + " " + rng.choice(_ALIASES),
        "situation": told["situation"],
        "tried": told["tried"],
        "barrier": told["barrier"],
        "barrier_field": told["field"],
        "breakthrough": told["breakthrough"],
        "own_contribution": told["own_contribution"],
        "household_type": rng.choice(told["households"]),
        "age_band": rng.choices(("18-27", "28-64", "65+"), (3, 6, 2))[0],
        "district": rng.choice(("", "noord", "west", "zuidoost", "maaspoort", "rosmalen")),
        "domains": list(told["domains"]),
        "expected_payers": sorted(partner for partner, _share in ending.shares) if rng.random() < 0.4 else [],
        "grade_before": rng.choice((None, 2, 3, 3, 4, 4, 5)),
    }
    return Story(
        rng.choice([code for code in told["partners"] if code in partners]),
        fields,
        _cost_lines(told, total + cents, rng),
        tuple(_regular(one) for one in told["regular"]),
        ending,
    )


_ALIASES = (
    "Dommel",
    "Aa",
    "Dieze",
    "Vught",
    "Orthen",
    "Gruuthuis",
    "Hinthamer",
    "Vliert",
    "Pettelaar",
    "Zuidwal",
)


def _cost_lines(told: dict[str, Any], total: int, rng: random.Random) -> tuple[CostLineDraft, ...]:
    payee, partner = told["payee"], told.get("payee_partner", "")
    if total < 100_000 or rng.random() < 0.7:
        return (CostLineDraft(told["line"], total, payee, iban(rng), partner),)
    second = total // 5
    return (
        CostLineDraft(told["line"], total - second, payee, iban(rng), partner),
        CostLineDraft("Bijkomende kosten", second, "Leverancier", iban(rng)),
    )


def _draw_ending(told: dict[str, Any], rng: random.Random, partners: frozenset[str]) -> Ending:
    weights: dict[str, int] = told["settlement"]
    kind = SettlementKind(rng.choices(list(weights), list(weights.values()))[0])
    candidates = [code for code in told.get("responsible", ()) if code in partners]
    match kind:
        case SettlementKind.RESPONSIBLE:
            return Ending(kind, ((rng.choice(candidates), Decimal(100)),))
        case SettlementKind.SHARED if len(candidates) > 1:
            first, second = rng.sample(candidates, 2)
            part = rng.choice((Decimal(50), Decimal(60), Decimal(75)))
            return Ending(kind, ((first, part), (second, 100 - part)))
        case SettlementKind.SHARED:
            others = sorted(partners - set(candidates))
            part = Decimal(50)
            return Ending(kind, ((candidates[0], part), (rng.choice(others), 100 - part)))
        case SettlementKind.RESIDENT:
            return Ending(kind, instalments=rng.choice((6, 10, 12, 18, 24)))
        case SettlementKind.OUTSIDE:
            return Ending(kind, outside_party=told["outside_party"])
        case _:
            return Ending(kind)


def _regular(one: dict[str, Any]) -> RegularLine:
    if "price" not in one:
        return RegularLine(
            party=one["party"],
            description=one["description"],
            quantity=Decimal(one["quantity"]),
            unit=one["unit"],
            mid_cents=parse_euros(one["unit_price"]).cents,
            probability=Decimal(one["probability"]),
        )
    listed = price(_prices(), one["price"])
    spread = SPREAD[listed.confidence]
    return RegularLine(
        party=one["party"],
        description=one["description"],
        quantity=Decimal(one["quantity"]),
        unit=listed.unit,
        mid_cents=listed.amount_cents,
        low_cents=listed.amount_cents * (100 - spread) // 100,
        high_cents=listed.amount_cents * (100 + spread) // 100,
        probability=Decimal(one["probability"]),
        price_year=listed.price_year,
        source=listed.source,
        confidence=listed.confidence,
    )


@cache
def _prices() -> tuple[Price, ...]:
    return load_price_list(ROOT / "config" / "price_list.csv")


def _percentages(shares: dict[str, str]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((partner, Decimal(part)) for partner, part in shares.items())
