"""Passing on a case whose applicant has left: by the secretariat or an ambassador, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.cases.brought import brought_by_actor
from casework.cases.handing_over import ApplicantStillThere, NotAColleague, orphaned, reassign
from casework.cases.page import case_page
from casework.decision.inquiry import ask
from casework.people.tables import Appointment, Person
from casework.worklist.lines import Action, Section
from casework.worklist.queries import worklist
from errors import Forbidden, NotFound
from rules.roles import Role
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import NOW, a_person, appoint
from tests.integration.pages import page_text, sign_in


def _leaves(it: Round, person: Person) -> None:
    for role in it.session.scalars(select(Appointment).where(Appointment.person_id == person.id)):
        role.until_on = (NOW - timedelta(days=1)).date()
    it.session.flush()


def _colleague(it: Round) -> Person:
    return a_person(it.session, it.cast.network, it.cast.partners["farent"], Role.APPLICANT, name="Collega")


@pytest.mark.parametrize("who", ["secretariat", "ambassador"])
def test_a_case_of_someone_who_left_is_passed_on(engine: Engine, who: str) -> None:
    with a_round(engine) as it:
        colleague = _colleague(it)
        person = it.cast.ambassador if who == "ambassador" else it.cast.secretariat[0]
        with pytest.raises(ApplicantStillThere):
            reassign(it.work(person), number=it.case.number, person_id=colleague.id)
        _leaves(it, it.cast.applicant)
        assert orphaned(it.work(person), [it.case]) == {it.case.id}
        assert case_page(it.work(person), it.case.number)[1].may.reassign
        with pytest.raises(NotAColleague):
            reassign(it.work(person), number=it.case.number, person_id=it.cast.other_applicant.id)
        reassign(it.work(person), number=it.case.number, person_id=colleague.id)
        assert case_page(it.work(colleague), it.case.number)[1].own
        assert orphaned(it.work(person), [it.case]) == frozenset()
        logged = it.session.scalars(select(LogRecord).where(LogRecord.action == "case.reassign")).one()
        assert logged.facts == {"from_person": it.cast.applicant.id, "to_person": colleague.id}


def test_who_left_brought_it_still_and_who_passed_it_on_did_not(engine: Engine) -> None:
    with a_round(engine) as it:
        colleague = _colleague(it)
        _leaves(it, it.cast.applicant)
        reassign(it.work(it.cast.secretariat[0]), number=it.case.number, person_id=colleague.id)
        appoint(it.session, it.cast.applicant, it.cast.network, it.cast.partners["zayaz"], Role.SECRETARIAT)
        assert brought_by_actor(it.work(it.cast.applicant), it.case)
        assert not brought_by_actor(it.work(it.cast.secretariat[0]), it.case)


def test_a_closed_account_leaves_a_case_behind_too(engine: Engine) -> None:
    with a_round(engine) as it:
        it.cast.applicant.deactivated_at_utc = NOW
        it.session.flush()
        assert orphaned(it.work(it.cast.ambassador), [it.case]) == {it.case.id}


def test_nobody_else_passes_it_on(engine: Engine) -> None:
    with a_round(engine) as it:
        colleague = _colleague(it)
        _leaves(it, it.cast.applicant)
        elsewhere = a_person(it.session, it.cast.network, it.cast.partners["mee"], Role.AMBASSADOR)
        for person in (it.cast.treasurer, it.cast.executive, elsewhere, colleague):
            with pytest.raises((Forbidden, NotFound)):
                reassign(it.work(person), number=it.case.number, person_id=colleague.id)


def test_the_worklist_says_that_an_answer_will_not_come(engine: Engine) -> None:
    with a_round(engine) as it:
        member = it.cast.secretariat[0]
        ask(it.work(member), number=it.case.number, question="Hoe staat het?")
        assert worklist(it.work(member)).yours == 0
        _leaves(it, it.cast.applicant)
        page = worklist(it.work(member)).sections[0]
        assert page.section is Section.YOURS
        assert page.lines[0].turn.action is Action.OPEN
        assert page.lines[0].turn.says.sentence("nl") == "Aanvrager is vertrokken: overdragen"


def test_passing_on_at_the_page(app: Flask, client: FlaskClient, engine: Engine) -> None:
    with a_round(engine) as it:
        _leaves(it, it.cast.applicant)
        number, ambassador = it.case.number, it.cast.ambassador
        colleague_id = _colleague(it).id
    sign_in(client, ambassador)
    assert "De aanvrager is er niet meer" in page_text(client.get(f"/casussen/{number}"))
    refused = client.post(f"/casussen/{number}/doorgeven", data={"colleague": ""})
    assert refused.status_code == 422
    done = client.post(
        f"/casussen/{number}/doorgeven", data={"colleague": str(colleague_id)}, follow_redirects=True
    )
    assert f"De casus {number} is overgedragen." in page_text(done)
    assert "omdat de aanvrager er niet meer is" in page_text(done)
