"""Receipts with the noise of real ones, through the database: none is booked wrongly."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import Engine, select

from casework.bank.agrees import agreement
from casework.bank.recognise import recognise
from casework.context import Work
from casework.people.tables import Person
from ledger import book, events
from ledger import claims as ledger_claims
from ledger.accounts import Account
from ledger.bank.matching_facts import ClaimFact, MatchKind, Part
from ledger.bank.tables import bank_booking, bank_line
from ledger.verify import verify
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.bank.office import Office, an_account, an_office
from tests.integration.bank.taken import take
from tests.unit.ledger.bank.receipts import START, Receipt, World, iban_of, partners

RECEIPTS = {"sqlite": 60, "postgresql": 30}
EARLY = date(2026, 1, 10)  # before the world's first day of receipts


def _known(work: Work, claim: ClaimFact) -> None:
    """The claim in the database, as the world has it."""
    cast = make.a_case(
        work.session,
        work.network,
        _applicant(work),
        amounts=(claim.open_cents,),
        decision_state="approved",
        payment_state="paid",
    )
    cast.number = claim.reference.rpartition("-V1-")[0] + f"-{claim.row}"
    work.session.flush()
    common = {"case": cast.number, "amount_cents": claim.open_cents, "booked_on": EARLY, "cause": cast.number}
    for draft in (
        events.case_approved(key=f"a-{claim.row}", **common),
        events.partner_paid_in_advance(key=f"p-{claim.row}", partner="gemeente", **common),
    ):
        book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    ledger_claims.raise_claims(
        work.session,
        network=work.network.code,
        case=cast.number,
        settlement=f"{cast.number}-V1",
        claims=[
            ledger_claims.NewClaim(
                claim.reference,
                claim.account,
                claim.party,
                claim.party_name,
                claim.open_cents,
                claim.due_on,
                tuple(ledger_claims.Instalment(claim.due_on, cents) for cents in claim.parts),
            )
        ],
        booked_on=EARLY,
        key=f"s-{claim.row}",
        recorded_at_utc=work.now_utc,
    )


def _applicant(work: Work) -> Person:
    return work.session.scalars(select(Person).where(Person.name == "Aanvrager")).one()


def _world(office: Office, seed: int) -> World:
    """A world with its partners, accounts and claims in the database too."""
    world = World(random.Random(seed))
    world.new_claims(40)
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        make.fund(work, 100_000_000)
        first = office.cast.partners["gemeente"]
        make.a_person(session, office.cast.network, first, Role.APPLICANT, name="Aanvrager")
        for code in partners():
            office.cast.partners[code] = make.a_partner(
                session, office.cast.network, code, name=f"Stichting {code.capitalize()}"
            )
            an_account(session, office.cast, code, iban_of(code))
        for claim in world.claims.values():
            _known(work, claim)
    return world


def _by_rule(office: Office, line_id: int) -> set[Part] | None:
    """What a rule booked the line as; None when it left it to a person."""
    b = bank_booking.c
    with unit_of_work(office.engine, write=False) as session:
        rows = session.execute(select(b.kind, b.subject, b.amount_cents).where(b.line_id == line_id)).all()
        parts = {Part(MatchKind(row.kind), row.subject, row.amount_cents) for row in rows}
    sure = {part for part in parts if part.kind is not MatchKind.UNRECOGNISED}
    return sure or None


def _taken_booked(office: Office, receipt: Receipt, before: int | None) -> tuple[int, int]:
    with unit_of_work(office.engine) as session:
        statement = take(office.work(session), [receipt.line], follows=before)
    office.book()
    with unit_of_work(office.engine, write=False) as session:
        line = session.scalars(select(bank_line.c.id).where(bank_line.c.statement_id == statement)).one()
    return statement, line


@pytest.mark.parametrize("seed", [5, 2026])
def test_no_receipt_is_booked_wrongly(engine: Engine, seed: int) -> None:
    office = an_office(engine)
    world, statement, by_rule = _world(office, seed), None, 0
    for number in range(RECEIPTS[engine.dialect.name]):
        if not world.claims:
            break
        receipt = world.receipt()
        if receipt.story == "returned":
            del world.payouts[receipt.truth[0].subject]
            continue
        statement, line = _taken_booked(office, receipt, statement)
        booked = _by_rule(office, line)
        if booked is not None:
            assert booked == set(receipt.truth), receipt
            by_rule += 1
        elif receipt.truth:
            with unit_of_work(engine) as session:
                recognise(
                    office.work(session), line_id=line, parts=receipt.truth, key=f"met-de-hand-{number}"
                )
        world.booked(receipt)
    assert by_rule > RECEIPTS[engine.dialect.name] / 2
    assert world.day > START
    with unit_of_work(engine, write=False) as session:
        network = office.cast.network.code
        open_now = {
            one.reference: one.open_cents for one in ledger_claims.open_claims(session, network=network)
        }
        assert open_now == {one.reference: one.open_cents for one in world.claims.values()}
        assert agreement(office.work(session)).agrees
        assert verify(session).ok
    assert office.balance(Account.SUSPENSE) <= 0
