"""A network that takes bank statements in closes a year on those, not on a word alone."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from casework.bank.booking import book_open_lines
from casework.bank.queries import lines_to_recognise
from casework.bank.recognise import recognise
from casework.book_year.queries import YearPage, year_page
from casework.book_year.refusals import LinesNotBooked, StatementsNotTaken, StatementsNotThatFar
from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import MatchKind, Part
from ledger.bank.tables import bank_statement
from ledger.cash_flows import Flow, cash_flows
from storage.unit_of_work import unit_of_work
from tests.integration.bank.taken import take
from tests.integration.book_year.scene import YEAR, Office, key
from tests.integration.factories import NOW, work_as

IN_DECEMBER = date(YEAR, 12, 30)
AFTER = date(YEAR + 1, 1, 2)
BANK_CENTS = 98_750  # what the scene's bookings leave


def taken(office: Office, *lines: BankLine, on: date, follows: int | None = None, cents: int = 0) -> int:
    """A statement of ``on`` that was taken in; nothing is booked yet."""
    with unit_of_work(office.engine) as session:
        work = work_as(session, office.cast.treasurer, office.cast.network)
        return take(work, lines, follows=follows, opening_cents=BANK_CENTS + cents, on=on)


def booked(office: Office) -> None:
    book_open_lines(office.engine, network_id=office.cast.network.id, clock=lambda: NOW)


def page(office: Office) -> YearPage:
    found = office.read(office.cast.treasurer, lambda work: year_page(work, YEAR))
    assert isinstance(found, YearPage)
    return found


def test_a_year_is_closed_only_with_its_statements(office: Office) -> None:
    first = taken(office, BankLine(IN_DECEMBER, -700, text="?"), on=IN_DECEMBER)
    booked(office)
    assert isinstance(page(office).obstacle, StatementsNotTaken)
    with pytest.raises(StatementsNotTaken, match="30-12-2025"):
        office.close()

    second = taken(office, BankLine(AFTER, 100, text="?"), on=AFTER, follows=first, cents=-700)
    with unit_of_work(office.engine) as session:
        session.execute(update(bank_statement).where(bank_statement.c.id == second).values(state="set_aside"))
    with pytest.raises(StatementsNotTaken):
        office.close()
    with unit_of_work(office.engine) as session:
        session.execute(update(bank_statement).where(bank_statement.c.id == second).values(state="taken"))
    assert page(office).obstacle is None, "a line of the next year can wait"
    with pytest.raises(StatementsNotThatFar, match="02-01-2026"):
        office.close(statements_through_on=date(YEAR + 1, 1, 3))
    office.close(statements_through_on=AFTER)


def test_a_line_of_the_year_that_is_not_booked_keeps_it_open(office: Office) -> None:
    taken(office, BankLine(IN_DECEMBER, 500, text="?"), on=AFTER)
    with pytest.raises(LinesNotBooked):
        office.close(statements_through_on=AFTER)
    booked(office)
    office.close(statements_through_on=AFTER)


def test_what_nobody_explained_and_what_differs_is_said_before(office: Office) -> None:
    taken(office, BankLine(IN_DECEMBER, -700, text="?"), BankLine(AFTER, -40, text="?"), on=AFTER)
    booked(office)
    found = page(office).bank
    assert found is not None
    assert (found.unexplained_costs_cents, found.difference_cents, found.through_on) == (700, 0, AFTER)
    office.close(statements_through_on=AFTER)


def test_a_difference_with_the_bank_is_said_before(office: Office) -> None:
    taken(office, BankLine(IN_DECEMBER, -700, text="?"), on=AFTER, cents=-1_000)
    booked(office)
    found = page(office).bank
    assert found is not None
    assert found.difference_cents == 1_000


def test_a_debit_recognised_after_the_closing_shifts_to_the_open_year(office: Office) -> None:
    taken(office, BankLine(IN_DECEMBER, -700, text="?"), on=AFTER)
    booked(office)
    office.close(statements_through_on=AFTER)
    with unit_of_work(office.engine) as session:
        work = work_as(session, office.cast.treasurer, office.cast.network)
        [row] = lines_to_recognise(work).found.rows
        recognise(work, line_id=row.id, parts=[Part(MatchKind.BANK_COSTS, "", 700)], key=key())
    with unit_of_work(office.engine, write=False) as session:
        network = office.cast.network.code
        before, after = (cash_flows(session, network=network, year=one) for one in (YEAR, YEAR + 1))
    assert before.flows[Flow.OTHER_COSTS] == 700, "a closed year's figures stay"
    assert (after.flows[Flow.OTHER_COSTS], after.flows[Flow.BANK_COSTS]) == (-700, 700)
    assert after.opening_cents + after.in_cents - after.out_cents == after.closing_cents


def test_without_statements_a_word_is_enough(office: Office) -> None:
    assert page(office).bank is None
    office.close()
