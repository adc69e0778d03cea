"""Working out the formulas of a workbook, exactly, so that a test needs no spreadsheet program.

Knows what the workbooks of this project use: sums and differences, quotients, comparisons, references to
cells and ranges of any sheet, and the functions in :data:`_FUNCTIONS`. Anything else raises.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\")"
    r"|(?P<range>(?:'[^']+'!)?\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)|(?P<name>[A-Z]+)(?=\()"
    r"|(?P<sign><=|>=|<>|[-+*/(),<>=]))"
)
_NUMBER = int | Fraction


class Workbook:
    """A workbook with its formulas worked out when asked."""

    def __init__(self, content: bytes) -> None:
        self._book = load_workbook(BytesIO(content))
        self._known: dict[tuple[str, str], Any] = {}

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets."""
        return list(self._book.sheetnames)

    def value(self, sheet: str, cell: str) -> Any:
        """A text, a date, an exact number, or None for an empty cell."""
        key = (sheet, cell)
        if key not in self._known:
            found = self._book[sheet][cell]
            if found.data_type == "f":
                self._known[key] = _Reading(self, sheet, str(found.value)[1:]).whole()
            else:
                self._known[key] = _exact(found.value)
        return self._known[key]

    def beside(self, sheet: str, label: str, column: str = "B") -> Any:
        """What stands in ``column`` on the first row that begins with ``label``."""
        for row in self._book[sheet].iter_rows(max_col=1):
            if isinstance(row[0].value, str) and row[0].value.strip() == label:
                return self.value(sheet, f"{column}{row[0].row}")
        raise AssertionError(f"no row {label!r} on sheet {sheet!r}")

    def block(self, sheet: str, name: str) -> list[Any]:
        """The values of a range, row by row."""
        left, top, right, bottom = range_boundaries(name.replace("$", ""))
        cells = self._book[sheet].iter_rows(top, bottom, left, right)
        return [self.value(sheet, cell.coordinate) for row in cells for cell in row]


def _exact(value: Any) -> Any:
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


class _Reading:
    """One formula, read from left to right: comparison over sum over product over sign over atom."""

    def __init__(self, book: Workbook, sheet: str, text: str) -> None:
        self._book, self._sheet = book, sheet
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match, f"cannot read {text!r} from {at}"
            self._tokens.append((str(match.lastgroup), str(match.group(str(match.lastgroup)))))
            at = match.end()
        self._at = 0

    def whole(self) -> Any:
        found = self._comparison()
        assert self._at == len(self._tokens), "something follows the formula"
        return found

    def _sign(self, *wanted: str) -> str:
        if self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind == "sign" and text in wanted:
                self._at += 1
                return text
        return ""

    def _comparison(self) -> Any:
        left = self._sum()
        if sign := self._sign("<=", ">=", "<>", "<", ">", "="):
            right = self._sum()
            return {
                "<=": left <= right,
                ">=": left >= right,
                "<>": left != right,
                "<": left < right,
                ">": left > right,
                "=": left == right,
            }[sign]
        return left

    def _sum(self) -> Any:
        found = self._product()
        while sign := self._sign("+", "-"):
            other = _number(self._product())
            found = _number(found) + (other if sign == "+" else -other)
        return found

    def _product(self) -> Any:
        found = self._atom()
        while sign := self._sign("*", "/"):
            other = Fraction(_number(self._atom()))
            found = _number(found) * other if sign == "*" else _number(found) / other
        return found

    def _atom(self) -> Any:
        if self._sign("-"):
            return -_number(self._atom())
        if self._sign("("):
            found = self._comparison()
            assert self._sign(")")
            return found
        kind, text = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                return Fraction(text)
            case "text":
                return text[1:-1]
            case "name":
                return self._call(text)
        assert kind == "range", f"{text!r} is out of place"
        return self._cells(text)

    def _cells(self, text: str) -> Any:
        sheet, _mark, cells = text.rpartition("!")
        sheet = sheet.strip("'") or self._sheet
        if ":" in cells:
            return self._book.block(sheet, cells)
        return self._book.value(sheet, cells.replace("$", ""))

    def _call(self, name: str) -> Any:
        assert self._sign("(")
        if name == "IF":  # what is not chosen is read, but may not be worked out: it can divide by nothing
            return self._if()
        arguments = [self._comparison()]
        while self._sign(","):
            arguments.append(self._comparison())
        assert self._sign(")")
        return _FUNCTIONS[name](*arguments)

    def _if(self) -> Any:
        condition = self._comparison()
        found: Any = None
        for wanted in (bool(condition), not condition):
            assert self._sign(",")
            if wanted:
                found = self._comparison()
            else:
                self._pass_over()
        assert self._sign(")")
        return found

    def _pass_over(self) -> None:
        depth = 0
        while depth or self._tokens[self._at][1] not in {",", ")"}:
            depth += {"(": 1, ")": -1}.get(self._tokens[self._at][1], 0)
            self._at += 1


def _number(value: Any) -> _NUMBER:
    if value is None or value == "":
        return 0
    assert isinstance(value, int | Fraction), f"{value!r} is not a number"
    return value


def _numbers(*values: Any) -> list[_NUMBER]:
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if isinstance(one, int | Fraction) and not isinstance(one, bool)]


def _sumifs(summed: list[Any], looked_at: list[Any], wanted: Any) -> _NUMBER:
    pairs = zip(summed, looked_at, strict=True)
    return sum((_number(value) for value, key in pairs if str(key) == str(wanted)), Fraction(0))


def _rounded_up(value: Any, digits: Any) -> Fraction:
    assert digits == 0
    return Fraction(math.ceil(_number(value)))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "SUM": lambda *values: sum(_numbers(*values), Fraction(0)),
    "SUMIFS": _sumifs,
    "MIN": lambda *values: min(_numbers(*values)),
    "MAX": lambda *values: max(_numbers(*values)),
    "COUNT": lambda *values: len(_numbers(*values)),
    "MEDIAN": lambda *values: statistics.median(_numbers(*values)),
    "SMALL": lambda values, place: sorted(_numbers(values))[int(place) - 1],
    "ROUNDUP": _rounded_up,
}
