"""The parts a form for policy is made of: a value, a list, rows, texts in two languages, ticks.

A part knows its place in the section's document, fills its inputs from there, reads them back, and says in
sentences what differs between two documents. Inputs are named after the path in the document with dashes
(``bands-1-members``), so that what the checks of policy say of a path finds its field.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from babel.dates import get_month_names
from flask_babel import gettext as _
from marshmallow import ValidationError

from casework.web.fields import WholeField
from casework.web.policy_values import TEXT, Kind, language, read
from errors import Invalid
from rules.wording import Labelled, show_list

Document = Mapping[str, Any]
Form = Mapping[str, str]
Values = dict[str, Any]
Errors = dict[str, str]


class NumbersNotUnderstood(Invalid):
    """Not a list of whole numbers."""

    nl = "Schrijf hele getallen met komma’s ertussen, zoals 14, 30."
    en = "Write whole numbers with commas between them, such as 14, 30."


class DayDoesNotExist(Invalid):
    """A day and a month that do not go together, or not in every year."""

    nl = "Deze dag is er niet elk jaar. Kies een dag die bij de maand past."
    en = "This day does not come every year. Choose a day that goes with the month."


@dataclass(frozen=True, slots=True)
class Part(ABC):
    """One part of a section's form. ``sort`` tells the template which macro draws it."""

    sort: ClassVar[str]
    key: str
    label: object

    @abstractmethod
    def filled(self, document: Document) -> Values:
        """The inputs as ``document`` has them."""

    def typed(self, form: Form) -> Values:
        """The inputs as somebody typed them, to show again."""
        return {name: form.get(name, "") for name in self.names()}

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the single inputs."""

    @abstractmethod
    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        """This part of the document; what cannot be understood goes to ``errors`` by input name."""

    @abstractmethod
    def differences(self, before: Document, after: Document) -> Iterator[str]:
        """What changed, in sentences."""


def from_to(what: object, before: str, after: str) -> str:
    """``Buffer: van € 2.500 naar € 5.000.``"""
    return _("%(what)s: van %(before)s naar %(after)s.", what=what, before=before, after=after)


@dataclass(frozen=True, slots=True)
class Single(Part):
    """One value. ``unit`` stands behind the input and behind the value in a sentence."""

    sort: ClassVar[str] = "single"
    kind: Kind
    unit: object = ""
    hint: object = ""

    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def filled(self, document: Document) -> Values:
        return {self.key: self.kind.fill(document[self.key])}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        return {self.key: read(self.kind, form.get(self.key, ""), self.key, errors)}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = self.kind.say(before[self.key]), self.kind.say(after[self.key])
        if old != new:
            unit = f" {self.unit}" if self.unit and self.unit != "%" else ""
            yield from_to(self.label, old, f"{new}{unit}")


@dataclass(frozen=True, slots=True)
class DayOfYear(Part):
    """A day in every year, as a day and a month; the document has ``"01-31"``."""

    sort: ClassVar[str] = "day_of_year"

    def names(self) -> tuple[str, ...]:
        return (self.key, f"{self.key}-month")

    def months(self) -> list[tuple[str, str]]:
        """The months to choose from, in the reader's language."""
        return [(f"{one:02d}", name) for one, name in get_month_names("wide", locale=language()).items()]

    def filled(self, document: Document) -> Values:
        month, day = str(document[self.key]).split("-")
        return {self.key: str(int(day)), f"{self.key}-month": month}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        try:
            day = WholeField(needed=True, low=1, high=31).deserialize(form.get(self.key, ""))
        except ValidationError as problem:
            errors[self.key] = " ".join(map(str, problem.messages))
            return {self.key: None}
        found = f"{form.get(f'{self.key}-month', '')}-{day:02d}"
        try:
            date.fromisoformat(f"2001-{found}")
        except ValueError:
            errors[self.key] = DayDoesNotExist().sentence(language())
        return {self.key: found}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        if before[self.key] != after[self.key]:
            yield from_to(self.label, self._said(before), self._said(after))

    def _said(self, document: Document) -> str:
        month, day = str(document[self.key]).split("-")
        return f"{int(day)} {dict(self.months())[month]}"


@dataclass(frozen=True, slots=True)
class Numbers(Part):
    """A list of whole numbers in one input; they are put in order. ``unit`` stands behind it."""

    sort: ClassVar[str] = "numbers"
    unit: object = ""
    hint: object = ""

    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def filled(self, document: Document) -> Values:
        return {self.key: ", ".join(map(str, document[self.key]))}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        return {self.key: read_numbers(form.get(self.key, ""), self.key, errors)}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        if before[self.key] != after[self.key]:
            yield from_to(
                self.label, say_numbers(before[self.key]), f"{say_numbers(after[self.key])} {self.unit}"
            )


def read_numbers(text: str, name: str, errors: Errors) -> list[int]:
    """The numbers in ``text``, each once, in ascending order."""
    words = text.replace(";", ",").replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        errors[name] = NumbersNotUnderstood().sentence(language())
        return []
    return sorted({int(word) for word in words})


def say_numbers(numbers: list[int]) -> str:
    """``14 en 30``; a word where there are none."""
    return show_list([str(one) for one in numbers], language()) or _("geen")


@dataclass(frozen=True, slots=True)
class Reminders(Part):
    """Days before and after a due date, kept as one list with those before as negative numbers."""

    sort: ClassVar[str] = "reminders"

    def names(self) -> tuple[str, ...]:
        return (self.key, f"{self.key}-after")

    def filled(self, document: Document) -> Values:
        before, after = self._split(document)
        return {self.key: ", ".join(map(str, before)), f"{self.key}-after": ", ".join(map(str, after))}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        before = read_numbers(form.get(self.key, ""), self.key, errors)
        after = read_numbers(form.get(f"{self.key}-after", ""), f"{self.key}-after", errors)
        return {self.key: sorted({-one for one in before} | set(after))}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = self._split(before), self._split(after)
        if old[0] != new[0]:
            what = _("Herinnering vóór de uiterste dag")
            yield from_to(what, say_numbers(old[0]), _("%(days)s dagen", days=say_numbers(new[0])))
        if old[1] != new[1]:
            what = _("Herinnering na de uiterste dag")
            yield from_to(what, say_numbers(old[1]), _("%(days)s dagen", days=say_numbers(new[1])))

    def _split(self, document: Document) -> tuple[list[int], list[int]]:
        days = document[self.key]
        return sorted(-day for day in days if day < 0), [day for day in days if day >= 0]


@dataclass(frozen=True, slots=True)
class Local(Part):
    """A text in Dutch and English. ``tick`` is the question whether it is there at all."""

    sort: ClassVar[str] = "local"
    tick: object = ""

    def names(self) -> tuple[str, ...]:
        return (self.key, f"{self.key}-nl", f"{self.key}-en")

    def filled(self, document: Document) -> Values:
        text = document.get(self.key) or {"nl": "", "en": ""}
        present = "1" if self.key in document else ""
        return {self.key: present, f"{self.key}-nl": text["nl"], f"{self.key}-en": text["en"]}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        if self.tick and not form.get(self.key):
            return {}
        return {
            self.key: {
                one: read(TEXT, form.get(f"{self.key}-{one}", ""), f"{self.key}-{one}", errors)
                for one in ("nl", "en")
            }
        }

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = before.get(self.key), after.get(self.key)
        if old is None and new is not None:
            yield _("%(what)s komt erbij: ‘%(text)s’", what=self.label, text=new[language()])
        elif old is not None and new is None:
            yield _("%(what)s vervalt: ‘%(text)s’", what=self.label, text=old[language()])
        elif old is not None and new is not None:
            for one, name in (("nl", _("Nederlands")), ("en", _("Engels"))):
                if old[one] != new[one]:
                    what = _("%(what)s (%(language)s)", what=self.label, language=name)
                    yield from_to(what, f"‘{old[one]}’", f"‘{new[one]}’")


@dataclass(frozen=True, slots=True)
class Ticks(Part):
    """Which of some options hold."""

    sort: ClassVar[str] = "ticks"
    options: tuple[Labelled, ...]
    hint: object = ""

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.key}-{code}" for code in self.options)

    def filled(self, document: Document) -> Values:
        return {f"{self.key}-{code}": "1" if code in document[self.key] else "" for code in self.options}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        return {self.key: [code.value for code in self.options if form.get(f"{self.key}-{code}")]}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        for code in self.options:
            if code in after[self.key] and code not in before[self.key]:
                yield _("Komt erbij: %(what)s.", what=code.label(language()))
            if code in before[self.key] and code not in after[self.key]:
                yield _("Vervalt: %(what)s.", what=code.label(language()))
