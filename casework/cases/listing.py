"""The list of cases someone may see: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from casework.access import visible_cases
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.network.tables import Partner
from casework.people.tables import Person
from rules.lifecycle import DecisionState, PaymentState, SettlementState

PAGE_SIZE = 25
SORTS = ("number", "title", "partner", "amount", "state", "submitted")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the list. ``amount_cents`` is what is asked in all."""

    number: str
    title: str
    partner_name: str
    applicant_name: str
    amount_cents: int
    decision: DecisionState
    payment: PaymentState
    settlement: SettlementState
    submitted_at_utc: datetime | None
    saved_at_utc: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of the list; ``total`` counts all pages, ``any_at_all`` what there is without search."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int
    any_at_all: bool


def case_list(
    work: Work,
    *,
    search: str = "",
    state: str = "",
    sort: str = "number",
    descending: bool = True,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> CaseList:
    """The cases the actor may see. ``search`` looks in number and title; ``state`` is a decision state.

    Titles are encrypted, so searching and sorting by title happens here and not in the database.
    """
    seen = visible_cases(work.actor)
    any_at_all = work.session.scalar(select(Case.id).where(seen).limit(1)) is not None
    conditions: list[ColumnElement[bool]] = [seen]
    if state in set(DecisionState):
        conditions.append(Case.decision_state == state)
    sort = sort if sort in SORTS else "number"
    ids = _matching(work.session, _ordered(conditions, sort, descending), search.strip(), sort, descending)
    pages = max(1, -(-len(ids) // page_size))
    page = min(max(page, 1), pages)
    shown = ids[(page - 1) * page_size : page * page_size]
    rows = _rows(work, shown)
    return CaseList(rows, len(ids), page, pages, any_at_all)


def _amount() -> Any:
    total = select(func.coalesce(func.sum(CostLine.amount_cents), 0)).where(CostLine.case_id == Case.id)
    return total.correlate(Case).scalar_subquery()


def _ordered(conditions: Sequence[ColumnElement[bool]], sort: str, descending: bool) -> Select[Any]:
    key = {
        "partner": Partner.name,
        "amount": _amount(),
        "state": Case.decision_state,
        "submitted": Case.submitted_at_utc,
    }.get(sort, Case.number)
    # The number decides among equals, so that pages never overlap.
    order = [key.desc() if descending else key.asc(), Case.number.desc()]
    return select(Case.id).join(Partner, Partner.id == Case.partner_id).where(*conditions).order_by(*order)


def _matching(session: Session, query: Select[Any], search: str, sort: str, descending: bool) -> list[int]:
    if not search and sort != "title":
        return list(session.scalars(query))
    rows = session.execute(query.add_columns(Case.number, Case.title)).all()
    wanted = search.casefold()
    found = [(case_id, title) for case_id, number, title in rows if wanted in f"{number} {title}".casefold()]
    if sort == "title":
        found.sort(key=lambda row: row[1].casefold(), reverse=descending)
    return [case_id for case_id, _title in found]


def _rows(work: Work, ids: Sequence[int]) -> tuple[CaseRow, ...]:
    if not ids:
        return ()
    rows = work.session.execute(
        select(
            Case.id,
            Case.number,
            Case.title,
            Partner.name,
            Person.name,
            _amount(),
            Case.decision_state,
            Case.payment_state,
            Case.settlement_state,
            Case.submitted_at_utc,
            Case.saved_at_utc,
            Case.applicant_id,
        )
        .join(Partner, Partner.id == Case.partner_id)
        .join(Person, Person.id == Case.applicant_id)
        .where(Case.id.in_(ids))
    ).all()
    made = {
        row[0]: CaseRow(
            number=row[1],
            title=row[2],
            partner_name=row[3],
            applicant_name=row[4],
            amount_cents=int(row[5]),
            decision=DecisionState(row[6]),
            payment=PaymentState(row[7]),
            settlement=SettlementState(row[8]),
            submitted_at_utc=row[9],
            saved_at_utc=row[10],
            own=row[11] == work.actor.person_id,
        )
        for row in rows
    }
    return tuple(made[case_id] for case_id in ids)
