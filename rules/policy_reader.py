"""Reads one policy document key by key and remembers everything that is wrong with it.

The same reader serves a network's TOML file and the documents that are kept in the database: amounts
and fractions are text in both ("2500.00", "0.5", "1/3"), so that nothing passes through a float.
Where a value is wrong the reader notes a problem and hands back a harmless value, so that one reading
names all problems instead of the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from errors import Invalid
from rules.wording import Choice, Labelled, LocalText

Path = tuple[str | int, ...]
Label = TypeVar("Label", bound=Labelled)
Item = TypeVar("Item")

_AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{2}))?")
_FRACTION = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12}|/[1-9][0-9]{0,11})?")
_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing that is wrong: where (file, line, key), and what, in both languages."""

    path: Path
    nl: str
    en: str
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """``file:line key``, as far as it is known."""
        key = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in self.path)
        key = key.replace(".[", "[")
        where = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (where, key) if part)

    def sentence(self, language: str) -> str:
        """Place and problem in one line."""
        text = self.en if language == "en" else self.nl
        return f"{self.place}: {text}" if self.place else text


class PolicyWrong(Invalid):
    """A policy cannot be used; ``problems`` holds all that is wrong with it."""

    nl = "Het beleid klopt nog niet. Verbeter dit:\n{problems_nl}"
    en = "The policy is not right yet. Correct this:\n{problems_en}"

    def __init__(self, problems: Iterable[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            problems_nl="\n".join(problem.sentence("nl") for problem in self.problems),
            problems_en="\n".join(problem.sentence("en") for problem in self.problems),
        )


@dataclass(slots=True)
class Reader:
    """One table of a document. Ask every key you know, then :meth:`finish`."""

    document: Mapping[str, object]
    path: Path = ()
    problems: list[PolicyProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def wrong(self, key: str | None, nl: str, en: str) -> None:
        """Note a problem at ``key``, or at the table as a whole."""
        path = self.path if key is None else (*self.path, key)
        self.problems.append(PolicyProblem(path=path, nl=nl, en=en))

    def finish(self) -> None:
        """Note every key that nobody asked for: usually a typing error."""
        for key in self.document:
            if key not in self.seen:
                self.wrong(key, "deze sleutel is onbekend.", "this key is unknown.")

    def raise_if_wrong(self) -> None:
        """Raise :class:`PolicyWrong` where anything is wrong so far."""
        if self.problems:
            raise PolicyWrong(self.problems)

    def has(self, key: str) -> bool:
        """Whether the key is there (and count it as known)."""
        self.seen.add(key)
        return self.document.get(key) is not None

    def take(self, key: str) -> object:
        """The raw value; a missing key (or JSON's null) is a problem and gives ``None``."""
        if not self.has(key):
            self.wrong(key, "dit ontbreekt.", "this is missing.")
        return self.document.get(key)

    def text(self, key: str, *, pattern: str | None = None, default: str | None = None) -> str:
        """A text that is not empty and, where given, matches ``pattern`` wholly."""
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "schrijf hier een tekst tussen aanhalingstekens.", "write a text between quotes.")
            return ""
        if pattern is not None and re.fullmatch(pattern, value) is None:
            self.wrong(
                key, f"‘{value}’ heeft niet de vorm {pattern}.", f"‘{value}’ does not match {pattern}."
            )
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        if not self.has(key):
            return default
        value = self.document[key]
        if not isinstance(value, bool):
            self.wrong(key, "schrijf true of false.", "write true or false.")
            return default
        return value

    def whole(self, key: str, *, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self.take(key)
        if value is None:
            return low
        if type(value) is not int or not low <= value <= high:
            self.wrong(
                key,
                f"schrijf een heel getal van {low} tot en met {high}.",
                f"write a whole number from {low} to {high}.",
            )
            return low
        return value

    def wholes(self, key: str, *, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers, each larger than the one before."""
        found = self._list(
            key,
            lambda one: type(one) is int and low <= one <= high,
            f"schrijf hele getallen van {low} tot en met {high}, oplopend: [1, 2, 3].",
            f"write whole numbers from {low} to {high}, ascending: [1, 2, 3].",
        )
        numbers = [one for one in found if isinstance(one, int)]
        if numbers != sorted(numbers):
            self.wrong(key, "zet de getallen in oplopende volgorde.", "put the numbers in ascending order.")
        return tuple(numbers)

    def cents(self, key: str, *, at_least: int = 0) -> int:
        """An amount in euros as text, in whole cents."""
        value = self.take(key)
        if value is None:
            return at_least
        match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        cents = int(match[1]) * 100 + int(match[2] or 0) if match else -1
        if cents < at_least:
            self.wrong(
                key,
                'schrijf een bedrag tussen aanhalingstekens, zoals "2500.00".',
                'write an amount between quotes, such as "2500.00".',
            )
            return at_least
        return cents

    def fraction(
        self, key: str, *, low: Fraction | int | None = None, high: Fraction | int | None = None
    ) -> Fraction:
        """An exact number: whole, or text such as "0.5" or "1/3", within ``low`` and ``high``."""
        value = self.take(key)
        fallback = Fraction(low if low is not None else 0)
        if value is None:
            return fallback
        number = _exact(value)
        if number is None:
            self.wrong(
                key,
                'schrijf een getal: heel, of tussen aanhalingstekens zoals "0.5" of "1/3".',
                'write a number: whole, or between quotes such as "0.5" or "1/3".',
            )
            return fallback
        if (low is not None and number < low) or (high is not None and number > high):
            self.wrong(key, f"dit moet {_span(low, high, 'nl')}.", f"this must be {_span(low, high, 'en')}.")
            return fallback
        return number

    def day(self, key: str) -> date:
        """A date: a TOML date, or ``"2016-06-02"`` in a stored document."""
        value = self.take(key)
        if value is None:
            return date.min
        if type(value) is date:
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.wrong(key, "schrijf een datum als 2016-06-02.", "write a date as 2016-06-02.")
            return date.min

    def optional_day(self, key: str) -> date | None:
        """A date that may be absent."""
        return self.day(key) if self.has(key) else None

    def day_of_year(self, key: str) -> str:
        """A day in every year, as ``"01-31"`` (month-day); 29 February does not come every year."""
        text = self.text(key, pattern=_DAY_OF_YEAR.pattern)
        if _DAY_OF_YEAR.fullmatch(text) and not _comes_every_year(text):
            self.wrong(key, "deze dag is er niet elk jaar.", "this day does not come every year.")
        return text

    def labels(self, key: str, kind: type[Label]) -> tuple[Label, ...]:
        """A list of members of ``kind`` without repeats."""
        known = {str(member): member for member in kind}
        options = ", ".join(known)
        found = self._list(
            key,
            lambda one: isinstance(one, str) and one in known,
            f"kies, elk één keer, uit: {options}.",
            f"choose, each once, from: {options}.",
        )
        return tuple(known[str(one)] for one in found)

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts without repeats."""
        if default is not None and not self.has(key):
            return default
        found = self._list(
            key,
            lambda one: isinstance(one, str) and bool(one.strip()),
            'schrijf een lijst van teksten: ["a", "b"], elk één keer.',
            'write a list of texts: ["a", "b"], each once.',
        )
        return tuple(str(one) for one in found)

    def local_text(self, key: str) -> LocalText:
        """A text in both languages: ``{ nl = "…", en = "…" }``."""
        return self.table(key, lambda inner: LocalText(nl=inner.text("nl"), en=inner.text("en")))

    def choices(self, key: str) -> tuple[Choice, ...]:
        """A list of ``{ code = "…", nl = "…", en = "…" }`` with different codes."""
        found = self.tables(
            key,
            lambda inner: Choice(code=inner.text("code"), nl=inner.text("nl"), en=inner.text("en")),
        )
        codes = [choice.code for choice in found]
        for code in sorted({code for code in codes if codes.count(code) > 1 and code}):
            self.wrong(key, f"de code ‘{code}’ staat er meer dan eens.", f"the code ‘{code}’ is there twice.")
        return found

    def table(self, key: str, read: Callable[[Reader], Item]) -> Item:
        """A table inside this one, read by ``read``."""
        value = self.take(key)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(key, "hier hoort een tabel.", "a table belongs here.")
        known = len(self.problems)
        inner = self._inner(value, key)
        item = read(inner)
        if isinstance(value, Mapping):
            inner.finish()
        else:
            # The missing table is one problem; its missing keys are not problems of their own.
            del self.problems[known:]
        return item

    def tables(self, key: str, read: Callable[[Reader], Item]) -> tuple[Item, ...]:
        """A list of tables inside this one, each read by ``read``."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, Mapping) for one in value):
            self.wrong(key, "hier hoort een lijst van tabellen.", "a list of tables belongs here.")
            return ()
        items = []
        for index, one in enumerate(value):
            inner = self._inner(one, key, index)
            items.append(read(inner))
            inner.finish()
        return tuple(items)

    def _list(self, key: str, fits: Callable[[object], bool], nl: str, en: str) -> list[object]:
        """The items at ``key`` where it is a list, each fits and none repeats; else a problem and nothing."""
        value = self.take(key)
        if value is None:
            return []
        items = list(value) if isinstance(value, (list, tuple)) else [None]
        if not all(fits(one) for one in items) or len(set(map(str, items))) != len(items):
            self.wrong(key, nl, en)
            return []
        return items

    def _inner(self, value: object, *steps: str | int) -> Reader:
        document = value if isinstance(value, Mapping) else {}
        return Reader(document=document, path=(*self.path, *steps), problems=self.problems)


def _comes_every_year(day_of_year: str) -> bool:
    try:
        date.fromisoformat(f"2001-{day_of_year}")
    except ValueError:
        return False
    return True


def fraction_text(value: Fraction) -> str:
    """An exact number as a document writes it: ``"0.5"`` where decimals end, else ``"1/3"``."""
    for decimals in range(13):
        scaled = value * 10**decimals
        if scaled.denominator == 1:
            digits = f"{abs(scaled.numerator):0{decimals + 1}d}"
            sign = "-" if value < 0 else ""
            return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
    return f"{value.numerator}/{value.denominator}"


def cents_text(cents: int) -> str:
    """Whole cents as a document writes an amount: ``"2500.00"``."""
    return f"{cents // 100}.{cents % 100:02d}"


def _exact(value: object) -> Fraction | None:
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return Fraction(value)
    return None


def _span(low: Fraction | int | None, high: Fraction | int | None, language: str) -> str:
    english = language == "en"
    if low is not None and high is not None:
        return f"from {low} to {high}" if english else f"van {low} tot en met {high} zijn"
    if low is not None:
        return f"at least {low}" if english else f"ten minste {low} zijn"
    return f"at most {high}" if english else f"ten hoogste {high} zijn"
