"""The page of a mini-business-case: the sum, its lines with texts, and who may change what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from casework.access import Permission, may
from casework.business_case.lines import POT, may_change
from casework.business_case.prices import parties
from casework.business_case.queries import Computed, computed
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from errors import NotFound
from rules.business_case import BusinessCase as Sum
from rules.business_case import LineResult, Range, Side
from rules.lifecycle import DecisionState


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with its value. ``id`` is None for the payout that still follows the cost lines."""

    id: int | None
    side: Side
    party: str
    description: str
    quantity: Fraction
    unit: str
    low_cents: int
    mid_cents: int
    high_cents: int
    probability: Fraction
    price_year: int | None
    source: str
    confidence: str
    cashable: bool
    overlap_group: str
    index_factor: Fraction
    overlap_factor: Fraction
    value: Range
    changeable: bool


@dataclass(frozen=True, slots=True)
class BusinessCasePage:
    """The whole page. ``settled`` is whether those who repay are shown in the place of the pot."""

    number: str
    title: str
    partner_name: str
    decision: DecisionState
    computed: Computed
    lines: tuple[LineView, ...]
    deadweight_reason: str
    names: dict[str, str]
    may_change: bool
    settled: bool

    @property
    def sum(self) -> Sum:
        """The outcome."""
        return self.computed.result

    def of_side(self, side: Side) -> tuple[LineView, ...]:
        """The lines of one way."""
        return tuple(line for line in self.lines if line.side is side)


def business_case_page(work: Work, number: str) -> BusinessCasePage:
    """The business case of the case with ``number``, for whoever may see that case."""
    case = case_for(work, number, Permission.CASE_VIEW)
    found = computed(work, case)
    head = work.session.get(BusinessCase, case.id)
    change = may(work.actor, Permission.BUSINESS_CASE_EDIT, case) and may_change(work, case)
    return BusinessCasePage(
        number=case.number,
        title=case.title,
        partner_name=case.partner.name,
        decision=DecisionState(case.decision_state),
        computed=found,
        lines=_lines(work, case, found, change=change),
        deadweight_reason=head.deadweight_reason if head else "",
        names=dict(parties(work).partners),
        may_change=change,
        settled=bool(found.repaid_by_cents),
    )


def line_form(work: Work, number: str, line_id: int) -> LineView:
    """One line, to change it. Raises NotFound where the case has no such line that can be changed."""
    page = business_case_page(work, number)
    found = next((line for line in page.lines if line.id == line_id and line.changeable), None)
    if found is None:
        raise NotFound()
    return found


def _lines(work: Work, case: Case, found: Computed, *, change: bool) -> tuple[LineView, ...]:
    texts = {
        str(row.id): row.description
        for row in work.session.scalars(select(BusinessCaseLine).where(BusinessCaseLine.case_id == case.id))
    }
    return tuple(_line(one, texts, change=change) for one in found.result.lines)


def _line(one: LineResult, texts: dict[str, str], *, change: bool) -> LineView:
    line = one.line
    return LineView(
        id=int(line.key) if line.key else None,
        side=line.side,
        party=line.party,
        description=texts.get(line.key, ""),
        quantity=Fraction(line.quantity),
        unit=line.unit,
        low_cents=line.low_cents,
        mid_cents=line.mid_cents,
        high_cents=line.high_cents,
        probability=Fraction(line.probability),
        price_year=line.price_year,
        source=line.source,
        confidence=line.confidence,
        cashable=line.cashable,
        overlap_group=line.overlap_group or "",
        index_factor=one.index_factor,
        overlap_factor=one.overlap_factor,
        value=one.value,
        changeable=change and line.party != POT,
    )
