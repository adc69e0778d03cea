"""A network whose statements are taken in: a pot, claims of several kinds, and a treasurer."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.accounts.tables import BankAccount
from casework.bank.booking import book_open_lines
from casework.cases.tables import Case
from casework.context import Work
from ledger import book, events, tables
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.references import Reference, claim_reference
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import a_funded_cast

_numbers = itertools.count(1)
DAY = date(2026, 6, 1)


@dataclass
class Office:
    """The network, and short ways to what a test asks."""

    engine: Engine
    cast: Cast

    def work(self, session: Session) -> Work:
        """Work of the treasurer."""
        return make.work_as(session, self.cast.treasurer, self.cast.network)

    def book(self) -> int:
        """Book every line that was taken in."""
        return book_open_lines(self.engine, network_id=self.cast.network.id, clock=lambda: NOW)

    def balance(self, account: Account, subject: str = "") -> int:
        """What stands on an account."""
        with unit_of_work(self.engine, write=False) as session:
            return balance_cents(session, network=self.cast.network.code, account=account, subject=subject)

    def open_cents(self, claim: str) -> int:
        """What is open on a claim."""
        with unit_of_work(self.engine, write=False) as session:
            return ledger_claims.claim(session, network=self.cast.network.code, reference=claim).open_cents


def an_office(engine: Engine) -> Office:
    """A network with EUR 10,000 in the pot, as its bank account says too."""
    with unit_of_work(engine) as session:
        return Office(engine, a_funded_cast(session))


def an_account(session: Session, cast: Cast, partner: str, iban: str) -> None:
    """An account on record for a partner."""
    session.add(
        BankAccount(
            network_id=cast.network.id,
            partner_id=cast.partners[partner].id,
            holder=partner.capitalize(),
            iban=iban,
            bic="ABNANL2A",
            from_on=date(2020, 1, 1),
            state="confirmed",
            proposed_at_utc=NOW,
        )
    )
    session.flush()


def a_claim(
    work: Work, cast: Cast, party: str, cents: int, *, parts: int = 0, raised_on: date = DAY
) -> tuple[str, Reference]:
    """A claim on a partner (or, in ``parts``, on a resident) for a case of its own that was paid by card.

    Gives its reference in the book and the one to pay with.
    """
    case = make.a_case(
        work.session,
        cast.network,
        cast.applicant,
        amounts=(cents,),
        decision_state="approved",
        payment_state="paid",
    )
    number, network = next(_numbers), cast.network.code
    for draft in (
        events.case_approved(
            case=case.number, amount_cents=cents, booked_on=raised_on, cause=case.number, key=f"a-{number}"
        ),
        events.partner_paid_in_advance(
            case=case.number,
            partner="gemeente",
            amount_cents=cents,
            booked_on=raised_on,
            cause=case.number,
            key=f"p-{number}",
        ),
    ):
        book.post(work.session, network=network, draft=draft, recorded_at_utc=work.now_utc)
    plan = tuple(
        ledger_claims.Instalment(raised_on + timedelta(days=30 * at), cents // parts)
        for at in range(1, parts + 1)
    )
    reference = f"{case.number}-V1-{party}"
    ledger_claims.raise_claims(
        work.session,
        network=network,
        case=case.number,
        settlement=f"{case.number}-V1",
        claims=[
            ledger_claims.NewClaim(
                reference,
                Account.RESIDENT_CLAIMS if parts else Account.PARTNER_CLAIMS,
                case.number if parts else party,
                f"Inwoner {case.number}" if parts else party.capitalize(),
                cents,
                raised_on + timedelta(days=30),
                plan,
            )
        ],
        booked_on=raised_on,
        key=f"s-{number}",
        recorded_at_utc=work.now_utc,
    )
    c = tables.claim.c
    fund_id = book.fund_id_of(work.session.connection(), network)
    row = work.session.execute(
        select(c.id, c.fund_id).where(c.reference == reference, c.fund_id == fund_id)
    ).one()
    return reference, claim_reference(fund_id=row.fund_id, claim_id=row.id)


def case_of(session: Session, claim: str) -> Case:
    """The case a claim arose from."""
    number = session.scalar(select(tables.claim.c.case_number).where(tables.claim.c.reference == claim))
    return session.scalars(select(Case).where(Case.number == number)).one()
