"""The book as spreadsheets: what is on screen, with real numbers and dates, and sums that can be traced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from casework.fund.journal import BalanceLine
from casework.fund.wording import account_label, kind_label
from casework.reports.cells import put_cents, put_date, put_formula, put_text
from ledger.statements import Card, JournalRow

_HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "nl": {
        "journal": ("Boeking", "Datum", "Wat", "Oorzaak", "Rekening", "Naam", "Onderdeel", "Debet", "Credit"),
        "card": ("Boeking", "Datum", "Wat", "Oorzaak", "Bedrag", "Saldo"),
        "balance": ("Rekening", "Naam", "Debet", "Credit"),
        "words": ("Journaal", "Rekening", "Saldibalans", "Beginsaldo", "Samen"),
    },
    "en": {
        "journal": ("Entry", "Date", "What", "Cause", "Account", "Name", "Part", "Debit", "Credit"),
        "card": ("Entry", "Date", "What", "Cause", "Amount", "Balance"),
        "balance": ("Account", "Name", "Debit", "Credit"),
        "words": ("Journal", "Account", "Trial balance", "Opening balance", "Together"),
    },
}
_BOLD = Font(bold=True)


def journal_sheet(rows: Iterable[JournalRow], language: str) -> bytes:
    """The journal: a line per leg, oldest or newest first as given."""
    words = _words(language)
    book, sheet = _start(words["words"][0], words["journal"], (11, 12, 26, 24, 10, 28, 26, 14, 14))
    line = 1
    for row in rows:
        entry = row.entry
        for leg in entry.legs:
            line += 1
            put_text(sheet.cell(line, 1), f"{entry.book_year}-{entry.number}")
            put_date(sheet.cell(line, 2), entry.booked_on)
            put_text(sheet.cell(line, 3), kind_label(entry.kind, language))
            put_text(sheet.cell(line, 4), entry.cause)
            put_text(sheet.cell(line, 5), leg.key.account.value)
            put_text(sheet.cell(line, 6), account_label(leg.key.account, language))
            put_text(sheet.cell(line, 7), leg.key.subject)
            put_cents(sheet.cell(line, 8 if leg.amount_cents > 0 else 9), abs(leg.amount_cents))
    _total(sheet, line, words["words"][4], (8, 9))
    return _finish(book)


def card_sheet(card: Card, title: str, language: str) -> bytes:
    """An account's card: the balance of each line is a formula over the one before."""
    words = _words(language)
    book, sheet = _start(words["words"][1], words["card"], (11, 12, 30, 28, 14, 14))
    put_text(sheet.cell(2, 3), words["words"][3])
    put_text(sheet.cell(2, 4), title)
    put_cents(sheet.cell(2, 6), card.opening_cents)
    for line, row in enumerate(card.rows, 3):
        put_text(sheet.cell(line, 1), f"{row.entry.book_year}-{row.entry.number}")
        put_date(sheet.cell(line, 2), row.entry.booked_on)
        put_text(sheet.cell(line, 3), kind_label(row.entry.kind, language))
        put_text(sheet.cell(line, 4), row.entry.cause)
        put_cents(sheet.cell(line, 5), row.amount_cents)
        put_formula(sheet.cell(line, 6), f"=F{line - 1}+E{line}")
    return _finish(book)


def balance_sheet(lines: Sequence[BalanceLine], on: date, language: str) -> bytes:
    """The trial balance on a day."""
    words = _words(language)
    book, sheet = _start(words["words"][2], words["balance"], (12, 34, 16, 16))
    for line, one in enumerate(lines, 2):
        put_text(sheet.cell(line, 1), one.account.value)
        put_text(sheet.cell(line, 2), account_label(one.account, language))
        put_cents(sheet.cell(line, 3), one.debit_cents)
        put_cents(sheet.cell(line, 4), one.credit_cents)
    last = len(lines) + 1
    _total(sheet, last, words["words"][4], (3, 4))
    put_date(sheet.cell(last + 3, 2), on)
    return _finish(book)


def _words(language: str) -> dict[str, tuple[str, ...]]:
    return _HEADINGS["en" if language == "en" else "nl"]


def _start(title: str, headings: Sequence[str], widths: Sequence[int]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    sheet.title = title
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True), 1):
        cell = sheet.cell(1, column)
        put_text(cell, heading)
        cell.font = _BOLD
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return book, sheet


def _total(sheet: Worksheet, last: int, word: str, columns: Sequence[int]) -> None:
    """A row of sums under the lines, that a controller can follow to its cells."""
    if last < 2:
        return
    put_text(sheet.cell(last + 1, 1), word)
    sheet.cell(last + 1, 1).font = _BOLD
    for column in columns:
        letter = get_column_letter(column)
        put_formula(sheet.cell(last + 1, column), f"=SUM({letter}2:{letter}{last})")
        sheet.cell(last + 1, column).font = _BOLD


def _finish(book: Workbook) -> bytes:
    written = BytesIO()
    book.save(written)
    return written.getvalue()
