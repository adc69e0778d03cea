"""However many ask at the same moment, and ask twice: exactly what is there is promised."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from ledger import book, events
from ledger.refusals import FundExhausted
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, ON, open_book
from tests.integration.trust.size import APPROVALS, CLIENTS

AMOUNT_CENTS = 7_700


def test_exactly_what_is_available_is_promised(engine: Engine) -> None:
    ledger_book = open_book(engine, buffer_cents=1_000)
    fits = APPROVALS // 2
    paid_in = fits * AMOUNT_CENTS + 1_000 + AMOUNT_CENTS - 1  # a cent short of one more
    ledger_book.do(events.contribution_received, partner="stadsbank", amount_cents=paid_in)

    def send(case: str) -> tuple[str, str]:
        draft = events.case_approved(
            case=case, amount_cents=AMOUNT_CENTS, booked_on=ON, cause=case, key=f"approve-{case}"
        )
        try:
            with unit_of_work(engine) as session:
                entry = book.post(session, network=ledger_book.network, draft=draft, recorded_at_utc=NOW)
        except FundExhausted:
            return case, "exhausted"
        return case, entry.hash

    cases = [f"C-{number}" for number in range(APPROVALS) for _ in range(2)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        outcomes = Counter(clients.map(send, cases))
    approved = [outcome for outcome in outcomes if outcome[1] != "exhausted"]
    assert len(approved) == fits
    assert set(outcomes.values()) == {2}  # both sendings of a case came out alike
    assert ledger_book.position().available_cents == AMOUNT_CENTS - 1
    report = ledger_book.verify()
    assert report.ok, report.first
    assert report.entry_count == fits + 1
    # What the bank has done is booked all the same.
    ledger_book.do(events.bank_costs, amount_cents=AMOUNT_CENTS)
    assert ledger_book.position().available_cents == -1
