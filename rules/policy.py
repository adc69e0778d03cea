"""A network's dated policy: per section the version that holds on a day, for ever.

A :class:`PolicyBook` is all versions of all sections. ``book.on(day)`` gives the :class:`Policy` of
that day: of each section the version with the latest ``valid_from`` on or before it. A case is judged
by the policy of its own day, so versions are added and never changed.

Versions are shipped in a network's TOML file (:mod:`rules.network_file`) and, once adopted, kept by
the program as (section, valid_from, document): :meth:`PolicyVersion.from_document`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from errors import Conflict
from rules.policy_sections import (
    AdviceSection,
    AllocationKey,
    BusinessCaseSection,
    Contribution,
    FundSection,
    MandateSection,
    PriceIndex,
    Retention,
    Section,
    Terms,
)
from rules.policy_words import CaseForm, ConflictSection, GatesSection, Texts, TriangleSection
from rules.wording import Labelled

Content = TypeVar("Content", bound=Section)


class SectionName(Labelled):
    """The sections of policy; the code is also the table's name in TOML."""

    CONTRIBUTION = "contribution", "bijdragen", "contributions"
    ALLOCATION_KEY = "allocation_key", "verdeelsleutel", "allocation key"
    MANDATE = "mandate", "mandaat", "mandate"
    ADVICE = "advice", "advies van de waardendriehoek", "advice of the value triangle"
    TRIANGLE = "triangle", "vragen van de waardendriehoek", "questions of the value triangle"
    GATES = "gates", "poorten", "gates"
    CONFLICT = "conflict", "belangen", "conflict of interest"
    TERMS = "terms", "termijnen", "terms"
    RETENTION = "retention", "bewaren", "retention"
    FUND = "fund", "pot", "fund"
    BUSINESS_CASE = "business_case", "mini-businesscase", "mini-business-case"
    CONSUMER_PRICE_INDEX = "consumer_price_index", "prijsindex", "consumer price index"
    CASE_FORM = "case_form", "keuzes bij een casus", "choices of a case"
    TEXTS = "texts", "teksten", "texts"


SECTIONS: Mapping[SectionName, type[Section]] = MappingProxyType(
    {
        SectionName.CONTRIBUTION: Contribution,
        SectionName.ALLOCATION_KEY: AllocationKey,
        SectionName.MANDATE: MandateSection,
        SectionName.ADVICE: AdviceSection,
        SectionName.TRIANGLE: TriangleSection,
        SectionName.GATES: GatesSection,
        SectionName.CONFLICT: ConflictSection,
        SectionName.TERMS: Terms,
        SectionName.RETENTION: Retention,
        SectionName.FUND: FundSection,
        SectionName.BUSINESS_CASE: BusinessCaseSection,
        SectionName.CONSUMER_PRICE_INDEX: PriceIndex,
        SectionName.CASE_FORM: CaseForm,
        SectionName.TEXTS: Texts,
    }
)


# By these a case is judged, by the day on which it was submitted; the others hold on the day of an action.
JUDGES_CASES = frozenset(
    {
        SectionName.MANDATE,
        SectionName.ADVICE,
        SectionName.TRIANGLE,
        SectionName.GATES,
        SectionName.CONFLICT,
        SectionName.BUSINESS_CASE,
        SectionName.CONSUMER_PRICE_INDEX,
        SectionName.CASE_FORM,
    }
)


class NoPolicyInForce(Conflict):
    """A section has no version that holds on the day asked for."""

    nl = "Op {on} gold er nog geen beleid voor ‘{section_nl}’. Voeg een versie toe die dan al geldt."
    en = "On {on} no policy was in force for ‘{section_en}’. Add a version that holds by then."


class VersionTwice(Conflict):
    """Two versions of one section hold from the same day."""

    nl = "Voor ‘{section_nl}’ is er al een versie die geldt vanaf {on}. Kies een andere dag."
    en = "There already is a version of ‘{section_en}’ that holds from {on}. Choose another day."


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One section as it holds from a day, with where it comes from and what was assumed in it."""

    section: SectionName
    valid_from: date
    content: Section
    source: str = ""
    assumed: str = ""

    @classmethod
    def from_document(
        cls,
        section: str,
        valid_from: date,
        document: Mapping[str, object],
        *,
        source: str = "",
        assumed: str = "",
    ) -> PolicyVersion:
        """A stored version. Raises :class:`~rules.policy_reader.PolicyWrong` where it is not right."""
        name = SectionName(section)
        return cls(name, valid_from, SECTIONS[name].from_document(document), source, assumed)

    def to_document(self) -> dict[str, object]:
        """The content as JSON-able values."""
        return self.content.to_document()


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one day. ``versions`` says which version each section was taken from."""

    on: date
    contribution: Contribution
    allocation_key: AllocationKey
    mandate: MandateSection
    advice: AdviceSection
    triangle: TriangleSection
    gates: GatesSection
    conflict: ConflictSection
    terms: Terms
    retention: Retention
    fund: FundSection
    business_case: BusinessCaseSection
    consumer_price_index: PriceIndex
    case_form: CaseForm
    texts: Texts
    versions: Mapping[SectionName, PolicyVersion]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs between two versions of a section; ``None`` where it is not there."""

    key: str
    before: object
    after: object


class PolicyBook:
    """All versions of a network's policy."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        """Raises :class:`VersionTwice` where two versions of a section hold from one day."""
        self._versions: dict[SectionName, list[PolicyVersion]] = {name: [] for name in SectionName}
        for version in versions:
            self._versions[version.section].append(version)
        for name, found in self._versions.items():
            found.sort(key=lambda version: version.valid_from)
            for earlier, later in pairwise(found):
                if earlier.valid_from == later.valid_from:
                    on = later.valid_from.isoformat()
                    raise VersionTwice(section_nl=name.nl, section_en=name.en, on=on)

    def versions(self, section: SectionName) -> tuple[PolicyVersion, ...]:
        """The versions of ``section``, oldest first."""
        return tuple(self._versions[section])

    def version_on(self, section: SectionName, on: date) -> PolicyVersion:
        """The version of ``section`` that holds on ``on``. Raises :class:`NoPolicyInForce`."""
        for version in reversed(self._versions[section]):
            if version.valid_from <= on:
                return version
        raise NoPolicyInForce(section_nl=section.nl, section_en=section.en, on=on.isoformat())

    def on(self, on: date) -> Policy:
        """The policy of the day ``on``. Raises :class:`NoPolicyInForce`."""
        versions = {name: self.version_on(name, on) for name in SectionName}

        def content(name: SectionName, kind: type[Content]) -> Content:
            found = versions[name].content
            if not isinstance(found, kind):
                raise TypeError(f"the section {name} holds a {type(found).__name__}")
            return found

        return Policy(
            on=on,
            contribution=content(SectionName.CONTRIBUTION, Contribution),
            allocation_key=content(SectionName.ALLOCATION_KEY, AllocationKey),
            mandate=content(SectionName.MANDATE, MandateSection),
            advice=content(SectionName.ADVICE, AdviceSection),
            triangle=content(SectionName.TRIANGLE, TriangleSection),
            gates=content(SectionName.GATES, GatesSection),
            conflict=content(SectionName.CONFLICT, ConflictSection),
            terms=content(SectionName.TERMS, Terms),
            retention=content(SectionName.RETENTION, Retention),
            fund=content(SectionName.FUND, FundSection),
            business_case=content(SectionName.BUSINESS_CASE, BusinessCaseSection),
            consumer_price_index=content(SectionName.CONSUMER_PRICE_INDEX, PriceIndex),
            case_form=content(SectionName.CASE_FORM, CaseForm),
            texts=content(SectionName.TEXTS, Texts),
            versions=MappingProxyType(versions),
        )

    def adopt(self, version: PolicyVersion) -> PolicyBook:
        """A book with ``version`` added; this one stays as it is. Raises :class:`VersionTwice`."""
        every = [one for found in self._versions.values() for one in found]
        return PolicyBook([*every, version])


def policy_book_from_documents(rows: Iterable[tuple[str, date, Mapping[str, object]]]) -> PolicyBook:
    """The book of stored versions, each given as (section, valid_from, document).

    Raises :class:`~rules.policy_reader.PolicyWrong` or :class:`VersionTwice`.
    """
    return PolicyBook(PolicyVersion.from_document(*row) for row in rows)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Which values differ between two documents of one section, by their full key, in order of key."""
    old, new = dict(_flatten(before, "")), dict(_flatten(after, ""))
    keys = [*old, *(key for key in new if key not in old)]
    return tuple(
        Change(key=key, before=old.get(key), after=new.get(key))
        for key in keys
        if old.get(key) != new.get(key)
    )


def _flatten(value: object, prefix: str) -> Iterable[tuple[str, object]]:
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, object]] = ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        items = ((str(index + 1), inner) for index, inner in enumerate(value))
    else:
        yield prefix, value
        return
    for key, inner in items:
        yield from _flatten(inner, f"{prefix}.{key}" if prefix else key)
