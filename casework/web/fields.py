"""Strict form fields. Each refusal is a sentence in the user's language, beside its field.

A schema describes one form; :func:`parse` turns what was typed into a dictionary of typed values or
raises :class:`FormInvalid` with a sentence per field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import get_locale
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from werkzeug.datastructures import MultiDict

from casework.people_data import BsnFound, contains_bsn
from errors import Invalid, OmloopError
from ledger.money import AmountNotUnderstood, parse_euros

TEXT_MAXIMUM = 5_000
LINE_MAXIMUM = 200


class FormInvalid(Invalid):
    """One or more fields cannot be understood; ``errors`` holds a sentence per field."""

    nl = "Niet alles is goed ingevuld. Kijk bij de velden met een melding."
    en = "Not everything was filled in correctly. See the fields with a message."

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class Needed(Invalid):
    """A field that must be filled in is empty."""

    nl = "Vul dit in."
    en = "Fill this in."


class TooLong(Invalid):
    """More characters than the field holds."""

    nl = "Dit is te lang: schrijf hoogstens {maximum} tekens."
    en = "This is too long: write at most {maximum} characters."


class AmountZero(AmountNotUnderstood):
    """An amount of nothing where something is needed."""

    nl = "Schrijf een bedrag boven nul."
    en = "Write an amount above zero."


class IbanWrong(Invalid):
    """Not a valid account number."""

    nl = "Dit rekeningnummer klopt niet. Kijk het na; een Nederlands nummer lijkt op NL91 ABNA 0417 1643 00."
    en = "This account number is not right. Check it; a Dutch one looks like NL91 ABNA 0417 1643 00."


class DateNotUnderstood(Invalid):
    """Not a date."""

    nl = "Schrijf een datum als 23-11-2026."
    en = "Write a date as 23-11-2026."


class NumberNotUnderstood(Invalid):
    """Not a number within the bounds."""

    nl = "Schrijf een getal van {low} tot en met {high}."
    en = "Write a number from {low} through {high}."


class ChoiceUnknown(Invalid):
    """Not one of the choices."""

    nl = "Kies een van de mogelijkheden."
    en = "Choose one of the options."


class EmailWrong(Invalid):
    """Not an e-mail address."""

    nl = "Schrijf een e-mailadres, zoals naam@organisatie.nl."
    en = "Write an e-mail address, such as name@organisation.nl."


def _refuse(problem: OmloopError) -> ValidationError:
    return ValidationError(problem.sentence(str(get_locale() or "nl")))


class _Typed(fields.Field[Any]):
    """Empty means None unless ``needed``; otherwise :meth:`read` understands it or raises OmloopError."""

    def __init__(self, *, needed: bool = False, **kwargs: Any) -> None:
        self.needed = needed
        super().__init__(load_default=None, allow_none=True, **kwargs)

    empty: Any = None

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        text = value.strip() if isinstance(value, str) else ""
        if "\x00" in text:
            text = text.replace("\x00", "")
        if not text:
            if self.needed:
                raise _refuse(Needed())
            return self.empty
        try:
            return self.read(text)
        except OmloopError as problem:
            raise _refuse(problem) from problem

    def read(self, text: str) -> Any:
        raise NotImplementedError


class TextField(_Typed):
    """Free text: bounded, and refused when it holds a number that passes the BSN test."""

    empty = ""

    def __init__(self, *, maximum: int = TEXT_MAXIMUM, **kwargs: Any) -> None:
        self.maximum = maximum
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        text = text.replace("\r\n", "\n")
        if len(text) > self.maximum:
            raise TooLong(maximum=self.maximum)
        if contains_bsn(text):
            raise BsnFound()
        return text


class LineField(TextField):
    """One line of free text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("maximum", LINE_MAXIMUM)
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        return super().read(" ".join(text.split()))


class MoneyField(_Typed):
    """An amount in euros as the Dutch write it; gives whole cents (int). ``zero`` allows nothing."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        self.zero = zero
        super().__init__(**kwargs)

    def read(self, text: str) -> int:
        cents = parse_euros(text).cents
        if cents == 0 and not self.zero:
            raise AmountZero()
        return cents


class IbanField(_Typed):
    """An account number, checked on length and check digits; gives it without spaces."""

    empty = ""

    def read(self, text: str) -> str:
        try:
            return str(IBAN(text, validate_bban=False).compact)
        except SchwiftyException as error:
            raise IbanWrong() from error


class DateField(_Typed):
    """A date as 23-11-2026, or as a date picker sends it, 2026-11-23."""

    _DUTCH = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
    _ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

    def read(self, text: str) -> date:
        if match := self._ISO.fullmatch(text):
            year, month, day = map(int, match.groups())
        elif match := self._DUTCH.fullmatch(text):
            day, month, year = map(int, match.groups())
        else:
            raise DateNotUnderstood()
        try:
            found = date(year, month, day)
        except ValueError as error:
            raise DateNotUnderstood() from error
        if not 1900 <= found.year <= 2200:
            raise DateNotUnderstood()
        return found


class WholeField(_Typed):
    """A whole number within bounds."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.low <= int(text) <= self.high:
            raise NumberNotUnderstood(low=self.low, high=self.high)
        return int(text)


class DecimalField(_Typed):
    """An exact number with a comma or a point, such as ``0,75``; gives a Decimal."""

    def __init__(self, *, low: Decimal, high: Decimal, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def read(self, text: str) -> Decimal:
        if not re.fullmatch(r"[0-9]{1,9}(?:[.,][0-9]{1,6})?", text):
            raise NumberNotUnderstood(low=self.low, high=self.high)
        number = Decimal(text.replace(",", "."))
        if not self.low <= number <= self.high:
            raise NumberNotUnderstood(low=self.low, high=self.high)
        return number


class ChoiceField(_Typed):
    """One of ``choices`` (values, or a function that gives them when the form is read)."""

    empty = ""

    def __init__(self, choices: Callable[[], frozenset[str]] | frozenset[str], **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        known = self.choices() if callable(self.choices) else self.choices
        if text not in known:
            raise ChoiceUnknown()
        return text


class EmailField(_Typed):
    """An e-mail address in lower case."""

    empty = ""

    def read(self, text: str) -> str:
        if len(text) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+", text):
            raise EmailWrong()
        if contains_bsn(text):
            raise BsnFound()
        return text.lower()


class TickField(fields.Field[bool]):
    """A checkbox: on or absent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=False, **kwargs)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> bool:
        return isinstance(value, str) and value not in {"", "0"}


class FormSchema(Schema):
    """A form. What the form does not know is passed over: CSRF and idempotency have their own place."""

    class Meta:
        unknown = EXCLUDE


def parse(schema: Schema, form: MultiDict[str, str]) -> dict[str, Any]:
    """The typed values of ``form``; raises :class:`FormInvalid`. Repeated values need ``form.getlist``."""
    data = {name: form[name] for name in form}
    try:
        return dict(schema.load(data))
    except ValidationError as error:
        messages = error.normalized_messages()
        raise FormInvalid({name: " ".join(map(str, found)) for name, found in messages.items()}) from error


def parse_rows(
    schema: Schema, form: MultiDict[str, str], prefix: str
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The typed values of repeated rows ``prefix-0-name``, ``prefix-1-name``, and the errors per input name.

    Rows of which every field is empty are passed over.
    """
    pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,3}})-([a-z_]+)")
    rows: dict[int, dict[str, str]] = {}
    for name in form:
        if match := pattern.fullmatch(name):
            rows.setdefault(int(match.group(1)), {})[match.group(2)] = form[name]
    values: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    for index in sorted(rows):
        if not any(text.strip() for text in rows[index].values()):
            continue
        try:
            values.append(dict(schema.load(rows[index])))
        except ValidationError as error:
            for name, found in error.normalized_messages().items():
                problems[f"{prefix}-{index}-{name}"] = " ".join(map(str, found))
    return values, problems
