"""What the schema of camt.053 demands, read from the message classes of pyiso20022, version by version.

Those classes carry the whole schema: which elements an element may hold, in which order and how often, and
which texts a field takes. They are compiled here into small tables that a reader consults while it meets the
elements, so that what is wrong is known at the line on which it stands, and no part of the file is parsed
into objects that are then thrown away. (xsdata fills the same classes, but looks at neither order, number of
occurrences, lengths nor patterns, and takes three times as long.)
"""

from __future__ import annotations

import dataclasses
import importlib
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from xsdata.models.datatype import XmlDate, XmlDateTime

VERSIONS = tuple(f"camt.053.001.{number:02d}" for number in range(2, 13))
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")

# Patterns of the schema in words, for those that are met in practice.
_FORMS = {
    r"[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}": ("een IBAN", "an IBAN"),
    r"[A-Z]{3,3}": ("een munt zoals EUR", "a currency such as EUR"),
    r"[0-9]{1,15}": ("een aantal", "a count"),
    r"[A-Z]{2,2}": ("een land zoals NL", "a country such as NL"),
}

Expectation = tuple[str, str]  # what a value should be, in Dutch and in English
Check = Callable[[str], Expectation | None]


@dataclass(frozen=True, slots=True)
class Child:
    """An element within another: where in the order, how often, and what it holds itself."""

    place: int
    minimum: int
    maximum: int | None
    type: Type


@dataclass(slots=True)
class Type:
    """What an element may hold. Filled in after it was made, as types refer to each other."""

    name: str
    children: dict[str, Child] = dataclasses.field(default_factory=dict)
    required: tuple[str, ...] = ()
    attributes: dict[str, Check] = dataclasses.field(default_factory=dict)
    required_attributes: tuple[str, ...] = ()
    text: Check | None = None  # None: no text but white space
    choice: bool = False  # exactly one of the children
    anything: bool = False  # whatever stands inside is not looked at


@cache
def document(version: str) -> Type:
    """The type of ``Document`` in ``version`` (``"camt.053.001.08"``)."""
    module = importlib.import_module(f"pyiso20022.camt.{version.replace('.', '_')}")
    return _complex(module.Document)


@cache
def _complex(made: type) -> Type:
    built = Type(made.__name__, choice="Choice" in made.__name__)
    hints = typing.get_type_hints(made)
    place = 0
    for one in dataclasses.fields(made):
        kind = one.metadata.get("type", "Text")
        inner, many = _unwrapped(hints[one.name])
        if kind == "Wildcard":
            built.anything = True
        elif kind == "Text":
            built.text = _simple(inner, one.metadata)
        elif kind == "Attribute":
            built.attributes[one.metadata["name"]] = _simple(inner, one.metadata)
            if one.metadata.get("required"):
                built.required_attributes += (one.metadata["name"],)
        else:
            built.children[one.metadata["name"]] = _child(inner, many, one.metadata, place)
            place += 1
    built.required = tuple(name for name, child in built.children.items() if child.minimum)
    return built


def _child(inner: Any, many: bool, facets: Mapping[str, Any], place: int) -> Child:
    minimum = facets.get("min_occurs", 0) if many else int(bool(facets.get("required")))
    maximum = facets.get("max_occurs") if many else 1
    if dataclasses.is_dataclass(inner) and isinstance(inner, type):
        return Child(place, minimum, maximum, _complex(inner))
    return Child(place, minimum, maximum, Type(str(inner), text=_simple(inner, facets)))


def _unwrapped(hint: Any) -> tuple[Any, bool]:
    """The type itself, and whether a list of it: ``None | str`` is ``(str, False)``."""
    origin = typing.get_origin(hint)
    if origin is list:
        return _unwrapped(typing.get_args(hint)[0])[0], True
    if origin in (typing.Union, types.UnionType):
        (only,) = [one for one in typing.get_args(hint) if one is not type(None)]
        return _unwrapped(only)
    return hint, False


def _simple(kind: Any, facets: Mapping[str, Any]) -> Check:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of(frozenset(str(one.value) for one in kind))
    if kind is bool:
        return _one_of(frozenset({"true", "false", "1", "0"}))
    if kind is Decimal:
        return _number(facets)
    if kind is XmlDate:
        return _day
    if kind is XmlDateTime:
        return _moment
    return _words(facets)


def _one_of(values: frozenset[str]) -> Check:
    listed = ", ".join(sorted(values)[:8]) + (", …" if len(values) > 8 else "")

    def check(text: str) -> Expectation | None:
        return None if text.strip() in values else (f"één van {listed}", f"one of {listed}")

    return check


def _number(facets: Mapping[str, Any]) -> Check:
    digits, total = facets.get("fraction_digits", 17), facets.get("total_digits", 18)
    smallest = facets.get("min_inclusive")
    wanted = (f"een getal met hoogstens {digits} decimalen", f"a number with at most {digits} decimals")

    def check(text: str) -> Expectation | None:
        text = text.strip()
        if not _DECIMAL.fullmatch(text) or len(text) > total + 2:
            return wanted
        if smallest is not None and text.startswith("-"):
            return ("een bedrag zonder minteken", "an amount without a minus sign")
        return wanted if len(text.partition(".")[2].rstrip("0")) > digits else None

    return check


def _words(facets: Mapping[str, Any]) -> Check:
    shortest, longest = facets.get("min_length", 0), facets.get("max_length", 10_000)
    pattern = re.compile(facets["pattern"]) if "pattern" in facets else None
    length = (f"{shortest} tot {longest} tekens", f"{shortest} to {longest} characters")
    form = _FORMS.get(
        facets.get("pattern", ""), ("de vorm die camt.053 voorschrijft", "the form of camt.053")
    )

    def check(text: str) -> Expectation | None:
        if not shortest <= len(text) <= longest:
            return length
        return None if pattern is None or pattern.fullmatch(text) else form

    return check


def _day(text: str) -> Expectation | None:
    found = _DAY.fullmatch(text.strip())
    try:
        if found and date.fromisoformat(found[1]):
            return None
    except ValueError:
        pass
    return ("een datum zoals 2026-03-31", "a date such as 2026-03-31")


def _moment(text: str) -> Expectation | None:
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found and datetime.fromisoformat(found[1]):
            return None
    except ValueError:
        pass
    return ("een tijdstip zoals 2026-03-31T17:00:00", "a moment such as 2026-03-31T17:00:00")
