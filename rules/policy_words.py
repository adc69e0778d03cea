"""The sections of policy that hold words: triangle questions, gates, conflict, form choices, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Self

from rules.conflict import ConflictGround
from rules.gates import Gate
from rules.policy_reader import Reader
from rules.policy_sections import Section
from rules.triangle import Value
from rules.wording import Choice, LocalText


@dataclass(frozen=True, slots=True)
class TriangleSection(Section):
    """The questions a member answers for each value, in the order in which they are put."""

    questions: Mapping[Value, tuple[LocalText, ...]]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        questions = {}
        for value in Value:
            found = reader.tables(str(value), _read_text)
            if reader.has(str(value)) and not found:
                reader.wrong(str(value), "stel ten minste één vraag.", "ask at least one question.")
            questions[value] = found
        return cls(questions=MappingProxyType(questions))

    def to_document(self) -> dict[str, object]:
        return {
            str(value): [_text_document(question) for question in questions]
            for value, questions in self.questions.items()
        }


@dataclass(frozen=True, slots=True)
class GatesSection(Section):
    """Which gates must be open before a positive decision, what each asks, and who may set one aside."""

    questions: Mapping[Gate, LocalText]
    override_members: int

    @property
    def required(self) -> tuple[Gate, ...]:
        """The gates that must be open."""
        return tuple(self.questions)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        questions = {gate: reader.local_text(str(gate)) for gate in Gate if reader.has(str(gate))}
        return cls(
            questions=MappingProxyType(questions),
            override_members=reader.whole("override_members", low=2, high=20),
        )

    def to_document(self) -> dict[str, object]:
        document: dict[str, object] = {
            str(gate): _text_document(text) for gate, text in self.questions.items()
        }
        return document | {"override_members": self.override_members}


@dataclass(frozen=True, slots=True)
class ConflictSection(Section):
    """On which grounds a member is in conflict."""

    grounds: tuple[ConflictGround, ...]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(grounds=reader.labels("grounds", ConflictGround))

    def to_document(self) -> dict[str, object]:
        return {"grounds": [str(ground) for ground in self.grounds]}


@dataclass(frozen=True, slots=True)
class CaseForm(Section):
    """The options of the case form. Codes are kept in cases, so a code once used keeps its meaning."""

    domains: tuple[Choice, ...]
    household_types: tuple[Choice, ...]
    age_bands: tuple[Choice, ...]
    districts: tuple[Choice, ...]
    barrier_fields: tuple[Choice, ...]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        lists = {one.name: reader.choices(one.name) for one in fields(cls)}
        for name, found in lists.items():
            _check_codes(reader, name, found)
            # A network may leave districts out; the other questions cannot do without options.
            if not found and name != "districts" and reader.has(name):
                reader.wrong(name, "geef ten minste één keuze.", "give at least one option.")
        return cls(**lists)

    def to_document(self) -> dict[str, object]:
        return {
            one.name: [
                {"code": choice.code, "nl": choice.nl, "en": choice.en} for choice in getattr(self, one.name)
            ]
            for one in fields(self)
        }


# What a case has room for.
CODE_LENGTHS: Mapping[str, int] = MappingProxyType(
    {"domains": 40, "household_types": 40, "age_bands": 20, "districts": 60, "barrier_fields": 80}
)


def _check_codes(reader: Reader, name: str, choices: tuple[Choice, ...]) -> None:
    for choice in choices:
        if len(choice.code) > CODE_LENGTHS[name]:
            reader.wrong(
                name,
                f"‘{choice.code}’ is te lang: hoogstens {CODE_LENGTHS[name]} tekens.",
                f"‘{choice.code}’ is too long: at most {CODE_LENGTHS[name]} characters.",
            )


TEXT_KEYS = (
    "fund_name",
    "welcome",
    "about_fund",
    "before_submitting",
    "consent",
    "privacy",
    "settlement_note",
    "claim_note",
    "outside_letter",
    "contact",
)


@dataclass(frozen=True, slots=True)
class Texts(Section):
    """The network's own words on screen and in letters; the keys are :data:`TEXT_KEYS`."""

    texts: Mapping[str, LocalText]

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(texts=MappingProxyType({key: reader.local_text(key) for key in TEXT_KEYS}))

    def to_document(self) -> dict[str, object]:
        return {key: _text_document(text) for key, text in self.texts.items()}

    def text(self, key: str, language: str) -> str:
        """The text ``key`` in ``language``; ``KeyError`` for a key that is not in :data:`TEXT_KEYS`."""
        return self.texts[key].label(language)


def _read_text(reader: Reader) -> LocalText:
    return LocalText(nl=reader.text("nl"), en=reader.text("en"))


def _text_document(text: LocalText) -> dict[str, object]:
    return {"nl": text.nl, "en": text.en}
