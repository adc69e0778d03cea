"""Single values of policy as people type and read them: amounts, numbers, shares, lines of text.

A policy document keeps amounts and fractions as text (``"2500.00"``, ``"1/3"``); a form has ``2500,00`` and
``1/3``; a sentence has ``€ 2.500,00``. One :class:`Kind` per sort of value goes between the three.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import get_locale
from marshmallow import ValidationError, fields

from casework.web.fields import LineField, MoneyField, TextField, WholeField
from casework.web.formatting import euro_input, euros, number, percent
from errors import Invalid
from rules.policy_reader import cents_text, fraction_text

LONGEST_TEXT = 2_000
_EXACT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,12})|/([1-9][0-9]{0,11}))?")


class ExactNotUnderstood(Invalid):
    """Neither a number with a comma nor a fraction."""

    nl = "Schrijf een getal, zoals 3, 2,5 of 1/3."
    en = "Write a number, such as 3, 2.5 or 1/3."


class ShareNotUnderstood(Invalid):
    """Not a percentage from 0 through 100."""

    nl = "Schrijf een percentage van 0 tot en met 100."
    en = "Write a percentage from 0 through 100."


class ExactField(TextField):
    """An exact number: ``3``, ``2,5`` or ``1/3``; gives a Fraction."""

    def read(self, text: str) -> Any:
        match = _EXACT.fullmatch(text)
        if match is None:
            raise ExactNotUnderstood()
        whole, decimals, divisor = match.groups()
        if divisor:
            return Fraction(int(whole), int(divisor))
        return Fraction(f"{whole}.{decimals or 0}")


class ShareField(ExactField):
    """A percentage; gives the share of one, a Fraction."""

    def read(self, text: str) -> Any:
        share = super().read(text.removesuffix("%").strip()) / 100
        if share > 1:
            raise ShareNotUnderstood()
        return share


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of value is read from a form, kept, filled in again and said. ``input`` is its control."""

    input: str
    field: Callable[[], fields.Field[Any]]
    keep: Callable[[Any], object]
    fill: Callable[[Any], str]
    say: Callable[[Any], str]


def language() -> str:
    """The reader's language."""
    return str(get_locale() or "nl")


def _cents(text: object) -> int:
    euro, _point, cents = str(text).partition(".")
    return int(euro) * 100 + int(cents or 0)


def _comma(text: object) -> str:
    return str(text).replace(".", ",")


def say_number(value: object) -> str:
    """An exact number with as many decimals as it needs, two at most."""
    exact = Fraction(str(value))
    decimals = next((some for some in (0, 1) if (exact * 10**some).denominator == 1), 2)
    return number(exact, decimals, language())


def _say_share(value: object) -> str:
    hundredfold = Fraction(str(value)) * 100
    return percent(Fraction(str(value)), 0 if hundredfold.denominator == 1 else 1, language())


def _line(maximum: int) -> Kind:
    return Kind("line", lambda: LineField(needed=True, maximum=maximum), str, str, lambda text: f"‘{text}’")


AMOUNT = Kind(
    "amount",
    lambda: MoneyField(needed=True, zero=True),
    cents_text,
    lambda text: euro_input(_cents(text)),
    lambda text: euros(_cents(text), language()),
)
AMOUNT_ABOVE_ZERO = Kind("amount", lambda: MoneyField(needed=True), cents_text, AMOUNT.fill, AMOUNT.say)
WHOLE = Kind("whole", lambda: WholeField(needed=True, low=0, high=9_999), int, str, str)
EXACT = Kind("exact", lambda: ExactField(needed=True), fraction_text, _comma, say_number)
SHARE = Kind(
    "exact",
    lambda: ShareField(needed=True),
    fraction_text,
    lambda text: _comma(fraction_text(Fraction(str(text)) * 100)),
    _say_share,
)
LINE = _line(200)
SHORT_LINE = _line(80)
TEXT = Kind("text", lambda: TextField(needed=True, maximum=LONGEST_TEXT), str, str, LINE.say)


def read(kind: Kind, text: str, name: str, errors: dict[str, str]) -> object:
    """The value to keep; None, with a sentence under ``name``, for what cannot be understood."""
    try:
        return kind.keep(kind.field().deserialize(text))
    except ValidationError as problem:
        errors[name] = " ".join(map(str, problem.messages))
        return None
