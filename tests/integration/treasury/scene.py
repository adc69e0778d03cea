"""What the treasurer's tests start from: a network with money, and a case that was approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.payout import batches
from casework.payout.batch_queries import batch_page
from ledger import book, events
from ledger.balances import FundPosition, fund_position
from ledger.bank.payment_file import next_bank_day
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast

POT_CENTS = 1_000_000


def a_funded_cast(session: Session) -> Cast:
    """A network with EUR 10,000 in the pot."""
    cast = make.a_cast(session)
    make.fund(make.work_as(session, cast.treasurer, cast.network), POT_CENTS)
    return cast


def an_approved_case(
    session: Session,
    cast: Cast,
    *,
    amounts: Sequence[int] = (50_000,),
    at_utc: datetime = NOW,
    **values: object,
) -> Case:
    """A case whose money is promised."""
    case = make.a_case(
        session,
        cast.network,
        cast.applicant,
        amounts=amounts,
        decision_state="approved",
        at_utc=at_utc,
        **values,
    )
    work = make.work_as(session, cast.treasurer, cast.network, at_utc=at_utc)
    draft = events.case_approved(
        case=case.number,
        amount_cents=case.amount_cents,
        booked_on=work.today,
        cause=case.number,
        key=f"approve-{case.number}",
    )
    book.post(session, network=cast.network.code, draft=draft, recorded_at_utc=at_utc)
    return case


def position(work: Work) -> FundPosition:
    """How the pot stands."""
    return fund_position(work.session, network=work.network.code)


def prepare(
    work: Work, cases: Sequence[Case], *, lines: Sequence[CostLine] | None = None, key: str = "order-key-1"
) -> str:
    """Put the lines of these cases (or only ``lines``) in a batch, as the actor of ``work``."""
    chosen = lines if lines is not None else [line for case in cases for line in case.cost_lines]
    return batches.prepare_batch(
        work,
        cost_line_ids=[line.id for line in chosen],
        execution_on=next_bank_day(work.today),
        key=f"{key}-prepare",
    )


def release(work: Work, reference: str, *, key: str = "order-key-1") -> tuple[str, ...]:
    """Release a batch as the actor of ``work`` saw it; the references of its payments."""
    page = batch_page(work, reference)
    batches.release_batch(
        work,
        reference=reference,
        seen=page.seal,
        typed_cents=page.row.total_cents,
        typed_count=page.row.line_count,
        key=f"{key}-release",
    )
    return tuple(line.reference for line in batch_page(work, reference).lines)


def order(
    session: Session,
    cast: Cast,
    *cases: Case,
    lines: Sequence[CostLine] | None = None,
    key: str = "order-key-1",
    at_utc: datetime = NOW,
) -> tuple[str, ...]:
    """Order the payment of these cases, prepared by one treasurer and released by the other."""
    first = make.work_as(session, cast.treasurer, cast.network, at_utc=at_utc)
    second = make.work_as(session, cast.second_treasurer, cast.network, at_utc=at_utc)
    return release(second, prepare(first, cases, lines=lines, key=key), key=key)
