"""A case goes to a colleague: given away by its applicant, or passed on after that one has left.

Top-ups go along with their main case. Who had a case before still brought it: see ``cases.brought``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.people.tables import Appointment, Person
from errors import Conflict, Invalid
from rules.roles import Role


class NotAColleague(Invalid):
    """The case can only go to another applicant of the same partner."""

    nl = "Kies een collega die ook aanvrager is bij dezelfde partner."
    en = "Choose a colleague who is also an applicant at the same partner."


class ApplicantStillThere(Conflict):
    """Somebody else than the applicant wants to pass a case on, but the applicant can do that."""

    nl = "De aanvrager is er nog en kan deze casus zelf overdragen. Vraag het de aanvrager."
    en = "The applicant is still there and can hand this case over. Ask the applicant."


def colleagues(work: Work, case: Case) -> list[tuple[int, str]]:
    """The other applicants of the case's partner today: id and name, by name."""
    rows = work.session.execute(
        select(Person.id, Person.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(
            Appointment.network_id == case.network_id,
            Appointment.partner_id == case.partner_id,
            Appointment.role == Role.APPLICANT.value,
            Appointment.from_on <= work.today,
            (Appointment.until_on.is_(None)) | (Appointment.until_on >= work.today),
            Person.id != case.applicant_id,
            Person.deactivated_at_utc.is_(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(person_id, name) for person_id, name in rows]


def orphaned(work: Work, cases: Sequence[Case]) -> frozenset[int]:
    """The ids of those of ``cases`` whose applicant is no applicant of their partner any more."""
    there = exists().where(
        Appointment.person_id == Case.applicant_id,
        Appointment.partner_id == Case.partner_id,
        Appointment.network_id == Case.network_id,
        Appointment.role == Role.APPLICANT.value,
        Appointment.from_on <= work.today,
        or_(Appointment.until_on.is_(None), Appointment.until_on >= work.today),
        Person.id == Appointment.person_id,
        Person.deactivated_at_utc.is_(None),
    )
    return frozenset(work.session.scalars(select(Case.id).where(Case.id.in_([c.id for c in cases]), ~there)))


def hand_over(work: Work, *, number: str, person_id: int) -> None:
    """Give the case to a colleague, who from now on is its applicant. Raises :class:`NotAColleague`."""
    case = case_for(work, number, Permission.CASE_EDIT, lock=True)
    _move(work, case, person_id, own=True)


def reassign(work: Work, *, number: str, person_id: int) -> None:
    """Pass on a case whose applicant has left, as the secretariat or that partner's ambassador.

    Raises :class:`ApplicantStillThere` and :class:`NotAColleague`.
    """
    case = case_for(work, number, Permission.CASE_REASSIGN, lock=True)
    if case.id not in orphaned(work, [case]):
        raise ApplicantStillThere()
    _move(work, case, person_id, own=False)


def _move(work: Work, case: Case, person_id: int, *, own: bool) -> None:
    if person_id not in {one for one, _name in colleagues(work, case)}:
        raise NotAColleague(field="colleague")
    before, root = case.applicant_id, case.main_case_id or case.id
    family = work.session.scalars(
        select(Case).where(
            or_(Case.id == root, Case.main_case_id == root),
            Case.applicant_id == before,
            Case.partner_id == case.partner_id,
        )
    )
    for one in family:
        one.applicant_id = person_id
        record(
            work,
            "case.hand_over" if own else "case.reassign",
            one.number,
            from_person=before,
            to_person=person_id,
        )
    work.session.flush()
