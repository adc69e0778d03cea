"""The form of a change of policy as a whole: filled from a version, read back, with a sentence per field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.web.fields import DateField, FormInvalid, FormSchema, TextField, parse
from casework.web.policy_parts import Document, Part
from casework.web.policy_rows import Rows
from casework.web.policy_sections import FIXED
from casework.web.policy_values import language
from rules.policy import SectionName
from rules.policy_reader import Path, PolicyWrong

_COMMON = ("valid_from", "reason", "base_id")


class ProposalForm(FormSchema):
    """What is asked of every change."""

    valid_from = DateField(needed=True)
    reason = TextField(needed=True, maximum=1_000)


@dataclass(frozen=True, slots=True)
class Typed:
    """A change as it was typed and understood."""

    document: dict[str, object]
    valid_from: date
    reason: str


def filled(parts: Iterable[Part], document: Document) -> dict[str, Any]:
    """The inputs of a fresh form."""
    values: dict[str, Any] = {}
    for part in parts:
        values |= part.filled(document)
    return values


def typed(parts: Iterable[Part], form: Mapping[str, str]) -> dict[str, Any]:
    """The inputs as they were sent."""
    values: dict[str, Any] = {name: form.get(name, "") for name in _COMMON}
    for part in parts:
        values |= part.typed(form)
    return values


def read_form(
    section: SectionName, parts: Iterable[Part], form: MultiDict[str, str], base: Document
) -> Typed:
    """The change as typed; ``base`` gives what the form leaves as it is. Raises :class:`FormInvalid`."""
    document: dict[str, object] = {key: base[key] for key in FIXED.get(section, ())}
    errors: dict[str, str] = {}
    for part in parts:
        document |= part.read(form, errors)
    common: dict[str, Any] = {}
    try:
        common = parse(ProposalForm(), form)
    except FormInvalid as problem:
        errors |= problem.errors
    if errors:
        raise FormInvalid(errors)
    return Typed(document, common["valid_from"], common["reason"])


def sentences_by_field(problem: PolicyWrong, parts: Iterable[Part]) -> dict[str, str]:
    """What the checks of policy say, under the name of the field or list it is about; else under ""."""
    known: dict[str, None] = {}
    for part in parts:
        known |= dict.fromkeys((part.key, *part.names()))
    errors: dict[str, str] = {}
    for one in problem.problems:
        text = one.en if language() == "en" else one.nl
        name = _field(one.path, known, parts)
        sentence = text[:1].upper() + text[1:]
        errors[name] = f"{errors[name]} {sentence}" if name in errors else sentence
    return errors


def _field(path: Path, known: Iterable[str], parts: Iterable[Part]) -> str:
    rows = {part.key: part for part in parts if isinstance(part, Rows)}
    if len(path) == 3 and path[0] in rows:
        if any(column.key == path[2] and not column.hidden for column in rows[str(path[0])].columns):
            return "-".join(map(str, path))
        return str(path[0])
    for length in range(len(path), 0, -1):
        name = "-".join(map(str, path[:length]))
        if name in known:
            return name
    return ""


def changed_rows(form: MultiDict[str, str], action: str) -> MultiDict[str, str]:
    """``form`` without the row that ``action`` (``remove:bands:2``) takes away; the same form otherwise."""
    match = re.fullmatch(r"remove:([a-z_]{1,40}):([0-9]{1,4})", action)
    if match is None:
        return form
    gone = f"{match[1]}-{match[2]}-"
    return MultiDict([item for item in form.items(multi=True) if not item[0].startswith(gone)])


def kept(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Everything typed, to send along from a page that shows it: not the buttons or the keys of the form."""
    return [item for item in form.items(multi=True) if item[0] not in ("csrf_token", "action")]
