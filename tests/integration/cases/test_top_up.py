"""A top-up: a new request in the same case, decided, promised, paid and settled for its own part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.cases.brought import brought_by_actor
from casework.cases.drafts import CostLineDraft
from casework.cases.handing_over import hand_over
from casework.cases.page import case_page
from casework.cases.submission import NotComplete, withdraw
from casework.cases.tables import Case
from casework.cases.top_up import (
    TopUpNotNow,
    TopUpOfTopUp,
    TopUpReasonMissing,
    TopUpUnderWay,
    check_top_up,
    family_of,
    request_top_up,
)
from casework.decision.deciding import promise
from casework.decision.queries import decision_panel
from casework.once import KeyReused
from casework.people.tables import Person
from casework.people_data import BsnFound
from casework.reports.cases import cases_overview
from casework.reports.facts import Span, cases_of
from errors import Forbidden, NotFound
from ledger import tables
from ledger.accounts import Account
from ledger.balances import balance_cents, fund_position
from ledger.verify.run import verify
from rules.lifecycle import DecisionState
from rules.roles import Role
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import NOW, a_person, fund
from tests.integration.pages import page_text, sign_in, soup

IBAN = "NL91ABNA0417164300"


def _lines(*amounts: int) -> list[CostLineDraft]:
    return [CostLineDraft(f"Erbij {n}", cents, "Zayaz", IBAN) for n, cents in enumerate(amounts, 1)]


def _ask(it: Round, *amounts: int, key: str = "aanvulling-1", reason: str = "De rente liep op.") -> Case:
    number = request_top_up(
        it.work(it.cast.applicant),
        number=it.case.number,
        reason=reason,
        cost_lines=_lines(*amounts),
        urgent=False,
        key=key,
    )
    return it.session.scalars(select(Case).where(Case.number == number)).one()


@contextmanager
def an_approved_round(
    engine: Engine, *, amount: int = 40_000, fund_cents: int = 1_000_000
) -> Iterator[Round]:
    """A case of which ``amount`` was promised by one member."""
    with a_round(engine, amounts=(amount,), fund_cents=fund_cents) as it:
        it.assess(it.cast.secretariat[0])
        assert it.vote(it.cast.secretariat[0]).state is DecisionState.APPROVED
        yield it


def _promised(it: Round, case: Case) -> int:
    return -balance_cents(
        it.session, network=it.cast.network.code, account=Account.COMMITMENTS, subject=case.number
    )


def test_a_top_up_is_a_request_of_its_own_with_the_cases_number_before_it(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 5_000, 2_500)
        assert top_up.number == f"{it.case.number}-A1"
        assert top_up.decision_state == DecisionState.SUBMITTED
        assert (top_up.main_case_id, top_up.amount_cents) == (it.case.id, 7_500)
        assert (top_up.title, top_up.household_type) == (it.case.title, it.case.household_type)
        logged = it.session.scalars(
            select(LogRecord.action).where(LogRecord.object_ref == top_up.number)
        ).all()
        assert logged == ["case.top_up"]


def test_its_quorum_counts_what_the_case_asked_before(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 20_000)  # with the 400 euros before it, more than one member may decide
        panel = decision_panel(it.work(it.cast.secretariat[0]), top_up)
        assert (panel.required, panel.mandate.counted_cents) == (2, 60_000)
        assert [one.reference for one in panel.mandate.counted_with] == [it.case.number]
        # What the case itself was decided on does not change by it.
        assert decision_panel(it.work(it.cast.secretariat[0]), it.case).required == 1


def test_its_promise_raises_the_commitment_and_the_book_stays_right(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 20_000)
        for person in it.cast.secretariat[:2]:
            it.assess(person, number=top_up.number)
        outcomes = [it.vote(person, number=top_up.number) for person in it.cast.secretariat[:2]]
        assert outcomes[-1].state is DecisionState.APPROVED
        assert (_promised(it, it.case), _promised(it, top_up)) == (40_000, 20_000)
        kinds = it.session.scalars(select(tables.entry.c.kind).order_by(tables.entry.c.id)).all()
        assert list(kinds)[-2:] == ["case_approved", "commitment_raised"]
        assert fund_position(it.session, network="testnet").available_cents == 940_000
        family = family_of(it.work(it.cast.applicant), it.case)
        assert (family.total_cents, [one.number for one in family.top_ups]) == (60_000, [top_up.number])
        assert verify(it.session, network="testnet").ok


def test_the_year_counts_one_case_and_both_amounts(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 5_000)
        it.assess(it.cast.secretariat[0], number=top_up.number)
        it.vote(it.cast.secretariat[0], number=top_up.number)
        span = Span(NOW.year, ZoneInfo("Europe/Amsterdam"))
        facts = cases_of(it.session, it.cast.network, span)
        form = it.work(it.cast.auditor).policy.case_form
        year = cases_overview(it.session, it.cast.network, span, facts, form)
        assert (year.submitted, year.approved, year.declined, year.approved_cents) == (1, 1, 0, 45_000)
        assert [(one.submitted, one.approved_cents) for one in year.by_partner] == [(1, 45_000)]
        assert all(group.cases == 1 for one in year.breakdowns for group in one.groups)


def test_an_empty_pot_puts_a_top_up_on_the_waiting_list(engine: Engine) -> None:
    with an_approved_round(engine, fund_cents=45_000) as it:
        top_up = _ask(it, 6_000)
        it.assess(it.cast.secretariat[0], number=top_up.number)
        assert it.vote(it.cast.secretariat[0], number=top_up.number).state is DecisionState.WAITING
        assert _promised(it, top_up) == 0
        fund(it.work(it.cast.treasurer), 1_000)
        assert promise(it.work(it.cast.secretariat[1]), number=top_up.number).decided
        assert _promised(it, top_up) == 6_000


def test_declining_a_top_up_leaves_the_case_as_it_was(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 5_000)
        first = it.cast.secretariat[0]
        it.assess(first, (1, 1, 1), number=top_up.number)
        it.vote(
            first,
            "decline",
            "Dit hoort bij de gewone route.",
            "De bijzondere bijstand.",
            number=top_up.number,
        )
        assert (top_up.decision_state, it.case.decision_state) == ("declined", "approved")
        assert _promised(it, it.case) == 40_000
        assert _ask(it, 5_000, key="aanvulling-2").number == f"{it.case.number}-A2"


@pytest.mark.parametrize("state", ["submitted", "in_assessment", "waiting", "declined", "withdrawn", "draft"])
def test_only_a_promise_can_be_made_larger(engine: Engine, state: str) -> None:
    with a_round(engine, decision_state=state) as it:
        with pytest.raises(TopUpNotNow):
            _ask(it, 5_000)
        assert not family_of(it.work(it.cast.applicant), it.case).may_ask


def test_one_at_a_time_and_never_on_a_top_up(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        first = _ask(it, 5_000)
        with pytest.raises(TopUpUnderWay, match=first.number):
            _ask(it, 5_000, key="aanvulling-2")
        assert not family_of(it.work(it.cast.applicant), it.case).may_ask
        with pytest.raises(TopUpOfTopUp, match=it.case.number):
            check_top_up(it.work(it.cast.applicant), number=first.number)
        withdraw(it.work(it.cast.applicant), number=first.number)
        assert _ask(it, 5_000, key="aanvulling-3").number.endswith("-A2")


def test_a_second_click_gives_the_same_top_up(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        assert _ask(it, 5_000).id == _ask(it, 5_000).id
        with pytest.raises(KeyReused):
            _ask(it, 6_000)


def test_what_is_missing_is_said_beside_its_field(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        with pytest.raises(TopUpReasonMissing) as refused:
            _ask(it, 5_000, reason=" ")
        assert refused.value.field == "reason"
        with pytest.raises(BsnFound):
            _ask(it, 5_000, reason="Zie 111222333.")
        with it.session.begin_nested() as undone:
            with pytest.raises(NotComplete) as incomplete:
                _ask(it)
            undone.rollback()
        assert set(incomplete.value.problems) == {"costs-0-amount"}


def test_only_the_applicant_asks(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        for person, refusal in (
            (it.cast.other_applicant, NotFound),
            (it.cast.secretariat[0], Forbidden),
            (it.cast.treasurer, NotFound),
        ):
            with pytest.raises(refusal):
                check_top_up(it.work(person), number=it.case.number)


def test_top_ups_go_along_when_the_case_is_handed_over(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 5_000)
        colleague = a_person(it.session, it.cast.network, it.cast.partners["farent"], Role.APPLICANT)
        hand_over(it.work(it.cast.applicant), number=it.case.number, person_id=colleague.id)
        assert (it.case.applicant_id, top_up.applicant_id) == (colleague.id, colleague.id)
        later = _ask_as(it, colleague)
        assert brought_by_actor(it.work(it.cast.applicant), later)


def _ask_as(it: Round, person: Person) -> Case:
    """A later top-up, asked by whoever has the case now: who had it before brought that one too."""
    withdraw(it.work(person), number=f"{it.case.number}-A1")
    number = request_top_up(
        it.work(person),
        number=it.case.number,
        reason="Nog iets.",
        cost_lines=_lines(1_000),
        urgent=False,
        key="aanvulling-later",
    )
    return it.session.scalars(select(Case).where(Case.number == number)).one()


def test_the_case_tells_of_its_top_up_and_keeps_the_rest_apart(engine: Engine) -> None:
    with an_approved_round(engine) as it:
        top_up = _ask(it, 5_000)
        it.assess(it.cast.secretariat[0], number=top_up.number)
        it.vote(it.cast.secretariat[0], number=top_up.number)
        _row, page = case_page(it.work(it.cast.secretariat[1]), it.case.number)
        actions = [one.action for one in page.happenings]
        assert actions.count("case.approve") == 1
        assert actions.count("case.top_up") == 1
        assert page.earlier == ()  # it stands under its own heading


def test_asking_on_the_page_without_javascript(app: Flask, client: FlaskClient, engine: Engine) -> None:
    with an_approved_round(engine) as it:
        number, applicant, member = it.case.number, it.cast.applicant, it.cast.secretariat[1]
    sign_in(client, applicant)
    assert soup(client.get(f"/casussen/{number}")).find("a", href=f"/casussen/{number}/aanvullen")
    form = soup(client.get(f"/casussen/{number}/aanvullen"))
    key = form.find("input", attrs={"name": "idempotency_key"})["value"]  # type: ignore[index]  # it is there
    typed = {"idempotency_key": key, "reason": "De rente liep op.", "costs-0-description": "Rente"}
    more = client.post(f"/casussen/{number}/aanvullen", data=typed | {"action": "add:costs"})
    assert soup(more).find("input", attrs={"name": "costs-1-amount"})
    assert "De rente liep op." in page_text(more)
    refused = client.post(f"/casussen/{number}/aanvullen", data=typed)
    assert refused.status_code == 422
    assert "Schrijf een bedrag boven nul." in page_text(refused)
    full = typed | {"costs-0-amount": "75", "costs-0-payee_name": "Zayaz", "costs-0-payee_iban": IBAN}
    done = client.post(f"/casussen/{number}/aanvullen", data=full, follow_redirects=True)
    assert done.request.path == f"/casussen/{number}-A1"
    assert f"Dit is een aanvulling op casus {number}" in page_text(done)
    assert "Aanvulling intrekken" in page_text(done)  # not the case: that one goes on
    assert "Casus intrekken" not in page_text(done)
    again = client.post(f"/casussen/{number}/aanvullen", data=full, follow_redirects=True)
    assert again.request.path == f"/casussen/{number}-A1"
    later = client.get(f"/casussen/{number}/aanvullen")
    assert later.status_code == 409
    assert f"Aanvulling {number}-A1 loopt nog" in page_text(later)
    sign_in(client, member)
    assert "De rente liep op." in page_text(client.get(f"/casussen/{number}-A1/beoordelen"))
    assert f"{number}-A1" in page_text(client.get(f"/casussen/{number}"))
