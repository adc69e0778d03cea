"""The list: what someone may see, searched, sorted, a page at a time; and the page of one case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from casework.cases.listing import case_list
from casework.cases.page import case_page
from casework.cases.submission import submit
from casework.decision.inquiry import ask
from errors import NotFound
from tests.integration.cases.scene import Desk, a_desk
from tests.integration.factories import NOW, a_case, a_cast


def numbers(desk: Desk, person: object = None, **wanted: object) -> list[str]:
    found = case_list(desk.work(person), **wanted)  # type: ignore[arg-type]  # keyword arguments of a test
    return [row.number for row in found.rows]


def test_who_sees_which_cases(engine: Engine) -> None:
    with a_desk(engine) as desk:
        cast = desk.cast
        draft = desk.draft()
        own = a_case(desk.session, cast.network, cast.applicant).number
        other = a_case(desk.session, cast.network, cast.other_applicant).number
        assert set(numbers(desk)) == {draft, own}
        assert set(numbers(desk, cast.other_applicant)) == {other}
        assert set(numbers(desk, cast.secretariat[0])) == {own, other}
        assert set(numbers(desk, cast.ambassador)) == {own}
        for nobody in (cast.treasurer, cast.executive, cast.auditor, cast.administrator):
            assert numbers(desk, nobody) == []
            with pytest.raises(NotFound):
                case_page(desk.work(nobody), own)


def test_another_network_does_not_exist(engine: Engine) -> None:
    with a_desk(engine) as desk:
        elsewhere = a_cast(desk.session, code="ander", case_prefix="AN")
        case = a_case(desk.session, elsewhere.network, elsewhere.applicant)
        assert numbers(desk, desk.cast.secretariat[0]) == []
        with pytest.raises(NotFound):
            case_page(desk.work(desk.cast.secretariat[0]), case.number)


def test_searching_and_filtering(engine: Engine) -> None:
    with a_desk(engine) as desk:
        network, applicant = desk.cast.network, desk.cast.applicant
        rent = a_case(desk.session, network, applicant, title="Huurschuld Émile").number
        trip = a_case(desk.session, network, applicant, title="Reis", decision_state="approved").number
        assert numbers(desk, search="HUURSCHULD é") == [rent]
        assert numbers(desk, search=trip[-4:]) == [trip]
        assert numbers(desk, state="approved") == [trip]
        assert numbers(desk, search="fiets") == []
        assert set(numbers(desk, state="bestaat niet")) == {rent, trip}
        found = case_list(desk.work(), search="fiets")
        assert (found.total, found.pages, found.any_at_all) == (0, 1, True)


def test_sorting(engine: Engine) -> None:
    with a_desk(engine) as desk:
        network, applicant = desk.cast.network, desk.cast.applicant
        b = a_case(desk.session, network, applicant, title="b", amounts=(10, 20)).number
        earlier = NOW - timedelta(days=1)
        c = a_case(desk.session, network, applicant, title="C", amounts=(40,), at_utc=earlier).number
        a = a_case(desk.session, network, applicant, title="a", amounts=()).number
        assert numbers(desk, sort="title", descending=False) == [a, b, c]
        assert numbers(desk, sort="amount", descending=True) == [c, b, a]
        assert numbers(desk, sort="submitted", descending=False)[0] == c
        assert numbers(desk, sort="number", descending=True) == sorted([a, b, c], reverse=True)
        (row,) = [row for row in case_list(desk.work()).rows if row.number == b]
        assert row.amount_cents == 30


def test_pages_do_not_overlap(engine: Engine) -> None:
    with a_desk(engine) as desk:
        made = {a_case(desk.session, desk.cast.network, desk.cast.applicant).number for _one in range(7)}
        seen = [numbers(desk, sort="partner", page=page, page_size=3) for page in (1, 2, 3)]
        assert [len(page) for page in seen] == [3, 3, 1]
        assert {number for page in seen for number in page} == made
        assert case_list(desk.work(), page=99, page_size=3).page == 3
        assert case_list(desk.work(), page=-5, page_size=3).page == 1


def test_the_page_tells_the_secretariat_of_the_same_household_and_of_alike_cases(engine: Engine) -> None:
    with a_desk(engine) as desk:
        network, applicant = desk.cast.network, desk.cast.applicant
        facts = {"household_hash": "h" * 64, "barrier_field": "huurachterstand"}
        case = a_case(desk.session, network, applicant, **facts)
        other = a_case(desk.session, network, desk.cast.other_applicant, decision_state="approved", **facts)
        a_case(desk.session, network, applicant, decision_state="declined", barrier_field="huurachterstand")
        a_case(desk.session, network, applicant, decision_state="draft", household_hash="h" * 64)
        _row, page = case_page(desk.work(desk.cast.secretariat[0]), case.number)
        assert [one.number for one in page.earlier] == [other.number]
        assert page.alike is not None
        assert (page.alike.decided, page.alike.approved) == (2, 1)
        _row, own = case_page(desk.work(), case.number)
        assert (own.earlier, own.alike) == ((), None)


def test_what_happened_is_told_in_order_and_the_secretariats_own_work_to_itself(engine: Engine) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        member = desk.work(desk.cast.secretariat[0], at_utc=NOW + timedelta(hours=1))
        ask(member, number=number, question="Wanneer?")
        _row, page = case_page(desk.work(), number)
        told = ["case.create", "case.submit", "case.take_up", "case.ask"]
        assert [one.action for one in page.happenings] == told
        assert page.happenings[-1].who == desk.cast.secretariat[0].name


def test_a_code_that_policy_dropped_still_shows(engine: Engine) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant, household_type="woongroep")
        _row, page = case_page(desk.work(), case.number)
        assert page.household_type is not None
        assert page.household_type.label("nl") == "woongroep"
