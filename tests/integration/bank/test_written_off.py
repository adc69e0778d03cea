"""What was written off comes in all the same: by hand on its line, never more than was given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from casework.bank.queries import line_page
from casework.bank.recognise import recognise, undo_line
from casework.claims.service import write_off
from casework.reports.cohort import cohort
from ledger.accounts import Account
from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import MatchKind, Part
from ledger.bank.tables import bank_line
from ledger.cash_flows import Flow, cash_flows
from ledger.claims import written_off_left
from ledger.refusals import RepaymentTooLarge
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.integration.bank.office import DAY, Office, a_claim, an_office
from tests.integration.bank.taken import take

NETWORK = "testnet"


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine)


def given_up(office: Office, cents: int) -> str:
    """A claim that was written off."""
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        claim, _reference = a_claim(work, office.cast, "zayaz", cents, raised_on=DAY - timedelta(days=200))
        write_off(work, reference=claim, motivation="De partij bestaat niet meer.", key=f"off-{cents:05d}")
    return claim


def received(office: Office, cents: int) -> int:
    with unit_of_work(office.engine) as session:
        take(office.work(session), [BankLine(DAY, cents, text="alsnog")])
    office.book()
    with unit_of_work(office.engine, write=False) as session:
        return session.scalars(select(bank_line.c.id).order_by(bank_line.c.id.desc())).first() or 0


def recognised(office: Office, line: int, claim: str, cents: int, key: str) -> None:
    with unit_of_work(office.engine) as session:
        part = Part(MatchKind.WRITTEN_OFF, claim, cents)
        recognise(office.work(session), line_id=line, parts=[part], key=key)


def flows(office: Office) -> tuple[int, int]:
    """What came in after writing off, and how much of the year's payouts has come back."""
    with unit_of_work(office.engine, write=False) as session:
        assert verify(session).ok
        cash = cash_flows(session, network=NETWORK, year=DAY.year)
        assert cash.opening_cents + cash.in_cents - cash.out_cents == cash.closing_cents
        back = sum(cohort(session, network=NETWORK, year=year).returned_cents for year in (2025, 2026))
        return cash.flows[Flow.WRITTEN_OFF_RECEIVED], int(back)


def test_it_lessens_the_write_offs_and_is_undone_as_a_whole(office: Office) -> None:
    claim = given_up(office, 30_000)
    line = received(office, 20_000)
    with unit_of_work(office.engine, write=False) as session:
        work = office.work(session)
        assert line_page(work, line).choices == (), "another amount, and nobody asked"
        [choice] = line_page(work, line, search=claim).choices
    assert (choice.kind, choice.subject, choice.open_cents) == (MatchKind.WRITTEN_OFF, claim, 30_000)
    recognised(office, line, claim, 20_000, "sleutel-0001")
    assert office.balance(Account.WRITE_OFFS) == 10_000
    assert office.open_cents(claim) == 0, "the claim itself stays closed"
    assert flows(office) == (20_000, 20_000)
    with unit_of_work(office.engine) as session:
        undo_line(office.work(session), line_id=line, reason="Was iets anders.", key="undo-00001")
    assert office.balance(Account.WRITE_OFFS) == 30_000
    assert flows(office) == (0, 0)
    recognised(office, line, claim, 20_000, "sleutel-0002")
    assert flows(office) == (20_000, 20_000)


def test_never_more_than_was_given_up(office: Office) -> None:
    claim = given_up(office, 30_000)
    line = received(office, 40_000)
    with pytest.raises(RepaymentTooLarge):
        recognised(office, line, claim, 30_001, "sleutel-0001")
    recognised(office, line, claim, 30_000, "sleutel-0002")
    with unit_of_work(office.engine, write=False) as session:
        assert written_off_left(session, network=NETWORK) == {}
    with pytest.raises(RepaymentTooLarge):
        recognised(office, line, claim, 1, "sleutel-0003")


def test_one_of_exactly_this_amount_is_shown_at_once(office: Office) -> None:
    claim = given_up(office, 30_000)
    line = received(office, 30_000)
    with unit_of_work(office.engine, write=False) as session:
        kinds = [(one.kind, one.subject) for one in line_page(office.work(session), line).choices]
    assert kinds == [(MatchKind.WRITTEN_OFF, claim)]
