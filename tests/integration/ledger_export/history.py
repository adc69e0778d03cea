"""Every event of the domain over two years, with reversals, a year reopened and awkward names."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from ledger import claims, closing, events
from ledger.accounts import Account
from ledger.entries import AccountKey, EntryKind
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import Book, open_book, partner_claim

AWKWARD = 'bij "De Wéég", 1/2; x: =1+1-x2d-%2e [2025-01-01]'
Y1, Y2 = date(2025, 5, 1), date(2026, 2, 1)


def lived_book(engine: Engine) -> Book:
    """A book in which everything has happened at least once; 2025 is closed, reopened and closed again."""
    book = open_book(engine, buffer_cents=1_000)
    book.now = datetime.fromisoformat("2025-05-01T08:00:00+00:00")
    _fund(book)
    _cases(book)
    _settlements(book)
    _receipts(book)
    _reversals(book)
    _close(book, 2025)
    book.do(events.bank_costs, amount_cents=199, on=Y2)
    _second_year(book)
    return book


def kinds_of(book: Book) -> set[str]:
    """The kinds that occur in the book."""
    with book.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT DISTINCT kind FROM ledger_entry")
        return {row[0] for row in rows}


EVERY_KIND = {kind.value for kind in EntryKind}


def _fund(book: Book) -> None:
    book.post(
        events.pot_taken_over(
            partner="gemeente",
            balances={
                AccountKey(Account.BANK): 500_000,
                AccountKey(Account.CARDS): 2_500,
                AccountKey(Account.SUSPENSE, "OUD-1"): -1_234,
            },
            booked_on=Y1,
            cause="overname",
            key="overname",
        )
    )
    book.do(events.contribution_received, partner=AWKWARD, amount_cents=100_001, on=Y1, cause=AWKWARD)
    book.do(events.contribution_paid_back, partner=AWKWARD, payment="B-L", amount_cents=10_000, on=Y1)
    book.do(events.payment_seen, payment="B-L", amount_cents=10_000, on=Y1)
    book.do(events.bank_costs, amount_cents=1_250, on=Y1)
    book.do(events.other_costs, amount_cents=333, on=Y1)
    book.do(events.other_costs, amount_cents=444, payment="B-K", on=Y1)
    book.do(events.other_income, amount_cents=2_001, on=Y1)
    book.do(events.cards_bought, payment="B-C", amount_cents=5_000, on=Y1)


def _cases(book: Book) -> None:
    book.pay("BB-1", 80_000, on=Y1)
    book.do(events.commitment_raised, case="BB-1", amount_cents=1_500, on=Y1)
    book.do(events.commitment_released, case="BB-1", amount_cents=500, on=Y1)
    book.do(events.cards_handed_out, case="BB-1", amount_cents=1_000, on=Y1)
    book.do(events.case_approved, case="BB-2", amount_cents=20_000, on=Y1)
    book.do(events.partner_paid_in_advance, case="BB-2", partner="stadsbank", amount_cents=9_000, on=Y1)
    book.do(events.advance_refunded, partner="stadsbank", payment="B-A", amount_cents=3_000, on=Y1)
    book.do(events.payment_ordered, case="BB-2", payment="B-R", amount_cents=4_000, on=Y1)
    book.do(events.payment_rejected, case="BB-2", payment="B-R", amount_cents=4_000, on=Y1)
    book.do(events.payment_ordered, case="BB-2", payment="B-S", amount_cents=4_000, on=Y1)
    book.do(events.payment_seen, payment="B-S", amount_cents=4_000, on=Y1)
    book.do(events.payment_returned, case="BB-2", amount_cents=1_000, on=Y1)
    book.do(events.payee_refund_unsettled, case="BB-2", amount_cents=700, on=Y1)


def _settlements(book: Book) -> None:
    resident = claims.NewClaim("V-2", Account.RESIDENT_CLAIMS, "bewoner", "de inwoner", 30_000, Y1)
    outside = claims.NewClaim("V-3", Account.OUTSIDE_CLAIMS, "zorg", "Verzekeraar", 20_000, Y1)
    book.claim("BB-1", partner_claim("V-1", 25_000), resident, outside, on=Y1)
    book.do(events.settled_as_gift, case="BB-1", amount_cents=1_000, on=Y1)
    book.repay("V-1", 4_999, on=Y1)
    book.do(events.advance_set_off, partner="stadsbank", claim="V-1", amount_cents=6_000, on=Y1)
    refund = {"account": Account.RESIDENT_CLAIMS, "claim": "V-2", "open_cents": 30_000}
    book.do(events.payee_refund_settled, **refund, receipt="R-9", amount_cents=30_050, on=Y1)
    book.repay("V-3", 5_000, on=Y1)
    book.now += timedelta(seconds=1)
    with unit_of_work(book.engine) as session:
        moment = {"booked_on": Y1, "recorded_at_utc": book.now, "network": book.network}
        claims.fall_back(
            session, reference="V-3", cause="niet betaald", key="val", repaid_part=True, **moment
        )
        claims.write_off(session, reference="V-1", cause="afboeking", key="af", **moment)
    book.do(events.written_off_claim_received, amount_cents=100, cause="V-1", on=Y1)


def _receipts(book: Book) -> None:
    for number in range(1, 5):
        book.do(events.receipt_unrecognised, receipt=f"R-{number}", amount_cents=2_000 + number, on=Y1)
    book.do(events.recognised_as_contribution, receipt="R-1", partner="gemeente", amount_cents=2_001, on=Y1)
    book.do(events.recognised_as_refund, receipt="R-2", case="BB-2", amount_cents=1_000, on=Y1)
    book.do(events.receipt_sent_back, receipt="R-3", payment="B-T", amount_cents=2_003, on=Y1)


def _reversals(book: Book) -> None:
    wrong = book.do(events.other_income, amount_cents=55_555, on=Y1)
    book.reverse(wrong, on=date(2025, 12, 31))
    settled = book.do(events.settled_as_gift, case="BB-1", amount_cents=2_000, on=Y1)
    book.reverse(settled, on=Y1)


def _close(book: Book, year: int) -> None:
    for again in (False, True):
        book.now += timedelta(seconds=1)
        with unit_of_work(book.engine) as session:
            of = {"network": book.network, "year": year}
            closing.close_year(
                session,
                **of,
                by="penningmeester",
                statements_through=date(year, 12, 31),
                recorded_at_utc=book.now,
            )
            if not again:
                closing.ask_reopening(session, **of, by="een", reason="fout", at_utc=book.now)
                closing.reopen_year(session, **of, by="twee", recorded_at_utc=book.now)


def _second_year(book: Book) -> None:
    book.do(events.other_income, amount_cents=4_242, on=date(2026, 12, 31), cause="=rente")
    book.pay("BB 3/é", 12_345, on=date(2026, 3, 31))
    book.claim("BB 3/é", partner_claim("V 3/é.1", 12_345), on=date(2026, 4, 1))
