"""The rules and practices that kept the usual route shut: how often, and what getting round them cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework.reports.facts import CaseFact, Span
from rules.wording import Choice

_NO_FIELD = Choice("", "geen veld ingevuld", "no field filled in")


@dataclass(frozen=True, slots=True)
class Barrier:
    """The cases approved in the year that were stuck in one field (and law): promised and paid, in cents.

    Top-ups are in the amounts and not in the number of cases.
    """

    field: Choice
    law: str
    cases: int
    approved_cents: int
    paid_cents: int


def barriers(span: Span, facts: Iterable[CaseFact], fields: Sequence[Choice]) -> tuple[Barrier, ...]:
    """The barriers of the year, the most frequent first. Labels are those of ``fields``."""
    labels = {choice.code: choice for choice in fields} | {"": _NO_FIELD}
    grouped: dict[tuple[str, str], list[CaseFact]] = defaultdict(list)
    for one in facts:
        if one.is_approved and span.has_moment(one.decided_at_utc):
            grouped[one.barrier_field, one.barrier_law].append(one)
    rows = [
        Barrier(
            field=labels.get(code, Choice(code, code, code)),
            law=law,
            cases=sum(not one.top_up for one in found),
            approved_cents=sum(one.approved_cents for one in found),
            paid_cents=sum(one.paid_cents for one in found),
        )
        for (code, law), found in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.cases, -row.paid_cents, row.field.code, row.law)))
