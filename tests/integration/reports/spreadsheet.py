"""A workbook worked out without an office program: enough of formulas to check what sums say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from statistics import median
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|"(?P<text>[^"]*)"|(?P<name>[A-Z]+)(?=\()
    |(?P<cells>(?:'[^']+'!)?\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?)|(?P<sign><=|[-+*/=(),]))""",
    re.VERBOSE,
)
Value = Any


class Sheets:
    """The cells of a workbook by sheet and address, formulas worked out when they are asked for."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(BytesIO(content))
        self._known: dict[tuple[str, str], Value] = {}

    def value(self, sheet: str, address: str) -> Value:
        """What the cell shows: numbers are exact."""
        key = (sheet, address)
        if key not in self._known:
            cell = self.book[sheet][address]
            found = cell.value
            if cell.data_type == "f":
                found = _Formula(self, sheet, str(found)[1:]).outcome()
            elif isinstance(found, int | float | Decimal):
                found = Fraction(str(found))
            self._known[key] = found
        return self._known[key]

    def formulas(self) -> Iterator[tuple[str, str]]:
        """Where every formula stands."""
        for sheet in self.book.worksheets:
            for row in sheet.iter_rows():
                yield from ((sheet.title, cell.coordinate) for cell in row if cell.data_type == "f")

    def beside(self, sheet: str, label: str, column: str = "B") -> Value:
        """The value in ``column`` of the first row whose first cell reads ``label``."""
        rows = self.book[sheet].iter_rows(max_col=1)
        row = next(cell.row for (cell,) in rows if str(cell.value or "").strip() == label)
        return self.value(sheet, f"{column}{row}")

    def cells(self, sheet: str, reference: str) -> list[Value]:
        """The values of a cell or a range."""
        left, top, right, bottom = range_boundaries(reference.replace("$", ""))
        rows = self.book[sheet].iter_rows(min_col=left, min_row=top, max_col=right, max_row=bottom)
        return [self.value(sheet, cell.coordinate) for row in rows for cell in row]


class _Formula:
    """One formula, read from left to right: comparison, sum, product, then what stands by itself."""

    def __init__(self, sheets: Sheets, sheet: str, text: str) -> None:
        self._sheets, self._sheet = sheets, sheet
        self._tokens = [(match.lastgroup or "", match.group(match.lastgroup or 0)) for match in _scan(text)]
        self._at = 0

    def outcome(self) -> Value:
        found = self._comparison()()
        assert self._at == len(self._tokens), self._tokens[self._at :]
        return found

    def _take(self, *signs: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in [("sign", sign) for sign in signs]:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _comparison(self) -> Callable[[], Value]:
        left = self._sum()
        if sign := self._take("<=", "="):
            right = self._sum()
            return lambda: left() <= right() if sign == "<=" else left() == right()
        return left

    def _sum(self) -> Callable[[], Value]:
        found = self._product()
        while sign := self._take("+", "-"):
            left, right, times = found, self._product(), 1 if sign == "+" else -1
            found = lambda left=left, right=right, times=times: _number(left()) + times * _number(right())  # noqa: E731
        return found

    def _product(self) -> Callable[[], Value]:
        found = self._single()
        while sign := self._take("*", "/"):
            left, right = found, self._single()
            if sign == "*":
                found = lambda left=left, right=right: _number(left()) * _number(right())  # noqa: E731
            else:
                found = lambda left=left, right=right: _number(left()) / _number(right())  # noqa: E731
        return found

    def _single(self) -> Callable[[], Value]:
        if self._take("-"):
            inner = self._single()
            return lambda: -_number(inner())
        if self._take("("):
            inner = self._comparison()
            assert self._take(")")
            return inner
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return lambda: Fraction(text)
        if kind == "text":
            return lambda: text
        if kind == "name":
            return self._call(text)
        sheet, _, reference = text.rpartition("!")
        cells = lambda: self._sheets.cells(sheet.strip("'") or self._sheet, reference)  # noqa: E731
        return cells if ":" in reference else lambda: cells()[0]

    def _call(self, name: str) -> Callable[[], Value]:
        assert self._take("(")
        given = [self._comparison()]
        while self._take(","):
            given.append(self._comparison())
        assert self._take(")")
        if name == "IF":  # only the branch that is taken is worked out
            return lambda: given[1]() if given[0]() else given[2]()
        return lambda: _FUNCTIONS[name](*(one() for one in given))


def _scan(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match, f"not understood: {text[at:]}"
        yield match
        at = match.end()


def _number(value: Value) -> Fraction:
    return Fraction(0) if value is None else Fraction(value)


def _numbers(*given: Value) -> list[Fraction]:
    flat = [one for value in given for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if isinstance(one, Fraction)]


def _sumifs(amounts: list[Value], where: list[Value], wanted: Value) -> Fraction:
    assert len(amounts) == len(where), "SUMIFS over ranges of different sizes"
    return sum((amount for amount, one in zip(amounts, where, strict=True) if one == wanted), Fraction(0))


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUM": lambda *given: sum(_numbers(*given), Fraction(0)),
    "SUMIFS": _sumifs,
    "COUNT": lambda *given: Fraction(len(_numbers(*given))),
    "MEDIAN": lambda *given: Fraction(median(_numbers(*given))),
    "SMALL": lambda values, rank: sorted(_numbers(values))[int(rank) - 1],
    "ROUNDUP": lambda value, _digits: Fraction(-(-value.numerator // value.denominator)),
    "MIN": lambda *given: min(_numbers(*given)),
    "MAX": lambda *given: max(_numbers(*given)),
}
