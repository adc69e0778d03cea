"""Promises that nobody used expire after the term in policy; what is under way is not touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.payout.expiry import expired_lines, release_expired
from casework.payout.tables import Payout
from errors import Forbidden
from ledger.accounts import Account
from ledger.balances import balance_cents, fund_position
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_case, a_cast, fund, work_as
from tests.integration.settlement.paid import approve, order, pay, program

TERM = 120  # days, in the policy of the test network


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with unit_of_work(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def treasurer(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.treasurer, cast.network)


def promised(session: Session, cast: Cast, treasurer: Work, *amounts: int) -> Case:
    """A case approved today, of which nothing is paid yet."""
    fund(treasurer, sum(amounts))
    case = a_case(session, cast.network, cast.applicant, amounts=amounts, decision_state="approved")
    approve(treasurer, case, sum(amounts))
    return case


def run(session: Session, cast: Cast, days: int) -> list[str | None]:
    """What the step says, so many days after the decision."""
    work = program(session, cast, days)
    said = [release_expired(work, item) for item in expired_lines(work)]
    session.flush()
    return said


def promise(work: Work, case: Case) -> int:
    """What is promised to ``case``, in cents."""
    network = work.network.code
    return -balance_cents(work.session, network=network, account=Account.COMMITMENTS, subject=case.number)


def released(session: Session, case: Case) -> list[bool]:
    query = select(CostLine.released).where(CostLine.case_id == case.id).order_by(CostLine.position)
    return list(session.scalars(query))


def test_a_promise_expires_the_day_after_its_term(session: Session, cast: Cast, treasurer: Work) -> None:
    case = promised(session, cast, treasurer, 30_000, 20_000)
    before = fund_position(session, network=cast.network.code).available_cents
    assert run(session, cast, TERM) == []
    assert run(session, cast, TERM + 1) == [
        f"{case.number}: the promise for line 1 expired and is released.",
        f"{case.number}: the promise for line 2 expired and is released.",
    ]
    assert run(session, cast, TERM + 1) == []
    assert (promise(treasurer, case), released(session, case)) == (0, [True, True])
    assert fund_position(session, network=cast.network.code).available_cents == before + 50_000
    logged = session.scalars(select(LogRecord).where(LogRecord.action == "commitment.release")).all()
    assert [(row.person_id, row.facts["reason"], row.facts["amount_cents"]) for row in logged] == [
        (None, "expired", 30_000),
        (None, "expired", 20_000),
    ]


def test_what_is_paid_or_under_way_stays(session: Session, cast: Cast, treasurer: Work) -> None:
    case = promised(session, cast, treasurer, 10_000, 20_000, 30_000)
    case.payment_state = "ordered"
    pay(treasurer, case, 10_000, line=0)
    order(treasurer, case, 20_000, line=1)
    assert run(session, cast, TERM + 1) == [f"{case.number}: the promise for line 3 expired and is released."]
    assert released(session, case) == [False, False, True]
    assert case.payment_state == "ordered"


def test_the_last_unused_line_makes_the_payment_whole(session: Session, cast: Cast, treasurer: Work) -> None:
    case = promised(session, cast, treasurer, 10_000, 20_000)
    case.payment_state = "ordered"
    pay(treasurer, case, 10_000, line=0)
    run(session, cast, TERM + 1)
    assert (case.payment_state, promise(treasurer, case)) == ("paid", 0)


def test_a_payment_that_came_back_gives_the_term_anew(session: Session, cast: Cast, treasurer: Work) -> None:
    case = promised(session, cast, treasurer, 10_000)
    session.add(
        Payout(
            network_id=cast.network.id,
            case_id=case.id,
            cost_line_id=case.cost_lines[0].id,
            reference="U-terug",
            amount_cents=10_000,
            payee_name="Zayaz",
            payee_iban="NL91ABNA0417164300",
            state="returned",
            ordered_by=treasurer.actor.person_id,
            ordered_on=treasurer.today,
            ordered_at_utc=NOW,
            paid_on=treasurer.today,
            ended_on=treasurer.today + timedelta(days=100),
        )
    )
    session.flush()
    assert run(session, cast, TERM + 1) == []
    assert run(session, cast, 100 + TERM) == []
    assert len(run(session, cast, 100 + TERM + 1)) == 1


def test_only_the_program_and_only_in_its_own_network(session: Session, cast: Cast, treasurer: Work) -> None:
    case = promised(session, cast, treasurer, 10_000)
    item = str(case.cost_lines[0].id)
    with pytest.raises(Forbidden):
        release_expired(treasurer, item)
    elsewhere = a_cast(session, code="elders", case_prefix="EL")
    assert expired_lines(program(session, elsewhere, 1_000)) == ()
    assert release_expired(program(session, elsewhere, 1_000), item) is None
    assert released(session, case) == [False]


def test_a_declined_case_has_nothing_to_expire(session: Session, cast: Cast, treasurer: Work) -> None:
    a_case(session, cast.network, cast.applicant, decision_state="declined")
    assert run(session, cast, 1_000) == []


def test_the_day_is_that_of_the_network(session: Session, cast: Cast, treasurer: Work) -> None:
    promised(session, cast, treasurer, 10_000)
    late = program(session, cast, TERM)
    late.now_utc = late.now_utc.replace(hour=22, minute=30)  # half past midnight in the network
    assert late.today == date(2026, 6, 1) + timedelta(days=TERM + 1)
    assert len(expired_lines(late)) == 1
