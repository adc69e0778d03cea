"""Ordering payouts and booking what the bank did with them."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.tables import DecisionVote
from casework.fund.once import KeyMissing, KeyReused
from casework.payout import service
from casework.payout.queries import line_to_pay, lines_to_pay, payout_page, payouts, payouts_under_way
from casework.payout.refusals import (
    AccountMissing,
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
from casework.payout.tables import Payout
from errors import Forbidden, NotFound
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW
from tests.integration.treasury.scene import POT_CENTS, a_funded_cast, an_approved_case, position

TODAY = date(2026, 6, 1)


def _order(work: Work, case: Case, key: str = "order-key-1") -> list[str]:
    return list(service.order_payouts(work, cost_line_ids=[line.id for line in case.cost_lines], key=key))


def test_the_life_of_a_payout_in_the_book(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast, amounts=(40_000, 10_000))
        work = make.work_as(session, cast.treasurer, cast.network)
        assert position(work).available_cents == POT_CENTS - 50_000

        first, second = _order(work, case)
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
        [first] = _order(work, case)
        service.reject_payout(work, reference=first, rejected_on=TODAY, key="reject-key-1")
        assert case.payment_state == "none"
        assert position(work).commitments_cents == 50_000

        [second] = _order(work, case, key="order-key-2")
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
        first, second = _order(work, case)
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
            service.order_payouts(work, cost_line_ids=[line.id], key="order-key-1")
        with pytest.raises(LineReleased):
            service.release_line(
                work, cost_line_id=line.id, reason=ReleaseReason.EXPIRED, key="release-key-2"
            )
        _order_second = service.order_payouts(work, cost_line_ids=[case.cost_lines[1].id], key="order-key-2")
        with pytest.raises(AlreadyOrdered, match=_order_second[0]):
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
                _order(work, case)
        work = make.work_as(session, cast.treasurer, cast.network)
        assert not lines_to_pay(work)[0].involved
        assert _order(work, case)


def test_only_a_treasurer_pays(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        for person in (cast.secretariat[0], cast.applicant):
            with pytest.raises(Forbidden):
                _order(make.work_as(session, person, cast.network), case)
        for person in (cast.auditor, cast.executive, cast.administrator, cast.representative):
            with pytest.raises(NotFound):
                _order(make.work_as(session, person, cast.network), case)


def test_another_network_does_not_see_or_pay(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        other = make.a_cast(session, code="ander", case_prefix="AN")
        case = an_approved_case(session, cast)
        stranger = make.work_as(session, other.treasurer, other.network)
        assert lines_to_pay(stranger) == ()
        with pytest.raises(NotFound):
            _order(stranger, case)
        with pytest.raises(NotFound):
            line_to_pay(stranger, case.cost_lines[0].id)
        [reference] = _order(make.work_as(session, cast.treasurer, cast.network), case)
        with pytest.raises(NotFound):
            payout_page(stranger, reference)
        with pytest.raises(NotFound):
            service.confirm_payout(stranger, reference=reference, paid_on=TODAY, key="confirm-key-1")


def test_what_cannot_be_paid(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        with pytest.raises(NothingChosen):
            service.order_payouts(work, cost_line_ids=[], key="order-key-1")
        waiting = make.a_case(session, cast.network, cast.applicant)
        with pytest.raises(NotApproved):
            _order(work, waiting)
        nameless = an_approved_case(session, cast)
        nameless.cost_lines[0].payee_iban = ""
        with pytest.raises(AccountMissing):
            _order(work, nameless)
        with pytest.raises(NotFound):
            service.order_payouts(work, cost_line_ids=[987_654], key="order-key-1")


def test_a_repeat_gives_the_first_result_and_another_content_is_refused(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case, other = an_approved_case(session, cast), an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        assert _order(work, case) == _order(work, case)
        with pytest.raises(KeyReused):
            service.order_payouts(work, cost_line_ids=[other.cost_lines[0].id], key="order-key-1")
        with pytest.raises(KeyMissing):
            _order(work, other, key="")
        with pytest.raises(AlreadyOrdered):
            _order(work, case, key="order-key-2")
        [row] = payouts_under_way(work)
        for _twice in range(2):
            service.confirm_payout(work, reference=row.reference, paid_on=TODAY, key="confirm-key-1")
        with pytest.raises(NotUnderWay):
            service.confirm_payout(work, reference=row.reference, paid_on=TODAY, key="confirm-key-2")
        assert position(work).bank_cents == POT_CENTS - 50_000
        logged = session.scalars(select(LogRecord.action).where(LogRecord.object_ref == row.reference))
        assert sorted(logged) == ["payout.confirm", "payout.order"]


def test_a_bank_date_lies_between_the_order_and_today(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        [reference] = _order(work, case)
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
        [reference] = _order(work, urgent)
        assert [row.case_number for row in lines_to_pay(work)] == [late.number]
        shown = payout_page(work, reference)
        assert (shown.row.state, shown.ordered_by) == (PayoutState.ORDERED, cast.treasurer.name)
        assert payouts(work, search=urgent.number[-4:]).total == 1
        assert payouts(work, search="niets").total == 0
        assert payouts(work, state="paid").total == 0


def test_a_double_click_pays_once(engine: Engine) -> None:
    """Two requests with one key, at the same moment, in two transactions."""
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        line_id = case.cost_lines[0].id
    results: list[object] = []
    ready = threading.Barrier(2)

    def click(key: str) -> None:
        ready.wait()
        with unit_of_work(engine) as session:
            work = make.work_as(session, cast.treasurer, session.merge(cast.network, load=False))
            results.append(service.order_payouts(work, cost_line_ids=[line_id], key=key))

    threads = [threading.Thread(target=click, args=("same-key",)) for _twice in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(f"{case.number}-U1",)] * 2
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(Payout)) == 1
        work = make.work_as(session, cast.treasurer, session.merge(cast.network, load=False))
        assert position(work).in_transit_cents == -50_000


def test_two_treasurers_at_once_pay_once(engine: Engine) -> None:
    """Two keys: one pays, the other is told that it was paid already."""
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        case = an_approved_case(session, cast)
        line_id = case.cost_lines[0].id
    results: list[str] = []
    ready = threading.Barrier(2)

    def click(key: str) -> None:
        ready.wait()
        try:
            with unit_of_work(engine) as session:
                work = make.work_as(session, cast.treasurer, session.merge(cast.network, load=False))
                service.order_payouts(work, cost_line_ids=[line_id], key=key)
                results.append("paid")
        except AlreadyOrdered:
            results.append("refused")

    threads = [threading.Thread(target=click, args=(key,)) for key in ("first-key", "second-key")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["paid", "refused"]
