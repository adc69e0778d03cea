"""Ordering payouts and booking what the bank did with them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.cases.tables import CostLine
from casework.decision.tables import DecisionVote
from casework.fund.refusals import ReasonMissing
from casework.once import KeyMissing, KeyReused
from casework.payout import service
from casework.payout.queries import line_to_pay, lines_to_pay, payout_page, payouts, payouts_under_way
from casework.payout.refusals import (
    AccountMissing,
    AccountUnusable,
    AlreadyOrdered,
    DateBefore,
    DateInFuture,
    LineReleased,
    NotApproved,
    NothingChosen,
    NotUnderWay,
    OwnCase,
    PayoutState,
    ReleaseReason,
)
from errors import Forbidden, NotFound
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW
from tests.integration.treasury.scene import (
    POT_CENTS,
    a_funded_cast,
    an_approved_case,
    order,
    position,
    prepare,
    release,
)

TODAY = date(2026, 6, 1)


def test_the_life_of_a_payout_in_the_book(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        assert position(work).available_cents == POT_CENTS - 50_000

        first, second = order(session, cast, case)
        assert (first, second) == (f"{case.number}-U1", f"{case.number}-U2")
        assert case.payment_state == "ordered"
        now = position(work)
        assert (now.in_transit_cents, now.commitments_cents, now.bank_cents) == (-50_000, 0, POT_CENTS)

        service.confirm_payout(work, reference=first, paid_on=TODAY, key="confirm-key-1")
        assert (case.payment_state, case.first_paid_on) == ("ordered", TODAY)
        service.confirm_payout(work, reference=second, paid_on=TODAY, key="confirm-key-2")
        assert case.payment_state == "paid"
        now = position(work)
        assert (now.in_transit_cents, now.bank_cents) == (0, POT_CENTS - 50_000)
        assert now.still_to_come_back_cents == 50_000
        assert now.available_cents == POT_CENTS - 50_000


def test_a_rejected_and_a_returned_payment_stand_as_a_promise_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        [first] = order(session, cast, case)
        service.reject_payout(work, reference=first, rejected_on=TODAY, key="reject-key-1")
        assert case.payment_state == "none"
        assert position(work).commitments_cents == 50_000

        [second] = order(session, cast, case, key="order-key-2")
        assert second == f"{case.number}-U2"
        service.confirm_payout(work, reference=second, paid_on=TODAY, key="confirm-key-1")
        service.return_payout(work, reference=second, returned_on=TODAY, key="return-key-1")
        assert (case.payment_state, case.first_paid_on) == ("none", None)
        now = position(work)
        assert (now.commitments_cents, now.bank_cents) == (50_000, POT_CENTS)
        assert [row.case_number for row in lines_to_pay(work)] == [case.number]


def test_a_part_that_is_rejected_or_returned_leaves_the_rest(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        first, second = order(session, cast, case)
        service.reject_payout(work, reference=second, rejected_on=TODAY, key="reject-key-1")
        assert case.payment_state == "ordered"
        service.confirm_payout(work, reference=first, paid_on=TODAY, key="confirm-key-1")
        assert case.payment_state == "ordered"  # the second line still has to be paid
        service.release_line(
            work, cost_line_id=case.cost_lines[1].id, reason=ReleaseReason.NOT_NEEDED, key="release-key-1"
        )
        assert case.payment_state == "paid"
        now = position(work)
        assert (now.commitments_cents, now.unsettled_cents) == (0, 40_000)


def test_a_released_line_frees_its_money_and_is_not_paid(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        line = case.cost_lines[0]
        for _twice in range(2):
            service.release_line(
                work, cost_line_id=line.id, reason=ReleaseReason.EXPIRED, key="release-key-1"
            )
        assert position(work).commitments_cents == 10_000
        assert [row.amount_cents for row in lines_to_pay(work)] == [10_000]
        with pytest.raises(LineReleased):
            prepare(work, [case], lines=[line])
        with pytest.raises(LineReleased):
            service.release_line(
                work, cost_line_id=line.id, reason=ReleaseReason.EXPIRED, key="release-key-2"
            )
        [second] = order(session, cast, lines=[case.cost_lines[1]], key="order-key-2")
        with pytest.raises(AlreadyOrdered, match=second):
            service.release_line(
                work, cost_line_id=case.cost_lines[1].id, reason=ReleaseReason.EXPIRED, key="release-key-3"
            )


def test_who_submitted_or_voted_does_not_pay(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        voter = cast.secretariat[0]
        for person in (cast.applicant, voter):
            make.appoint(session, person, cast.network, cast.partners["gemeente"], make.Role.TREASURER)
        session.add(
            DecisionVote(
                case_id=case.id, person_id=voter.id, outcome="approve", counts=True, voted_at_utc=NOW
            )
        )
        session.flush()
        for person in (cast.applicant, voter):
            work = make.work_as(session, person, cast.network)
            assert lines_to_pay(work)[0].involved
            with pytest.raises(OwnCase, match=case.number):
                prepare(work, [case])
        work = make.work_as(session, cast.treasurer, cast.network)
        assert not lines_to_pay(work)[0].involved
        assert prepare(work, [case])


def test_only_a_treasurer_pays(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        treasurer = make.work_as(session, cast.treasurer, cast.network)
        reference = prepare(treasurer, [case])
        for person in (
            cast.secretariat[0],
            cast.applicant,
            cast.auditor,
            cast.executive,
            cast.administrator,
            cast.representative,
        ):
            work = make.work_as(session, person, cast.network)
            with pytest.raises(Forbidden):
                prepare(work, [case], key="order-key-2")
            with pytest.raises(Forbidden):
                release(work, reference)
            with pytest.raises(Forbidden):
                service.confirm_payout(work, reference="X-U1", paid_on=TODAY, key="confirm-key-1")


def test_another_network_does_not_see_or_pay(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        case = an_approved_case(session, cast)
        stranger = make.work_as(session, other.treasurer, other.network)
        assert lines_to_pay(stranger) == ()
        with pytest.raises(NotFound):
            prepare(stranger, [case])
        with pytest.raises(NotFound):
            line_to_pay(stranger, case.cost_lines[0].id)
        [reference] = order(session, cast, case)
        with pytest.raises(NotFound):
            payout_page(stranger, reference)
        with pytest.raises(NotFound):
            service.confirm_payout(stranger, reference=reference, paid_on=TODAY, key="confirm-key-1")


def test_what_cannot_be_paid(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        with pytest.raises(NothingChosen):
            prepare(work, [])
        waiting = make.a_case(session, cast.network, cast.applicant)
        with pytest.raises(NotApproved):
            prepare(work, [waiting])
        nameless = an_approved_case(session, cast)
        nameless.cost_lines[0].payee_iban = ""
        with pytest.raises(AccountMissing):
            prepare(work, [nameless])
        nameless.cost_lines[0].payee_iban = "NL91ABNA0417164301"
        with pytest.raises(AccountUnusable, match="Zayaz"):
            prepare(work, [nameless])
        with pytest.raises(NotFound):
            prepare(work, [], lines=[CostLine(id=987_654)])


def test_a_repeat_gives_the_first_result_and_another_content_is_refused(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case, other = an_approved_case(session, cast), an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        reference = prepare(work, [case])
        assert prepare(work, [case]) == reference
        with pytest.raises(KeyReused):
            prepare(work, [other])
        with pytest.raises(KeyMissing):
            prepare(work, [other], key="!")
        with pytest.raises(AlreadyOrdered, match=reference):
            prepare(work, [case], key="order-key-2")
        second = make.work_as(session, cast.second_treasurer, cast.network)
        assert release(second, reference) == release(second, reference)
        with pytest.raises(AlreadyOrdered, match="-U1"):
            prepare(work, [case], key="order-key-2")
        [row] = payouts_under_way(work)
        for _twice in range(2):
            service.confirm_payout(work, reference=row.reference, paid_on=TODAY, key="confirm-key-1")
        with pytest.raises(NotUnderWay):
            service.confirm_payout(work, reference=row.reference, paid_on=TODAY, key="confirm-key-2")
        assert position(work).bank_cents == POT_CENTS - 50_000
        logged = session.scalars(select(LogRecord.action).where(LogRecord.object_ref == row.reference))
        assert sorted(logged) == ["payout.confirm", "payout.order"]


def test_a_returned_part_of_a_partly_ordered_case_leaves_nothing_paid(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        [first] = order(session, cast, lines=[case.cost_lines[0]])
        service.confirm_payout(work, reference=first, paid_on=TODAY, key="confirm-key-1")
        assert case.payment_state == "ordered"  # the second line was never ordered
        service.return_payout(work, reference=first, returned_on=TODAY, key="return-key-1")
        assert (case.payment_state, case.first_paid_on) == ("none", None)
        assert position(work).commitments_cents == 50_000
        assert len(lines_to_pay(work)) == 2


def test_a_mistaken_confirmation_is_taken_back_with_a_reason(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        first, second = order(session, cast, case)
        with pytest.raises(NotUnderWay):
            service.reopen_payout(work, reference=first, reason="Niet op het afschrift.", key="reopen-key-1")
        service.confirm_payout(work, reference=first, paid_on=TODAY, key="confirm-key-1")
        service.confirm_payout(work, reference=second, paid_on=TODAY, key="confirm-key-2")
        assert case.payment_state == "paid"
        with pytest.raises(ReasonMissing):
            service.reopen_payout(work, reference=first, reason=" ", key="reopen-key-1")
        for _twice in range(2):
            service.reopen_payout(work, reference=first, reason="Niet op het afschrift.", key="reopen-key-1")
        assert (case.payment_state, case.first_paid_on) == ("ordered", TODAY)
        now = position(work)
        assert (now.in_transit_cents, now.bank_cents) == (-40_000, POT_CENTS - 10_000)
        shown = payout_page(work, first)
        assert (shown.row.state, shown.row.paid_on) == (PayoutState.ORDERED, None)
        assert shown.reopened == ("Niet op het afschrift.",)
        service.confirm_payout(work, reference=first, paid_on=TODAY, key="confirm-key-3")
        assert case.payment_state == "paid"


def test_a_bank_date_lies_between_the_order_and_today(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        [reference] = order(session, cast, case)
        for act, name in (
            (service.confirm_payout, "paid_on"),
            (service.reject_payout, "rejected_on"),
        ):
            with pytest.raises(DateInFuture):
                act(work, reference=reference, key="date-key-1", **{name: TODAY + timedelta(days=1)})
            with pytest.raises(DateBefore, match="01-06-2026"):
                act(work, reference=reference, key="date-key-2", **{name: TODAY - timedelta(days=1)})
        with pytest.raises(NotUnderWay):
            service.return_payout(work, reference=reference, returned_on=TODAY, key="date-key-3")


def test_lists_show_what_there_is(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        earlier = NOW - timedelta(days=9)
        late = an_approved_case(session, cast, at_utc=earlier)
        urgent = an_approved_case(session, cast, amounts=(1_250,), urgent=True)
        work = make.work_as(session, cast.treasurer, cast.network)
        rows = lines_to_pay(work)
        assert [(row.case_number, row.days_waiting) for row in rows] == [(urgent.number, 0), (late.number, 9)]
        [reference] = order(session, cast, urgent)
        assert [row.case_number for row in lines_to_pay(work)] == [late.number]
        shown = payout_page(work, reference)
        assert (shown.row.state, shown.ordered_by) == (PayoutState.ORDERED, cast.treasurer.name)
        assert payouts(work, search=urgent.number[-4:]).total == 1
        assert payouts(work, search="niets").total == 0
        assert payouts(work, state="paid").total == 0
