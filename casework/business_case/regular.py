"""What the regular way would have cost, as an applicant gives it with the case: a few plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from casework.business_case.lines import REGULAR
from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case
from casework.context import Work
from casework.people_data import BsnFound, contains_bsn


@dataclass(frozen=True, slots=True)
class RegularLine:
    """One cost of the regular way. ``line_id`` names a stored line that this one changes.

    A line that is filled from the price list also carries its year, source and confidence. ``low_cents``
    and ``high_cents`` are the bounds of a price that is not certain; None where they are the price itself.
    """

    party: str = ""
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    mid_cents: int = 0
    probability: Decimal = Decimal(1)
    line_id: int | None = None
    price_year: int | None = None
    source: str = ""
    confidence: str = "C"
    low_cents: int | None = None
    high_cents: int | None = None


def set_regular_lines(work: Work, case: Case, lines: Sequence[RegularLine]) -> None:
    """Make the regular way of ``case`` exactly ``lines``; the caller has checked who may, and logs it.

    A stored line keeps its source, year, range and overlap as long as its price is not changed: what
    was filled in with care on the business case page must not get lost by a word changed here.
    """
    stored = {
        row.id: row
        for row in work.session.scalars(
            select(BusinessCaseLine).where(
                BusinessCaseLine.case_id == case.id, BusinessCaseLine.side == REGULAR
            )
        )
    }
    for line in lines:
        if contains_bsn(line.description):
            raise BsnFound(field="regular")
        row = stored.pop(line.line_id, None) if line.line_id is not None else None
        if row is None:
            row = BusinessCaseLine(case_id=case.id, side=REGULAR)
            _price(row, line)
            work.session.add(row)
        elif row.mid_cents != line.mid_cents or line.source:
            _price(row, line)
        row.party = line.party
        row.description = line.description
        row.quantity = line.quantity
        row.unit = line.unit
        row.probability = line.probability
    for row in stored.values():
        work.session.delete(row)
    work.session.flush()


def _price(row: BusinessCaseLine, line: RegularLine) -> None:
    row.mid_cents = line.mid_cents
    row.low_cents = line.mid_cents if line.low_cents is None else line.low_cents
    row.high_cents = line.mid_cents if line.high_cents is None else line.high_cents
    row.price_year = line.price_year
    row.source = line.source
    row.confidence = line.confidence
