"""Accounts and payees change under four eyes, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from casework.accounts import service
from casework.accounts.find import (
    fund_account,
    fund_account_needed,
    fund_ibans,
    partner_account,
    partner_account_needed,
    partner_ibans,
)
from casework.accounts.queries import accounts, changes_to_judge, present_account
from casework.accounts.refusals import (
    AccountFromPast,
    AccountState,
    AlreadyProposed,
    BicWrong,
    HolderMissing,
    NoPartnerAccount,
    NotOwnProposal,
    NotProposed,
    OwnProposal,
    ReasonNeeded,
    SameAccount,
)
from casework.accounts.tables import BankAccount
from casework.audit.tables import LogRecord
from casework.context import Work
from casework.payout import batches
from casework.payout.fund_payments import ask_advance_refund
from casework.payout.outside_bank import book_advance
from casework.payout.payee import (
    confirm_payee,
    propose_payee,
    proposed_payees,
    refuse_payee,
    withdraw_payee,
)
from casework.payout.queries import lines_to_pay, payable_ids
from casework.payout.refusals import (
    AlreadyOrdered,
    FundAccountChanged,
    OwnCase,
    PartnerAccountChanged,
    PayeeInDoubt,
)
from casework.payout.service import confirm_payout, return_payout
from casework.payout.tables import FundPayment, Payout
from errors import Forbidden, NotFound
from ledger.bank.iban import CreditorIdWrong, IbanCheckWrong
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import JOINED
from tests.integration.treasury.scene import a_funded_cast, an_approved_case, order, prepare, release

TODAY = date(2026, 6, 1)
OLD, NEW = "NL44RABO0123456789", "NL20INGB0001234567"


def propose(work: Work, **values: object) -> int:
    facts = {
        "partner": "",
        "holder": "Stichting Testnetwerk",
        "iban": NEW,
        "from_on": TODAY,
        "reason": "Andere bank; teruggebeld op het bekende nummer.",
    }
    return service.propose_account(work, **(facts | values))  # type: ignore[arg-type]  # one helper for all


def test_a_change_holds_once_a_second_treasurer_confirms_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        account_id = propose(first, from_on=TODAY + timedelta(days=7))
        assert fund_account_needed(session, cast.network.id, TODAY + timedelta(days=9)).iban == OLD
        assert (changes_to_judge(first), changes_to_judge(second)) == (0, 1)
        with pytest.raises(OwnProposal):
            service.confirm_account(first, account_id=account_id)
        with pytest.raises(OwnProposal):
            service.refuse_account(first, account_id=account_id)
        with pytest.raises(NotOwnProposal):
            service.withdraw_account(second, account_id=account_id)
        service.confirm_account(second, account_id=account_id)
        held = {
            day: fund_account_needed(session, cast.network.id, day).iban
            for day in (JOINED, TODAY, TODAY + timedelta(days=6), TODAY + timedelta(days=7))
        }
        assert list(held.values()) == [OLD, OLD, OLD, NEW]
        assert fund_account(session, cast.network.id, JOINED - timedelta(days=1)) is None
        assert fund_ibans(session, cast.network.id) == {OLD, NEW}
        with pytest.raises(NotProposed, match="confirmed"):
            service.confirm_account(second, account_id=account_id)
        logged = session.scalars(select(LogRecord.action).where(LogRecord.action.startswith("account.")))
        assert sorted(logged) == ["account.confirm", "account.propose"]
        page = accounts(first)
        assert [(row.state, row.judged_by) for row in page.history] == [
            (AccountState.CONFIRMED, cast.second_treasurer.name),
            (AccountState.CONFIRMED, ""),
        ]


def test_a_batch_is_not_paid_from_an_account_that_is_the_funds_no_more(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        case = an_approved_case(session, cast)
        batch = prepare(first, [case])
        service.confirm_account(second, account_id=propose(first))
        with pytest.raises(FundAccountChanged):
            release(second, batch)
        assert session.scalar(select(Payout.id)) is None
        batches.cancel_batch(second, reference=batch, key="cancel-key-1")
        assert release(second, prepare(first, [case], key="order-key-2"), key="order-key-2")


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_partner_is_not_paid_on_an_account_that_is_changed_or_in_doubt(
    engine: Engine, confirmed: bool
) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        case = an_approved_case(session, cast, amounts=(30_000,))
        book_advance(first, cost_line_id=case.cost_lines[0].id, partner="mee", paid_on=TODAY, key="advance-1")
        service.confirm_account(second, account_id=propose(first, partner="mee", holder="Mee", iban=OLD))
        reference = ask_advance_refund(first, partner="mee", amount_cents=10_000, key="refund-01")
        payment = session.scalars(select(FundPayment)).one()
        batch = batches.prepare_batch(
            first, cost_line_ids=[], payment_ids=[payment.id], execution_on=TODAY, key="prepare-01"
        )
        changed = propose(first, partner="mee", holder="Mee", iban=NEW)
        if confirmed:
            service.confirm_account(second, account_id=changed)
        with pytest.raises(PartnerAccountChanged, match=reference):
            release(second, batch)
        assert payment.state == "waiting"
        if not confirmed:
            service.refuse_account(second, account_id=changed)
            assert release(second, batch, key="order-key-2") == (reference,)


def test_what_waited_too_long_holds_from_the_day_it_is_confirmed(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        account_id = propose(make.work_as(session, cast.treasurer, cast.network))
        later = make.work_as(
            session, cast.second_treasurer, cast.network, at_utc=make.NOW + timedelta(days=10)
        )
        service.confirm_account(later, account_id=account_id)
        assert fund_account_needed(session, cast.network.id, TODAY + timedelta(days=9)).iban == OLD
        assert fund_account_needed(session, cast.network.id, TODAY + timedelta(days=10)).iban == NEW


def test_one_proposal_at_a_time_and_a_refused_one_changes_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        account_id = propose(first)
        with pytest.raises(AlreadyProposed):
            propose(second)
        propose(second, partner="zayaz", reason="")  # another owner
        service.refuse_account(second, account_id=account_id)
        again = propose(first)
        service.withdraw_account(first, account_id=again)
        assert fund_account_needed(session, cast.network.id, TODAY).iban == OLD
        assert propose(second)


def test_what_cannot_be_proposed(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        for wrong, refusal in (
            ({"iban": "NL20INGB0001234568"}, IbanCheckWrong),
            ({"holder": "  "}, HolderMissing),
            ({"from_on": TODAY - timedelta(days=1)}, AccountFromPast),
            ({"reason": " "}, ReasonNeeded),
            ({"bic": "ABN"}, BicWrong),
            ({"creditor_id": "NL00ZZZ1"}, CreditorIdWrong),
            ({"iban": OLD, "creditor_id": "NL69ZZZ123456780000"}, SameAccount),
            ({"partner": "niemand"}, NotFound),
        ):
            with pytest.raises(refusal):
                propose(work, **wrong)
        for person in (cast.auditor, cast.administrator, cast.secretariat[0]):
            with pytest.raises(Forbidden):
                propose(make.work_as(session, person, cast.network))


def test_the_database_holds_that_two_people_looked(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        propose(make.work_as(session, cast.treasurer, cast.network))
    for change in (
        "state = 'confirmed', judged_by = proposed_by",
        "state = 'confirmed'",
        "state = 'something'",
    ):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(f"UPDATE bank_account SET {change} WHERE proposed_by IS NOT NULL"))


def test_names_and_numbers_are_encrypted(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        propose(make.work_as(session, cast.treasurer, cast.network))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT holder, iban, reason FROM bank_account")).all()
    stored = b" ".join(bytes(cell) for row in rows for cell in row)
    assert NEW.encode() not in stored
    assert b"Stichting" not in stored


def test_partners_have_accounts_of_their_own(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        zayaz = cast.partners["zayaz"]
        assert partner_account(session, zayaz.id, TODAY) is None
        with pytest.raises(NoPartnerAccount, match="Zayaz"):
            partner_account_needed(session, zayaz, TODAY)
        account_id = propose(first, partner="zayaz", holder="Zayaz", reason="")
        stranger = make.work_as(session, other.second_treasurer, other.network)
        with pytest.raises(NotFound):
            service.confirm_account(stranger, account_id=account_id)
        service.confirm_account(second, account_id=account_id)
        assert partner_ibans(session, cast.network.id) == {NEW: "zayaz"}
        assert present_account(first, "zayaz")[0] == "Zayaz"
        assert fund_ibans(session, cast.network.id) == {OLD}
        assert session.query(BankAccount).filter_by(partner_id=zayaz.id).count() == 1


def test_a_payee_is_corrected_after_a_return(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        case = an_approved_case(session, cast)
        line_id = case.cost_lines[0].id
        [reference] = order(session, cast, case)
        confirm_payout(first, reference=reference, paid_on=TODAY, key="confirm-key-1")
        facts = {"cost_line_id": line_id, "name": "Zayaz BV", "iban": NEW, "reason": "Teruggebeld."}
        with pytest.raises(AlreadyOrdered):
            propose_payee(first, **facts)  # type: ignore[arg-type]  # one set of facts for all
        return_payout(first, reference=reference, returned_on=TODAY, key="return-key-1")
        for wrong, refusal in (
            ({"name": " "}, HolderMissing),
            ({"reason": " "}, ReasonNeeded),
            ({"iban": "NL20INGB0001234568"}, IbanCheckWrong),
            ({"name": "Zayaz", "iban": "NL91ABNA0417164300"}, SameAccount),
        ):
            with pytest.raises(refusal):
                propose_payee(first, **(facts | wrong))  # type: ignore[arg-type]  # as above
        change_id = propose_payee(first, **facts)  # type: ignore[arg-type]  # as above
        with pytest.raises(AlreadyProposed):
            propose_payee(second, **facts)  # type: ignore[arg-type]  # as above
        assert lines_to_pay(first)[0].change_id == change_id
        assert payable_ids(first, most=10) == []
        with pytest.raises(PayeeInDoubt, match="Zayaz"):
            prepare(first, [case], key="order-key-2")
        with pytest.raises(OwnProposal):
            confirm_payee(first, change_id=change_id)
        [row] = proposed_payees(second)
        assert (row.former_iban, row.payee_iban) == ("NL91ABNA0417164300", NEW)
        confirm_payee(second, change_id=change_id)
        [line] = lines_to_pay(first)
        assert (line.payee_name, line.payee_iban) == ("Zayaz BV", NEW)
        assert order(session, cast, case, key="order-key-2")


def test_a_payee_is_left_as_it_was_when_refused_or_withdrawn(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        first = make.work_as(session, cast.treasurer, cast.network)
        second = make.work_as(session, cast.second_treasurer, cast.network)
        case = an_approved_case(session, cast)

        def a_change() -> int:
            return propose_payee(
                first, cost_line_id=case.cost_lines[0].id, name="Ander", iban=NEW, reason="Brief."
            )

        refused = a_change()
        refuse_payee(second, change_id=refused)
        with pytest.raises(NotProposed):
            confirm_payee(second, change_id=refused)
        withdrawn = a_change()
        with pytest.raises(NotOwnProposal):
            withdraw_payee(second, change_id=withdrawn)
        withdraw_payee(first, change_id=withdrawn)
        [line] = lines_to_pay(first)
        assert (line.payee_name, line.change_id) == ("Zayaz", None)
        case.applicant_id = cast.treasurer.id
        session.flush()
        with pytest.raises(OwnCase):
            a_change()
