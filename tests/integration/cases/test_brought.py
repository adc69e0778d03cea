"""Handing a case over opens nothing: who brought it still does not weigh, decide, pay or settle it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.cases.brought import brought_by, brought_by_actor
from casework.cases.handing_over import hand_over
from casework.cases.tables import Case
from casework.decision.inquiry import ask
from casework.decision.queries import decision_panel
from casework.decision.refusals import OwnSubmission
from casework.decision.voting import Ballot, vote
from casework.payout.queries import lines_to_pay
from casework.payout.refusals import OwnCase
from casework.people.tables import Person
from casework.settlement.mandate import conflicts_of_actor
from casework.settlement.proposal import Proposal
from casework.settlement.service import propose
from rules.lifecycle import SettlementKind
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_case, a_cast, a_person, appoint, work_as
from tests.integration.settlement.paid import a_paid_case
from tests.integration.treasury.scene import a_funded_cast, an_approved_case, prepare


def _handed_over(session: Session, cast: Cast, case: Case) -> Person:
    """The colleague to whom the applicant hands the case, and with it the applicant's own say in it."""
    colleague = a_person(session, cast.network, cast.partners["farent"], Role.APPLICANT)
    hand_over(work_as(session, cast.applicant, cast.network), number=case.number, person_id=colleague.id)
    return colleague


def test_both_brought_it_and_nobody_else(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        case = a_case(session, cast.network, cast.applicant)
        other = a_case(session, cast.network, cast.other_applicant)
        colleague = _handed_over(session, cast, case)
        for person, brought in ((cast.applicant, True), (colleague, True), (cast.secretariat[0], False)):
            work = work_as(session, person, cast.network)
            assert brought_by_actor(work, case) is brought
            assert not brought_by_actor(work, other)
            found = session.scalars(select(Case.number).where(brought_by(person.id))).all()
            assert found == ([case.number] if brought else [])


def test_who_handed_it_over_neither_asks_nor_votes(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        appoint(session, cast.applicant, cast.network, cast.partners["gemeente"], Role.SECRETARIAT)
        case = a_case(session, cast.network, cast.applicant)
        _handed_over(session, cast, case)
        work = work_as(session, cast.applicant, cast.network)
        assert decision_panel(work, case).own_submission
        assert not decision_panel(work, case).possible.assess
        with pytest.raises(OwnSubmission):
            ask(work, number=case.number, question="Klopt dit?")
        with pytest.raises(OwnSubmission):
            vote(work, number=case.number, ballot=Ballot("approve"))


def test_who_handed_it_over_does_not_pay(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        appoint(session, cast.applicant, cast.network, cast.partners["gemeente"], Role.TREASURER)
        case = an_approved_case(session, cast)
        _handed_over(session, cast, case)
        work = work_as(session, cast.applicant, cast.network)
        assert lines_to_pay(work)[0].involved
        with pytest.raises(OwnCase, match=case.number):
            prepare(work, [case])
        treasurer = work_as(session, cast.treasurer, cast.network)
        assert not lines_to_pay(treasurer)[0].involved


def test_who_handed_it_over_does_not_count_in_its_settlement(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        appoint(session, cast.applicant, cast.network, cast.partners["gemeente"], Role.SECRETARIAT)
        case = a_paid_case(session, cast, 100_000)
        _handed_over(session, cast, case)
        member = work_as(session, cast.secretariat[0], cast.network)
        gift = Proposal(SettlementKind.GIFT, motivation="Niemand kan dit dragen.")
        settlement = propose(member, number=case.number, proposal=gift, key="gift-1-sleutel")
        assert conflicts_of_actor(work_as(session, cast.applicant, cast.network), case, settlement)
        assert not conflicts_of_actor(member, case, settlement)
