"""People as their administrators find them: only those with a role, now or before, in the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from casework.context import Work
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Appointment, Person
from errors import NotFound
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as a page shows it; ``until_on`` is its last day."""

    id: int
    role: Role
    partner_code: str
    partner_name: str
    from_on: date
    until_on: date | None

    def ended(self, today: date) -> bool:
        """Whether it is over."""
        return self.until_on is not None and self.until_on < today

    def to_come(self, today: date) -> bool:
        """Whether it is yet to begin."""
        return self.from_on > today


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a page shows them, with their roles in this network, the present ones first."""

    id: int
    name: str
    email: str
    closed_at_utc: datetime | None
    must_change_password: bool
    elsewhere: bool
    roles: tuple[RoleRow, ...]

    def present(self, today: date) -> tuple[RoleRow, ...]:
        """The roles that are not over."""
        return tuple(role for role in self.roles if not role.ended(today))


def person_for(work: Work, person_id: int, *, lock: bool = False) -> Person:
    """A person of the actor's network. Raises :class:`errors.NotFound`, also for someone of another one."""
    query = select(Person).where(Person.id == person_id, _in_network(work))
    person = work.session.scalar(query.with_for_update() if lock else query)
    if person is None:
        raise NotFound()
    return person


def has_role(work: Work, person_id: int) -> bool:
    """Whether a person has or had a role in the actor's network, and so can be shown in it."""
    return work.session.scalar(select(Person.id).where(Person.id == person_id, _in_network(work))) is not None


def person_row(work: Work, person_id: int) -> PersonRow:
    """A person of the actor's network for a page. Raises :class:`errors.NotFound`."""
    return _rows(work, [person_for(work, person_id)])[0]


def people(
    work: Work,
    *,
    search: str = "",
    role: Role | None = None,
    partner_code: str = "",
    closed: bool = False,
    page: int = 1,
) -> Page[PersonRow]:
    """People of the network by name: part of a name or address, with a role today, of a partner.

    ``closed`` gives those who cannot sign in to this network now: closed accounts and people whose
    roles are over. Otherwise only those who can, today or later.
    """
    query = _filtered(work, select(Person), search=search)
    current = select(Appointment.id).where(
        Appointment.person_id == Person.id,
        Appointment.network_id == work.network.id,
        or_(Appointment.until_on.is_(None), Appointment.until_on >= work.today),
    )
    if role is not None:
        current = current.where(Appointment.role == role.value)
    if partner_code:
        of_partner = select(Partner.id).where(
            Partner.network_id == work.network.id, Partner.code == partner_code
        )
        current = current.where(Appointment.partner_id.in_(of_partner))
    active = and_(exists(current), Person.deactivated_at_utc.is_(None))
    query = query.where(~active if closed else active)
    total = work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = work.session.scalars(
        query.order_by(func.lower(Person.name), Person.id).limit(PER_PAGE).offset(offset_of(page))
    ).all()
    return Page(rows=tuple(_rows(work, found)), number=page, total=total)


def _filtered(work: Work, query: Select[Person], *, search: str) -> Select[Person]:
    query = query.where(_in_network(work))
    for word in search.lower().split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(func.lower(Person.name).like(pattern, escape="\\"), Person.email.like(pattern, escape="\\"))
        )
    return query


def _in_network(work: Work) -> ColumnElement[bool]:
    return exists(
        select(Appointment.id).where(
            Appointment.person_id == Person.id, Appointment.network_id == work.network.id
        )
    )


def _rows(work: Work, found: Sequence[Person]) -> list[PersonRow]:
    ids = [person.id for person in found]
    roles: dict[int, list[RoleRow]] = {one: [] for one in ids}
    rows = work.session.execute(
        select(Appointment, Partner)
        .join(Partner, Partner.id == Appointment.partner_id)
        .where(Appointment.person_id.in_(ids), Appointment.network_id == work.network.id)
        .order_by(Appointment.from_on.desc(), Appointment.id.desc())
    )
    for appointment, partner in rows:
        roles[appointment.person_id].append(
            RoleRow(
                id=appointment.id,
                role=Role(appointment.role),
                partner_code=partner.code,
                partner_name=partner.name,
                from_on=appointment.from_on,
                until_on=appointment.until_on,
            )
        )
    elsewhere = set(_elsewhere(work, ids))
    return [
        PersonRow(
            id=person.id,
            name=person.name,
            email=person.email,
            closed_at_utc=person.deactivated_at_utc,
            must_change_password=person.must_change_password,
            elsewhere=person.id in elsewhere,
            roles=tuple(sorted(roles[person.id], key=lambda role: role.ended(work.today))),
        )
        for person in found
    ]


def _elsewhere(work: Work, ids: list[int]) -> list[int]:
    """Those of ``ids`` who hold or will hold a role in another network too."""
    return list(
        work.session.scalars(
            select(Appointment.person_id)
            .where(
                Appointment.person_id.in_(ids),
                Appointment.network_id != work.network.id,
                or_(Appointment.until_on.is_(None), Appointment.until_on >= work.today),
            )
            .distinct()
        )
    )
