"""What must hold between the parts of a network's file: partners, keys, choices and dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol

from rules.policy import PolicyVersion, SectionName
from rules.policy_reader import Path, PolicyProblem
from rules.policy_sections import AllocationKey, BusinessCaseSection, PriceIndex
from rules.policy_words import CaseForm

PlacedVersion = tuple[Path, PolicyVersion]


class PartnerLike(Protocol):
    """What the checks need of a partner."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def domains(self) -> Sequence[str]: ...
    @property
    def joined_on(self) -> date: ...
    @property
    def left_on(self) -> date | None: ...


def problems_between(
    started_on: date, partners: Sequence[PartnerLike], versions: Iterable[PlacedVersion]
) -> Iterator[PolicyProblem]:
    """Every problem that no part can see by itself."""
    placed = sorted(versions, key=lambda one: (one[1].section, one[1].valid_from))
    yield from _partner_codes(partners)
    yield from _dates(started_on, placed)
    yield from _domains(partners, placed)
    yield from _weights(partners, placed)
    yield from _price_years(placed)
    yield from _index_years(placed)


def _partner_codes(partners: Sequence[PartnerLike]) -> Iterator[PolicyProblem]:
    if not partners:
        yield PolicyProblem((), "er is geen enkele [[partner]].", "there is not a single [[partner]].")
    for what in ("code", "name"):
        seen: set[str] = set()
        for index, partner in enumerate(partners):
            value = getattr(partner, what)
            if value in seen:
                yield PolicyProblem(
                    ("partner", index, what),
                    f"‘{value}’ is al van een andere partner.",
                    f"‘{value}’ already belongs to another partner.",
                )
            seen.add(value)


def _dates(started_on: date, placed: Sequence[PlacedVersion]) -> Iterator[PolicyProblem]:
    first: set[SectionName] = set()
    seen: set[tuple[SectionName, date]] = set()
    for path, version in placed:
        if version.section not in first and version.valid_from > started_on:
            yield PolicyProblem(
                (*path, "from"),
                f"de eerste versie moet al gelden op {started_on}, als het netwerk begint.",
                f"the first version must hold by {started_on}, when the network starts.",
            )
        if (version.section, version.valid_from) in seen:
            yield PolicyProblem(
                (*path, "from"),
                "een andere versie geldt vanaf dezelfde dag.",
                "another version holds from the same day.",
            )
        first.add(version.section)
        seen.add((version.section, version.valid_from))


def _domains(partners: Sequence[PartnerLike], placed: Sequence[PlacedVersion]) -> Iterator[PolicyProblem]:
    forms = [version.content for _, version in placed if isinstance(version.content, CaseForm)]
    known = {choice.code for form in forms for choice in form.domains}
    for index, partner in enumerate(partners):
        for domain in partner.domains:
            if domain not in known:
                yield PolicyProblem(
                    ("partner", index, "domains"),
                    f"‘{domain}’ is geen domein van de keuzes bij een casus ([[case_form]]).",
                    f"‘{domain}’ is not a domain of the choices of a case ([[case_form]]).",
                )


def _weights(partners: Sequence[PartnerLike], placed: Sequence[PlacedVersion]) -> Iterator[PolicyProblem]:
    keys = [(path, one) for path, one in placed if isinstance(one.content, AllocationKey)]
    codes = {partner.code for partner in partners}
    for number, (path, version) in enumerate(keys):
        weights = version.content.weights if isinstance(version.content, AllocationKey) else None
        if weights is None:
            continue
        until = keys[number + 1][1].valid_from if number + 1 < len(keys) else date.max
        for code in sorted(set(weights) - codes):
            yield PolicyProblem(
                (*path, "weights", code), "deze partner bestaat niet.", "this partner does not exist."
            )
        for partner in partners:
            outside = partner.left_on is not None and partner.left_on <= version.valid_from
            if partner.code not in weights and partner.joined_on < until and not outside:
                yield PolicyProblem(
                    (*path, "weights"),
                    f"{partner.code} doet mee maar heeft geen gewicht.",
                    f"{partner.code} takes part but has no weight.",
                )


def _price_years(placed: Sequence[PlacedVersion]) -> Iterator[PolicyProblem]:
    indexes = [version.content for _, version in placed if isinstance(version.content, PriceIndex)]
    years = {year for index in indexes for year in index.index}
    for path, version in placed:
        if isinstance(version.content, BusinessCaseSection):
            year = version.content.hour_rate_price_year
            if year not in years:
                yield PolicyProblem(
                    (*path, "hour_rate_price_year"),
                    f"{year} staat niet in de prijsindex.",
                    f"{year} is not in the consumer price index.",
                )


def _index_years(placed: Sequence[PlacedVersion]) -> Iterator[PolicyProblem]:
    """Prices and cases refer to years: a later index corrects and adds, it never leaves a year out."""
    indexes = [(path, one.content) for path, one in placed if isinstance(one.content, PriceIndex)]
    for (_, before), (path, after) in pairwise(indexes):
        for year in sorted(set(before.index) - set(after.index)):
            yield PolicyProblem(
                (*path, "index"),
                f"{year} stond in de prijsindex en is misschien al gebruikt: laat dat jaar staan.",
                f"{year} was in the consumer price index and may have been used: keep that year.",
            )
