"""The annual overview as a workbook: a sheet per subject, real numbers, and sums that lead back to entries.

The first sheet only names figures that other sheets work out by formula; those sum cases and entries.
Nothing in it is text that ran through a formula (:mod:`casework.reports.cells`).
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from casework.reports.annual import AnnualOverview
from casework.reports.journal import BookedLeg
from casework.reports.sheet import Setting
from casework.reports.sheets_cases import barriers_sheet, cases_sheet, counts_sheet, speed_sheet
from casework.reports.sheets_fund import cash_sheet, claims_sheet, journal_sheet
from casework.reports.sheets_savings import parties_sheet, savings_sheet
from casework.reports.sheets_summary import Traces, summary_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def annual_workbook(
    overview: AnnualOverview, legs: Sequence[BookedLeg], *, language: str, with_subjects: bool
) -> bytes:
    """The workbook. ``with_subjects`` is for those who may see the book: of which case each entry is."""
    zone = ZoneInfo(overview.time_zone)
    seen = overview.as_of_utc.astimezone(zone)
    title = "Annual overview" if language == "en" else "Jaaroverzicht"
    as_of = "as of" if language == "en" else "stand van"
    subtitle = f"{overview.network_name} · {title} {overview.year} · {as_of} {seen:%d-%m-%Y %H:%M}"
    setting = Setting(language, zone, subtitle)
    book = Workbook()
    book.remove(book.worksheets[0])
    # Formulas need to know where the entries stand; readers want them last.
    entries = journal_sheet(book, setting, legs, with_subjects=with_subjects)
    cash = cash_sheet(book, setting, overview, entries)
    claims = claims_sheet(book, setting, overview)
    cases_sheet(book, setting, overview)
    counts_sheet(book, setting, overview)
    speed = speed_sheet(book, setting, overview)
    savings = savings_sheet(book, setting, overview)
    parties_sheet(book, setting, overview)
    barriers_sheet(book, setting, overview)
    summary = summary_sheet(book, setting, overview, Traces(cash, claims, speed, savings))
    book.move_sheet(summary.worksheet, -(len(book.worksheets) - 1))
    book.move_sheet(book.worksheets[1], len(book.worksheets))
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is summary.worksheet
    book.properties.title = f"{title} {overview.year}"
    book.properties.subject = overview.network_name
    book.properties.creator = "Omloop"
    book.properties.language = language
    book.properties.created = book.properties.modified = overview.as_of_utc.replace(tzinfo=None)
    written = BytesIO()
    book.save(written)
    return written.getvalue()
