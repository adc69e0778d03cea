"""Giving and ending roles. Every change ends that person's sessions at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select

from casework.audit.record import record
from casework.context import Work
from casework.network.partners import partner_for
from casework.network.tables import Network, Partner
from casework.people.find import person_for
from casework.people.refusals import (
    LastAdministrator,
    LastDayTooEarly,
    OwnRole,
    PartnerNotMember,
    RoleAfterLeaving,
    RoleBackdated,
    RoleEnded,
    RoleOverlaps,
)
from casework.people.sessions import end_sessions
from casework.people.tables import Appointment, Person
from errors import NotFound
from rules.roles import Role

ONE_DAY = timedelta(days=1)


def add_role(
    work: Work, *, person_id: int, role: Role, partner_code: str, from_on: date, until_on: date | None
) -> int:
    """Give a person a role for a partner, from ``from_on`` through ``until_on``; the appointment's id.

    Nobody gives themselves a role: whoever decides or pays was appointed by someone else.
    """
    person = person_for(work, person_id, lock=True)
    if person.id == work.actor.person_id:
        raise OwnRole()
    return appoint(work, person, role=role, partner_code=partner_code, from_on=from_on, until_on=until_on)


def appoint(
    work: Work, person: Person, *, role: Role, partner_code: str, from_on: date, until_on: date | None
) -> int:
    """The part of :func:`add_role` after the question who may; also for someone who is new."""
    partner = partner_for(work, partner_code)
    _check_dates(work, partner, from_on, until_on)
    later = [Appointment.until_on.is_(None), Appointment.until_on >= from_on]
    same = select(Appointment.id).where(
        Appointment.person_id == person.id,
        Appointment.partner_id == partner.id,
        Appointment.role == role.value,
        or_(*later),
    )
    if until_on is not None:
        same = same.where(Appointment.from_on <= until_on)
    if work.session.scalar(same.limit(1)) is not None:
        raise RoleOverlaps(field="role")
    # A partner that leaves takes its roles along, also those that are given after its leaving was recorded.
    if until_on is None and partner.left_on is not None:
        until_on = partner.left_on - ONE_DAY
    appointment = Appointment(
        person_id=person.id,
        network_id=work.network.id,
        partner_id=partner.id,
        role=role.value,
        from_on=from_on,
        until_on=until_on,
    )
    work.session.add(appointment)
    work.session.flush()
    end_sessions(work.session, person.id)
    facts = {"role": role.value, "partner": partner.code} | _days(appointment)
    record(work, "role.add", f"person:{person.id}", **facts)
    return appointment.id


def end_role(work: Work, *, appointment_id: int, last_on: date | None) -> None:
    """End a role after ``last_on``; at once when it is None.

    A role that began today or is yet to begin is taken away when it ends at once: it was never held
    on a whole day, and the log keeps that it was there. Raises :class:`LastAdministrator`.
    """
    # The network's row is locked so that two administrators cannot end each other's role at once.
    work.session.execute(select(Network.id).where(Network.id == work.network.id).with_for_update())
    appointment = appointment_for(work, appointment_id)
    if appointment.until_on is not None and appointment.until_on < work.today:
        raise RoleEnded()
    earliest = max(work.today, appointment.from_on)
    if last_on is not None and last_on < earliest:
        raise LastDayTooEarly(field="last_on", on=earliest.strftime("%d-%m-%Y"))
    if appointment.role == Role.ADMINISTRATOR.value:
        require_administrator(work, through=appointment.until_on, without=[appointment.id])
    facts = {"role": appointment.role}
    if last_on is None and appointment.from_on >= work.today:
        work.session.delete(appointment)
    else:
        appointment.until_on = last_on or work.today - ONE_DAY
        facts["until_on"] = appointment.until_on.isoformat()
    work.session.flush()
    end_sessions(work.session, appointment.person_id)
    record(work, "role.end", f"person:{appointment.person_id}", **facts)


def appointment_for(work: Work, appointment_id: int) -> Appointment:
    """An appointment in the actor's network. Raises :class:`errors.NotFound`."""
    found = work.session.scalar(
        select(Appointment).where(Appointment.id == appointment_id, Appointment.network_id == work.network.id)
    )
    if found is None:
        raise NotFound()
    return found


def require_administrator(
    work: Work, *, through: date | None, without: Collection[int] = (), without_person: int | None = None
) -> None:
    """Someone else must be administrator from today through ``through`` (without end when it is None).

    ``without`` are appointments that end, ``without_person`` is someone whose account closes; ``through``
    is how long they would have stayed. Raises :class:`LastAdministrator`.
    """
    long_enough: list[ColumnElement[bool]] = [Appointment.until_on.is_(None)]
    if through is not None:
        long_enough.append(Appointment.until_on >= through)
    others = (
        select(Appointment.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.network_id == work.network.id,
            Appointment.role == Role.ADMINISTRATOR.value,
            Appointment.from_on <= work.today,
            or_(*long_enough),
            Appointment.id.not_in(tuple(without)),
            Person.deactivated_at_utc.is_(None),
        )
    )
    if without_person is not None:
        others = others.where(Person.id != without_person)
    if work.session.scalar(others.limit(1)) is None:
        raise LastAdministrator()


def _check_dates(work: Work, partner: Partner, from_on: date, until_on: date | None) -> None:
    if from_on < work.today:
        raise RoleBackdated(field="from_on")
    if until_on is not None and until_on < from_on:
        raise LastDayTooEarly(field="until_on", on=from_on.strftime("%d-%m-%Y"))
    left_on = partner.left_on
    if partner.joined_on > from_on or (left_on is not None and left_on <= from_on):
        raise PartnerNotMember(field="partner", name=partner.name, on=from_on.strftime("%d-%m-%Y"))
    if left_on is not None and until_on is not None and until_on >= left_on:
        last = (left_on - ONE_DAY).strftime("%d-%m-%Y")
        raise RoleAfterLeaving(field="until_on", name=partner.name, on=last)


def _days(appointment: Appointment) -> dict[str, str]:
    until = {"until_on": appointment.until_on.isoformat()} if appointment.until_on else {}
    return {"from_on": appointment.from_on.isoformat()} | until
