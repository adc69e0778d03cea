"""The members of the secretariat, the substitutes and the executives today, and how each stands to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.standing import Standing, standing_of
from casework.network.tables import Partner
from casework.people.tables import Appointment, Person
from rules.conflict import ConflictTerms
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class SecretariatMember:
    """Someone who may come to decide. ``partner_codes`` are all partners they work for."""

    person_id: int
    name: str
    partner_codes: frozenset[str]

    def standing(self, case: Case, terms: ConflictTerms) -> Standing:
        """How this member stands to ``case``."""
        return standing_of(self.person_id, self.partner_codes, case, terms)


@dataclass(frozen=True, slots=True)
class Bench:
    """Everyone who holds a role in deciding today, by name. A member is nobody's substitute as well."""

    members: tuple[SecretariatMember, ...]
    substitutes: tuple[SecretariatMember, ...]
    executives: tuple[SecretariatMember, ...]

    @property
    def by_role(self) -> Mapping[Role, tuple[SecretariatMember, ...]]:
        """The same by role."""
        return {
            Role.SECRETARIAT: self.members,
            Role.SUBSTITUTE: self.substitutes,
            Role.EXECUTIVE: self.executives,
        }


def bench(work: Work) -> Bench:
    """Who holds which role in this network today, in one query."""
    rows = work.session.execute(
        select(Person.id, Person.name, Partner.code, Appointment.role)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Partner, Partner.id == Appointment.partner_id)
        .where(
            Appointment.network_id == work.network.id,
            Appointment.from_on <= work.today,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= work.today),
            Person.deactivated_at_utc.is_(None),
        )
        .order_by(Person.name, Person.id)
    ).all()
    codes: dict[int, set[str]] = {}
    holding: dict[str, dict[int, str]] = {}
    for row in rows:
        codes.setdefault(row.id, set()).add(row.code)
        holding.setdefault(row.role, {})[row.id] = row.name

    def those(role: Role, *, without: Sequence[SecretariatMember] = ()) -> tuple[SecretariatMember, ...]:
        left_out = {one.person_id for one in without}
        return tuple(
            SecretariatMember(person_id, name, frozenset(codes[person_id]))
            for person_id, name in holding.get(role.value, {}).items()
            if person_id not in left_out
        )

    members = those(Role.SECRETARIAT)
    return Bench(members, those(Role.SUBSTITUTE, without=members), those(Role.EXECUTIVE))


def secretariat(work: Work) -> tuple[SecretariatMember, ...]:
    """Everyone who is in the secretariat of this network today, by name."""
    return bench(work).members


def free_members(
    members: Sequence[SecretariatMember], case: Case, terms: ConflictTerms
) -> tuple[SecretariatMember, ...]:
    """Those who count for ``case``."""
    return tuple(member for member in members if member.standing(case, terms).counts)


def names_of(work: Work, person_ids: set[int]) -> dict[int, str]:
    """Names by person, also of those who have left since."""
    if not person_ids:
        return {}
    rows = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}
