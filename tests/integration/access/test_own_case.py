"""Who moves to another partner leaves the stories of the former one's residents behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from casework.access import Permission, visible_cases
from casework.cases.find import case_for
from casework.cases.listing import case_list
from casework.cases.tables import Case
from casework.people.tables import Appointment
from errors import NotFound
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, a_case, a_cast, appoint, work_as

OWN = (Permission.CASE_VIEW, Permission.CASE_EDIT, Permission.CASE_ANSWER, Permission.CASE_WITHDRAW)


def test_a_case_goes_with_the_role_for_its_partner(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        case = a_case(session, cast.network, cast.applicant)
        appoint(session, cast.applicant, cast.network, cast.partners["mee"], Role.APPLICANT)
        before = work_as(session, cast.applicant, cast.network)
        for permission in OWN:
            assert case_for(before, case.number, permission) is case
        assert case_list(before).total == 1

        at_farent = session.scalars(
            select(Appointment).where(
                Appointment.person_id == cast.applicant.id,
                Appointment.partner_id == cast.partners["farent"].id,
            )
        ).one()
        at_farent.until_on = NOW.date() - timedelta(days=1)
        session.flush()
        after = work_as(session, cast.applicant, cast.network)
        assert after.actor.has(Role.APPLICANT)
        for permission in OWN:
            with pytest.raises(NotFound):
                case_for(after, case.number, permission)
        assert case_list(after).total == 0
        assert (
            session.scalars(select(Case).where(visible_cases(after.actor, Permission.CASE_EDIT))).all() == []
        )
