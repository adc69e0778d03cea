"""The journal, an account's card, trial balance, cash flows, and the book at a past date or moment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger import as_of, book, cash_flows, events, statements
from ledger.accounts import CASH, Account
from ledger.cash_flows import Flow, FlowUnclassified, classify
from ledger.entries import EntryKind
from ledger.snapshot import snapshot
from ledger.stream import stream
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import Book, partner_claim


@pytest.fixture
def year_book(empty_book: Book) -> Book:
    """Two years with something of everything that touches cash."""
    b = empty_book
    b.do(events.contribution_received, partner="P", amount_cents=100_000, on=date(2025, 12, 30))
    b.do(events.contribution_received, partner="Q", amount_cents=50_000, on=date(2026, 1, 2))
    wrong = b.do(events.contribution_received, partner="Q", amount_cents=5_000, on=date(2026, 1, 3))
    b.reverse(wrong, on=date(2026, 1, 4))
    b.pay("C", 10_000, on=date(2026, 2, 1))
    b.claim("C", partner_claim("V1", 10_000), on=date(2026, 2, 3))
    b.repay("V1", 4_000, on=date(2026, 3, 1))
    b.do(events.case_approved, case="D", amount_cents=3_000, on=date(2026, 3, 2))
    b.do(events.payment_ordered, case="D", payment="B9", amount_cents=3_000, on=date(2026, 3, 3))
    b.do(events.payment_rejected, case="D", payment="B9", amount_cents=3_000, on=date(2026, 3, 4))
    b.do(events.receipt_unrecognised, receipt="R1", amount_cents=700, on=date(2026, 4, 1))
    b.do(events.receipt_sent_back, receipt="R1", payment="B10", amount_cents=200, on=date(2026, 4, 2))
    b.do(events.bank_costs, amount_cents=90, on=date(2026, 5, 1))
    b.do(events.other_income, amount_cents=40, on=date(2026, 5, 2))
    b.do(events.cards_bought, payment="B11", amount_cents=1_000, on=date(2026, 6, 1))
    b.do(events.contribution_paid_back, partner="Q", payment="B12", amount_cents=500, on=date(2026, 7, 1))
    return b


def test_cash_flows_add_up_and_are_classified(year_book: Book) -> None:
    with snapshot(year_book.engine) as session:
        flows = cash_flows.cash_flows(session, network=year_book.network, year=2026)
    assert {flow: cents for flow, cents in flows.flows.items() if cents} == {
        Flow.CONTRIBUTIONS: 50_000,
        Flow.REPAYMENTS_PARTNERS: 4_000,
        Flow.NOT_RECOGNISED: 500,
        Flow.OTHER_INCOME: 40,
        Flow.PAYOUTS: 10_000,
        Flow.CARDS: 1_000,
        Flow.CONTRIBUTIONS_PAID_BACK: 500,
        Flow.BANK_COSTS: 90,
    }
    assert flows.opening_cents == 100_000
    assert flows.opening_cents + flows.in_cents - flows.out_cents == flows.closing_cents
    assert flows.closing_cents == year_book.position().cash_cents
    assert flows.repayments_cents == 4_000


def test_cash_flows_by_scanning_are_the_same(year_book: Book) -> None:
    with snapshot(year_book.engine) as session:
        kept = cash_flows.cash_flows(session, network=year_book.network, year=2026)
        scanned = cash_flows.cash_flows(
            session,
            network=year_book.network,
            year=2026,
            recorded_until_utc=year_book.now + timedelta(seconds=1),
        )
    assert scanned == kept


def test_cash_against_an_account_without_a_class_is_an_error() -> None:
    with pytest.raises(FlowUnclassified):
        classify({(EntryKind.BANK_COSTS, Account.BANK): -5, (EntryKind.BANK_COSTS, Account.OTHER_COSTS): 5})


def test_year_totals_come_from_the_months_and_agree_with_the_balances(year_book: Book) -> None:
    with snapshot(year_book.engine) as session:
        totals = statements.year_totals(session, network=year_book.network, year=2026)
        months = statements.month_totals(session, network=year_book.network, year=2026)
    assert {account: total.closing_cents for account, total in totals.items()} == {
        account: year_book.balance(account.value) for account in Account
    }
    assert sum(total.opening_cents for total in totals.values()) == 0
    assert totals[Account.BANK].opening_cents == 100_000
    assert sum(m.debit_cents for m in months) == sum(m.credit_cents for m in months)
    assert sum(m.debit_cents for m in months if m.account is Account.BANK) == totals[Account.BANK].debit_cents


def test_the_journal_is_filtered_and_paged(year_book: Book) -> None:
    def find(**wanted: object) -> statements.Page:
        with snapshot(year_book.engine) as session:
            return statements.entries(session, network=year_book.network, **wanted)  # type: ignore[arg-type]  # a table of filters

    everything = find(limit=5)
    assert everything.total == 18
    numbers = [row.entry.number for row in everything.rows]
    assert numbers == sorted(numbers, reverse=True)
    second = find(limit=5, offset=5)
    assert {row.entry.id for row in second.rows}.isdisjoint({row.entry.id for row in everything.rows})
    assert find(date_from=date(2026, 2, 1), date_to=date(2026, 2, 28)).total == 4
    assert find(account=Account.UNSETTLED_CASES, subject="C").total == 2
    assert find(subject="V1").total == 2
    assert find(kind=EntryKind.CONTRIBUTION_RECEIVED).total == 4  # with the reversal of one
    assert find(kind=EntryKind.REVERSAL).total == 1
    assert find(search="2026-1").rows[0].entry.number == 1
    assert find(search="b9").total == 2
    assert find(search="C-1").total == 1
    assert find(search="%").total == 0
    wrong = find(search="2026-2").rows[0]
    assert wrong.reversed_by == find(kind=EntryKind.REVERSAL).rows[0].entry.id
    assert find(newest_first=False, limit=1).rows[0].entry.book_year == 2025


def test_a_card_has_a_running_balance_over_its_pages(year_book: Book) -> None:
    def card(**wanted: object) -> statements.Card:
        with snapshot(year_book.engine) as session:
            return statements.card(session, network=year_book.network, account=Account.BANK, **wanted)  # type: ignore[arg-type]  # likewise

    whole = card(date_from=date(2026, 1, 1))
    assert whole.opening_cents == 100_000
    assert whole.rows[-1].balance_cents == whole.closing_cents == year_book.balance("1100")
    pages = [
        row
        for offset in range(0, whole.total, 3)
        for row in card(date_from=date(2026, 1, 1), limit=3, offset=offset).rows
    ]
    assert pages == list(whole.rows)
    with snapshot(year_book.engine) as session:
        own = statements.card(
            session, network=year_book.network, account=Account.PARTNER_CLAIMS, subject="V1"
        )
    assert [(row.amount_cents, row.balance_cents) for row in own.rows] == [(10_000, 10_000), (-4_000, 6_000)]


def test_streaming_gives_every_entry_in_order(year_book: Book) -> None:
    with snapshot(year_book.engine) as session:
        streamed = list(stream(session, network=year_book.network))
        page = statements.entries(session, network=year_book.network, newest_first=False, limit=100)
        part = list(stream(session, network=year_book.network, date_from=date(2026, 7, 1)))
    assert streamed == [row.entry for row in page.rows]
    assert [entry.kind for entry in part] == [EntryKind.CONTRIBUTION_PAID_BACK]


@pytest.mark.parametrize(
    ("on", "bank", "cash"),
    [
        (date(2025, 12, 29), 0, 0),
        (date(2025, 12, 31), 100_000, 100_000),
        (date(2026, 1, 3), 155_000, 155_000),
        (date(2026, 1, 31), 150_000, 150_000),
        (date(2026, 3, 3), 144_000, 141_000),
        (date(2026, 12, 31), 144_650, 142_950),
    ],
)
def test_balances_at_a_past_date(year_book: Book, on: date, bank: int, cash: int) -> None:
    with snapshot(year_book.engine) as session:
        totals = as_of.main_balances(session, network=year_book.network, on=on)
        scanned = as_of.main_balances(
            session, network=year_book.network, on=on, recorded_until_utc=year_book.now
        )
        position = as_of.fund_position(session, network=year_book.network, on=on)
    assert totals[Account.BANK] == position.bank_cents == bank
    assert sum(totals[account] for account in CASH) == position.cash_cents == cash
    assert scanned == totals
    assert sum(totals.values()) == 0


def test_the_book_as_it_was_known_at_a_moment(year_book: Book) -> None:
    with snapshot(year_book.engine) as session:
        all_entries = list(stream(session, network=year_book.network))
        moment = all_entries[2].recorded_at_utc  # before the reversal was recorded
        then = as_of.balance_cents(
            session,
            network=year_book.network,
            account=Account.CONTRIBUTIONS,
            subject="Q",
            on=date(2026, 12, 31),
            recorded_until_utc=moment,
        )
        now = as_of.balance_cents(
            session,
            network=year_book.network,
            account=Account.CONTRIBUTIONS,
            subject="Q",
            on=date(2026, 6, 30),
        )
        by_subject = as_of.subject_balances(
            session, network=year_book.network, account=Account.CONTRIBUTIONS, on=date(2026, 12, 31)
        )
    assert (then, now) == (-55_000, -50_000)
    assert by_subject == {"P": -100_000, "Q": -49_500}


def test_the_buffer_of_that_day_counts(year_book: Book) -> None:
    changed_at = year_book.now + timedelta(minutes=1)
    with unit_of_work(year_book.engine) as session:
        book.set_buffer(session, network=year_book.network, buffer_cents=9_000, at_utc=changed_at)
    with snapshot(year_book.engine) as session:
        before = as_of.fund_position(
            session,
            network=year_book.network,
            on=date(2026, 12, 31),
            recorded_until_utc=year_book.now,
        )
        after = as_of.fund_position(session, network=year_book.network, on=date(2026, 12, 31))
    assert before.buffer_cents == 0
    assert after.buffer_cents == 9_000
    assert before.available_cents - after.available_cents == 9_000
