"""From a person and a day to an actor: which roles are held, in which network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from casework.context import Actor, Held
from casework.network.tables import Network, Partner
from casework.people.tables import Appointment, Person
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class Choice:
    """A network in which someone holds a role today."""

    network_id: int
    code: str
    name: str


def networks_of(session: Session, person_id: int, day: date) -> tuple[Choice, ...]:
    """The networks in which this person holds a role on ``day``, by name."""
    rows = session.execute(
        select(Network.id, Network.code, Network.name)
        .join(Appointment, Appointment.network_id == Network.id)
        .where(Appointment.person_id == person_id, *_in_force(day))
        .distinct()
        .order_by(Network.name)
    )
    return tuple(Choice(*row) for row in rows)


def load_actor(session: Session, *, person: Person, network: Network, day: date) -> Actor:
    """The actor that ``person`` is in ``network`` on ``day``; without roles if there are none."""
    rows = session.execute(
        select(Appointment.role, Partner.id, Partner.code, Partner.name)
        .join(Partner, Partner.id == Appointment.partner_id)
        .where(
            Appointment.person_id == person.id, Appointment.network_id == network.id, *_in_force(day)
        )
        .order_by(Appointment.id)
    )
    held = tuple(Held(Role(role), partner_id, code, name) for role, partner_id, code, name in rows)
    if person.deactivated_at_utc is not None:
        held = ()
    return Actor(person.id, person.name, network.id, network.code, held)


def _in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Appointment.from_on <= day,
        or_(Appointment.until_on.is_(None), Appointment.until_on >= day),
    )
