"""Parts of a policy form that are lists: rows to add and take away, and a value per partner.

Rows arrive as ``bands-0-members``, with gaps where a line was taken away in the browser; they are numbered
anew, and put in order where their order means nothing, before anything is said of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask_babel import gettext as _

from casework.web.policy_parts import Document, Errors, Form, Part, Values, from_to
from casework.web.policy_values import EXACT, Kind, language, read, say_number
from rules.policy_words import CODE_LENGTHS

ROWS_MAXIMUM = 100
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row. A ``flag`` is a tick; ``hidden`` is kept as it is and not shown."""

    key: str
    label: object
    kind: Kind | None = None
    unit: object = ""
    hidden: bool = False

    @property
    def flag(self) -> bool:
        """Whether it is a tick."""
        return self.kind is None and not self.hidden


@dataclass(frozen=True, slots=True)
class Rows(Part):
    """A list of tables. ``line`` is what one row is called, ``add`` the button for another one."""

    sort: ClassVar[str] = "rows"
    columns: tuple[Column, ...]
    line: object
    add: object
    hint: object = ""

    def names(self) -> tuple[str, ...]:
        return ()

    def filled(self, document: Document) -> Values:
        return {self.key: [self._filled_row(row) for row in document.get(self.key, ())]}

    def typed(self, form: Form) -> Values:
        return {self.key: self.rows(form)}

    def rows(self, form: Form) -> list[Row]:
        """The rows as typed, without gaps, without those in which nothing stands, in order."""
        pattern = re.compile(rf"{re.escape(self.key)}-([0-9]{{1,4}})-([a-z_]+)")
        found: dict[int, Row] = {}
        for name in form:
            if match := pattern.fullmatch(name):
                found.setdefault(int(match[1]), {})[match[2]] = form[name]
        shown = [column.key for column in self.columns if not column.hidden and not column.flag]
        rows = [found[index] for index in sorted(found)]
        return self.ordered([row for row in rows if any(row.get(key, "").strip() for key in shown)])[
            :ROWS_MAXIMUM
        ]

    def ordered(self, rows: list[Row]) -> list[Row]:
        """Rows in the order in which they are kept; as they were typed, unless a part knows better."""
        return rows

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        return {self.key: [self.read_row(row, index, errors) for index, row in enumerate(self.rows(form))]}

    def read_row(self, row: Row, index: int, errors: Errors) -> dict[str, object]:
        """One row of the document."""
        values: dict[str, object] = {}
        for column in self.columns:
            text = row.get(column.key, "")
            if column.kind is None:
                values[column.key] = text if column.hidden else bool(text)
            else:
                name = f"{self.key}-{index}-{column.key}"
                values[column.key] = read(column.kind, text, name, errors)
        return values

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = list(before.get(self.key, ())), list(after.get(self.key, ()))
        for row in new:
            if row not in old:
                yield _("%(what)s komt erbij: %(row)s.", what=self.line, row=self.said(row))
        for row in old:
            if row not in new:
                yield _("%(what)s vervalt: %(row)s.", what=self.line, row=self.said(row))
        if old != new and sorted(map(str, old)) == sorted(map(str, new)):
            yield _("%(what)s: de volgorde is anders.", what=self.label)

    def said(self, row: Mapping[str, Any]) -> str:
        """A row in words."""
        return f"‘{row[language()]}’" if language() in row else ", ".join(map(str, row.values()))

    def _filled_row(self, row: Mapping[str, Any]) -> Row:
        return {
            column.key: ("1" if row[column.key] else "")
            if column.flag
            else column.kind.fill(row[column.key])
            if column.kind
            else str(row[column.key])
            for column in self.columns
        }


@dataclass(frozen=True, slots=True)
class Bands(Rows):
    """Amounts to numbers of members: kept by amount, whatever the order in which they were typed."""

    def ordered(self, rows: list[Row]) -> list[Row]:
        limits = [read(self._limit, row.get("up_to", ""), "", {}) for row in rows]
        if any(limit is None for limit in limits):
            return rows
        return [row for _limit, row in sorted(zip(map(_cents, limits), rows, strict=True), key=_first)]

    @property
    def _limit(self) -> Kind:
        kind = self.columns[0].kind
        assert kind is not None
        return kind

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old = {row["members"]: row for row in before[self.key]}
        new = {row["members"]: row for row in after[self.key]}
        if len(old) < len(before[self.key]) or len(new) < len(after[self.key]):
            yield from Rows.differences(self, before, after)  # two limits for as many members
            return
        for members in sorted(set(old) | set(new)):
            yield from self._difference(members, old.get(members), new.get(members))

    def _difference(
        self, members: int, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
    ) -> Iterator[str]:
        what = self._named(members)
        if old is None and new is not None:
            yield _("%(what)s komt erbij: %(row)s.", what=what, row=self._limit.say(new["up_to"]))
        elif new is None and old is not None:
            yield _("%(what)s vervalt: %(row)s.", what=what, row=self._limit.say(old["up_to"]))
        elif old is not None and new is not None:
            if old["up_to"] != new["up_to"]:
                yield from_to(what, self._limit.say(old["up_to"]), self._limit.say(new["up_to"]))
            if new["reviewed_afterwards"] and not old["reviewed_afterwards"]:
                yield _("%(what)s: zo’n besluit wordt voortaan achteraf nagekeken.", what=what)
            if old["reviewed_afterwards"] and not new["reviewed_afterwards"]:
                yield _("%(what)s: zo’n besluit wordt niet meer achteraf nagekeken.", what=what)

    def said(self, row: Mapping[str, Any]) -> str:
        return f"{self._named(row['members'])}, {self._limit.say(row['up_to'])}"

    def _named(self, members: int) -> str:
        return _("Grens voor één lid") if members == 1 else _("Grens voor %(num)d leden", num=members)


def _cents(text: object) -> int:
    return int(str(text).replace(".", ""))


def _first(pair: tuple[int, Row]) -> int:
    return pair[0]


@dataclass(frozen=True, slots=True)
class Choices(Rows):
    """Options of the case form. A code is kept in cases: it comes from the first wording and then stays."""

    def read_row(self, row: Row, index: int, errors: Errors) -> dict[str, object]:
        values = Rows.read_row(self, row, index, errors)
        if not values["code"] and values["nl"] is not None:
            values["code"] = str(values["nl"]).lower()[: CODE_LENGTHS[self.key]].strip()
        return values

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old = {row["code"]: row for row in before[self.key]}
        new = {row["code"]: row for row in after[self.key]}
        for code, row in new.items():
            if code not in old:
                yield _("%(what)s komt erbij: %(row)s.", what=self.line, row=self.said(row))
            elif old[code] != row:
                yield from_to(self.line, self._both(old[code]), self._both(row))
        for code, row in old.items():
            if code not in new:
                yield _("%(what)s vervalt: %(row)s.", what=self.line, row=self.said(row))
        if list(old) != list(new) and set(old) == set(new):
            yield _("%(what)s: de volgorde is anders.", what=self.label)

    def _both(self, row: Mapping[str, Any]) -> str:
        return f"‘{row['nl']}’ / ‘{row['en']}’"


@dataclass(frozen=True, slots=True)
class Years(Rows):
    """A figure per year; the document has a table from year to figure."""

    def filled(self, document: Document) -> Values:
        return {
            self.key: [
                {"year": year, "value": EXACT.fill(value)}
                for year, value in sorted(document[self.key].items())
            ]
        }

    def ordered(self, rows: list[Row]) -> list[Row]:
        return sorted(rows, key=lambda row: row.get("year", ""))

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        found: dict[str, object] = {}
        for index, row in enumerate(self.rows(form)):
            values = self.read_row(row, index, errors)
            year = str(values["year"])
            if year in found:
                errors[f"{self.key}-{index}-year"] = _("Dit jaar staat er al.")
            found[year] = values["value"]
        return {self.key: found}

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = before[self.key], after[self.key]
        for year in sorted(set(old) | set(new)):
            if year not in old:
                yield _("%(year)s komt erbij: %(value)s.", year=year, value=say_number(new[year]))
            elif year not in new:
                yield _("%(year)s vervalt.", year=year)
            elif old[year] != new[year]:
                yield from_to(year, say_number(old[year]), say_number(new[year]))


EQUAL, BY_WEIGHT = "equal", "weights"


@dataclass(frozen=True, slots=True)
class Weights(Part):
    """The allocation key: all alike, or a weight for every partner that takes part."""

    sort: ClassVar[str] = "weights"
    partners: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        return ("key", *(f"{self.key}-{code}" for code in self.partners))

    def filled(self, document: Document) -> Values:
        held = document[self.key]
        if held == EQUAL:
            return {"key": EQUAL} | {f"{self.key}-{code}": "1" for code in self.partners}
        weights = {code: EXACT.fill(held[code]) if code in held else "" for code in self.partners}
        return {"key": BY_WEIGHT} | {f"{self.key}-{code}": text for code, text in weights.items()}

    def read(self, form: Form, errors: Errors) -> dict[str, object]:
        if form.get("key") != BY_WEIGHT:
            return {self.key: EQUAL}
        return {
            self.key: {
                code: read(EXACT, form.get(f"{self.key}-{code}", ""), f"{self.key}-{code}", errors)
                for code in self.partners
            }
        }

    def differences(self, before: Document, after: Document) -> Iterator[str]:
        old, new = before[self.key], after[self.key]
        if old == new:
            return
        if new == EQUAL:
            yield _("Alle partners dragen voortaan evenveel bij.")
            return
        if old == EQUAL:
            yield _("Partners dragen voortaan bij naar een gewicht; nu dragen zij evenveel bij.")
            yield from self._first_weights(new)
            return
        for code in sorted(set(old) | set(new)):
            name = self.partners.get(code, code)
            if code not in old:
                yield _("%(partner)s krijgt gewicht %(weight)s.", partner=name, weight=say_number(new[code]))
            elif code not in new:
                yield _("%(partner)s staat niet meer in de sleutel.", partner=name)
            elif old[code] != new[code]:
                what = _("Gewicht van %(partner)s", partner=name)
                yield from_to(what, say_number(old[code]), say_number(new[code]))

    def _first_weights(self, weights: Mapping[str, str]) -> Iterator[str]:
        """Who differs by name, and what all others have."""
        common, _times = Counter(weights.values()).most_common(1)[0]
        for code, weight in weights.items():
            if weight != common:
                name = self.partners.get(code, code)
                yield _("%(partner)s krijgt gewicht %(weight)s.", partner=name, weight=say_number(weight))
        yield _("Alle andere partners krijgen gewicht %(weight)s.", weight=say_number(common))
