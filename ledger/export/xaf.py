"""The Dutch audit file: XML Auditfile Financieel, XAF 4.0, of one book year.

Source of the format: Belastingdienst, Ontwikkelaarsportaal, XML Auditfile Financieel 4.0. Its element
names are what they are. A main account is a ledger account; the sub-account stands with each line, a case
as its project and a claim as its invoice reference.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TextIO
from xml.sax.saxutils import escape

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import book, statements, tables
from ledger.accounts import RULES, Account, AccountType, Subject
from ledger.chart import PATH as CHART
from ledger.chart import chart
from ledger.entries import Leg, PostedEntry
from ledger.export.names import euros
from ledger.export.reading import Extent, Progress, entries
from ledger.tables import IDS_PER_FUND

NAMESPACE = "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"
COMPANY_NAME_MAX, TAX_NUMBER_MAX = 255, 30
UNKNOWN_TAX_NUMBER = "onbekend"
_SUBJECT_NL = {
    Subject.CASE: "casus",
    Subject.CLAIM: "vordering",
    Subject.PARTNER: "partner",
    Subject.PAYMENT: "betaling",
    Subject.RECEIPT: "ontvangst",
}
# The elements of a line in which a sub-account of that kind has a place of its own; in schema order.
_PLACES = {Subject.CLAIM: "invRef", Subject.CASE: "project"}
_RESULT = (AccountType.EXPENSE, AccountType.INCOME)


@dataclass(frozen=True, slots=True)
class Company:
    """Whose books these are. ``tax_number`` is the RSIN, where the fund has one."""

    name: str
    tax_number: str = UNKNOWN_TAX_NUMBER


def write(
    session: Session,
    out: TextIO,
    *,
    network: str,
    found: Extent,
    progress: Progress | None,
    year: int,
    company: Company,
    created_on: date,
) -> None:
    """Write book year ``year`` of ``network`` to ``out``."""
    totals = statements.year_totals(session, network=network, year=year)
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<auditfile xmlns="{NAMESPACE}">\n')
    _write_header(out, year, created_on)
    out.write("<company>\n")
    _element(out, "companyName", company.name[:COMPANY_NAME_MAX])
    _element(out, "taxRegistrationCountry", "NL")
    _element(out, "taxRegIdent", company.tax_number[:TAX_NUMBER_MAX])
    _write_chart(out)
    _write_periods(out, year)
    _write_opening(out, totals)
    out.write("<transactions>\n")
    _write_totals(
        out,
        _count_lines(session, network, year),
        sum(total.debit_cents for total in totals.values()),
        sum(total.credit_cents for total in totals.values()),
    )
    out.write("<journal><jrnID>GB</jrnID><desc>Grootboek</desc><jrnTp>M</jrnTp>\n")
    for entry in entries(session, network=network, found=found, progress=progress, year=year):
        _write_transaction(out, entry)
    out.write("</journal>\n</transactions>\n</company>\n</auditfile>\n")


def _write_header(out: TextIO, year: int, created_on: date) -> None:
    out.write("<header>")
    _element(out, "fiscalYear", str(year))
    _element(out, "startDate", f"{year}-01-01")
    _element(out, "endDate", f"{year}-12-31")
    _element(out, "curCode", "EUR")
    _element(out, "dateCreated", created_on.isoformat())
    _element(out, "softwareDesc", "Omloop")
    _element(out, "softwareVersion", "1")
    _element(out, "RGSVersion", tomllib.loads(CHART.read_text())["rgs_version"])
    out.write("</header>\n")


def _write_chart(out: TextIO) -> None:
    out.write("<generalLedger>\n")
    for account, line in chart().items():
        out.write("<ledgerAccount>")
        _element(out, "accID", account.value)
        _element(out, "accDesc", line.name_nl)
        _element(out, "accTp", "P" if line.type in _RESULT else "B")
        _element(out, "RGScode", line.rgs)
        out.write("</ledgerAccount>\n")
    out.write("</generalLedger>\n")


def _write_periods(out: TextIO, year: int) -> None:
    out.write("<periods>\n")
    for month in range(1, 13):
        out.write("<period>")
        _element(out, "periodNumber", str(month))
        _element(out, "startDatePeriod", date(year, month, 1).isoformat())
        _element(out, "endDatePeriod", date(year, month, monthrange(year, month)[1]).isoformat())
        out.write("</period>\n")
    out.write("</periods>\n")


def _write_opening(out: TextIO, totals: dict[Account, statements.YearTotal]) -> None:
    opening = {account: total.opening_cents for account, total in totals.items() if total.opening_cents}
    out.write("<openingBalance>\n")
    _write_totals(
        out,
        len(opening),
        sum(cents for cents in opening.values() if cents > 0),
        -sum(cents for cents in opening.values() if cents < 0),
    )
    for number, (account, cents) in enumerate(opening.items(), start=1):
        out.write("<obLine>")
        _element(out, "nr", str(number))
        _element(out, "accID", account.value)
        _write_amount(out, cents)
        out.write("</obLine>\n")
    out.write("</openingBalance>\n")


def _write_totals(out: TextIO, lines: int, debit_cents: int, credit_cents: int) -> None:
    _element(out, "linesCount", str(lines))
    _element(out, "totalDebit", euros(debit_cents))
    _element(out, "totalCredit", euros(credit_cents))


def _write_transaction(out: TextIO, entry: PostedEntry) -> None:
    number = f"{entry.book_year}-{entry.number}"
    out.write("<transaction>")
    _element(out, "nr", number)
    # It begins with the kind, so that no spreadsheet takes a cause for a formula.
    _element(out, "desc", f"{entry.kind}: {entry.cause}")
    _element(out, "periodNumber", str(entry.booked_on.month))
    _element(out, "trDt", entry.booked_on.isoformat())
    for place, leg in enumerate(entry.legs, start=1):
        _write_line(out, place, number, entry.booked_on, leg)
    out.write("</transaction>\n")


def _write_line(out: TextIO, place: int, number: str, booked_on: date, leg: Leg) -> None:
    kind = RULES[leg.key.account].subject
    out.write("<trLine>")
    _element(out, "nr", str(place))
    _element(out, "accID", leg.key.account.value)
    _element(out, "docRef", number)
    _element(out, "effDate", booked_on.isoformat())
    if kind is not Subject.NONE:
        _element(out, "desc", f"{_SUBJECT_NL[kind]} {leg.key.subject}")
    _write_amount(out, leg.amount_cents)
    if place_of_its_own := _PLACES.get(kind):
        _element(out, place_of_its_own, f"{_SUBJECT_NL[kind]} {leg.key.subject}")
    out.write("</trLine>")


def _write_amount(out: TextIO, cents: int) -> None:
    _element(out, "amnt", euros(abs(cents)))
    _element(out, "amntTp", "D" if cents > 0 else "C")


def _element(out: TextIO, name: str, text: str) -> None:
    out.write(f"<{name}>{escape(text)}</{name}>")


def _count_lines(session: Session, network: str, year: int) -> int:
    connection = session.connection()
    e, lg = tables.entry.c, tables.leg.c
    fund_id = book.fund_id_of(connection, network)
    query = (
        select(func.count())
        .select_from(tables.leg.join(tables.entry, e.id == lg.entry_id))
        .where(lg.entry_id.between(fund_id * IDS_PER_FUND, (fund_id + 1) * IDS_PER_FUND))
        .where(e.fund_id == fund_id, e.book_year == year)
    )
    return connection.scalar(query) or 0
