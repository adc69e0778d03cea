"""Reasons a rule gives for its outcome: a code, the facts it used, and a sentence in Dutch and English.

A rule returns :class:`Reason` objects and never finished text, so that a page can unfold an outcome
into code and facts, and show the sentence in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from ledger.money import Money

# fmt: off
_MONTHS = {
    "nl": ("januari", "februari", "maart", "april", "mei", "juni",
           "juli", "augustus", "september", "oktober", "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
# fmt: on


class Labelled(StrEnum):
    """A text enumeration whose members carry a Dutch and an English label for on screen."""

    nl: str
    en: str

    def __new__(cls, value: str, nl: str = "", en: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.nl = nl
        member.en = en
        return member

    def label(self, language: str) -> str:
        """The member's label in ``language`` (``"nl"`` or ``"en"``)."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text that a network wrote in both languages."""

    nl: str
    en: str

    def label(self, language: str) -> str:
        """The text in ``language``."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a form, as a network words it."""

    code: str
    nl: str
    en: str

    def label(self, language: str) -> str:
        """The option's label in ``language``."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule came out as it did. ``facts`` are the values used, in the order they were given."""

    code: str
    nl: str
    en: str
    facts: tuple[tuple[str, object], ...] = ()

    def sentence(self, language: str) -> str:
        """The reason as a sentence in ``language``, with numbers, dates and amounts as written there."""
        template = self.en if language == "en" else self.nl
        text = template.format_map({name: show(value, language) for name, value in self.facts})
        return text[:1].upper() + text[1:]

    def fact(self, name: str) -> object:
        """The fact called ``name``; ``KeyError`` where the reason has no such fact."""
        return dict(self.facts)[name]


@dataclass(frozen=True, slots=True)
class ReasonKind:
    """A reason before its facts are known: the code and the two sentence templates."""

    code: str
    nl: str
    en: str

    def __call__(self, **facts: object) -> Reason:
        """The reason with its facts."""
        return Reason(code=self.code, nl=self.nl, en=self.en, facts=tuple(facts.items()))


def show(value: object, language: str) -> str:
    """``value`` as it is written in ``language``: labels, amounts, dates, decimals and lists."""
    if isinstance(value, (Labelled, Choice, LocalText)):
        return value.label(language)
    if isinstance(value, Money):
        return show_cents(value.cents, language)
    if isinstance(value, (Fraction, Decimal)):
        return show_number(Fraction(value), language)
    if isinstance(value, date):
        return f"{value.day} {_MONTHS[_known(language)][value.month - 1]} {value.year}"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return show_list([show(item, language) for item in value], language)


def show_list(items: list[str], language: str) -> str:
    """``items`` as a list in a sentence: ``a, b en c``."""
    if len(items) < 2:
        return "".join(items)
    word = "and" if language == "en" else "en"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def show_cents(cents: int, language: str) -> str:
    """Whole cents as euros: ``€ 2.500,10`` in Dutch, ``€2,500.10`` in English."""
    sign = "−" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    english = f"{euros:,}.{rest:02d}"
    if language == "en":
        return f"{sign}€{english}"
    return f"€ {sign}{_comma(english)}"


def show_number(value: Fraction, language: str, decimals: int = 2) -> str:
    """An exact number rounded half up to at most ``decimals`` decimals, without idle zeros."""
    text = f"{round_half_up(value, decimals):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = text.replace("-", "−")
    return text if language == "en" else _comma(text)


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """The one place where an exact figure is rounded for showing: half away from zero."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    # The exponent is set by hand: scaleb() would round to the context's 28 digits.
    sign = 1 if value < 0 and whole else 0
    return Decimal((sign, tuple(int(digit) for digit in str(whole)), -decimals))


def _known(language: str) -> str:
    return "en" if language == "en" else "nl"


def _comma(english: str) -> str:
    return english.translate(str.maketrans(",.", ".,"))
