"""The forms of a mini-business-case: a line, and the assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from marshmallow import Schema

from casework.business_case.lines import LineDraft
from casework.business_case.page import LineView
from casework.web.fields import (
    ChoiceField,
    DecimalField,
    FormSchema,
    LineField,
    MoneyField,
    TextField,
    TickField,
    WholeField,
)
from casework.web.formatting import euro_input
from casework.web.price_choices import decimal_input
from rules.business_case import Side
from rules.price_list import Price


def line_schema(parties: frozenset[str], first_year: int, last_year: int) -> Schema:
    """A line; the chance is a percentage, ``overlap_group`` a word that lines share."""
    return FormSchema.from_dict(
        {
            "side": ChoiceField(frozenset(side.value for side in Side), needed=True),
            "party": ChoiceField(parties, needed=True),
            "description": LineField(needed=True),
            "quantity": DecimalField(low=Decimal(0), high=Decimal(100_000), needed=True),
            "unit": LineField(maximum=30),
            "mid": MoneyField(zero=True, needed=True),
            "low": MoneyField(zero=True),
            "high": MoneyField(zero=True),
            "chance": DecimalField(low=Decimal(0), high=Decimal(100)),
            "price_year": WholeField(low=first_year, high=last_year),
            "source": LineField(),
            "confidence": ChoiceField(frozenset("ABC")),
            "cashable": TickField(),
            "overlap_group": LineField(maximum=40),
        }
    )()


def assumptions_schema() -> Schema:
    """What holds for the whole business case."""
    return FormSchema.from_dict(
        {
            "term_months": WholeField(low=1, high=240, needed=True),
            "deadweight": DecimalField(low=Decimal(0), high=Decimal(100)),
            "deadweight_reason": TextField(maximum=1_000),
        }
    )()


def line_draft(values: Mapping[str, Any]) -> LineDraft:
    """The line that was filled in. On the new way chance and overlap have no meaning."""
    regular = values["side"] == Side.REGULAR
    chance = values["chance"]
    return LineDraft(
        side=values["side"],
        party=values["party"],
        description=values["description"],
        quantity=values["quantity"],
        unit=values["unit"] or "",
        mid_cents=values["mid"],
        low_cents=values["low"],
        high_cents=values["high"],
        probability=chance / 100 if regular and chance is not None else Decimal(1),
        price_year=values["price_year"],
        source=values["source"] or "",
        confidence=values["confidence"] or "C",
        cashable=bool(values["cashable"]),
        overlap_group=(values["overlap_group"] or "") if regular else "",
    )


def filled_from_line(line: LineView | None) -> dict[str, str]:
    """A line as it is typed; an empty form without one."""
    if line is None:
        return {"quantity": "1", "chance": "100", "confidence": "C"}
    single = line.low_cents == line.mid_cents == line.high_cents
    return {
        "side": line.side.value,
        "party": line.party,
        "description": line.description,
        "quantity": decimal_input(line.quantity),
        "unit": line.unit,
        "mid": euro_input(line.mid_cents),
        "low": "" if single else euro_input(line.low_cents),
        "high": "" if single else euro_input(line.high_cents),
        "chance": decimal_input(Fraction(line.probability) * 100),
        "price_year": str(line.price_year or ""),
        "source": line.source,
        "confidence": line.confidence,
        "cashable": "1" if line.cashable else "",
        "overlap_group": line.overlap_group,
    }


def filled_from_price(price: Price, party: str) -> dict[str, str]:
    """A line with a price of the list, as it is typed."""
    return {
        "party": party,
        "description": price.description,
        "quantity": "1",
        "unit": price.unit,
        "mid": euro_input(price.amount_cents),
        "chance": "100",
        "price_year": str(price.price_year),
        "source": price.source,
        "confidence": price.confidence,
    }
