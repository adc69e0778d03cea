"""Many at once: the fund is never overdrawn, nothing is booked twice, numbers stay gapless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import Engine

from ledger import book, claims, events
from ledger.accounts import Account
from ledger.balances import fund_position
from ledger.refusals import AlreadyReversed, FundExhausted, RepaymentTooLarge
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, ON, Book, open_book, partner_claim

THREADS = 8


def at_once(actions: Sequence[Callable[[], str]]) -> Counter[str]:
    """Run ``actions`` on several threads; how often each came out how."""
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(lambda action: action(), actions))


def test_approvals_at_the_same_moment_each_sent_twice(ledger_book: Book) -> None:
    """EUR 1,000 and approvals of EUR 70: 14 of 30 fit, however they race."""

    def approve(case: str) -> str:
        draft = events.case_approved(
            case=case, amount_cents=7_000, booked_on=ON, cause="c", key=f"besluit-{case}"
        )
        try:
            with unit_of_work(ledger_book.engine) as session:
                entry = book.post(session, network=ledger_book.network, draft=draft, recorded_at_utc=NOW)
        except FundExhausted:
            return "exhausted"
        return "repeated" if entry.repeated else "approved"

    cases = [f"C{number:02}" for number in range(30)]
    outcome = at_once([lambda case=case: approve(case) for case in cases for _ in range(2)])
    assert outcome == {"approved": 14, "repeated": 14, "exhausted": 32}
    assert ledger_book.position().available_cents == 100_000 - 14 * 7_000
    report = ledger_book.verify()
    assert report.ok, [str(problem) for problem in report.problems]
    assert report.entry_count == 15


def test_reading_first_and_posting_then_does_not_overdraw(ledger_book: Book) -> None:
    """What a careless service would do: look what is available, then promise it."""

    def approve(number: int) -> str:
        try:
            with unit_of_work(ledger_book.engine) as session:
                position = fund_position(session, network=ledger_book.network)
                draft = events.case_approved(
                    case=f"C{number}",
                    amount_cents=max(position.available_cents, 1),
                    booked_on=ON,
                    cause="c",
                    key=f"k-{number}",
                )
                book.post(session, network=ledger_book.network, draft=draft, recorded_at_utc=NOW)
        except FundExhausted:
            return "exhausted"
        return "approved"

    outcome = at_once([lambda number=number: approve(number) for number in range(16)])
    assert outcome["approved"] == 1
    assert ledger_book.position().available_cents == 0


def test_one_entry_is_reversed_once(ledger_book: Book) -> None:
    entry = ledger_book.do(events.other_income, amount_cents=5)

    def reverse(number: int) -> str:
        try:
            with unit_of_work(ledger_book.engine) as session:
                book.reverse(
                    session,
                    network=ledger_book.network,
                    entry_id=entry.id,
                    booked_on=ON,
                    cause="fout",
                    key=f"terug-{number}",
                    recorded_at_utc=NOW,
                )
        except AlreadyReversed:
            return "already"
        return "reversed"

    outcome = at_once([lambda number=number: reverse(number) for number in range(10)])
    assert outcome == {"reversed": 1, "already": 9}
    assert ledger_book.balance("4900") == 0


def test_a_claim_is_not_repaid_twice_over(ledger_book: Book) -> None:
    ledger_book.pay("C", 1_000)
    ledger_book.claim("C", partner_claim("V1", 1_000))

    def repay(number: int) -> str:
        try:
            with unit_of_work(ledger_book.engine) as session:
                claims.receive_repayment(
                    session,
                    network=ledger_book.network,
                    reference="V1",
                    amount_cents=300,
                    booked_on=ON,
                    cause="afschrift",
                    key=f"regel-{number}",
                    recorded_at_utc=NOW,
                )
        except RepaymentTooLarge:
            return "too large"
        return "repaid"

    outcome = at_once([lambda number=number: repay(number) for number in range(10)])
    assert outcome == {"repaid": 3, "too large": 7}
    assert ledger_book.balance(Account.PARTNER_CLAIMS.value, "V1") == 100


def test_networks_do_not_wait_for_each_others_numbers(engine: Engine) -> None:
    books = [open_book(engine, network=name) for name in ("noord", "zuid")]

    def income(target: Book, number: int) -> str:
        draft = events.other_income(
            amount_cents=1, booked_on=date(2026, 1, 1 + number), cause="c", key=f"k{number}"
        )
        with unit_of_work(engine) as session:
            book.post(session, network=target.network, draft=draft, recorded_at_utc=NOW)
        return target.network

    at_once([lambda t=target, n=number: income(t, n) for number in range(20) for target in books])
    report = books[0].verify()
    assert report.ok
    assert report.entry_count == 40
    assert [target.balance("4900") for target in books] == [-20, -20]
