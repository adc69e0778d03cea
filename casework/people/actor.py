"""From a person and a day to an actor: which roles are held, in which network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from casework.context import Actor, Held
from casework.network.tables import Network, Partner
from casework.people.tables import Appointment, Person
from rules.roles import Role

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """A network in which someone holds a role today."""

    network_id: int
    code: str
    name: str


def networks_of(session: Session, person_id: int, now_utc: datetime) -> tuple[Choice, ...]:
    """The networks in which this person holds a role now, each on its own clock, by name."""
    utc_day = now_utc.date()
    rows = session.execute(
        select(Network, Appointment.from_on, Appointment.until_on)
        .join(Appointment, Appointment.network_id == Network.id)
        .where(
            Appointment.person_id == person_id,
            # Everywhere on earth it is yesterday, today or tomorrow.
            Appointment.from_on <= utc_day + ONE_DAY,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= utc_day - ONE_DAY),
        )
        .order_by(Network.name)
    )
    found: dict[int, Choice] = {}
    for network, from_on, until_on in rows:
        if from_on <= day_in(network, now_utc) and (until_on is None or day_in(network, now_utc) <= until_on):
            found[network.id] = Choice(network.id, network.code, network.name)
    return tuple(found.values())


def day_in(network: Network, now_utc: datetime) -> date:
    """The date on the wall in ``network``."""
    return now_utc.astimezone(ZoneInfo(network.time_zone)).date()


def load_actor(session: Session, *, person: Person, network: Network, day: date) -> Actor:
    """The actor that ``person`` is in ``network`` on ``day``; without roles if there are none.

    For which cases they are called as a stand-in is not known here: ``casework.decision.called.acting``.
    """
    rows = session.execute(
        select(Appointment.role, Partner.id, Partner.code, Partner.name)
        .join(Partner, Partner.id == Appointment.partner_id)
        .where(Appointment.person_id == person.id, Appointment.network_id == network.id, *_in_force(day))
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
