"""Every line of a statement gets into the book once: as what it is, or as not recognised."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.bank.recognise import undo_line
from casework.cases.tables import Case
from casework.due.run import run_due
from casework.due.steps import STEPS
from casework.payout.tables import Payout
from ledger import book, closing, events
from ledger.accounts import Account
from ledger.bank.lines import BankLine
from ledger.bank.tables import bank_line, bank_statement
from ledger.tables import entry
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.integration.bank.office import DAY, Office, a_claim, an_account, an_office
from tests.integration.bank.taken import take
from tests.integration.factories import NOW
from tests.integration.treasury.scene import an_approved_case

ZAYAZ = "NL91ABNA0417164300"


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine)


def _states(office: Office) -> list[str]:
    with unit_of_work(office.engine, write=False) as session:
        return list(session.scalars(select(bank_line.c.state).order_by(bank_line.c.id)))


def test_a_claim_is_repaid_by_its_reference(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        claim, reference = a_claim(work, office.cast, "zayaz", 40_000)
        take(work, [BankLine(DAY, 40_000, text=f"betreft {reference.rf_spaced.lower()}")])
    before = office.balance(Account.BANK)
    assert office.book() == 1
    assert office.open_cents(claim) == 0
    assert office.balance(Account.BANK) == before + 40_000
    assert _states(office) == ["booked"]
    assert office.book() == 0
    with unit_of_work(office.engine, write=False) as session:
        logged = session.scalars(select(LogRecord).where(LogRecord.action == "claim.repay")).all()
        assert [(one.object_ref, one.person_id, one.facts["amount_cents"]) for one in logged] == [
            (claim, None, 40_000)
        ]
        assert session.scalar(select(bank_statement.c.state)) == "booked"


def test_what_nobody_knows_is_booked_all_the_same(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        take(office.work(session), [BankLine(DAY, 12_345, text="?"), BankLine(DAY, -2_000, text="kassa")])
    before = office.balance(Account.BANK)
    assert office.book() == 2
    assert office.balance(Account.BANK) == before + 12_345 - 2_000
    assert office.balance(Account.SUSPENSE) == -12_345
    assert office.balance(Account.OTHER_COSTS) == 2_000
    assert _states(office) == ["parked", "parked"]


def test_too_much_and_too_little(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        one, first = a_claim(work, office.cast, "zayaz", 40_000)
        other, second = a_claim(work, office.cast, "mee", 30_000)
        take(
            work,
            [BankLine(DAY, 45_000, reference=first.rf), BankLine(DAY, 10_000, reference=second.digits)],
        )
    office.book()
    assert (office.open_cents(one), office.open_cents(other)) == (0, 20_000)
    assert office.balance(Account.SUSPENSE) == -5_000
    assert _states(office) == ["parked", "booked"]


def test_one_receipt_for_everything_a_partner_owes(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        an_account(session, office.cast, "zayaz", ZAYAZ)
        claims = [a_claim(work, office.cast, "zayaz", cents)[0] for cents in (11_111, 22_222, 33_333)]
        take(work, [BankLine(DAY, 66_666, counter_iban=ZAYAZ)])
    office.book()
    assert [office.open_cents(one) for one in claims] == [0, 0, 0]


def test_two_claims_that_fit_are_left_to_a_person(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        an_account(session, office.cast, "zayaz", ZAYAZ)
        claims = [a_claim(work, office.cast, "zayaz", 25_000)[0] for _twice in range(2)]
        take(work, [BankLine(DAY, 25_000, counter_iban=ZAYAZ)])
    office.book()
    assert [office.open_cents(one) for one in claims] == [25_000, 25_000]
    assert _states(office) == ["parked"]


def test_bank_costs_and_interest_say_so_themselves(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        lines = [BankLine(DAY, -450, code="ACMT/MDOP/CHRG"), BankLine(DAY, 120, code="ACMT/MCOP/INTR")]
        take(office.work(session), lines)
    office.book()
    assert office.balance(Account.BANK_COSTS) == 450
    assert office.balance(Account.OTHER_INCOME) == -120
    assert _states(office) == ["booked", "booked"]


def test_a_statement_waits_for_the_one_before_it(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        first = take(work, [BankLine(DAY, 100)], state="set_aside")
        take(work, [BankLine(DAY, 200)], follows=first, opening_cents=100)
    assert office.book() == 0
    with unit_of_work(office.engine) as session:
        session.execute(bank_statement.update().where(bank_statement.c.id == first).values(state="taken"))
    assert office.book() == 2


def test_a_line_of_a_closed_year_is_booked_in_the_next(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        closing.close_year(
            session,
            network=work.network.code,
            year=2025,
            by="1",
            statements_through=date(2025, 12, 31),
            recorded_at_utc=work.now_utc,
        )
        take(work, [BankLine(date(2025, 12, 31), 700)])
    assert office.book() == 1
    with unit_of_work(office.engine, write=False) as session:
        days = session.scalars(select(entry.c.booked_on).where(entry.c.kind == "receipt_unrecognised"))
        assert list(days) == [date(2026, 1, 1)]


def test_two_at_once_book_every_line_once(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        claims = [a_claim(work, office.cast, "zayaz", 1_000 + at) for at in range(30)]
        take(work, [BankLine(DAY, 1_000 + at, reference=one[1].rf) for at, one in enumerate(claims)])
    before, done = office.balance(Account.BANK), []
    both = [threading.Thread(target=lambda: done.append(office.book())) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sum(done) == 30
    assert office.balance(Account.BANK) == before + sum(1_000 + at for at in range(30))
    with unit_of_work(office.engine, write=False) as session:
        assert verify(session).ok


def test_what_was_left_is_booked_when_due(office: Office) -> None:
    with unit_of_work(office.engine) as session:
        take(office.work(session), [BankLine(DAY, 12_345, text="?")])
    said: list[str] = []
    steps = [step for step in STEPS if step.name == "bank.lines"]
    for _twice in range(2):
        run_due(office.engine, steps, clock=lambda: NOW, say=said.append)
    assert said == ["testnet: 1 bank lines are booked."]
    assert _states(office) == ["parked"]


def _ordered(office: Office, cents: int, *, iban: str = ZAYAZ) -> tuple[str, str]:
    """A payout that was ordered; gives its reference and its case."""
    with unit_of_work(office.engine) as session:
        work = office.work(session)
        case = an_approved_case(session, office.cast, amounts=(cents,))
        reference = f"{case.number}-U1"
        session.add(
            Payout(
                network_id=work.network.id,
                case_id=case.id,
                cost_line_id=case.cost_lines[0].id,
                reference=reference,
                amount_cents=cents,
                payee_name="Zayaz",
                payee_iban=iban,
                ordered_by=work.actor.person_id,
                ordered_on=DAY,
                ordered_at_utc=NOW,
            )
        )
        case.payment_state = "ordered"
        draft = events.payment_ordered(
            case=case.number,
            payment=reference,
            amount_cents=cents,
            booked_on=DAY,
            cause=reference,
            key=f"order-{reference}",
        )
        book.post(session, network=work.network.code, draft=draft, recorded_at_utc=NOW)
        return reference, case.number


def _stands(office: Office, case: str, reference: str) -> tuple[str, str]:
    """The state of the case's payment and of the payout."""
    with unit_of_work(office.engine, write=False) as session:
        state = session.scalar(select(Case.payment_state).where(Case.number == case))
        return str(state), str(session.scalar(select(Payout.state).where(Payout.reference == reference)))


def test_a_payment_is_seen_comes_back_and_both_are_undone(office: Office) -> None:
    reference, case = _ordered(office, 50_000)
    with unit_of_work(office.engine) as session:
        lines = [
            BankLine(DAY, -50_000, end_to_end_id=reference, counter_iban=ZAYAZ),
            BankLine(DAY, 50_000, end_to_end_id=reference, returned=True, return_reason="AC04"),
        ]
        take(office.work(session), lines)
    before = office.balance(Account.BANK)
    assert office.book() == 2
    assert _states(office) == ["booked", "booked"]
    assert _stands(office, case, reference) == ("none", "returned")
    assert office.balance(Account.COMMITMENTS, case) == -50_000
    for line, stands in ((2, ("paid", "paid")), (1, ("ordered", "ordered"))):
        with unit_of_work(office.engine) as session:
            undo_line(office.work(session), line_id=line, reason="Toch niet.", key=f"terug-{line:04d}")
        assert _stands(office, case, reference) == stands
    assert office.balance(Account.BANK) == before
    assert office.balance(Account.IN_TRANSIT, reference) == -50_000
    with unit_of_work(office.engine, write=False) as session:
        assert verify(session).ok


def test_a_payment_of_another_amount_is_not_taken_for_ours(office: Office) -> None:
    reference, case = _ordered(office, 50_000)
    with unit_of_work(office.engine) as session:
        take(office.work(session), [BankLine(DAY, -50_001, end_to_end_id=reference)])
    office.book()
    assert _states(office) == ["parked"]
    assert _stands(office, case, reference) == ("ordered", "ordered")


def test_two_equal_payments_to_one_account_are_told_apart_by_their_reference_only(office: Office) -> None:
    first, second = _ordered(office, 50_000), _ordered(office, 50_000)
    with unit_of_work(office.engine) as session:
        lines = [BankLine(DAY, -50_000, counter_iban=ZAYAZ), BankLine(DAY, -50_000, text=second[0])]
        take(office.work(session), lines)
    office.book()
    assert _states(office) == ["parked", "booked"]
    assert _stands(office, first[1], first[0])[1] == "ordered"
    assert _stands(office, second[1], second[0])[1] == "paid"
