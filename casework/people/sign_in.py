"""Signing in with e-mail address and password, with guesses counted in the database."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.people.passwords import verify_password
from casework.people.tables import Person, SignInAttempt
from errors import Invalid

WINDOW = timedelta(minutes=15)
GUESSES_PER_WINDOW = 10


class SignInFailed(Invalid):
    """Address or password is wrong, or the account is closed: one answer for all."""

    nl = "Dit e-mailadres en wachtwoord horen niet bij elkaar. Probeer het nog eens."
    en = "This e-mail address and password do not belong together. Please try again."


class TooManyGuesses(Invalid):
    """No more passwords are evaluated for this account for a while."""

    nl = "Er is te vaak een verkeerd wachtwoord ingevuld. Probeer het over een kwartier nog eens."
    en = "A wrong password was entered too often. Please try again in a quarter of an hour."


def sign_in(session: Session, *, email: str, password: str, now_utc: datetime, address: str) -> Person | None:
    """The person, or None when address and password do not belong together.

    Always leaves an attempt and a log record; the caller commits also when it fails. Raises
    :class:`TooManyGuesses` without looking at the password when the window is full.
    """
    email = email.strip().lower()
    account_hash = hashlib.sha256(email.encode()).hexdigest()
    failures = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.account_hash == account_hash,
            SignInAttempt.at_utc > now_utc - WINDOW,
            SignInAttempt.succeeded.is_(False),
        )
    )
    if (failures or 0) >= GUESSES_PER_WINDOW:
        raise TooManyGuesses()
    person = session.scalar(select(Person).where(Person.email == email))
    fits = verify_password(person.password_hash if person else None, password)
    succeeded = fits and person is not None and _open(person, now_utc)
    session.add(SignInAttempt(account_hash=account_hash, at_utc=now_utc, succeeded=succeeded))
    session.add(
        LogRecord(
            at_utc=now_utc,
            person_id=person.id if person else None,
            action="sign_in",
            result="done" if succeeded else "refused",
            address=address,
            facts={},
        )
    )
    return person if succeeded else None


def _open(person: Person, now_utc: datetime) -> bool:
    """Whether the account may be used: not closed, and a temporary password not too old."""
    until = person.password_until_utc
    return person.deactivated_at_utc is None and (until is None or now_utc <= until)
