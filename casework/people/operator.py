"""What only someone with a shell on the server does: the first administrator, a lost password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.network.tables import Network, Partner
from casework.people.accounts import TEMPORARY_FOR, temporary_password
from casework.people.actor import day_in
from casework.people.passwords import hash_password
from casework.people.sessions import end_sessions
from casework.people.sign_in import person_with
from casework.people.tables import Appointment, Person
from errors import Conflict, NotFound
from rules.roles import Role


class AdministratorThere(Conflict):
    """The network can look after itself."""

    nl = "Dit netwerk heeft al een beheerder. Die voegt anderen toe op de pagina ‘Mensen’."
    en = "This network has an administrator already, who adds others on the page ‘People’."


class AddressKnown(Conflict):
    """The address belongs to an account."""

    nl = "Dit e-mailadres heeft al een account."
    en = "This e-mail address has an account already."


def add_first_administrator(
    session: Session, *, network: Network, partner_code: str, email: str, name: str, now_utc: datetime
) -> str:
    """An administrator for a network that has none; the temporary password.

    Raises :class:`AdministratorThere`, :class:`AddressKnown` or :class:`errors.NotFound` (the partner).
    """
    today = day_in(network, now_utc)
    partner = session.scalar(
        select(Partner).where(Partner.network_id == network.id, Partner.code == partner_code)
    )
    if partner is None:
        raise NotFound()
    present = select(Appointment.id).where(
        Appointment.network_id == network.id,
        Appointment.role == Role.ADMINISTRATOR.value,
        or_(Appointment.until_on.is_(None), Appointment.until_on >= today),
    )
    if session.scalar(present.limit(1)) is not None:
        raise AdministratorThere()
    if person_with(session, email) is not None:
        raise AddressKnown()
    person = Person(email=email.strip().lower(), name=name, created_at_utc=now_utc)
    session.add(person)
    password = _set_temporary(session, person, now_utc)
    session.add(
        Appointment(
            person_id=person.id,
            network_id=network.id,
            partner_id=partner.id,
            role=Role.ADMINISTRATOR.value,
            from_on=today,
        )
    )
    _log(session, person, "person.add", now_utc, network.id)
    return password


def give_temporary_password(session: Session, *, email: str, now_utc: datetime) -> str:
    """A new temporary password for an account; its sessions end. Raises :class:`errors.NotFound`."""
    person = person_with(session, email)
    if person is None:
        raise NotFound()
    password = _set_temporary(session, person, now_utc)
    end_sessions(session, person.id)
    _log(session, person, "password.reset", now_utc, None)
    return password


def _set_temporary(session: Session, person: Person, now_utc: datetime) -> str:
    password = temporary_password()
    person.password_hash = hash_password(password)
    person.must_change_password = True
    person.password_until_utc = now_utc + TEMPORARY_FOR
    session.flush()
    return password


def _log(session: Session, person: Person, action: str, now_utc: datetime, network_id: int | None) -> None:
    session.add(
        LogRecord(
            at_utc=now_utc,
            network_id=network_id,
            action=action,
            object_ref=f"person:{person.id}",
            facts={"from": "shell"},
        )
    )
    session.flush()
