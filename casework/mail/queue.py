"""Putting mail in the outbox, in the transaction of what it tells; and who there is to tell."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from casework.context import Work
from casework.mail.kinds import ALWAYS, How, MailKind, MailState
from casework.mail.tables import Mail, MailPreference
from casework.mail.texts import one_line, subject_and_body
from casework.people.tables import Appointment, Person
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail goes to: someone who signs in, or the finance contact of a partner."""

    name: str
    email: str
    language: str
    person_id: int | None = None
    partner_id: int | None = None

    @property
    def key(self) -> str:
        """Who it is, for telling apart what was told already."""
        return f"person-{self.person_id}" if self.person_id else f"partner-{self.partner_id}"


def holders(work: Work, *roles: Role, partner_ids: Iterable[int] | None = None) -> tuple[Recipient, ...]:
    """Everyone who holds one of ``roles`` today (for one of ``partner_ids``) and can sign in, by name."""
    query = (
        select(Person)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(
            Appointment.network_id == work.network.id,
            Appointment.role.in_([role.value for role in roles]),
            Appointment.from_on <= work.today,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= work.today),
            Person.deactivated_at_utc.is_(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    if partner_ids is not None:
        query = query.where(Appointment.partner_id.in_(list(partner_ids)))
    return tuple(_recipient(person) for person in work.session.scalars(query))


def person_recipient(work: Work, person_id: int) -> tuple[Recipient, ...]:
    """One person, nobody if their account is closed."""
    person = work.session.get(Person, person_id)
    return () if person is None or person.deactivated_at_utc else (_recipient(person),)


def _recipient(person: Person) -> Recipient:
    return Recipient(person.name, person.email, person.language, person_id=person.id)


def tell(
    work: Work,
    kind: MailKind,
    to: Iterable[Recipient],
    *,
    about: str,
    path: str = "",
    once: str = "",
    acting_too: bool = False,
    **facts: str,
) -> int:
    """Queue a mail of ``kind`` to each of ``to``, who acts only if ``acting_too``; gives how many are new.

    The same kind, ``about`` and ``once`` (what tells two happenings to one thing apart) are told to someone
    once, however often this is called. Who wants no mail is not told, except of what a term runs from.
    """
    new = 0
    for recipient in dict.fromkeys(to):
        if recipient.person_id == work.actor.person_id and not acting_too:
            continue
        state = _state_for(work, kind, recipient)
        if state is None:
            continue
        language = recipient.language if recipient.language in ("nl", "en") else "nl"
        subject, body = subject_and_body(kind, language, {"about": about, **facts})
        new += _put(
            work,
            {
                "dedupe_key": f"{kind.value}:{about}:{once}:{recipient.key}"[:120],
                "kind": kind.value,
                "about": about,
                "person_id": recipient.person_id,
                "partner_id": recipient.partner_id,
                "name": one_line(recipient.name),
                "email": recipient.email,
                "language": language,
                "subject": subject,
                "body": body,
                "path": path,
                "state": state.value,
            },
        )
    return new


def _state_for(work: Work, kind: MailKind, recipient: Recipient) -> MailState | None:
    if recipient.person_id is None or kind in ALWAYS:
        return MailState.QUEUED
    match how_of(work, recipient.person_id):
        case How.OFF:
            return None
        case How.DIGEST:
            return MailState.GATHERED
        case _:
            return MailState.QUEUED


def how_of(work: Work, person_id: int) -> How:
    """How someone wants to be told."""
    row = work.session.get(MailPreference, person_id)
    return How.DIRECT if row is None else How(row.how)


def _put(work: Work, values: dict[str, object]) -> int:
    """Insert it unless the same was told: two requests at once must not make each other fail."""
    dialect = work.session.connection().dialect.name
    insert = postgresql.insert(Mail) if dialect == "postgresql" else sqlite.insert(Mail)
    rows = work.session.execute(
        insert.values(
            network_id=work.network.id,
            message_key=secrets.token_hex(16),
            attempts=0,
            queued_at_utc=work.now_utc,
            next_attempt_at_utc=work.now_utc,
            problem="",
            **values,
        )
        .on_conflict_do_nothing(index_elements=["network_id", "dedupe_key"])
        .returning(Mail.id)
    ).all()
    return len(rows)
