"""What the treasurer's tests start from: a network with money, and a case that was approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Work
from ledger import book, events
from ledger.balances import FundPosition, fund_position
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
