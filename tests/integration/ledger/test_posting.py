"""Posting, repeating and reversing; what the book refuses with a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from ledger import book, events
from ledger.entries import EntryKind
from ledger.refusals import (
    AlreadyReversed,
    BalanceCrossesZero,
    EntryNotFound,
    FundAlreadyOpen,
    FundExhausted,
    FundNotOpen,
    IdempotencyConflict,
    ReversalNotReversible,
    SettlementExceedsPaid,
)
from ledger.snapshot import snapshot
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, ON, Book, open_book


def test_numbers_are_gapless_per_year_and_the_chain_runs_on(empty_book: Book) -> None:
    dates = [date(2026, 1, 2), date(2027, 1, 3), date(2026, 12, 31), date(2027, 2, 1)]
    posted = [empty_book.do(events.other_income, amount_cents=1, on=on) for on in dates]
    assert [(entry.book_year, entry.number) for entry in posted] == [
        (2026, 1),
        (2027, 1),
        (2026, 2),
        (2027, 2),
    ]
    assert [entry.previous_hash for entry in posted[1:]] == [entry.hash for entry in posted[:-1]]
    assert [entry.id - posted[0].id for entry in posted] == [0, 1, 2, 3]


def test_a_refused_entry_leaves_no_gap(ledger_book: Book) -> None:
    with pytest.raises(FundExhausted):
        ledger_book.do(events.case_approved, case="C", amount_cents=100_001)
    assert ledger_book.do(events.other_income, amount_cents=1).number == 2
    assert ledger_book.verify().ok


def test_both_databases_make_the_same_chain(empty_book: Book) -> None:
    empty_book.do(events.contribution_received, partner="Stadsbank é", amount_cents=100_000, key="a")
    empty_book.do(events.case_approved, case="2026-001", amount_cents=2_500, key="b", cause='zei "ja" \\ nee')
    with snapshot(empty_book.engine) as session:
        head = book.head_hash(session, network=empty_book.network)
    assert head == "46cec590a6362016add72068d6e6afa0d33146316157e34816719a0d2c541636"


def test_the_same_key_with_the_same_content_returns_the_first_entry(ledger_book: Book) -> None:
    first = ledger_book.do(events.case_approved, case="C", amount_cents=500, key="klik")
    again = ledger_book.do(events.case_approved, case="C", amount_cents=500, key="klik")
    assert again == first
    assert again.repeated
    assert not first.repeated
    assert ledger_book.balance("2100", "C") == -500


@pytest.mark.parametrize(
    "other", [{"amount_cents": 501}, {"case": "D"}, {"cause": "anders"}, {"on": date(2026, 3, 2)}]
)
def test_the_same_key_with_other_content_is_refused(ledger_book: Book, other: dict[str, object]) -> None:
    facts: dict[str, object] = {"case": "C", "amount_cents": 500, "key": "klik"}
    ledger_book.do(events.case_approved, **facts)  # type: ignore[arg-type]  # facts of one event, as a table
    with pytest.raises(IdempotencyConflict):
        ledger_book.do(events.case_approved, **(facts | other))  # type: ignore[arg-type]  # likewise
    assert ledger_book.balance("2100") == -500


def test_a_repeat_is_answered_also_when_nothing_is_left(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=100_000, key="klik")
    assert ledger_book.do(events.case_approved, case="C", amount_cents=100_000, key="klik").repeated


def test_reversal_undoes_the_whole_entry_and_names_it(ledger_book: Book) -> None:
    approved = ledger_book.do(events.case_approved, case="C", amount_cents=500)
    reversal = ledger_book.reverse(approved)
    assert reversal.kind is EntryKind.REVERSAL
    assert reversal.reverses == approved.id
    assert {leg.key: -leg.amount_cents for leg in reversal.legs} == {
        leg.key: leg.amount_cents for leg in approved.legs
    }
    assert ledger_book.balance("1400", "C") == ledger_book.balance("2100", "C") == 0


def test_an_entry_is_reversed_once_and_a_repeat_is_answered(ledger_book: Book) -> None:
    approved = ledger_book.do(events.case_approved, case="C", amount_cents=500)
    reversal = ledger_book.reverse(approved, key="terug")
    assert ledger_book.reverse(approved, key="terug") == reversal
    with pytest.raises(AlreadyReversed):
        ledger_book.reverse(approved)
    with pytest.raises(ReversalNotReversible):
        ledger_book.reverse(reversal)


def test_what_has_moved_on_is_not_reversed(ledger_book: Book) -> None:
    approved = ledger_book.do(events.case_approved, case="C", amount_cents=500)
    ledger_book.do(events.payment_ordered, case="C", payment="B", amount_cents=500)
    with pytest.raises(BalanceCrossesZero):
        ledger_book.reverse(approved)


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (events.payment_ordered, {"case": "C", "payment": "B2", "amount_cents": 501}),
        (events.commitment_released, {"case": "C", "amount_cents": 501}),
        (events.payment_seen, {"payment": "B", "amount_cents": 301}),
        (events.settled_as_gift, {"case": "D", "amount_cents": 1}),
        (events.receipt_sent_back, {"receipt": "R", "payment": "B3", "amount_cents": 1}),
        (events.advance_refunded, {"partner": "P", "payment": "B4", "amount_cents": 1}),
        (events.cards_handed_out, {"case": "C", "amount_cents": 1}),
    ],
)
def test_no_balance_crosses_zero(ledger_book: Book, event: object, facts: dict[str, object]) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=800)
    ledger_book.do(events.payment_ordered, case="C", payment="B", amount_cents=300)
    before = ledger_book.verify().entry_count
    with pytest.raises((BalanceCrossesZero, SettlementExceedsPaid)):
        ledger_book.do(event, **facts)  # type: ignore[arg-type]  # an event and its facts, as a table
    assert ledger_book.verify().entry_count == before


def test_approvals_stop_at_what_is_available(engine: Engine) -> None:
    own = open_book(engine, buffer_cents=20_000)
    own.do(events.contribution_received, partner="P", amount_cents=100_000)
    own.do(events.case_approved, case="C", amount_cents=80_000)
    assert own.position().available_cents == 0
    for event, facts in (
        (events.case_approved, {"case": "D"}),
        (events.commitment_raised, {"case": "C"}),
        (events.contribution_paid_back, {"partner": "P", "payment": "B"}),
    ):
        with pytest.raises(FundExhausted) as refused:
            own.do(event, amount_cents=1, **facts)  # type: ignore[arg-type]  # an event and its facts
        assert "€ 0,00" in refused.value.sentence("nl")


def test_the_bank_and_policy_are_always_booked(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=100_000)
    ledger_book.do(events.bank_costs, amount_cents=1_000)
    assert ledger_book.position().available_cents == -1_000
    with unit_of_work(ledger_book.engine) as session:
        book.set_buffer(session, network=ledger_book.network, buffer_cents=5_000, at_utc=NOW)
    assert ledger_book.position().available_cents == -6_000
    with pytest.raises(FundExhausted):
        ledger_book.do(events.case_approved, case="D", amount_cents=1)
    ledger_book.do(events.payment_ordered, case="C", payment="B", amount_cents=100_000)  # promised already
    assert ledger_book.verify().ok


def test_taking_back_a_release_is_a_raised_commitment(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=60_000)
    released = ledger_book.do(events.commitment_released, case="C", amount_cents=60_000)
    ledger_book.do(events.case_approved, case="D", amount_cents=60_000)
    with pytest.raises(FundExhausted):
        ledger_book.reverse(released)


def test_a_settlement_covers_at_most_what_was_paid(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=1_000)
    ledger_book.do(events.payment_ordered, case="C", payment="B", amount_cents=400)
    with pytest.raises(SettlementExceedsPaid):
        ledger_book.do(events.settled_as_gift, case="C", amount_cents=401)
    ledger_book.do(events.settled_as_gift, case="C", amount_cents=400)
    assert ledger_book.balance("1400", "C") == 600


def test_networks_do_not_see_each_other(ledger_book: Book) -> None:
    other = open_book(ledger_book.engine, network="buren")
    entry = ledger_book.do(events.other_income, amount_cents=5)
    assert other.position().cash_cents == 0
    assert other.do(events.other_income, amount_cents=7, key="x").number == 1
    with pytest.raises(EntryNotFound):
        other.reverse(entry)
    with snapshot(other.engine) as session, pytest.raises(EntryNotFound):
        book.entry(session, network="buren", entry_id=entry.id)
    assert ledger_book.verify().ok


def test_a_network_opens_its_fund_once_and_first(ledger_book: Book) -> None:
    with pytest.raises(FundAlreadyOpen):
        open_book(ledger_book.engine)
    ledger_book.network = "nergens"
    with pytest.raises(FundNotOpen):
        ledger_book.do(events.other_income, amount_cents=1)


def test_nothing_stays_of_a_transaction_that_fails_later(ledger_book: Book) -> None:
    draft = events.other_income(amount_cents=1, booked_on=ON, cause="c", key="k")

    def fail_after_posting() -> None:
        with unit_of_work(ledger_book.engine) as session:
            book.post(session, network=ledger_book.network, draft=draft, recorded_at_utc=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_posting()
    assert ledger_book.balance("4900") == 0
    assert ledger_book.post(draft).number == 2
