"""Cards from stock, partners that pay in advance, and what leaves the pot for something else than a case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from casework.accounts.refusals import NoPartnerAccount
from casework.accounts.service import confirm_account, propose_account
from casework.context import Work
from casework.fund.refusals import (
    MoreThanClaimed,
    MoreThanOwedBack,
    NotTheirClaim,
    PartnerUnknown,
    ReasonMissing,
    StillMember,
)
from casework.payout import batches, cards, fund_payments, service
from casework.payout.advances import advance_page, advances, set_off_advance
from casework.payout.batch_queries import batch_page, fund_payment, fund_payments_under_way
from casework.payout.outside_bank import book_advance, hand_out_cards, stock_cents, take_back
from casework.payout.queries import lines_to_pay, payout_page
from casework.payout.refusals import (
    AlreadyOrdered,
    ExplanationNeeded,
    FundPaymentState,
    MoreThanOwed,
    NotAmongThese,
    NotEnoughCards,
    NotOfThisMethod,
    NotUnderWay,
    OwnCase,
    PayoutMethod,
)
from casework.payout.tables import FundPayment
from errors import NotFound
from ledger import book, claims, events
from ledger.accounts import Account
from ledger.balances import balance_cents, subject_balances
from ledger.cash_flows import Flow, cash_flows
from ledger.claims import NewClaim
from ledger.refusals import BalanceCrossesZero, FundExhausted
from ledger.verify.run import verify
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast
from tests.integration.treasury.scene import (
    POT_CENTS,
    a_funded_cast,
    an_approved_case,
    position,
    release,
)

TODAY = date(2026, 6, 1)
IBAN = "NL20INGB0001234567"


def both(session: Session, cast: Cast) -> tuple[Work, Work]:
    first = make.work_as(session, cast.treasurer, cast.network)
    return first, make.work_as(session, cast.second_treasurer, cast.network)


def pay(session: Session, cast: Cast, reference: str, *, key: str = "fund-key-1") -> str:
    """Put a waiting payment in a batch and release it; the batch."""
    first, second = both(session, cast)
    payment = session.query(FundPayment).filter_by(reference=reference).one()
    batch = batches.prepare_batch(
        first, cost_line_ids=[], payment_ids=[payment.id], execution_on=TODAY, key=f"{key}-prepare"
    )
    assert release(second, batch, key=key) == (reference,)
    return batch


def an_account(session: Session, cast: Cast, partner: str) -> None:
    first, second = both(session, cast)
    account_id = propose_account(
        first, partner=partner, holder=partner.capitalize(), iban=IBAN, from_on=TODAY, reason=""
    )
    confirm_account(second, account_id=account_id)


def a_claim(session: Session, cast: Cast, partner: str, cents: int) -> str:
    """An open claim on a partner, of a case that was paid and settled."""
    case = an_approved_case(session, cast, amounts=(cents,))
    work = make.work_as(session, cast.treasurer, cast.network)
    make_paid = book_advance(
        work, cost_line_id=case.cost_lines[0].id, partner="mee", paid_on=TODAY, key=f"paid-{case.number}"
    )
    assert make_paid
    reference = f"{case.number}-V1-{partner}"
    claims.raise_claims(
        session,
        network=cast.network.code,
        settlement=f"{case.number}-V1",
        case=case.number,
        claims=[NewClaim(reference, Account.PARTNER_CLAIMS, partner, partner, cents, TODAY)],
        booked_on=TODAY,
        key=f"settled-{case.number}",
        recorded_at_utc=NOW,
    )
    return reference


def test_cards_bought_in_a_batch_are_stock_and_pay_a_case(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        for _twice in range(2):
            reference = fund_payments.ask_cards(
                work, supplier="Kaartwinkel", iban=IBAN, amount_cents=20_000, description="", key="ask-key-1"
            )
        assert (stock_cents(work), position(work).available_cents) == (0, POT_CENTS)
        batch = pay(session, cast, reference)
        assert (stock_cents(work), position(work).in_transit_cents) == (20_000, -20_000)
        assert position(work).available_cents == POT_CENTS - 20_000
        assert [row.reference for row in fund_payments_under_way(work)] == [reference]
        assert batch.encode() not in batches.read_file(work, reference=batch).split(b"<EndToEndId>")[1]
        service.confirm_payout(work, reference=reference, paid_on=TODAY, key="confirm-key-1")
        assert position(work).in_transit_cents == 0

        case = an_approved_case(session, cast, amounts=(15_000, 2_500, 9_000))
        first, second, third = (line.id for line in case.cost_lines)
        for _twice in range(2):
            payout = hand_out_cards(work, cost_line_id=first, handed_out_on=TODAY, key="hand-key-1")
        assert (case.payment_state, stock_cents(work)) == ("ordered", 5_000)
        shown = payout_page(work, payout).row
        assert (shown.method, shown.payee_iban) == (PayoutMethod.CARD, "")
        with pytest.raises(AlreadyOrdered, match=payout):
            hand_out_cards(work, cost_line_id=first, handed_out_on=TODAY, key="hand-key-2")
        with pytest.raises(NotEnoughCards, match="50,00"):
            hand_out_cards(work, cost_line_id=third, handed_out_on=TODAY, key="hand-key-3")
        hand_out_cards(work, cost_line_id=second, handed_out_on=TODAY, key="hand-key-4")
        service.release_line(
            work, cost_line_id=third, reason=service.ReleaseReason.NOT_NEEDED, key="release-key-1"
        )
        assert (case.payment_state, case.first_paid_on, stock_cents(work)) == ("paid", TODAY, 2_500)
        assert [row.amount_cents for row in cards.card_movements(work).rows] == [-2_500, -15_000, 20_000]
        assert verify(session, network=cast.network.code).problems == ()


def test_a_card_that_comes_back_is_stock_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        cards.buy_cards(
            work, supplier="Winkel", amount_cents=5_000, bought_on=TODAY, description="", key="buy-key-1"
        )
        case = an_approved_case(session, cast, amounts=(5_000,))
        payout = hand_out_cards(
            work, cost_line_id=case.cost_lines[0].id, handed_out_on=TODAY, key="hand-key-1"
        )
        assert case.payment_state == "paid"
        with pytest.raises(NotOfThisMethod):
            service.return_payout(work, reference=payout, returned_on=TODAY, key="return-key-1")
        with pytest.raises(NotOfThisMethod):
            service.reopen_payout(work, reference=payout, reason="Nee.", key="reopen-key-1")
        with pytest.raises(ReasonMissing):
            take_back(work, reference=payout, reason=" ", key="back-key-1")
        for _twice in range(2):
            take_back(work, reference=payout, reason="Niet gebruikt.", key="back-key-1")
        with pytest.raises(NotUnderWay):
            take_back(work, reference=payout, reason="Nog eens.", key="back-key-2")
        assert (case.payment_state, case.first_paid_on, stock_cents(work)) == ("none", None, 5_000)
        assert len(lines_to_pay(work)) == 1


def test_the_count_of_cards_is_kept_and_a_difference_is_booked(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        cards.buy_cards(
            work, supplier="Winkel", amount_cents=5_000, bought_on=TODAY, description="", key="buy-key-1"
        )
        assert cards.count_cards(work, counted_cents=5_000, explanation="", key="count-key-1") == "0"
        with pytest.raises(ExplanationNeeded, match="10,00"):
            cards.count_cards(work, counted_cents=4_000, explanation=" ", key="count-key-2")
        for _twice in range(2):
            cards.count_cards(work, counted_cents=4_000, explanation="Een kaart zoek.", key="count-key-3")
        assert stock_cents(work) == 4_000
        cards.count_cards(work, counted_cents=4_500, explanation="Toch gevonden.", key="count-key-4")
        assert stock_cents(work) == 4_500
        by_account = {
            account: balance_cents(session, network=cast.network.code, account=account)
            for account in (Account.OTHER_COSTS, Account.OTHER_INCOME)
        }
        assert by_account == {Account.OTHER_COSTS: 1_000, Account.OTHER_INCOME: -500}
        assert [one.difference_cents for one in cards.counts(work, limit=9)] == [500, -1_000, 0]
        bank_costs = events.other_costs(amount_cents=70, booked_on=TODAY, cause="x", key="costs-key-1")
        book.post(session, network=cast.network.code, draft=bank_costs, recorded_at_utc=NOW)
        cash = cash_flows(session, network=cast.network.code, year=TODAY.year)
        assert (cash.flows[Flow.OTHER_COSTS], cash.flows[Flow.OTHER_INCOME]) == (70, 0)
        assert cash.opening_cents + cash.in_cents - cash.out_cents == cash.closing_cents


def test_cards_cannot_take_more_than_is_available(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        with pytest.raises(FundExhausted):
            cards.buy_cards(
                work,
                supplier="Winkel",
                amount_cents=POT_CENTS + 1,
                bought_on=TODAY,
                description="",
                key="buy-key-1",
            )
        reference = fund_payments.ask_cards(
            work, supplier="Winkel", iban=IBAN, amount_cents=POT_CENTS, description="", key="ask-key-1"
        )
        an_approved_case(session, cast, amounts=(100,))
        with pytest.raises(FundExhausted):
            pay(session, cast, reference)


def test_an_advance_is_owed_refunded_in_a_batch_and_comes_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        case = an_approved_case(session, cast, amounts=(30_000, 20_000))
        with pytest.raises(PartnerUnknown):
            book_advance(
                work, cost_line_id=case.cost_lines[0].id, partner="x", paid_on=TODAY, key="advance-1"
            )
        for _twice in range(2):
            payout = book_advance(
                work, cost_line_id=case.cost_lines[0].id, partner="mee", paid_on=TODAY, key="advance-2"
            )
        assert (case.payment_state, position(work).available_cents) == ("ordered", POT_CENTS - 50_000)
        assert payout_page(work, payout).advanced_by == "Mee"
        with pytest.raises(NoPartnerAccount, match="Mee"):
            fund_payments.ask_advance_refund(work, partner="mee", amount_cents=10_000, key="refund-1")
        an_account(session, cast, "mee")
        reference = fund_payments.ask_advance_refund(work, partner="mee", amount_cents=10_000, key="refund-2")
        with pytest.raises(MoreThanOwed, match="200,00"):
            fund_payments.ask_advance_refund(work, partner="mee", amount_cents=20_001, key="refund-3")
        [owed] = advances(work)
        assert (owed.owed_cents, owed.left_cents) == (30_000, 20_000)
        pay(session, cast, reference)
        with pytest.raises(BalanceCrossesZero):
            take_back(work, reference=payout, reason="Toch niet betaald.", key="back-key-1")
        [owed] = advances(work)
        assert (owed.owed_cents, owed.left_cents) == (20_000, 20_000)
        service.reject_payout(work, reference=reference, rejected_on=TODAY, key="reject-key-1")
        assert advances(work)[0].left_cents == 30_000
        assert fund_payment(work, reference).state is FundPaymentState.REJECTED
        take_back(work, reference=payout, reason="Toch niet betaald.", key="back-key-2")
        assert (advances(work), case.payment_state) == ((), "none")
        assert verify(session, network=cast.network.code).problems == ()


def test_a_refund_that_comes_back_is_owed_again_and_a_mistake_is_taken_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        a_claim(session, cast, "zayaz", 30_000)
        an_account(session, cast, "mee")
        reference = fund_payments.ask_advance_refund(work, partner="mee", amount_cents=30_000, key="refund-1")
        pay(session, cast, reference)
        service.confirm_payout(work, reference=reference, paid_on=TODAY, key="confirm-key-1")
        service.reopen_payout(work, reference=reference, reason="Nog niet gezien.", key="reopen-key-1")
        assert position(work).in_transit_cents == -30_000
        service.confirm_payout(work, reference=reference, paid_on=TODAY, key="confirm-key-2")
        assert position(work).bank_cents == POT_CENTS - 30_000
        service.return_payout(work, reference=reference, returned_on=TODAY, key="return-key-1")
        assert position(work).bank_cents == POT_CENTS
        assert advances(work)[0].left_cents == 30_000


def test_an_advance_is_set_off_against_the_partners_own_claim(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        own = a_claim(session, cast, "mee", 20_000)
        others = a_claim(session, cast, "zayaz", 5_000)
        page = advance_page(work, "mee")
        assert (page.of.left_cents, [one.reference for one in page.claims]) == (25_000, [own])

        def set_off(claim: str, cents: int, key: str) -> str:
            return set_off_advance(work, partner="mee", claim=claim, amount_cents=cents, key=key)

        with pytest.raises(NotTheirClaim):
            set_off(others, 100, "set-off-1")
        with pytest.raises(MoreThanOwed):
            set_off(own, 25_001, "set-off-2")
        with pytest.raises(MoreThanClaimed, match="200,00"):
            set_off(own, 20_001, "set-off-3")
        for _twice in range(2):
            set_off(own, 20_000, "set-off-4")
        assert advances(work)[0].left_cents == 5_000
        assert claims.claim(session, network=cast.network.code, reference=own).open_cents == 0


def test_a_leaver_and_a_receipt_are_paid_back_in_a_batch(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        an_account(session, cast, "mee")
        with pytest.raises(StillMember):
            fund_payments.ask_contribution_back(
                work, partner="mee", amount_cents=100, description="", key="back-key-1"
            )
        cast.partners["mee"].left_on = TODAY + timedelta(days=30)
        session.flush()
        leaving = fund_payments.ask_contribution_back(
            work, partner="mee", amount_cents=100, description="", key="back-key-2"
        )
        receipt = events.receipt_unrecognised(
            receipt="R-1", amount_cents=700, booked_on=TODAY, cause="R-1", key="receipt-1"
        )
        book.post(session, network=cast.network.code, draft=receipt, recorded_at_utc=NOW)
        back = fund_payments.ask_receipt_back(
            work, subject="R-1", amount_cents=500, payee_name="Iemand", payee_iban=IBAN, key="back-key-3"
        )
        with pytest.raises(MoreThanOwedBack):
            fund_payments.ask_receipt_back(
                work, subject="R-1", amount_cents=201, payee_name="Iemand", payee_iban=IBAN, key="back-key-4"
            )
        pay(session, cast, leaving)
        pay(session, cast, back, key="fund-key-2")
        standing = subject_balances(session, network=cast.network.code, account=Account.SUSPENSE)
        assert standing == {"R-1": -200}
        assert position(work).in_transit_cents == -600


def test_a_payment_that_waits_can_be_withdrawn_and_is_in_one_batch(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        work, second = both(session, cast)
        asked = [
            fund_payments.ask_cards(
                work, supplier="W", iban=IBAN, amount_cents=100, description="", key=f"ask-key-{number}"
            )
            for number in (1, 2)
        ]
        stranger = make.work_as(session, other.treasurer, other.network)
        with pytest.raises(NotFound):
            fund_payments.withdraw_payment(stranger, reference=asked[0])
        fund_payments.withdraw_payment(work, reference=asked[0])
        with pytest.raises(NotAmongThese):
            fund_payments.withdraw_payment(work, reference=asked[0])
        payment = session.query(FundPayment).filter_by(reference=asked[1]).one()
        facts = {"cost_line_ids": [], "payment_ids": [payment.id], "execution_on": TODAY}
        batch = batches.prepare_batch(work, key="prepare-1", **facts)  # type: ignore[arg-type]  # used twice
        with pytest.raises(NotAmongThese, match=asked[1]):
            batches.prepare_batch(second, key="prepare-2", **facts)  # type: ignore[arg-type]  # used twice
        with pytest.raises(NotAmongThese):
            fund_payments.withdraw_payment(work, reference=asked[1])
        batches.cancel_batch(work, reference=batch, key="cancel-key-1")
        again = batches.prepare_batch(second, key="prepare-3", **facts)  # type: ignore[arg-type]  # used twice
        assert batch_page(work, again).row.line_count == 1


def test_who_decided_on_a_case_hands_out_no_card_and_books_no_advance(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work, _second = both(session, cast)
        case = an_approved_case(session, cast)
        case.applicant_id = cast.treasurer.id
        session.flush()
        line_id = case.cost_lines[0].id
        with pytest.raises(OwnCase):
            hand_out_cards(work, cost_line_id=line_id, handed_out_on=TODAY, key="hand-key-1")
        with pytest.raises(OwnCase):
            book_advance(work, cost_line_id=line_id, partner="mee", paid_on=TODAY, key="advance-1")
