"""Structured payment references: one number, written as a Dutch betalingskenmerk and as an RF reference.

A reference is fifteen digits: what it is about (one digit), a filler (one), the fund (three), the row it
names (seven) and a part of that (three). Before them comes the check digit of the betalingskenmerk, which
makes sixteen. ``RF`` with two check digits before those sixteen is the creditor reference of ISO 11649, so
that an RF reference is checked twice. The same row always gives the same reference.

What the rows are: a claim is its row in ``ledger_claim``, with the number of an instalment of its plan as
part, or 0 for the claim as a whole; a contribution is the partner's row, with the year less 2000 as part; a
statement of account is the partner's row.

A collection by direct debit carries the claim's betalingskenmerk, ``-I`` and the number of the attempt as
its end-to-end id (:func:`collection_id`): ``8110012345670000-I2``.

Source: ISO 11649 (RF); "Specificaties betalingskenmerk" of Betaalvereniging Nederland, for sixteen digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)  # from the right, again and again
_SEPARATORS = re.compile(r"[ \t\r\n\u00a0.,\-/:]+")
_DIGITS = re.compile(r"[0-9]{16}")
_RF_ALONE = re.compile(r"RF[0-9]{18}")
_RF_IN_TEXT = re.compile(r"(?<![A-Z0-9])R ?F(?:[ .\-/]?[0-9]){18}(?![0-9])")
_NUMBER_IN_TEXT = re.compile(r"(?<![0-9A-Z])[0-9]+(?:[ .\-/][0-9]+)*(?![0-9A-Z])")
_COLLECTION = re.compile(r"([0-9]{16})-I([1-9][0-9]{0,5})")
_CENTURY = 2000


class ReferenceKind(IntEnum):
    """What a reference is about; its first digit."""

    CLAIM = 1
    CONTRIBUTION = 2
    STATEMENT = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as data: ``number`` is a claim's or a partner's row, ``part`` depends on ``kind``."""

    kind: ReferenceKind
    fund_id: int
    number: int
    part: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.fund_id <= 999 and 1 <= self.number <= 9_999_999 and 0 <= self.part <= 999):
            raise ValueError(f"{self} does not fit in fifteen digits")

    @property
    def digits(self) -> str:
        """The betalingskenmerk: sixteen digits, as a machine reads it."""
        # A rest of 1 would get the same check digit as a rest of 10, and a mistyped digit could then pass
        # for right. With the filler such a rest is never given out, and so never taken either.
        for filler in "01":
            payload = f"{self.kind:d}{filler}{self.fund_id:03d}{self.number:07d}{self.part:03d}"
            rest = _weighed(payload) % 11
            if rest != 1:
                break
        return f"{_check_digit(rest)}{payload}"

    @property
    def rf(self) -> str:
        """The RF creditor reference, as a machine reads it: ``RF`` and eighteen digits."""
        return f"RF{mod_97_10.calc_check_digits(self.digits + 'RF')}{self.digits}"

    @property
    def digits_spaced(self) -> str:
        """The betalingskenmerk in groups of four, as people type it."""
        return _in_fours(self.digits)

    @property
    def rf_spaced(self) -> str:
        """The RF reference in groups of four, as people type it."""
        return _in_fours(self.rf)

    @property
    def year(self) -> int:
        """The year a contribution is for."""
        return _CENTURY + self.part


def claim_reference(*, fund_id: int, claim_id: int, instalment: int = 0) -> Reference:
    """The reference to pay a claim with, or one instalment of its plan (counted from 1)."""
    return Reference(ReferenceKind.CLAIM, fund_id, claim_id, instalment)


def contribution_reference(*, fund_id: int, partner_id: int, year: int) -> Reference:
    """The reference to pay a partner's yearly contribution with; years 2000 to 2999."""
    return Reference(ReferenceKind.CONTRIBUTION, fund_id, partner_id, year - _CENTURY)


def statement_reference(*, fund_id: int, partner_id: int) -> Reference:
    """The reference to pay everything with that stands on a partner's statement of account."""
    return Reference(ReferenceKind.STATEMENT, fund_id, partner_id)


def parse_reference(text: str) -> Reference | None:
    """The reference that ``text`` is, in either form, with or without spaces; ``None`` for anything else."""
    plain = _SEPARATORS.sub("", text).upper()
    if _RF_ALONE.fullmatch(plain):
        return _of_digits(plain[4:]) if iso11649.is_valid(plain) else None
    return _of_digits(plain) if _DIGITS.fullmatch(plain) else None


def find_references(text: str) -> tuple[Reference, ...]:
    """Every reference that stands in free text, in order and each once.

    Digits that follow ``RF`` count only with that reference's own check digits right: who mistyped one digit
    may have mistyped two.
    """
    upper = re.sub(r"[ \t\r\n\u00a0]+", " ", text.upper())
    found: dict[Reference, None] = {}
    for match in _RF_IN_TEXT.finditer(upper):
        if reference := parse_reference(match.group()):
            found[reference] = None
    for match in _NUMBER_IN_TEXT.finditer(_RF_IN_TEXT.sub(" # ", upper)):
        groups = re.split(r"[ .\-/]", match.group())
        for first in range(len(groups)):
            joined = ""
            for group in groups[first:]:
                joined += group
                if len(joined) >= 16:
                    break
            if len(joined) == 16 and (reference := _of_digits(joined)):
                found[reference] = None
    return tuple(found)


def find_mistyped(text: str) -> tuple[str, ...]:
    """Every sixteen digits in free text that are no reference but could be one with a slip in it."""
    upper = re.sub(r"[ \t\r\n\u00a0]+", " ", text.upper())
    found: dict[str, None] = {}
    for match in _RF_IN_TEXT.finditer(upper):
        if parse_reference(match.group()) is None:
            found[_SEPARATORS.sub("", match.group())[4:]] = None
    for match in _NUMBER_IN_TEXT.finditer(_RF_IN_TEXT.sub(" # ", upper)):
        digits = _SEPARATORS.sub("", match.group())
        if len(digits) == 16 and _of_digits(digits) is None:
            found[digits] = None
    return tuple(found)


def collection_id(claim: Reference, attempt: int) -> str:
    """The end-to-end id of the ``attempt``-th collection (from 1) of a claim; at most 24 characters."""
    return f"{claim.digits}-I{attempt}"


def parse_collection_id(text: str) -> tuple[Reference, int] | None:
    """The claim and the attempt that a collection's end-to-end id names; ``None`` for anything else."""
    match = _COLLECTION.fullmatch(text.strip())
    claim = _of_digits(match[1]) if match else None
    if match is None or claim is None or claim.kind is not ReferenceKind.CLAIM:
        return None
    return claim, int(match[2])


def _of_digits(digits: str) -> Reference | None:
    try:
        reference = Reference(
            ReferenceKind(int(digits[1])), int(digits[3:6]), int(digits[6:13]), int(digits[13:])
        )
    except ValueError:
        return None
    return reference if reference.digits == digits else None


def _weighed(payload: str) -> int:
    return sum(int(digit) * _WEIGHTS[at % len(_WEIGHTS)] for at, digit in enumerate(reversed(payload)))


def _check_digit(rest: int) -> int:
    return {0: 0, 1: 1}.get(rest, 11 - rest)


def _in_fours(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
