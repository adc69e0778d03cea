"""Accounts: new people, temporary passwords, closing and opening."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from casework.audit.record import record
from casework.context import Work
from casework.network.tables import Network
from casework.people.appointments import appoint, require_administrator
from casework.people.find import person_for, person_row
from casework.people.passwords import hash_password
from casework.people.refusals import (
    AccountClosed,
    AccountOpen,
    EmailKnown,
    OwnAccount,
    OwnRole,
    SharedAccount,
)
from casework.people.sessions import end_sessions
from casework.people.tables import Appointment, Person
from rules.roles import Role

TEMPORARY_FOR = timedelta(days=7)
# Without letters and digits that look alike: these passwords are read aloud over the telephone.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Access:
    """A person and, where they got one, the temporary password: shown once and kept nowhere."""

    person_id: int
    name: str
    email: str
    temporary_password: str | None
    until_utc: datetime | None


def temporary_password() -> str:
    """Sixteen letters and digits in groups of four: 79 bits of chance."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def add_person(
    work: Work,
    *,
    name: str,
    email: str,
    role: Role,
    partner_code: str,
    from_on: date,
    until_on: date | None,
) -> Access:
    """Someone new in the network, with a first role.

    Who has an account through another network keeps name and password there; nobody else gets a
    password for it.
    """
    work.session.execute(select(Network.id).where(Network.id == work.network.id).with_for_update())
    person = work.session.scalar(select(Person).where(Person.email == email))
    password: str | None = None
    if person is None:
        password = temporary_password()
        person = Person(email=email, name=name, created_at_utc=work.now_utc)
        _set_temporary(work, person, password)
        work.session.add(person)
        work.session.flush()
        record(work, "person.add", f"person:{person.id}")
    elif person.id == work.actor.person_id:
        raise OwnRole(field="email")
    elif _known_here(work, person.id):
        raise EmailKnown(field="email", name=person.name)
    appoint(work, person, role=role, partner_code=partner_code, from_on=from_on, until_on=until_on)
    until_utc = person.password_until_utc if password else None
    return Access(person.id, person.name, person.email, password, until_utc)


def rename_person(work: Work, *, person_id: int, name: str) -> None:
    """Another name for a person of this network only."""
    person = _own_person(work, person_id)
    if person.name != name:
        person.name = name
        record(work, "person.edit", f"person:{person.id}", changed="name")


def reset_password(work: Work, *, person_id: int) -> Access:
    """A new temporary password; the old one and all sessions end at once."""
    person = _own_person(work, person_id)
    if person.id == work.actor.person_id:
        raise OwnAccount()
    if person.deactivated_at_utc is not None:
        raise AccountClosed()
    password = temporary_password()
    _set_temporary(work, person, password)
    end_sessions(work.session, person.id)
    record(work, "password.reset", f"person:{person.id}")
    return Access(person.id, person.name, person.email, password, person.password_until_utc)


def close_account(work: Work, *, person_id: int) -> None:
    """Nobody signs in with this account any more; sessions end at once. Roles and history stay."""
    work.session.execute(select(Network.id).where(Network.id == work.network.id).with_for_update())
    person = _own_person(work, person_id)
    if person.id == work.actor.person_id:
        raise OwnAccount()
    if person.deactivated_at_utc is not None:
        raise AccountClosed()
    for held in person_row(work, person_id).present(work.today):
        if held.role is Role.ADMINISTRATOR:
            require_administrator(work, through=held.until_on, without_person=person.id)
    person.deactivated_at_utc = work.now_utc
    end_sessions(work.session, person.id)
    record(work, "person.close", f"person:{person.id}")


def open_account(work: Work, *, person_id: int) -> None:
    """The account works again, with the password it had and the roles that are not over."""
    person = _own_person(work, person_id)
    if person.deactivated_at_utc is None:
        raise AccountOpen()
    person.deactivated_at_utc = None
    record(work, "person.open", f"person:{person.id}")


def _own_person(work: Work, person_id: int) -> Person:
    """A person whose account is this network's alone to change."""
    person = person_for(work, person_id, lock=True)
    if person_row(work, person_id).elsewhere:
        raise SharedAccount(name=person.name)
    return person


def _known_here(work: Work, person_id: int) -> bool:
    here = select(Appointment.id).where(
        Appointment.person_id == person_id, Appointment.network_id == work.network.id
    )
    return work.session.scalar(here.limit(1)) is not None


def _set_temporary(work: Work, person: Person, password: str) -> None:
    person.password_hash = hash_password(password)
    person.must_change_password = True
    person.password_until_utc = work.now_utc + TEMPORARY_FOR
