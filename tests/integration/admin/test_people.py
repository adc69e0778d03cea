"""Administrators add people, give and end roles, and close accounts; four eyes and the last one stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.context import Work
from casework.people import refusals
from casework.people.accounts import add_person, close_account, open_account, rename_person, reset_password
from casework.people.actor import load_actor
from casework.people.appointments import add_role, end_role
from casework.people.find import people, person_row
from casework.people.passwords import verify_password
from casework.people.tables import Appointment, Person, WebSession
from errors import NotFound, OmloopError
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, a_partner, a_person, appoint, work_as

TODAY = NOW.date()
DAY = timedelta(days=1)


def as_administrator(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.administrator, cast.network)


def a_session_of(session: Session, person: Person) -> None:
    session.add(
        WebSession(
            token_hash=f"{person.id}", person_id=person.id, data={}, created_at_utc=NOW, last_seen_at_utc=NOW
        )
    )
    session.flush()


def sessions_of(session: Session, person: Person) -> int:
    return session.scalar(select(func.count()).where(WebSession.person_id == person.id)) or 0


def actions(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(LogRecord.action, LogRecord.object_ref).order_by(LogRecord.id))
    return [(action, ref) for action, ref in rows]


def only_appointment(session: Session, person: Person) -> Appointment:
    return session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()


NEW = {
    "name": "Nieuw Mens",
    "email": "nieuw@mee.example",
    "role": Role.APPLICANT,
    "partner_code": "mee",
    "from_on": TODAY,
    "until_on": None,
}


def test_someone_new_gets_a_role_and_a_temporary_password_that_is_stored_nowhere(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        access = add_person(as_administrator(session, cast), **NEW)
        person = session.get_one(Person, access.person_id)
        assert access.temporary_password is not None
        assert len(access.temporary_password) == 19
        assert access.temporary_password not in str(person.password_hash)
        assert verify_password(person.password_hash, access.temporary_password)
        assert person.must_change_password
        assert person.password_until_utc == NOW + timedelta(days=7)
        actor = load_actor(session, person=person, network=cast.network, day=TODAY)
        assert [(held.role, held.partner_code) for held in actor.held] == [(Role.APPLICANT, "mee")]
        ref = f"person:{person.id}"
        assert actions(session) == [("person.add", ref), ("role.add", ref)]


def test_a_known_address_is_refused_and_a_colleague_of_another_network_gets_no_password(
    engine: Engine, cast: Cast
):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        with pytest.raises(refusals.EmailKnown) as refused:
            add_person(work, **NEW | {"email": cast.applicant.email})
        assert refused.value.field == "email"
        other = a_cast(session, code="ander", case_prefix="AN")
        before = other.applicant.password_hash
        access = add_person(work, **NEW | {"email": other.applicant.email, "name": "Iemand Anders"})
        assert access.temporary_password is None
        assert access.name == other.applicant.name
        assert other.applicant.password_hash == before
        with pytest.raises(refusals.OwnRole):
            add_person(work, **NEW | {"email": cast.administrator.email})


REFUSED_ROLES: list[tuple[dict[str, object], type[OmloopError], str]] = [
    ({"from_on": TODAY - DAY}, refusals.RoleBackdated, "from_on"),
    ({"until_on": TODAY - DAY}, refusals.LastDayTooEarly, "until_on"),
    ({"partner_code": "weg"}, refusals.PartnerNotMember, "partner"),
    ({"partner_code": "straks"}, refusals.PartnerNotMember, "partner"),
    ({"partner_code": "gaat", "from_on": TODAY + 10 * DAY}, refusals.PartnerNotMember, "partner"),
    ({"partner_code": "gaat", "until_on": TODAY + 10 * DAY}, refusals.RoleAfterLeaving, "until_on"),
    ({"partner_code": "farent", "role": Role.APPLICANT}, refusals.RoleOverlaps, "role"),
]


def test_a_role_that_cannot_be_is_refused_beside_its_field(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_partner(session, cast.network, "weg", left_on=TODAY)
        a_partner(session, cast.network, "straks", joined_on=TODAY + DAY)
        a_partner(session, cast.network, "gaat", left_on=TODAY + 10 * DAY)
        asked = {"role": Role.AMBASSADOR, "partner_code": "farent", "from_on": TODAY, "until_on": None}
        for change, refusal, field in REFUSED_ROLES:
            with pytest.raises(refusal) as refused:
                add_role(as_administrator(session, cast), person_id=cast.applicant.id, **asked | change)
            assert refused.value.field == field
            assert refused.value.sentence("nl") != refused.value.sentence("en")
        assert actions(session) == []


def test_a_role_at_a_partner_that_leaves_ends_with_it(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_partner(session, cast.network, "gaat", left_on=TODAY + 10 * DAY)
        work = as_administrator(session, cast)
        given = add_role(
            work,
            person_id=cast.applicant.id,
            role=Role.AMBASSADOR,
            partner_code="gaat",
            from_on=TODAY,
            until_on=None,
        )
        assert session.get_one(Appointment, given).until_on == TODAY + 9 * DAY


def test_nobody_gives_themselves_a_role(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        for role in Role:
            with pytest.raises(refusals.OwnRole):
                add_role(
                    as_administrator(session, cast),
                    person_id=cast.administrator.id,
                    role=role,
                    partner_code="gemeente",
                    from_on=TODAY,
                    until_on=None,
                )
        assert actions(session) == []


def test_every_change_of_access_ends_the_sessions_of_that_person_only(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        person = cast.applicant
        changes: list[Callable[[], object]] = [
            lambda: add_role(
                work,
                person_id=person.id,
                role=Role.AMBASSADOR,
                partner_code="farent",
                from_on=TODAY,
                until_on=None,
            ),
            lambda: end_role(
                work,
                appointment_id=session.scalars(
                    select(Appointment.id).where(
                        Appointment.role == "ambassador", Appointment.person_id == person.id
                    )
                ).one(),
                last_on=None,
            ),
            lambda: reset_password(work, person_id=person.id),
            lambda: close_account(work, person_id=person.id),
        ]
        a_session_of(session, cast.treasurer)
        for change in changes:
            a_session_of(session, person)
            change()
            assert sessions_of(session, person) == 0
        assert sessions_of(session, cast.treasurer) == 1


def test_a_role_ends_after_its_last_day_or_at_once(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        appointment = only_appointment(session, cast.applicant)
        with pytest.raises(refusals.LastDayTooEarly) as refused:
            end_role(work, appointment_id=appointment.id, last_on=TODAY - DAY)
        assert refused.value.field == "last_on"
        end_role(work, appointment_id=appointment.id, last_on=TODAY + DAY)

        def held(day: date) -> int:
            return len(load_actor(session, person=cast.applicant, network=cast.network, day=day).held)

        assert (held(TODAY + DAY), held(TODAY + 2 * DAY)) == (1, 0)
        end_role(work, appointment_id=appointment.id, last_on=None)
        assert (held(TODAY - DAY), held(TODAY)) == (1, 0)
        with pytest.raises(refusals.RoleEnded):
            end_role(work, appointment_id=appointment.id, last_on=None)
        ref = f"person:{cast.applicant.id}"
        assert actions(session) == [("role.end", ref), ("role.end", ref)]


def test_a_role_that_is_yet_to_begin_is_taken_away(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        later = appoint(
            session,
            cast.applicant,
            cast.network,
            cast.partners["mee"],
            Role.AMBASSADOR,
            from_on=TODAY + DAY,
        )
        end_role(work, appointment_id=later.id, last_on=None)
        assert session.get(Appointment, later.id) is None
        assert actions(session) == [("role.end", f"person:{cast.applicant.id}")]


def test_the_last_administrator_stays(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        own = only_appointment(session, cast.administrator)
        for last_on in (None, TODAY, TODAY + 100 * DAY):
            with pytest.raises(refusals.LastAdministrator):
                end_role(work, appointment_id=own.id, last_on=last_on)
        second = a_person(session, cast.network, cast.partners["mee"], Role.ADMINISTRATOR)
        second.deactivated_at_utc = NOW
        session.flush()
        with pytest.raises(refusals.LastAdministrator):
            end_role(work, appointment_id=own.id, last_on=None)
        second.deactivated_at_utc = None
        only_appointment(session, second).until_on = TODAY + 10 * DAY
        session.flush()
        # The second is there for ten days only, the first would have stayed.
        with pytest.raises(refusals.LastAdministrator):
            end_role(work, appointment_id=own.id, last_on=TODAY + 9 * DAY)
        third = a_person(session, cast.network, cast.partners["mee"], Role.ADMINISTRATOR)
        end_role(work, appointment_id=own.id, last_on=TODAY + 9 * DAY)
        close_account(work, person_id=second.id)
        with pytest.raises(refusals.LastAdministrator):
            close_account(work, person_id=third.id)


def test_an_account_is_closed_and_opened_by_someone_else(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        person = session.get_one(Person, cast.applicant.id)
        with pytest.raises(refusals.OwnAccount):
            close_account(work, person_id=cast.administrator.id)
        with pytest.raises(refusals.OwnAccount):
            reset_password(work, person_id=cast.administrator.id)
        with pytest.raises(refusals.AccountOpen):
            open_account(work, person_id=person.id)
        close_account(work, person_id=person.id)
        assert load_actor(session, person=person, network=cast.network, day=TODAY).held == ()
        for action in (close_account, reset_password):
            with pytest.raises(refusals.AccountClosed):
                action(work, person_id=person.id)
        open_account(work, person_id=person.id)
        assert len(load_actor(session, person=person, network=cast.network, day=TODAY).held) == 1
        ref = f"person:{person.id}"
        assert actions(session) == [("person.close", ref), ("person.open", ref)]


def test_an_account_that_also_opens_another_network_is_not_touched(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        other = a_cast(session, code="ander", case_prefix="AN")
        shared = appoint(
            session, cast.applicant, other.network, other.partners["mee"], Role.TREASURER, from_on=TODAY
        )
        person = session.get_one(Person, cast.applicant.id)
        before = (person.password_hash, person.name)
        for change in (
            lambda: reset_password(work, person_id=cast.applicant.id),
            lambda: close_account(work, person_id=cast.applicant.id),
            lambda: rename_person(work, person_id=cast.applicant.id, name="Een Ander"),
        ):
            with pytest.raises(refusals.SharedAccount):
                change()
        assert (person.password_hash, person.name) == before
        with pytest.raises(NotFound):
            end_role(work, appointment_id=shared.id, last_on=None)
        assert len(person_row(work, cast.applicant.id).roles) == 1


def test_people_of_another_network_do_not_exist(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        stranger = a_cast(session, code="ander", case_prefix="AN").applicant
        role = {"role": Role.AUDITOR, "partner_code": "mee", "from_on": TODAY, "until_on": None}
        for action in (
            lambda: person_row(work, stranger.id),
            lambda: add_role(work, person_id=stranger.id, **role),
            lambda: reset_password(work, person_id=stranger.id),
            lambda: close_account(work, person_id=stranger.id),
            lambda: open_account(work, person_id=stranger.id),
            lambda: rename_person(work, person_id=stranger.id, name="X"),
        ):
            with pytest.raises(NotFound):
                action()
        listed = {row.id for row in people(work).rows}
        assert stranger.id not in listed
        assert cast.applicant.id in listed
        assert actions(session) == []


def test_people_are_found_by_name_role_and_partner_in_pages_of_25(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = as_administrator(session, cast)
        total = people(work).total
        for number in range(30):
            a_person(
                session,
                cast.network,
                cast.partners["zayaz"],
                Role.EXECUTIVE,
                name=f"Bestuur 100%_{number:02d}",
            )
        first, second = people(work, search="bestuur"), people(work, search="bestuur", page=2)
        assert (first.total, first.pages, len(first.rows), len(second.rows)) == (30, 2, 25, 5)
        assert first.rows[0].name == "Bestuur 100%_00"
        assert people(work, search="100%_07 BESTUUR").total == 1
        assert people(work, search="bestuur%07").total == 0
        assert people(work, search=cast.auditor.email).total == 1
        assert people(work, role=Role.TREASURER).total == 2
        assert people(work, role=Role.EXECUTIVE, partner_code="gemeente").total == 1
        assert people(work, page=99).rows == ()
        close_account(work, person_id=cast.auditor.id)
        end_role(work, appointment_id=only_appointment(session, cast.treasurer).id, last_on=None)
        assert {row.id for row in people(work, closed=True).rows} == {cast.auditor.id, cast.treasurer.id}
        assert people(work).total == total + 30 - 2
