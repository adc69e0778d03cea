"""A partner leaves: its roles end with it and what collective splits still owe it goes to the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from casework.audit.record import record
from casework.cases.tables import Case
from casework.context import Work
from casework.network.partners import PartnerRow, members, partner_for, partner_row
from casework.network.tables import Network, Partner
from casework.people.appointments import require_administrator
from casework.people.sessions import end_sessions
from casework.people.tables import Appointment, Person
from casework.settlement.carry import hand_over_carry
from errors import Conflict, Invalid
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.claims import open_claims
from rules.roles import Role


class LeftBefore(Conflict):
    """The partner's leaving was recorded before."""

    nl = "Van {name} is het vertrek al vastgelegd."
    en = "The leaving of {name} was recorded before."


class LeavingBackdated(Invalid):
    """A leaving in the past would change who shared in what was settled since."""

    nl = "Kies vandaag of een latere dag: tot nu toe is {name} bij het verrekenen als lid meegeteld."
    en = "Choose today or a later day: until now {name} counted as a member in settlements."


class LeavingBeforeJoining(Invalid):
    """The first day outside must come after the first day inside."""

    nl = "{name} doet pas mee vanaf {on}. Kies een dag daarna."
    en = "{name} takes part from {on} only. Choose a day after that."


class LastMember(Conflict):
    """A network without members has nobody to hold its fund."""

    nl = "{name} is de enige deelnemer. Een netwerk kan niet zonder."
    en = "{name} is the only member. A network cannot do without one."


class NotLeaving(Conflict):
    """There is no leaving to take back, or its day has come."""

    nl = "Dit vertrek kan niet meer worden ingetrokken."
    en = "This leaving cannot be taken back any more."


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an administrator should know before recording that a partner leaves."""

    partner: PartnerRow
    people: tuple[str, ...]
    open_cases: int
    claims_open_cents: int
    contributed_cents: int
    advances_cents: int


def consequences(work: Work, code: str) -> Consequences:
    """What ends with a partner, and what stays open between it and the pot."""
    partner = partner_for(work, code)
    names = work.session.scalars(
        select(Person.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(Appointment.partner_id == partner.id, _not_over(work.today))
        .distinct()
        .order_by(Person.name)
    )
    open_cases = work.session.scalar(
        select(func.count())
        .select_from(Case)
        .where(
            Case.partner_id == partner.id,
            Case.decision_state.in_(("submitted", "in_assessment", "information_requested", "waiting")),
        )
    )
    network = work.network.code
    claims = open_claims(work.session, network=network, account=Account.PARTNER_CLAIMS, party=code)

    def credit(account: Account) -> int:
        return -balance_cents(work.session, network=network, account=account, subject=code)

    return Consequences(
        partner=partner_row(work, code),
        people=tuple(names),
        open_cases=open_cases or 0,
        claims_open_cents=sum(claim.open_cents for claim in claims),
        contributed_cents=credit(Account.CONTRIBUTIONS),
        advances_cents=credit(Account.PARTNER_ADVANCES),
    )


def end_partner(work: Work, *, code: str, left_on: date) -> None:
    """The partner is a member until ``left_on``, its first day outside.

    Its roles last through the day before; roles that would begin later are taken away. What it owes
    stays open. Raises :class:`~casework.people.refusals.LastAdministrator` and the refusals above.
    """
    work.session.execute(select(Network.id).where(Network.id == work.network.id).with_for_update())
    partner = partner_for(work, code, lock=True)
    if partner.left_on is not None:
        raise LeftBefore(name=partner.name)
    if left_on < work.today:
        raise LeavingBackdated(field="left_on", name=partner.name)
    if left_on <= partner.joined_on:
        on = partner.joined_on.strftime("%d-%m-%Y")
        raise LeavingBeforeJoining(field="left_on", name=partner.name, on=on)
    if not any(member.code != code for member in members(work, left_on)):
        raise LastMember(name=partner.name)
    ended = _end_roles(work, partner, left_on)
    partner.left_on = left_on
    work.session.flush()
    hand_over_carry(work, partner)
    record(work, "partner.end", code, left_on=left_on.isoformat(), roles=ended)


def take_back_leaving(work: Work, *, code: str) -> None:
    """The partner stays after all; only before its first day outside. Ended roles stay ended."""
    partner = partner_for(work, code, lock=True)
    if partner.left_on is None or partner.left_on <= work.today:
        raise NotLeaving()
    partner.left_on = None
    work.session.flush()
    record(work, "partner.stay", code)


def _end_roles(work: Work, partner: Partner, left_on: date) -> int:
    """End what is held for ``partner`` on the day before ``left_on``; how many roles that were."""
    last_on = left_on - timedelta(days=1)
    appointments = work.session.scalars(
        select(Appointment).where(Appointment.partner_id == partner.id, _not_over(left_on))
    ).all()
    administrators = [one for one in appointments if one.role == Role.ADMINISTRATOR.value]
    for one in administrators:
        require_administrator(work, through=one.until_on, without=[other.id for other in administrators])
    for appointment in appointments:
        if appointment.from_on > last_on:
            work.session.delete(appointment)
        else:
            appointment.until_on = last_on
        end_sessions(work.session, appointment.person_id)
    work.session.flush()
    return len(appointments)


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(Appointment.until_on.is_(None), Appointment.until_on >= day)
