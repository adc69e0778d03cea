"""Claims: raised with a settlement, repaid, written off, fallen back, reversed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from ledger import claims, events
from ledger.accounts import Account
from ledger.claims import Claim, Instalment, NewClaim, due_parts, oldest_due_on, open_parts
from ledger.entries import AccountKey, PostedEntry
from ledger.refusals import (
    ClaimHasNothingOpen,
    ClaimNotFound,
    ClaimsNotRight,
    RepaymentTooLarge,
    SettlementExceedsPaid,
    SettlementNotFound,
    SettlementPartlyRepaid,
)
from ledger.snapshot import snapshot
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NOW, ON, Book, partner_claim

PLAN = (
    Instalment(date(2026, 4, 1), 300),
    Instalment(date(2026, 5, 1), 300),
    Instalment(date(2026, 6, 1), 400),
)
RESIDENT = NewClaim("V-R", Account.RESIDENT_CLAIMS, "C", "Inwoner C", 1_000, date(2026, 6, 1), PLAN)


def the_claim(book: Book, reference: str) -> Claim:
    with snapshot(book.engine) as session:
        return claims.claim(session, network=book.network, reference=reference)


def fall_back(book: Book, reference: str, *, repaid_part: bool, key: str = "val") -> tuple[PostedEntry, ...]:
    with unit_of_work(book.engine) as session:
        return claims.fall_back(
            session,
            network=book.network,
            reference=reference,
            repaid_part=repaid_part,
            booked_on=ON,
            cause="hardheid",
            key=key,
            recorded_at_utc=NOW,
        )


def write_off(book: Book, reference: str, key: str = "af") -> PostedEntry:
    with unit_of_work(book.engine) as session:
        return claims.write_off(
            session,
            network=book.network,
            reference=reference,
            booked_on=ON,
            cause="oninbaar",
            key=key,
            recorded_at_utc=NOW,
        )


def reverse_settlement(book: Book, settlement: str, key: str = "terug") -> PostedEntry:
    with unit_of_work(book.engine) as session:
        return claims.reverse_settlement(
            session,
            network=book.network,
            settlement=settlement,
            booked_on=ON,
            key=key,
            recorded_at_utc=NOW,
        )


@pytest.fixture
def settled(ledger_book: Book) -> Book:
    """A case of EUR 10 that a resident repays in three parts."""
    ledger_book.pay("C", 1_000)
    ledger_book.claim("C", RESIDENT, key="s")
    return ledger_book


def test_one_entry_raises_all_claims_of_a_settlement(ledger_book: Book) -> None:
    ledger_book.pay("C", 1_000)
    raised = ledger_book.claim("C", partner_claim("V1", 600), partner_claim("V2", 400))
    assert [(one.reference, one.open_cents, one.case, one.settlement) for one in raised] == [
        ("V1", 600, "C", "C-1"),
        ("V2", 400, "C", "C-1"),
    ]
    assert raised[0].entry_id == raised[1].entry_id
    assert ledger_book.balance("1400", "C") == 0
    assert ledger_book.balance("1300") == 1_000
    assert ledger_book.verify().ok


def test_raising_twice_with_one_key_raises_once(settled: Book) -> None:
    again = settled.claim("C", RESIDENT, key="s")
    assert [one.reference for one in again] == ["V-R"]
    assert settled.balance("1310") == 1_000


@pytest.mark.parametrize(
    "wanted",
    [
        (),
        (partner_claim("V1", 5), partner_claim("V1", 5)),
        (NewClaim("V1", Account.RESIDENT_CLAIMS, "C", "x", 999, ON, PLAN),),
        (partner_claim("V-R", 1),),
    ],
)
def test_claims_that_do_not_fit_together_are_refused(settled: Book, wanted: tuple[NewClaim, ...]) -> None:
    settled.pay("D", 1_000)
    with pytest.raises(ClaimsNotRight):
        settled.claim("D", *wanted)
    assert settled.balance("1400", "D") == 1_000


def test_no_more_is_claimed_than_was_paid(ledger_book: Book) -> None:
    ledger_book.pay("C", 1_000)
    with pytest.raises(SettlementExceedsPaid):
        ledger_book.claim("C", partner_claim("V1", 1_001))


def test_the_name_behind_a_claim_is_not_readable_in_the_database(settled: Book) -> None:
    with settled.engine.connect() as connection:
        stored = connection.scalar(text("SELECT party_name FROM ledger_claim"))
    assert b"Inwoner" not in bytes(stored)
    assert the_claim(settled, "V-R").party_name == "Inwoner C"


def test_repayments_fill_the_oldest_instalment_first(settled: Book) -> None:
    settled.repay("V-R", 450)
    claim = the_claim(settled, "V-R")
    assert claim.open_cents == 550
    assert open_parts(claim) == ((date(2026, 5, 1), 150), (date(2026, 6, 1), 400))
    assert due_parts(claim, date(2026, 5, 1)) == ((date(2026, 5, 1), 150),)
    assert due_parts(claim, date(2026, 4, 30)) == ()
    assert oldest_due_on(claim) == date(2026, 5, 1)
    settled.repay("V-R", 550)
    assert open_parts(the_claim(settled, "V-R")) == ()
    assert oldest_due_on(the_claim(settled, "V-R")) is None


def test_no_more_is_repaid_than_is_open(settled: Book) -> None:
    with pytest.raises(RepaymentTooLarge) as refused:
        settled.repay("V-R", 1_001)
    assert "€ 10,00" in refused.value.sentence("nl")
    with pytest.raises(ClaimNotFound):
        settled.repay("V-?", 1)


def test_a_repayment_sent_twice_is_booked_once_also_when_it_was_the_last(settled: Book) -> None:
    first = settled.repay("V-R", 1_000, key="klik")
    assert settled.repay("V-R", 1_000, key="klik") == first
    assert settled.balance("1310") == 0


def test_open_claims_by_account_and_party(settled: Book) -> None:
    settled.pay("D", 500)
    settled.claim("D", partner_claim("V1", 500))
    with snapshot(settled.engine) as session:
        everything = claims.open_claims(session, network=settled.network)
        partners = claims.open_claims(session, network=settled.network, account=Account.PARTNER_CLAIMS)
        bank = claims.open_claims(session, network=settled.network, party="stadsbank")
        of_case = claims.claims_of_case(session, network=settled.network, case="C")
    assert [one.reference for one in everything] == ["V1", "V-R"]
    assert [one.reference for one in partners] == [one.reference for one in bank] == ["V1"]
    assert [one.instalments for one in of_case] == [PLAN]


def test_the_open_part_falls_back_to_the_case(settled: Book) -> None:
    settled.repay("V-R", 300)
    (entry,) = fall_back(settled, "V-R", repaid_part=False)
    assert settled.balance("1400", "C") == 700
    assert settled.balance("1310", "V-R") == 0
    assert fall_back(settled, "V-R", repaid_part=False) == (entry,)
    assert settled.balance("1400", "C") == 700
    assert settled.verify().ok


def test_what_was_repaid_is_owed_back_when_the_whole_claim_falls_back(settled: Book) -> None:
    settled.repay("V-R", 300)
    entries = fall_back(settled, "V-R", repaid_part=True)
    assert len(entries) == 2
    assert settled.balance("1400", "C") == 1_000
    assert settled.balance("2900", "V-R") == -300
    assert fall_back(settled, "V-R", repaid_part=True) == entries
    settled.claim("C", partner_claim("V2", 1_000))  # it can be settled anew
    settled.do(
        events.recognised_as_repayment,
        receipt="V-R",
        account=Account.PARTNER_CLAIMS,
        claim="V2",
        amount_cents=300,
    )
    assert the_claim(settled, "V2").open_cents == 700


def test_what_was_reversed_does_not_count_as_repaid(settled: Book) -> None:
    settled.reverse(settled.repay("V-R", 300))
    with snapshot(settled.engine) as session:
        assert claims.repaid_cents(session, network=settled.network, reference="V-R") == 0
    assert len(fall_back(settled, "V-R", repaid_part=True)) == 1


def test_a_claim_is_written_off_and_received_all_the_same(settled: Book) -> None:
    settled.repay("V-R", 400)
    entry = write_off(settled, "V-R")
    assert write_off(settled, "V-R") == entry
    assert settled.balance("4200") == 600
    with pytest.raises(ClaimHasNothingOpen):
        write_off(settled, "V-R", key="nog eens")
    with unit_of_work(settled.engine) as session:
        claims.receive_written_off(
            session,
            network=settled.network,
            reference="V-R",
            amount_cents=100,
            booked_on=ON,
            key="toch",
            recorded_at_utc=NOW,
        )
    assert settled.balance("4200") == 500


def test_a_settlement_is_reversed_while_nothing_was_repaid(settled: Book) -> None:
    entry = reverse_settlement(settled, "C-1")
    assert settled.balance("1400", "C") == 1_000
    assert the_claim(settled, "V-R").open_cents == 0
    assert reverse_settlement(settled, "C-1") == entry
    with pytest.raises(SettlementNotFound):
        reverse_settlement(settled, "D-1")


def test_a_settlement_partly_repaid_is_not_reversed(settled: Book) -> None:
    settled.repay("V-R", 1)
    with pytest.raises(SettlementPartlyRepaid):
        reverse_settlement(settled, "C-1")


def test_an_advance_is_set_off_against_a_claim_on_that_partner(ledger_book: Book) -> None:
    ledger_book.do(events.case_approved, case="C", amount_cents=500)
    ledger_book.do(events.partner_paid_in_advance, case="C", partner="stadsbank", amount_cents=500)
    ledger_book.claim("C", partner_claim("V1", 500))
    with unit_of_work(ledger_book.engine) as session:
        claims.set_off_advance(
            session,
            network=ledger_book.network,
            reference="V1",
            amount_cents=500,
            booked_on=ON,
            cause="verrekend",
            key="k",
            recorded_at_utc=NOW,
        )
    assert ledger_book.balance("2200") == ledger_book.balance("1300") == 0


def test_hardship_moves_what_is_open_to_other_dates(settled: Book) -> None:
    settled.repay("V-R", 300)
    later = (Instalment(date(2026, 9, 1), 350), Instalment(date(2026, 10, 1), 350))
    with unit_of_work(settled.engine) as session:
        changed = claims.change_terms(
            session,
            network=settled.network,
            reference="V-R",
            due_on=date(2026, 10, 1),
            instalments=later,
        )
    assert open_parts(changed) == ((date(2026, 9, 1), 350), (date(2026, 10, 1), 350))
    settled.repay("V-R", 400)
    assert open_parts(the_claim(settled, "V-R")) == ((date(2026, 10, 1), 300),)
    with unit_of_work(settled.engine) as session, pytest.raises(ClaimsNotRight):
        claims.change_terms(session, network=settled.network, reference="V-R", due_on=ON, instalments=later)
    assert settled.verify().ok


def test_a_pot_brings_its_claims_along(empty_book: Book) -> None:
    with unit_of_work(empty_book.engine) as session:
        claims.take_over(
            session,
            network=empty_book.network,
            partner="stadsbank",
            balances={AccountKey(Account.BANK): 50_000},
            claims=[claims.TakenOverClaim("2019-7", "2019-7-1", partner_claim("OUD-1", 2_500))],
            booked_on=ON,
            cause="overname",
            key="over",
            recorded_at_utc=NOW,
        )
    assert empty_book.balance("3000", "stadsbank") == -52_500
    empty_book.repay("OUD-1", 2_500)
    assert empty_book.position().cash_cents == 52_500
    assert empty_book.verify().ok
