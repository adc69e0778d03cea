"""What every step of a payout needs: the case under lock, its open lines, who may not pay it, posting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import selectinload

from casework.access import Permission
from casework.audit.tables import LogRecord
from casework.cases.brought import brought_by
from casework.cases.find import case_for
from casework.cases.tables import PAYMENT as PAYMENT_TEXTS
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.decision.tables import DecisionVote
from casework.payout.refusals import DateBefore, DateInFuture, PayoutState
from casework.payout.tables import PaymentBatch, PaymentBatchLine, Payout
from errors import NotFound
from ledger import book, tables
from ledger.entries import AccountKey, Draft, EntryKind, PostedEntry
from rules.lifecycle import PAYMENT, PaymentAction, PaymentState, next_state

LIVE = (PayoutState.ORDERED.value, PayoutState.PAID.value)
# Steps by which somebody decides on a case without a vote of their own.
_DECIDING = ("case.promise", "case.approve", "case.wait", "case.decline", "case.review")


def involved_in(person_id: int) -> ColumnElement[bool]:
    """Of a ``Case`` in a query: whether this person brought it or decided on it, and so may not pay it."""
    voted = exists().where(DecisionVote.case_id == Case.id, DecisionVote.person_id == person_id)
    decided = exists().where(
        LogRecord.network_id == Case.network_id,
        LogRecord.object_ref == Case.number,
        LogRecord.action.in_(_DECIDING),
        LogRecord.result == "done",
        LogRecord.person_id == person_id,
    )
    return or_(voted, decided, brought_by(person_id))


def involved_numbers(work: Work, cases: Sequence[Case]) -> list[str]:
    """Of these cases the numbers of those that the actor may not pay."""
    chosen = [case.id for case in cases]
    query = select(Case.number).where(Case.id.in_(chosen), involved_in(work.actor.person_id))
    return list(work.session.scalars(query.order_by(Case.number)))


def lock_cases_of(work: Work, cost_line_ids: Sequence[int]) -> list[Case]:
    """The cases of these lines, locked in one order for everybody so that nobody waits in a circle.

    Their lines come along with payee and account. Raises :class:`errors.NotFound` for a line that is not
    of this network.
    """
    rows = work.session.execute(
        select(CostLine.id, Case.number)
        .join(Case, Case.id == CostLine.case_id)
        .where(CostLine.id.in_(cost_line_ids), Case.network_id == work.network.id)
    ).all()
    if len(rows) < len(set(cost_line_ids)):
        raise NotFound()
    numbers = sorted({row.number for row in rows})
    # Whether the actor may is asked about one: what a treasurer may do holds for every case alike.
    for number in numbers[:1]:
        case_for(work, number, Permission.PAYOUT_ORDER)
    query = (
        select(Case)
        .where(Case.network_id == work.network.id, Case.number.in_(numbers))
        .options(selectinload(Case.cost_lines).undefer_group(PAYMENT_TEXTS))
        .order_by(Case.number)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return list(work.session.scalars(query))


def locked_case(work: Work, case_id: int) -> Case:
    """One case under lock, without asking access: for what the bank has done, which is always booked."""
    query = (
        select(Case)
        .where(Case.id == case_id)
        .options(selectinload(Case.cost_lines))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(query).one()


def live_reference(work: Work, line: CostLine) -> str | None:
    """Under which reference this line is being paid, was paid, or waits in a batch; None if it is open."""
    payout = work.session.scalar(
        select(Payout.reference).where(Payout.cost_line_id == line.id, Payout.state.in_(LIVE))
    )
    if payout is not None:
        return payout
    return work.session.scalar(
        select(PaymentBatch.reference)
        .join(PaymentBatchLine, PaymentBatchLine.batch_id == PaymentBatch.id)
        .where(PaymentBatchLine.cost_line_id == line.id, PaymentBatchLine.live.is_(True))
    )


def live_payouts(work: Work, case: Case) -> list[Payout]:
    """The payouts of a case that are not undone."""
    return list(work.session.scalars(select(Payout).where(Payout.case_id == case.id, Payout.state.in_(LIVE))))


def open_lines(work: Work, case: Case) -> list[CostLine]:
    """The lines that are still to be paid or whose payment is under way."""
    paid = {one.cost_line_id for one in live_payouts(work, case) if one.state == PayoutState.PAID}
    return [
        line for line in case.cost_lines if line.amount_cents and not line.released and line.id not in paid
    ]


def next_reference(work: Work, case: Case) -> str:
    """The reference of the case's next payout. The case is locked, so nobody else takes it."""
    count = work.session.scalar(select(func.count()).where(Payout.case_id == case.id))
    return f"{case.number}-U{int(count or 0) + 1}"


def end_batch_line(work: Work, payout: Payout) -> None:
    """Let the cost line of a payment that did not stand be put in another batch."""
    line = work.session.scalar(select(PaymentBatchLine).where(PaymentBatchLine.payout_id == payout.id))
    if line is not None:
        line.live = False


def move(case: Case, action: PaymentAction) -> None:
    """Take a step on the payment axis. Raises :class:`rules.lifecycle.IllegalTransition`."""
    case.payment_state = next_state(PAYMENT, PaymentState(case.payment_state), action).value


def check_day(work: Work, day: date, *, earliest: date) -> None:
    """Raise :class:`DateInFuture` or :class:`DateBefore` for a day on which it cannot have happened."""
    if day > work.today:
        raise DateInFuture(field="on")
    if day < earliest:
        raise DateBefore(field="on", day=f"{earliest:%d-%m-%Y}")


def post(work: Work, draft: Draft) -> PostedEntry:
    """Post an entry in this piece of work."""
    return book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)


def reverse(work: Work, entry_id: int, *, booked_on: date, cause: str, key: str) -> PostedEntry:
    """Reverse an entry in this piece of work."""
    return book.reverse(
        work.session,
        network=work.network.code,
        entry_id=entry_id,
        booked_on=booked_on,
        cause=cause,
        key=key,
        recorded_at_utc=work.now_utc,
    )


def standing_entry(work: Work, kind: EntryKind, on: AccountKey, *, cause: str) -> int:
    """The id of the last entry of this kind and cause that moved ``on`` and was not reversed."""
    e, f, lg = tables.entry.c, tables.fund.c, tables.leg.c
    undone = tables.entry.alias()
    query = (
        select(e.id)
        .join(tables.leg, lg.entry_id == e.id)
        .join(tables.fund, f.id == e.fund_id)
        .where(
            f.network == work.network.code,
            lg.account == on.account.value,
            lg.subject == on.subject,
            e.kind == kind.value,
            e.cause == cause,
            ~exists().where(undone.c.reverses == e.id),
        )
        .order_by(e.id.desc())
        .limit(1)
    )
    found = work.session.connection().scalar(query)
    if found is None:
        raise NotFound()
    return int(found)
