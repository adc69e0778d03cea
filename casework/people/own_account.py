"""What everyone may do with their own account: see where it is signed in, change its password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.audit.record import record
from casework.context import Work
from casework.people.passwords import hash_password, verify_password
from casework.people.sessions import end_sessions
from casework.people.tables import Person, WebSession
from errors import Invalid


class PasswordWrong(Invalid):
    """The present password was not given correctly."""

    nl = "Dit is niet uw huidige wachtwoord."
    en = "This is not your present password."


class PasswordsDiffer(Invalid):
    """The new password was typed differently the second time."""

    nl = "De twee nieuwe wachtwoorden zijn niet gelijk. Vul ze nog eens in."
    en = "The two new passwords are not the same. Enter them again."


class PasswordSame(Invalid):
    """The new password is the old one."""

    nl = "Dit is uw huidige wachtwoord. Kies een ander."
    en = "This is your present password. Choose another."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One place where the account is signed in; ``own`` is where it is looked at now."""

    created_at_utc: datetime
    last_seen_at_utc: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One's own account for its page."""

    email: str
    must_change: bool
    sessions: tuple[SignedIn, ...]


def own_account(work: Work, *, own_hash: str) -> OwnAccount:
    """The account of the actor; ``own_hash`` is the token hash of the present session."""
    person = work.session.get_one(Person, work.actor.person_id)
    rows = work.session.scalars(
        select(WebSession)
        .where(WebSession.person_id == person.id)
        .order_by(WebSession.last_seen_at_utc.desc())
    )
    sessions = tuple(
        SignedIn(row.created_at_utc, row.last_seen_at_utc, row.token_hash == own_hash) for row in rows
    )
    return OwnAccount(person.email, person.must_change_password, sessions)


def change_password(work: Work, *, present: str, password: str, again: str, own_hash: str) -> None:
    """Another password; every other session of this person ends at once."""
    person = work.session.get_one(Person, work.actor.person_id)
    if not verify_password(person.password_hash, present):
        raise PasswordWrong(field="present")
    if password != again:
        raise PasswordsDiffer(field="again")
    if password == present:
        raise PasswordSame(field="password")
    person.password_hash = hash_password(password)
    person.must_change_password = False
    person.password_until_utc = None
    end_sessions(work.session, person.id, but=own_hash)
    record(work, "password.change", f"person:{person.id}")


def end_other_sessions(work: Work, *, own_hash: str) -> None:
    """Sign out everywhere but here."""
    end_sessions(work.session, work.actor.person_id, but=own_hash)
    record(work, "sessions.end", f"person:{work.actor.person_id}")


def choose_language(work: Work, language: str) -> None:
    """The language of this person's next sessions."""
    work.session.get_one(Person, work.actor.person_id).language = language
