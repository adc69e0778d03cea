"""A case that was paid, as the treasurer leaves it: approved, ordered, seen on the bank; and repaying it."""

from __future__ import annotations

import itertools
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.cases.tables import Case
from casework.context import Actor, Work
from casework.payout.tables import Payout
from casework.settlement.service import after_repayment
from ledger import book, claims, events
from ledger.accounts import Account
from ledger.balances import balance_cents
from tests.integration.factories import NOW, Cast, a_case, fund, work_as

_numbers = itertools.count(1)


def a_paid_case(
    session: Session, cast: Cast, cents: int = 400_000, *, later: int = 0, **values: object
) -> Case:
    """A case of farent's applicant of which ``cents`` was paid today; the pot is filled first.

    ``later`` is a second cost line, promised and not yet paid: ``pay(work, case, later, line=1)``.
    """
    values.setdefault("barrier_field", "verzonnen veld")
    work = work_as(session, cast.treasurer, cast.network)
    fund(work, cents + later)
    case = a_case(
        session,
        cast.network,
        cast.applicant,
        amounts=(cents, later) if later else (cents,),
        decision_state="approved",
        payment_state="paid",
        first_paid_on=work.today,
        **values,
    )
    approve(work, case, cents + later)
    pay(work, case, cents)
    return case


def approve(work: Work, case: Case, cents: int) -> None:
    """Promise ``cents`` to ``case``."""
    draft = events.case_approved(
        case=case.number,
        amount_cents=cents,
        booked_on=work.today,
        cause=case.number,
        key=f"test-approve-{next(_numbers)}",
    )
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)


def order(work: Work, case: Case, cents: int, line: int = 0) -> Payout:
    """Order a payment of ``cents``; it is not on a statement yet."""
    number = next(_numbers)
    payout = Payout(
        network_id=work.network.id,
        case_id=case.id,
        cost_line_id=case.cost_lines[line].id,
        reference=f"U-{number}",
        amount_cents=cents,
        payee_name="Zayaz",
        payee_iban="NL91ABNA0417164300",
        state="ordered",
        ordered_by=work.actor.person_id,
        ordered_on=work.today,
        ordered_at_utc=work.now_utc,
    )
    work.session.add(payout)
    work.session.flush()
    draft = events.payment_ordered(
        case=case.number,
        payment=payout.reference,
        amount_cents=cents,
        booked_on=work.today,
        cause=payout.reference,
        key=f"test-order-{number}",
    )
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    return payout


def pay(work: Work, case: Case, cents: int, line: int = 0) -> Payout:
    """Order a payment and see it on a statement."""
    payout = order(work, case, cents, line)
    draft = events.payment_seen(
        payment=payout.reference,
        amount_cents=cents,
        booked_on=work.today,
        cause=payout.reference,
        key=f"test-seen-{payout.id}",
    )
    book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    payout.state, payout.paid_on = "paid", work.today
    work.session.flush()
    return payout


def repay(work: Work, reference: str, cents: int | None = None) -> int:
    """Receive ``cents``, or all that is open, on a claim, and let settling know; the entry's id."""
    claim = claims.claim(work.session, network=work.network.code, reference=reference)
    entry = claims.receive_repayment(
        work.session,
        network=work.network.code,
        reference=reference,
        amount_cents=claim.open_cents if cents is None else cents,
        booked_on=work.today,
        cause=reference,
        key=f"test-repay-{next(_numbers)}",
        recorded_at_utc=work.now_utc,
    )
    after_repayment(work, claim.case)
    return entry.id


def program(session: Session, cast: Cast, days: int = 0) -> Work:
    """The program itself, ``days`` after everything began."""
    actor = Actor.program(network_id=cast.network.id, network_code=cast.network.code)
    return Work(session, actor, cast.network, NOW + timedelta(days=days))


def open_claims(work: Work, case: Case) -> dict[str, int]:
    """What is open per claim of ``case``, by reference."""
    found = claims.claims_of_case(work.session, network=work.network.code, case=case.number)
    return {claim.reference: claim.open_cents for claim in found}


def unsettled(work: Work, case: Case) -> int:
    """The balance of 1400 of ``case``."""
    return balance_cents(
        work.session, network=work.network.code, account=Account.UNSETTLED_CASES, subject=case.number
    )


def fresh(session: Session, case: Case) -> Case:
    """``case`` as the database has it now."""
    return session.scalars(
        select(Case).where(Case.id == case.id).execution_options(populate_existing=True)
    ).one()
