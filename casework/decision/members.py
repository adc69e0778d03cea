"""The members of the secretariat today, and how each stands to a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from casework.cases.tables import Case
from casework.context import Work
from casework.decision.weighing import Standing, standing_of
from casework.network.tables import Partner
from casework.people.tables import Appointment, Person
from rules.conflict import ConflictTerms
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class SecretariatMember:
    """Someone who is in the secretariat today. ``partner_codes`` are all partners they work for."""

    person_id: int
    name: str
    partner_codes: frozenset[str]

    def standing(self, case: Case, terms: ConflictTerms) -> Standing:
        """How this member stands to ``case``."""
        return standing_of(self.person_id, self.partner_codes, case, terms)


def secretariat(work: Work) -> tuple[SecretariatMember, ...]:
    """Everyone who holds the role in this network today, by name."""
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
    sitting = {row.id for row in rows if row.role == Role.SECRETARIAT.value}
    names = {row.id: row.name for row in rows if row.id in sitting}
    return tuple(
        SecretariatMember(person_id, name, frozenset(row.code for row in rows if row.id == person_id))
        for person_id, name in names.items()
    )


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
