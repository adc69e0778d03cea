"""Independence after the decision: promising and reviewing are for members without an interest."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from casework.cases.tables import Case
from casework.decision.deciding import promise, review
from casework.decision.queries import decision_panel
from casework.decision.refusals import InterestInCase
from casework.payout.parts import involved_in
from casework.worklist.lines import Section
from casework.worklist.queries import worklist
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import fund


def _waiting(it: Round) -> None:
    it.assess(it.cast.secretariat[0])
    it.vote(it.cast.secretariat[0])
    assert it.case.decision_state == "waiting"
    fund(it.work(it.cast.treasurer), 40_000)


def test_who_has_an_interest_does_not_promise(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=1) as it:
        _waiting(it)
        of_farent, other = it.cast.secretariat[2], it.cast.secretariat[1]
        with pytest.raises(InterestInCase) as refused:
            promise(it.work(of_farent), number=it.case.number)
        assert "diende de casus in" in refused.value.sentence("nl")
        assert not decision_panel(it.work(of_farent), it.case).possible.promise
        sections = {one.section: one.total for one in worklist(it.work(of_farent)).sections}
        assert sections[Section.YOURS] == 0
        assert decision_panel(it.work(other), it.case).possible.promise
        assert promise(it.work(other), number=it.case.number).decided


def test_who_promised_took_part_in_deciding_and_does_not_pay(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=1) as it:
        _waiting(it)
        voter, promiser, _, nobody = it.cast.secretariat
        promise(it.work(promiser), number=it.case.number)
        for person, involved in (
            (voter, True),
            (promiser, True),
            (it.cast.applicant, True),
            (nobody, False),
            (it.cast.treasurer, False),
        ):
            found = it.session.scalars(select(Case.id).where(involved_in(person.id))).all()
            assert bool(found) is involved


def test_who_has_an_interest_does_not_review(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        it.vote(it.cast.secretariat[0])
        of_farent, other = it.cast.secretariat[2], it.cast.secretariat[1]
        with pytest.raises(InterestInCase):
            review(it.work(of_farent), number=it.case.number)
        assert not decision_panel(it.work(of_farent), it.case).possible.review
        assert worklist(it.work(of_farent)).yours == 0
        assert worklist(it.work(other)).yours == 1
        review(it.work(other), number=it.case.number)
