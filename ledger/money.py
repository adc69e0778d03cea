"""Money as whole cents, and the one way to read an amount that a person typed.

Floats are refused everywhere: 0.10 has no exact binary form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from errors import Invalid

MAX_CENTS = 99_999_999_999  # EUR 999.999.999,99: far above any pot, far below a 64-bit integer


class AmountNotUnderstood(Invalid):
    """The text is not an amount in euros."""

    nl = "Schrijf een bedrag in euro's, zoals 2.500,10 of 2500."
    en = "Write an amount in euros, such as 2.500,10 or 2500."


class AmountAmbiguous(AmountNotUnderstood):
    """A single dot before three digits can be thousands or a decimal: nobody should guess."""

    nl = "Is {text} duizendtallen of centen? Schrijf het als {thousands} of met twee cijfers achter de komma."
    en = "Is {text} thousands or cents? Write it as {thousands} or with two digits after the comma."


class AmountTooLarge(AmountNotUnderstood):
    """The amount is larger than the program can hold."""

    nl = "Dit bedrag is te groot. Schrijf een bedrag onder € 1.000.000.000."
    en = "This amount is too large. Write an amount below € 1.000.000.000."


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in euro cents; negative for what is owed the other way."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"money is a whole number of cents, not {type(self.cents).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + _cents_of(other))

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - _cents_of(other))

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0


def _cents_of(other: object) -> int:
    if not isinstance(other, Money):
        raise TypeError(f"money only goes with money, not {type(other).__name__}")
    return other.cents


# Group separators come in threes; cents, if any, in twos.
_DUTCH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{2}))?")
_POINT = re.compile(r"([0-9]+)\.([0-9]{2})")
_AMBIGUOUS = re.compile(r"([0-9]{1,3})\.([0-9]{3})")
_SIGN_IN_FRONT = re.compile(r"(?:€|EUR)\s*", re.IGNORECASE)


def parse_euros(text: str) -> Money:
    """Read ``2.500,10``, ``2500,10``, ``2500.10`` or ``2500``, with or without ``€``; refuse the rest.

    Raises :class:`AmountNotUnderstood` for signs, exponents, other scripts' digits, one or three
    decimals, and :class:`AmountAmbiguous` for a single group such as ``10.005``.
    """
    stripped = text.strip()
    stripped = _SIGN_IN_FRONT.sub("", stripped, count=1) if _SIGN_IN_FRONT.match(stripped) else stripped
    if ambiguous := _AMBIGUOUS.fullmatch(stripped):
        raise AmountAmbiguous(text=stripped, thousands="".join(ambiguous.groups()))
    match = _DUTCH.fullmatch(stripped) or _POINT.fullmatch(stripped)
    if match is None:
        raise AmountNotUnderstood()
    euros, cents = match.group(1).replace(".", ""), match.group(2) or "00"
    if len(euros.lstrip("0")) > 9:
        raise AmountTooLarge()
    return Money(int(euros) * 100 + int(cents))
