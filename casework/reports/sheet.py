"""A sheet of the annual workbook: a title, a row of headings, rows of typed values, and room for a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from casework.reports.cells import EURO, put_cents, put_date, put_formula, put_text, put_whole
from rules.wording import round_half_up

HOURS = "#,##0.0"
RATE = "0.0%"
PER_EURO = '"€" #,##0.00'
MOMENT = "dd-mm-yyyy hh:mm"
HEAD_ROW = 4
FIRST_ROW = HEAD_ROW + 1
_EXACT_DECIMALS = 6
_GREEN, _PALE, _LINE = "FF0B6B58", "FFE2EFE9", "FFDCD8CD"
_LETTER = "Calibri"
_PLAIN, _BOLD = Font(name=_LETTER, size=11), Font(name=_LETTER, size=11, bold=True)
_TITLE = Font(name=_LETTER, size=16, bold=True, color=_GREEN)
_SECTION = Font(name=_LETTER, size=11, bold=True, color=_GREEN)
_QUIET = Font(name=_LETTER, size=11, color="FF526062")
_HEAD_HEIGHT_POINTS = 32  # two lines


@dataclass(frozen=True, slots=True)
class Words:
    """Something of the workbook in both languages."""

    nl: str
    en: str

    def of(self, language: str) -> str:
        """It in ``language``."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Setting:
    """In which language and time zone a workbook is written, and the line under each title."""

    language: str
    zone: ZoneInfo
    subtitle: str

    def say(self, nl: str, en: str) -> str:
        """One of two wordings."""
        return en if self.language == "en" else nl


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount of whole cents."""

    cents: int


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact number, written with six decimals; ``euros`` divides cents by a hundred."""

    value: Fraction
    number_format: str = HOURS

    @classmethod
    def euros(cls, cents: Fraction) -> Exact:
        """Cents that need not be whole."""
        return cls(cents / 100, EURO)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of our own making; never one that holds somebody's text."""

    text: str
    number_format: str = EURO


Value = str | int | date | datetime | Cents | Exact | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the width of its column in characters, and whether figures stand under it."""

    heading: Words
    width: int
    figures: bool = True


class Sheet:
    """One subject. ``columns`` fix the width; rows are added from the top, formulas name cells by row."""

    def __init__(self, book: Workbook, setting: Setting, title: Words, columns: Sequence[Column]) -> None:
        self.language = setting.language
        self.columns = columns
        self._zone = setting.zone
        self.worksheet = book.create_sheet(title.of(self.language))
        self.next_row = FIRST_ROW
        self._text(1, 1, title.of(self.language), _TITLE)
        self._text(2, 1, setting.subtitle, _QUIET)
        self.worksheet.row_dimensions[HEAD_ROW].height = _HEAD_HEIGHT_POINTS
        for number, column in enumerate(columns, 1):
            self._heading(number, column)
        self._layout()

    @property
    def name(self) -> str:
        """The sheet as formulas of other sheets name it."""
        return f"'{self.worksheet.title}'"

    def add(self, *values: Value, bold: bool = False, rule: bool = False) -> int:
        """Write a row; its number. ``rule`` draws a line above: what follows is a sum."""
        row = self.next_row
        for column, value in enumerate(values, 1):
            self.put(row, column, value)
            cell = self.cell(row, column)
            # An explanation beside a sum is not a sum.
            cell.font = _BOLD if bold and not (isinstance(value, str) and column > 1) else _PLAIN
            if rule:
                cell.border = Border(top=Side(style="thin", color="FF1D2A2C"))
        self.next_row += 1
        return row

    def section(self, title: Words) -> None:
        """A heading within the sheet, after an empty row."""
        if self.next_row > FIRST_ROW:
            self.next_row += 1
        self._text(self.next_row, 1, title.of(self.language), _SECTION)
        self.next_row += 1

    def note(self, text: str) -> None:
        """A sentence under the rows."""
        self._text(self.next_row, 1, text, _QUIET)
        self.next_row += 1

    def add_sums(self, label: str, columns: Sequence[int], first: int, *, number_format: str = EURO) -> int:
        """A row of SUMs over the rows from ``first`` on; its number. Nothing to sum gives 0."""
        last = self.next_row - 1
        values: list[Value] = [label, *[None] * (max(columns) - 1)]
        for column in columns:
            letter = get_column_letter(column)
            whole = f"=SUM({letter}{first}:{letter}{last})" if last >= first else "=0"
            values[column - 1] = Formula(whole, number_format)
        return self.add(*values, bold=True, rule=True)

    def put(self, row: int, column: int, value: Value) -> None:
        """Write one value as what it is."""
        cell = self.cell(row, column)
        match value:
            case None:
                return
            case str():
                put_text(cell, value)
            case Cents():
                put_cents(cell, value.cents)
            case Exact():
                cell.value = Decimal(round_half_up(value.value, _EXACT_DECIMALS))
                cell.number_format = value.number_format
            case Formula():
                put_formula(cell, value.text, value.number_format)
            case datetime():
                cell.value = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
                cell.number_format = MOMENT
            case date():
                put_date(cell, value)
            case int():
                put_whole(cell, value)
        if isinstance(value, str):
            cell.alignment = Alignment(horizontal="left", indent=0 if column == 1 else 1)
        else:
            cell.alignment = Alignment(horizontal="right")

    def fit_on_one_page(self) -> None:
        """Print the sheet, chart and all, on one page."""
        self.worksheet.page_setup.fitToHeight = 1

    def filter(self, first: int) -> None:
        """Let a reader filter the rows from ``first`` to the last one so far."""
        last = get_column_letter(len(self.columns))
        self.worksheet.auto_filter.ref = f"A{first - 1}:{last}{max(self.next_row - 1, first)}"

    def cell(self, row: int, column: int) -> Cell:
        """The cell itself. Nothing is merged here, so it is always one that can be written."""
        return cast(Cell, self.worksheet.cell(row, column))

    def _heading(self, number: int, column: Column) -> None:
        self._text(HEAD_ROW, number, column.heading.of(self.language), _BOLD)
        cell = self.cell(HEAD_ROW, number)
        cell.fill = PatternFill("solid", fgColor=_PALE)
        cell.border = Border(bottom=Side(style="thin", color=_LINE))
        side = "right" if column.figures else "left"
        indent = 1 if number > 1 and not column.figures else 0
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side, indent=indent)
        self.worksheet.column_dimensions[get_column_letter(number)].width = column.width

    def _layout(self) -> None:
        sheet = self.worksheet
        sheet.freeze_panes = f"B{FIRST_ROW}"
        sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.left.text = "&A"
        sheet.oddFooter.right.text = "&P / &N"
        sheet.sheet_view.showGridLines = False

    def _text(self, row: int, column: int, text: str, font: Font) -> None:
        cell = self.cell(row, column)
        put_text(cell, text)
        cell.font = font
