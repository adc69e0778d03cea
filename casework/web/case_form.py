"""The form of a case in four steps: its fields, and what was typed against what is stored.

What is valid is always saved, also when something beside it is not: :func:`read_step` gives both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from casework.business_case.regular import RegularLine
from casework.cases.drafts import CostLineDraft
from casework.web.fields import (
    ChoiceField,
    DateField,
    DecimalField,
    FormSchema,
    IbanField,
    LineField,
    MoneyField,
    TextField,
    TickField,
    WholeField,
)
from casework.web.price_choices import filled_from_price_list

RESIDENT, STUCK, BREAKTHROUGH, REGULAR_WAY = "inwoner", "knelpunt", "doorbraak", "gewone-weg"
STEPS = (RESIDENT, STUCK, BREAKTHROUGH, REGULAR_WAY)
COSTS, REGULAR = "costs", "regular"
ROWS_OF_STEP = {BREAKTHROUGH: COSTS, REGULAR_WAY: REGULAR}
LISTS_OF_STEP = {RESIDENT: "domains", BREAKTHROUGH: "expected_payers"}
ROWS_MAXIMUM = 30
# A row counts as empty when nothing but these is filled in.
_NOT_TYPED = frozenset({"id", "price_code"})


@dataclass(frozen=True, slots=True)
class Choices:
    """The codes that may be chosen today, for the schemas."""

    household_types: frozenset[str]
    age_bands: frozenset[str]
    districts: frozenset[str]
    domains: frozenset[str]
    barrier_fields: frozenset[str]
    laws: frozenset[str]
    partners: frozenset[str]
    parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class StepRead:
    """A step as it was sent: what is valid, the sentences for the rest, and the rows as they were typed."""

    values: dict[str, Any]
    errors: dict[str, str]
    cost_lines: list[CostLineDraft] | None = None
    regular_lines: list[RegularLine] | None = None
    rows: list[dict[str, str]] = field(default_factory=list)


def _schema(members: Mapping[str, fields.Field[Any]]) -> Schema:
    return FormSchema.from_dict(dict(members))()


def step_schema(step: str, choices: Choices) -> Schema:
    """The single fields of ``step``."""
    if step == RESIDENT:
        return _schema(
            {
                "alias": LineField(maximum=60),
                "household_type": ChoiceField(choices.household_types),
                "age_band": ChoiceField(choices.age_bands),
                "district": ChoiceField(choices.districts),
                "consent_on": DateField(),
                "grade_before": WholeField(low=1, high=10),
            }
        )
    if step == STUCK:
        return _schema(
            {
                "title": LineField(maximum=120),
                "situation": TextField(),
                "tried": TextField(),
                "barrier": TextField(),
                "barrier_field": ChoiceField(choices.barrier_fields),
                "barrier_law": ChoiceField(choices.laws),
            }
        )
    if step == BREAKTHROUGH:
        return _schema({"breakthrough": TextField(), "own_contribution": TextField(), "urgent": TickField()})
    return _schema({})


def cost_schema(partners: frozenset[str]) -> Schema:
    """A cost line, of which one of ``partners`` may be the payee."""
    return _schema(
        {
            "description": LineField(),
            "amount": MoneyField(),
            "payee_name": LineField(maximum=70),
            "payee_iban": IbanField(),
            "payee_partner": ChoiceField(partners),
        }
    )


def regular_schema(choices: Choices) -> Schema:
    """A cost of the regular way; the chance is a percentage."""
    return _schema(
        {
            "party": ChoiceField(choices.parties),
            "description": LineField(),
            "quantity": DecimalField(low=Decimal(0), high=Decimal(100_000)),
            "unit": LineField(maximum=30),
            "price": MoneyField(zero=True),
            "chance": DecimalField(low=Decimal(0), high=Decimal(100)),
        }
    )


def read_step(step: str, form: MultiDict[str, str], choices: Choices) -> StepRead:
    """What was sent for ``step``. Never raises: what cannot be understood is in ``errors``."""
    values, errors = _partly(step_schema(step, choices), form)
    if name := LISTS_OF_STEP.get(step):
        known = choices.domains if name == "domains" else choices.partners
        values[name] = sorted({code for code in form.getlist(name) if code in known})
    rows = typed_rows(form, ROWS_OF_STEP[step]) if step in ROWS_OF_STEP else []
    if step == BREAKTHROUGH:
        costs = read_cost_lines(form, choices.partners)
        return StepRead(values, errors | costs.errors, cost_lines=costs.cost_lines, rows=costs.rows)
    if step == REGULAR_WAY:
        read = _read_rows(rows, REGULAR, regular_schema(choices), errors)
        return StepRead(values, errors, regular_lines=[_regular_line(row) for row in read], rows=rows)
    return StepRead(values, errors)


def read_cost_lines(form: MultiDict[str, str], partners: frozenset[str]) -> StepRead:
    """The cost lines that were sent, also where they are a form of their own (a top-up)."""
    errors: dict[str, str] = {}
    rows = typed_rows(form, COSTS)
    lines = [_cost_line(row) for row in _read_rows(rows, COSTS, cost_schema(partners), errors)]
    return StepRead({}, errors, cost_lines=lines, rows=rows)


def typed_rows(form: Mapping[str, str], prefix: str) -> list[dict[str, str]]:
    """The rows ``prefix-0-name``, ``prefix-1-name`` as typed, in order, without the gaps in their numbers."""
    pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,4}})-([a-z_]+)")
    found: dict[int, dict[str, str]] = {}
    for name in form:
        if match := pattern.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = form[name]
    return [found[index] for index in sorted(found)][:ROWS_MAXIMUM]


def without_row(form: MultiDict[str, str], prefix: str, action: str) -> MultiDict[str, str]:
    """``form`` without the row that ``action`` (``remove:prefix:2``) takes away; the same form otherwise."""
    match = re.fullmatch(rf"remove:{re.escape(prefix)}:([0-9]{{1,4}})", action)
    if not prefix or match is None:
        return form
    gone = f"{prefix}-{match[1]}-"
    return MultiDict([item for item in form.items(multi=True) if not item[0].startswith(gone)])


def is_empty(row: Mapping[str, str]) -> bool:
    """Whether nothing was typed in ``row``."""
    return not any(text.strip() for name, text in row.items() if name not in _NOT_TYPED)


def _partly(schema: Schema, form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    data = {name: form.get(name, "") for name in schema.fields}
    try:
        return dict(schema.load(data)), {}
    except ValidationError as problem:
        valid = problem.valid_data if isinstance(problem.valid_data, dict) else {}
        messages = problem.normalized_messages()
        return dict(valid), {name: " ".join(map(str, found)) for name, found in messages.items()}


def _read_rows(
    rows: Iterable[dict[str, str]], prefix: str, schema: Schema, errors: dict[str, str]
) -> list[dict[str, Any]]:
    """The valid part of every row that is not empty; errors go under the name of their input."""
    read = []
    for index, row in enumerate(rows):
        if is_empty(row):
            continue
        valid, wrong = _partly(schema, row)
        errors.update({f"{prefix}-{index}-{name}": sentence for name, sentence in wrong.items()})
        read.append(valid | {name: row.get(name, "") for name in _NOT_TYPED})
    return read


def _cost_line(row: Mapping[str, Any]) -> CostLineDraft:
    return CostLineDraft(
        description=row.get("description") or "",
        amount_cents=row.get("amount") or 0,
        payee_name=row.get("payee_name") or "",
        payee_iban=row.get("payee_iban") or "",
        payee_partner=row.get("payee_partner") or "",
    )


def _regular_line(row: Mapping[str, Any]) -> RegularLine:
    quantity, chance = row.get("quantity"), row.get("chance")
    stored = str(row["id"])
    line = RegularLine(
        party=row.get("party") or "",
        description=row.get("description") or "",
        quantity=Decimal(1) if quantity is None else quantity,
        unit=row.get("unit") or "",
        mid_cents=row.get("price") or 0,
        probability=Decimal(1) if chance is None else chance / 100,
        line_id=int(stored) if stored.isascii() and stored.isdigit() and len(stored) < 10 else None,
    )
    return filled_from_price_list(line, str(row["price_code"]))
