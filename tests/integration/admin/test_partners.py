"""Partners join, change and leave; their roles end with them and their carry goes to the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.administration import leaving
from casework.administration.leaving import consequences, end_partner, take_back_leaving
from casework.audit.tables import LogRecord
from casework.context import Work
from casework.network import partners as service
from casework.network.partners import add_partner, edit_partner, members, partner_row
from casework.people.refusals import LastAdministrator
from casework.people.tables import Appointment, WebSession
from casework.settlement.tables import AllocationCarry
from errors import NotFound, OmloopError
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import (
    NOW,
    Cast,
    a_case,
    a_cast,
    a_network,
    a_partner,
    appoint,
    fund,
    work_as,
)

TODAY = NOW.date()
DAY = timedelta(days=1)
NEW = {"code": "joost", "name": "JOOST", "kind": "woningcorporatie", "domains": ["wonen"], "joined_on": TODAY}


def as_administrator(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.administrator, cast.network)


def logged(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(LogRecord.action, LogRecord.object_ref).order_by(LogRecord.id))
    return [(action, ref) for action, ref in rows]


def codes(work: Work, day: date = TODAY) -> set[str]:
    return {row.code for row in members(work, day)}


def test_a_partner_takes_part_from_its_first_day(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        add_partner(work, **NEW | {"joined_on": TODAY + DAY})
        assert "joost" not in codes(work)
        assert "joost" in codes(work, TODAY + DAY)
        assert logged(session) == [("partner.add", "joost")]


REFUSED: list[tuple[dict[str, object], type[OmloopError], str]] = [
    ({"code": "JOOST"}, service.PartnerCodeWrong, "code"),
    ({"code": "1e"}, service.PartnerCodeWrong, "code"),
    ({"code": "zayaz"}, service.PartnerCodeTaken, "code"),
    ({"code": "weg"}, service.PartnerCodeTaken, "code"),
    ({"name": "zayaz"}, service.PartnerNameTaken, "name"),
    ({"domains": ["onbekend"]}, service.DomainUnknown, "domains"),
    ({"joined_on": TODAY - DAY}, service.JoiningBackdated, "joined_on"),
]


def test_a_partner_that_cannot_be_is_refused_beside_its_field(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_partner(session, cast.network, "weg", left_on=TODAY)
        for change, refusal, field in REFUSED:
            with pytest.raises(refusal) as refused:
                add_partner(as_administrator(session, cast), **NEW | change)
            assert refused.value.field == field
            assert refused.value.sentence("nl") != refused.value.sentence("en")
        assert logged(session) == []


def test_a_partner_comes_back_under_a_new_code(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        end_partner(work, code="zayaz", left_on=TODAY)
        add_partner(work, **NEW | {"code": "zayaz-2", "name": "Zayaz"})
        assert "zayaz-2" in codes(work)


def test_changing_a_partner_keeps_its_code_and_is_logged_once(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        edit_partner(work, code="mee", name="MEE Plus", kind="clientondersteuning", domains=["zorg"])
        edit_partner(work, code="mee", name="MEE Plus", kind="clientondersteuning", domains=["zorg"])
        assert partner_row(work, "mee").name == "MEE Plus"
        assert logged(session) == [("partner.edit", "mee")]
        with pytest.raises(service.PartnerNameTaken):
            edit_partner(work, code="mee", name="Zayaz", kind="x", domains=[])


def test_leaving_ends_the_roles_and_sessions_of_that_partner_only(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        zayaz = cast.partners["zayaz"]
        later = appoint(
            session, cast.applicant, cast.network, zayaz, Role.AMBASSADOR, from_on=TODAY + 20 * DAY
        )
        for person in (cast.representative, cast.treasurer):
            session.add(
                WebSession(
                    token_hash=str(person.id),
                    person_id=person.id,
                    data={},
                    created_at_utc=NOW,
                    last_seen_at_utc=NOW,
                )
            )
        end_partner(work, code="zayaz", left_on=TODAY + 10 * DAY)
        until = session.scalars(select(Appointment.until_on).where(Appointment.partner_id == zayaz.id)).all()
        assert until == [TODAY + 9 * DAY] * 2  # its representative and the second treasurer
        assert session.get(Appointment, later.id) is None
        assert session.scalars(select(WebSession.person_id)).all() == [cast.treasurer.id]
        assert "zayaz" in codes(work, TODAY + 9 * DAY)
        assert "zayaz" not in codes(work, TODAY + 10 * DAY)
        assert logged(session) == [("partner.end", "zayaz")]


def test_a_leavers_carry_goes_to_the_others_and_all_sum_to_nothing(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        given = {"zayaz": 400_000, "mee": -300_000, "farent": -100_000}
        for code, carry in given.items():
            session.add(
                AllocationCarry(network_id=cast.network.id, partner_code=code, carry_millionths=carry)
            )
        session.flush()
        end_partner(as_administrator(session, cast), code="zayaz", left_on=TODAY)
        rows = {
            row.partner_code: row.carry_millionths
            for row in session.scalars(select(AllocationCarry).execution_options(populate_existing=True))
        }
        assert rows.get("zayaz", 0) == 0
        assert sum(rows.values()) == 0
        # 400,000 over four equal members: 100,000 each.
        assert (rows["mee"], rows["farent"], rows["gemeente"], rows["brabantwonen"]) == (
            -200_000,
            0,
            100_000,
            100_000,
        )


def test_what_a_leaving_means_is_told_before(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        fund(work, 500_000, partner="farent")
        a_case(session, cast.network, cast.applicant)
        a_case(session, cast.network, cast.applicant, decision_state="approved")
        a_case(session, cast.network, cast.other_applicant)
        found = consequences(work, "farent")
        assert set(found.people) == {cast.applicant.name, cast.secretariat[2].name, cast.ambassador.name}
        assert found.open_cases == 1
        assert (found.contributed_cents, found.claims_open_cents, found.advances_cents) == (500_000, 0, 0)


def test_a_leaving_that_cannot_be_is_refused(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        a_partner(session, cast.network, "straks", joined_on=TODAY + 5 * DAY)
        with pytest.raises(leaving.LeavingBackdated):
            end_partner(work, code="zayaz", left_on=TODAY - DAY)
        with pytest.raises(leaving.LeavingBeforeJoining):
            end_partner(work, code="straks", left_on=TODAY + 5 * DAY)
        with pytest.raises(LastAdministrator):
            end_partner(work, code="gemeente", left_on=TODAY)
        end_partner(work, code="zayaz", left_on=TODAY)
        with pytest.raises(leaving.LeftBefore):
            end_partner(work, code="zayaz", left_on=TODAY + DAY)
        with pytest.raises(leaving.NotLeaving):
            take_back_leaving(work, code="zayaz")


def test_the_only_member_stays(engine: Engine):
    with unit_of_work(engine) as session:
        network = a_network(session)
        partner = a_partner(session, network, "alleen")
        other = a_cast(session, code="ander", case_prefix="AN")
        appoint(session, other.administrator, network, partner, Role.ADMINISTRATOR)
        with pytest.raises(leaving.LastMember):
            end_partner(work_as(session, other.administrator, network), code="alleen", left_on=TODAY)


def test_a_leaving_is_taken_back_until_its_day(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        end_partner(work, code="zayaz", left_on=TODAY + DAY)
        take_back_leaving(work, code="zayaz")
        assert "zayaz" in codes(work, TODAY + 100 * DAY)
        assert logged(session) == [("partner.end", "zayaz"), ("partner.stay", "zayaz")]


def test_partners_of_another_network_do_not_exist(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        a_partner(session, a_network(session, code="ander"), "elders")
        for action in (
            lambda: partner_row(work, "elders"),
            lambda: edit_partner(work, code="elders", name="X", kind="Y", domains=[]),
            lambda: end_partner(work, code="elders", left_on=TODAY),
            lambda: consequences(work, "elders"),
        ):
            with pytest.raises(NotFound):
                action()
