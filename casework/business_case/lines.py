"""The lines of a mini-business-case: started with the case, added, changed, removed, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.access import Permission
from casework.audit.record import record
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.people_data import BsnFound, contains_bsn
from errors import Conflict, Invalid, NotFound
from rules.lifecycle import DecisionState

POT = "pot"
NEW, REGULAR = "new", "regular"
_OPEN_TO_APPLICANT = frozenset(
    {
        DecisionState.DRAFT,
        DecisionState.SUBMITTED,
        DecisionState.IN_ASSESSMENT,
        DecisionState.INFORMATION_REQUESTED,
        DecisionState.WAITING,
    }
)


class BusinessCaseFixed(Conflict):
    """The case was decided, so the applicant can no longer change what it was decided on."""

    nl = "Het besluit is genomen; de businesscase staat vast. Vraag het secretariaat als er iets niet klopt."
    en = "The decision was taken; the business case is fixed. Ask the secretariat if something is wrong."


class PayoutLineFrozen(Conflict):
    """The line of the pot follows the decision and is not changed by hand."""

    nl = "De regel van de pot volgt het besluit en kan niet met de hand worden gewijzigd."
    en = "The line of the fund follows the decision and cannot be changed by hand."


class RangeWrong(Invalid):
    """Low, mid and high do not go up."""

    nl = "Laag, midden en hoog moeten oplopen. Laat laag en hoog leeg als er één prijs is."
    en = "Low, mid and high must go up. Leave low and high empty if there is one price."


class DeadweightUnargued(Invalid):
    """A share that would have been avoided anyway needs a reason."""

    nl = "Schrijf waarom een deel ook zonder de pot was voorkomen."
    en = "Write why a part would have been avoided without the fund as well."


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One cost. Prices are per unit in cents at the level of ``price_year`` (the case's own year if None)."""

    side: str
    party: str
    description: str
    quantity: Decimal
    unit: str
    mid_cents: int
    low_cents: int | None = None
    high_cents: int | None = None
    probability: Decimal = Decimal(1)
    price_year: int | None = None
    source: str = ""
    confidence: str = "C"
    cashable: bool = False
    overlap_group: str = ""


def start_business_case(work: Work, case: Case) -> BusinessCase:
    """The business case of a new case, with the term and deadweight of today's policy."""
    terms = work.policy.business_case
    made = BusinessCase(
        case_id=case.id, term_months=terms.term_months, deadweight=decimal_of(terms.deadweight)
    )
    work.session.add(made)
    work.session.flush()
    return made


def decimal_of(value: Fraction) -> Decimal:
    """A fraction of policy as a decimal. Exact: policy is written in decimals."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def add_line(work: Work, *, number: str, line: LineDraft) -> int:
    """Add a line; its id. Raises :class:`BusinessCaseFixed` or an :class:`Invalid` that names its field."""
    case = _open_case(work, number)
    row = BusinessCaseLine(case_id=case.id)
    _fill(row, line)
    work.session.add(row)
    work.session.flush()
    record(work, "business_case.add", case.number, line=row.id)
    return row.id


def change_line(work: Work, *, number: str, line_id: int, line: LineDraft) -> None:
    """Change a line. Raises :class:`PayoutLineFrozen` for the line of the pot."""
    case = _open_case(work, number)
    _fill(_line(work.session, case, line_id), line)
    work.session.flush()
    record(work, "business_case.change", case.number, line=line_id)


def remove_line(work: Work, *, number: str, line_id: int) -> None:
    """Take a line away. Raises :class:`PayoutLineFrozen` for the line of the pot."""
    case = _open_case(work, number)
    work.session.delete(_line(work.session, case, line_id))
    work.session.flush()
    record(work, "business_case.remove", case.number, line=line_id)


def set_assumptions(
    work: Work, *, number: str, term_months: int, deadweight: Decimal, deadweight_reason: str
) -> None:
    """The term in months and the share that would have been avoided anyway (0-1), with the reason for it."""
    case = _open_case(work, number)
    if deadweight and not deadweight_reason:
        raise DeadweightUnargued(field="deadweight_reason")
    if contains_bsn(deadweight_reason):
        raise BsnFound(field="deadweight_reason")
    found = business_case_of(work, case)
    found.term_months = term_months
    found.deadweight = deadweight
    found.deadweight_reason = deadweight_reason
    work.session.flush()
    record(work, "business_case.assume", case.number, term_months=term_months)


def business_case_of(work: Work, case: Case) -> BusinessCase:
    """The business case of ``case``; one that came from elsewhere without it gets one."""
    return work.session.get(BusinessCase, case.id) or start_business_case(work, case)


def may_change(work: Work, case: Case) -> bool:
    """Whether the lines are still open: to the applicant until the decision, to the secretariat always."""
    own = case.applicant_id == work.actor.person_id
    return not own or DecisionState(case.decision_state) in _OPEN_TO_APPLICANT


def _open_case(work: Work, number: str) -> Case:
    case = case_for(work, number, Permission.BUSINESS_CASE_EDIT, lock=True)
    if not may_change(work, case):
        raise BusinessCaseFixed()
    return case


def _line(session: Session, case: Case, line_id: int) -> BusinessCaseLine:
    row = session.scalar(
        select(BusinessCaseLine).where(BusinessCaseLine.id == line_id, BusinessCaseLine.case_id == case.id)
    )
    if row is None:
        raise NotFound()
    if row.party == POT:
        raise PayoutLineFrozen()
    return row


def _fill(row: BusinessCaseLine, line: LineDraft) -> None:
    if line.party == POT:
        raise PayoutLineFrozen(field="party")
    for name in ("description", "source"):
        if contains_bsn(getattr(line, name)):
            raise BsnFound(field=name)
    low = line.mid_cents if line.low_cents is None else line.low_cents
    high = line.mid_cents if line.high_cents is None else line.high_cents
    if not low <= line.mid_cents <= high:
        raise RangeWrong(field="mid")
    row.side = line.side
    row.party = line.party
    row.description = line.description
    row.quantity = line.quantity
    row.unit = line.unit
    row.low_cents, row.mid_cents, row.high_cents = low, line.mid_cents, high
    row.probability = line.probability
    row.price_year = line.price_year
    row.source = line.source
    row.confidence = line.confidence
    row.cashable = line.cashable
    row.overlap_group = line.overlap_group or None
