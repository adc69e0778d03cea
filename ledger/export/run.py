"""Writing one network's book in one of the formats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TextIO

from sqlalchemy.orm import Session

from errors import NotFound
from ledger.export import beancount, hledger, xaf
from ledger.export.reading import Extent, Progress, extent
from ledger.export.xaf import Company


class Format(StrEnum):
    """A form in which others can read the book."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    XAF = "xaf"


class NothingToExport(NotFound):
    """The book, or the year asked for, has no entries."""

    nl = "Er is in {period} niets geboekt. Kies een ander jaar of netwerk."
    en = "Nothing was posted in {period}. Choose another year or network."


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the number of entries, the year (``None`` for the whole book), the chain's head."""

    entry_count: int
    year: int | None
    head_hash: str


def export(
    session: Session,
    out: TextIO,
    *,
    network: str,
    format_: Format,
    company_name: str,
    created_on: date,
    year: int | None = None,
    tax_number: str = xaf.UNKNOWN_TAX_NUMBER,
    progress: Progress | None = None,
) -> Exported:
    """Write the book of ``network`` to ``out`` in ``format_``.

    The plain-text books hold everything, so that they begin at nothing; the audit file holds ``year``,
    or without one the last year that was posted to. Raises :class:`NothingToExport`.
    """
    whole = extent(session, network=network)
    if whole is None:
        raise NothingToExport(period=network)
    if format_ is not Format.XAF:
        write = hledger.write if format_ is Format.HLEDGER else beancount.write
        write(session, out, network=network, found=whole, progress=progress)
        return Exported(whole.entry_count, None, whole.head_hash)
    the_year = year or whole.last_on.year
    found: Extent | None = extent(session, network=network, year=the_year)
    if found is None:
        raise NothingToExport(period=the_year)
    xaf.write(
        session,
        out,
        network=network,
        found=found,
        progress=progress,
        year=the_year,
        company=Company(company_name, tax_number),
        created_on=created_on,
    )
    return Exported(found.entry_count, the_year, found.head_hash)
