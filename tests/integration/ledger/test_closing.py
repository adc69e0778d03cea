"""Closing, auditing, adopting and reopening a book year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from ledger import book, cash_flows, closing, events
from ledger.closing import YearAct, YearState
from ledger.entries import PostedEntry
from ledger.refusals import SecondPersonNeeded, YearClosed, YearNotReady
from ledger.snapshot import snapshot
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, Book

LAST_DAY = date(2026, 12, 31)


@pytest.fixture
def year(ledger_book: Book) -> Book:
    """2026 with a gift and bank costs of EUR 8 and income of EUR 1."""
    ledger_book.pay("C", 500)
    ledger_book.do(events.settled_as_gift, case="C", amount_cents=500)
    ledger_book.do(events.bank_costs, amount_cents=300)
    ledger_book.do(events.other_income, amount_cents=100)
    return ledger_book


def close(book_: Book, *, year: int = 2026, through: date = LAST_DAY) -> PostedEntry | None:
    with unit_of_work(book_.engine) as session:
        return closing.close_year(
            session,
            network=book_.network,
            year=year,
            by="penningmeester",
            statements_through=through,
            recorded_at_utc=NOW,
        )


def step(book_: Book, action: Callable[..., object], **facts: object) -> None:
    with unit_of_work(book_.engine) as session:
        action(session, network=book_.network, year=2026, **facts)


def audit(book_: Book) -> None:
    step(book_, closing.audit_year, by="controleur", at_utc=NOW)


def adopt(book_: Book) -> None:
    step(book_, closing.adopt_year, by=["een", "twee"], at_utc=NOW)


def ask(book_: Book, by: str = "anna") -> None:
    step(book_, closing.ask_reopening, by=by, reason="rekening vergeten", at_utc=NOW)


def reopen(book_: Book, by: str = "bram") -> None:
    step(book_, closing.reopen_year, by=by, recorded_at_utc=NOW)


def state(book_: Book) -> closing.BookYear:
    with snapshot(book_.engine) as session:
        return closing.book_year(session, network=book_.network, year=2026)


def test_closing_moves_costs_and_income_to_the_result(year: Book) -> None:
    year.do(events.bank_costs, amount_cents=70, on=date(2027, 1, 5))
    entry = close(year)
    assert entry is not None
    assert entry.booked_on == LAST_DAY
    assert entry.book_year == 2026
    assert year.balance("3900") == 700
    assert year.balance("4100") == year.balance("4900") == 0
    assert year.balance("4300") == 70  # of the next year
    assert year.verify().ok


def test_closing_entries_are_no_cash_flow(year: Book) -> None:
    with snapshot(year.engine) as session:
        before = cash_flows.cash_flows(session, network=year.network, year=2026)
    close(year)
    with snapshot(year.engine) as session:
        assert cash_flows.cash_flows(session, network=year.network, year=2026) == before


def test_nothing_is_dated_into_a_closed_year_or_before(year: Book) -> None:
    close(year)
    for on in (LAST_DAY, date(2024, 1, 1)):
        with pytest.raises(YearClosed):
            year.do(events.other_income, amount_cents=1, on=on)
    assert year.do(events.other_income, amount_cents=1, on=date(2027, 1, 1)).number == 1


def test_a_correction_is_posted_in_the_open_year(year: Book) -> None:
    wrong = year.do(events.bank_costs, amount_cents=25)
    close(year)
    assert year.reverse(wrong, on=date(2027, 1, 10)).book_year == 2027
    assert year.verify().ok


def test_statements_must_be_complete_and_earlier_years_closed(year: Book) -> None:
    with pytest.raises(YearNotReady):
        close(year, through=date(2026, 12, 30))
    year.do(events.other_income, amount_cents=1, on=date(2025, 6, 1))
    with pytest.raises(YearNotReady):
        close(year)
    close(year, year=2025, through=date(2026, 1, 31))
    close(year)
    assert year.verify().ok


def test_the_steps_go_in_order_and_are_logged(year: Book) -> None:
    for too_early in (audit, adopt):
        with pytest.raises(YearNotReady):
            too_early(year)
    close(year)
    with pytest.raises(YearNotReady):
        adopt(year)
    with pytest.raises(YearNotReady):
        close(year)
    audit(year)
    adopt(year)
    found = state(year)
    assert found.state is YearState.ADOPTED
    assert [(act.act, act.people) for act in found.acts] == [
        (YearAct.CLOSED, ("penningmeester",)),
        (YearAct.AUDITED, ("controleur",)),
        (YearAct.ADOPTED, ("een", "twee")),
    ]
    with snapshot(year.engine) as session:
        assert found.acts[-1].head_hash == book.head_hash(session, network=year.network)


def test_two_people_reopen_a_year(year: Book) -> None:
    close(year)
    audit(year)
    with pytest.raises(SecondPersonNeeded):
        reopen(year)
    ask(year, by="anna")
    with pytest.raises(SecondPersonNeeded):
        reopen(year, by="anna")
    reopen(year, by="bram")
    assert state(year).state is YearState.OPEN
    assert year.balance("3900") == 0
    assert year.balance("4100") == 500
    year.do(events.bank_costs, amount_cents=11)
    entry = close(year)
    assert entry is not None
    assert year.balance("3900") == 711
    assert year.verify().ok
    with pytest.raises(SecondPersonNeeded):
        reopen(year, by="bram")  # the asking was for the closing before


def test_an_adopted_year_stays(year: Book) -> None:
    close(year)
    audit(year)
    adopt(year)
    for action in (ask, reopen):
        with pytest.raises(YearNotReady) as refused:
            action(year)
        assert "vastgesteld" in refused.value.sentence("nl")


def test_only_the_last_closed_year_is_reopened(year: Book) -> None:
    close(year)
    close(year, year=2027, through=date(2027, 12, 31))
    with pytest.raises(YearNotReady):
        ask(year)


def test_a_year_without_costs_or_income_is_closed_without_an_entry(ledger_book: Book) -> None:
    assert close(ledger_book) is None
    ask(ledger_book)
    reopen(ledger_book)
    assert ledger_book.do(events.other_income, amount_cents=1).number == 2
    assert ledger_book.verify().ok
