"""What the treasurer sees of payouts: what is to be paid, what is under way, what was paid. No case story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, undefer_group

from casework.accounts.tables import PayeeChange
from casework.cases.tables import PAYMENT as PAYMENT_TEXTS
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.fund.tables import Correction
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.payout.parts import LIVE, involved_in
from casework.payout.refusals import PayoutMethod, PayoutState
from casework.payout.tables import PaymentBatch, PaymentBatchLine, Payout
from casework.people.tables import Person
from errors import NotFound
from ledger import tables
from rules.lifecycle import DecisionState


@dataclass(frozen=True, slots=True)
class ToPay:
    """An approved cost line that is in no batch yet. ``involved``: this treasurer may not pay it.

    ``change_id`` is a change of the payee that waits for a second person.
    """

    cost_line_id: int
    case_number: str
    partner_name: str
    payee_name: str
    payee_iban: str
    amount_cents: int
    urgent: bool
    approved_on: date
    days_waiting: int
    involved: bool
    change_id: int | None


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout in a list, with how many days ago it was ordered."""

    reference: str
    case_number: str
    payee_name: str
    payee_iban: str
    amount_cents: int
    state: PayoutState
    method: PayoutMethod
    ordered_on: date
    paid_on: date | None
    days: int


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """Everything the treasurer sees of one payout. People by name, moments in UTC.

    ``batch`` is the batch it went to the bank in and ``released_by`` who released that; empty for a card
    or an advance. ``reopened`` are the reasons for which a confirmation was taken back.
    """

    row: PayoutRow
    ordered_by: str
    ordered_at_utc: datetime
    confirmed_by: str
    ended_on: date | None
    batch: str
    released_by: str
    advanced_by: str
    reopened: tuple[str, ...]


def lines_to_pay(
    work: Work, *, only: Sequence[int] | None = None, limit: int | None = None, offset: int = 0
) -> tuple[ToPay, ...]:
    """The cost lines of approved cases that are in no batch; urgent and longest waiting first.

    ``only`` narrows it to these lines, for the page that asks for confirmation.
    """
    involved = involved_in(work.actor.person_id)
    change = (
        select(PayeeChange.id)
        .where(PayeeChange.cost_line_id == CostLine.id, PayeeChange.state == "proposed")
        .scalar_subquery()
    )
    query = (
        select(CostLine, Case.number, Case.urgent, Case.decided_at_utc, Partner.name, involved, change)
        .join(Case, Case.id == CostLine.case_id)
        .join(Partner, Partner.id == Case.partner_id)
        .where(*_to_pay(work))
        .options(undefer_group(PAYMENT_TEXTS))
        .order_by(Case.urgent.desc(), Case.decided_at_utc, Case.number, CostLine.position)
        .offset(offset)
    )
    if limit is not None:
        query = query.limit(limit)
    if only is not None:
        query = query.where(CostLine.id.in_(only))
    zone = ZoneInfo(work.network.time_zone)
    rows = []
    for line, number, urgent, decided_at_utc, partner, is_involved, change_id in work.session.execute(query):
        approved_on = (decided_at_utc or work.now_utc).astimezone(zone).date()
        rows.append(
            ToPay(
                cost_line_id=line.id,
                case_number=number,
                partner_name=partner,
                payee_name=line.payee_name,
                payee_iban=line.payee_iban,
                amount_cents=line.amount_cents,
                urgent=urgent,
                approved_on=approved_on,
                days_waiting=max(0, (work.today - approved_on).days),
                involved=is_involved,
                change_id=change_id,
            )
        )
    return tuple(rows)


def to_pay_totals(work: Work) -> tuple[int, int]:
    """How many cost lines are to be paid, and how much they are together, in cents."""
    row = work.session.execute(
        select(func.count(), func.coalesce(func.sum(CostLine.amount_cents), 0))
        .select_from(CostLine)
        .join(Case, Case.id == CostLine.case_id)
        .where(*_to_pay(work))
    ).one()
    return int(row[0]), int(row[1])


def payable_ids(work: Work, *, most: int) -> list[int]:
    """The cost lines that this treasurer may put in a batch, at most ``most``, the most urgent first."""
    in_doubt = exists().where(PayeeChange.cost_line_id == CostLine.id, PayeeChange.state == "proposed")
    query = (
        select(CostLine.id)
        .join(Case, Case.id == CostLine.case_id)
        .where(*_to_pay(work), ~involved_in(work.actor.person_id), ~in_doubt)
        .order_by(Case.urgent.desc(), Case.decided_at_utc, Case.number, CostLine.position)
        .limit(most)
    )
    return list(work.session.scalars(query))


def _to_pay(work: Work) -> tuple[ColumnElement[bool], ...]:
    live = aliased(Payout)
    row = aliased(PaymentBatchLine)
    return (
        Case.network_id == work.network.id,
        Case.decision_state == DecisionState.APPROVED.value,
        CostLine.released.is_(False),
        CostLine.amount_cents > 0,
        ~exists().where(live.cost_line_id == CostLine.id, live.state.in_(LIVE)),
        ~exists().where(row.cost_line_id == CostLine.id, row.live.is_(True)),
    )


def line_to_pay(work: Work, cost_line_id: int) -> ToPay:
    """One line that can be paid or released. Raises :class:`errors.NotFound`."""
    found = lines_to_pay(work, only=[cost_line_id])
    if not found:
        raise NotFound()
    return found[0]


def payouts_under_way(work: Work, *, limit: int | None = None) -> tuple[PayoutRow, ...]:
    """What was ordered and not yet confirmed, longest under way first."""
    query = _payouts(work).where(Payout.state == PayoutState.ORDERED.value)
    rows = work.session.execute(query.order_by(Payout.ordered_on, Payout.id).limit(limit))
    return tuple(_row(work, payout, number) for payout, number in rows)


def payouts(work: Work, *, search: str = "", state: str = "", page: int = 1) -> Page[PayoutRow]:
    """All payouts, newest first. ``search`` looks in reference and case number."""
    conditions: list[ColumnElement[bool]] = [Payout.network_id == work.network.id]
    if search:
        sought = f"%{search.replace('%', '').replace('_', '')}%"
        conditions.append(or_(Payout.reference.ilike(sought), Case.number.ilike(sought)))
    if state in set(PayoutState):
        conditions.append(Payout.state == state)
    where = and_(*conditions)
    total = work.session.scalar(
        select(func.count()).select_from(Payout).join(Case, Case.id == Payout.case_id).where(where)
    )
    query = _payouts(work).where(where).order_by(Payout.ordered_on.desc(), Payout.id.desc())
    rows = work.session.execute(query.limit(PER_PAGE).offset(offset_of(page)))
    return Page(tuple(_row(work, payout, number) for payout, number in rows), page, int(total or 0))


def payout_page(work: Work, reference: str) -> PayoutPage:
    """One payout. Raises :class:`errors.NotFound`."""
    ordering, confirming, releasing = aliased(Person), aliased(Person), aliased(Person)
    found = work.session.execute(
        select(
            Payout,
            Case.number,
            ordering.name,
            confirming.name,
            PaymentBatch.reference,
            releasing.name,
            Partner.name,
        )
        .join(Case, Case.id == Payout.case_id)
        .join(ordering, ordering.id == Payout.ordered_by)
        .outerjoin(confirming, confirming.id == Payout.confirmed_by)
        .outerjoin(PaymentBatchLine, PaymentBatchLine.payout_id == Payout.id)
        .outerjoin(PaymentBatch, PaymentBatch.id == PaymentBatchLine.batch_id)
        .outerjoin(releasing, releasing.id == PaymentBatch.released_by)
        .outerjoin(Partner, Partner.id == Payout.advanced_by)
        .where(Payout.network_id == work.network.id, Payout.reference == reference)
    ).first()
    if found is None:
        raise NotFound()
    payout, number, ordered_by, confirmed_by, batch, released_by, advanced_by = found
    return PayoutPage(
        row=_row(work, payout, number),
        ordered_by=ordered_by,
        ordered_at_utc=payout.ordered_at_utc,
        confirmed_by=confirmed_by or "",
        ended_on=payout.ended_on,
        batch=batch or "",
        released_by=released_by or "",
        advanced_by=advanced_by or "",
        reopened=reopened_reasons(work, reference),
    )


def reopened_reasons(work: Work, reference: str) -> tuple[str, ...]:
    """Why confirmations of this payment were taken back, oldest first."""
    e, lg = tables.entry.c, tables.leg.c
    moved = (
        select(e.id)
        .join(tables.leg, lg.entry_id == e.id)
        .where(lg.account == "1150", lg.subject == reference, e.kind == "payment_seen")
    )
    rows = work.session.scalars(
        select(Correction.reason)
        .where(Correction.network_id == work.network.id, Correction.entry_id.in_(moved))
        .order_by(Correction.id)
    )
    return tuple(rows)


def _payouts(work: Work) -> Select[Payout, str]:
    own = Payout.network_id == work.network.id
    return select(Payout, Case.number).join(Case, Case.id == Payout.case_id).where(own)


def _row(work: Work, payout: Payout, case_number: str) -> PayoutRow:
    return PayoutRow(
        reference=payout.reference,
        case_number=case_number,
        payee_name=payout.payee_name,
        payee_iban=payout.payee_iban,
        amount_cents=payout.amount_cents,
        state=PayoutState(payout.state),
        method=PayoutMethod(payout.method),
        ordered_on=payout.ordered_on,
        paid_on=payout.paid_on,
        days=max(0, (work.today - payout.ordered_on).days),
    )
