"""Signing in with e-mail address and password, with guesses counted in the database.

A guess is reserved before the password is looked at (:func:`reserve_guess`), in a transaction of its
own, and concluded after (:func:`conclude`): hashing takes tens of milliseconds, in which no lock may be
held, and guesses made at the same moment must all be counted.

At most :data:`GUESSES_PER_WINDOW` wrong passwords are evaluated per account in :data:`WINDOW`. Browsers
in which the account signed in before are counted apart, so that a stranger who keeps guessing does not
lock the owner out (OWASP, "Device cookies").
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
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


def reserve_guess(session: Session, *, email: str, device: str, now_utc: datetime) -> int | None:
    """Count a guess before it is evaluated; its id, or None when no more are evaluated for now.

    ``device`` is the secret that the browser got when the account signed in there before, if it has one.
    """
    account_hash = _hash(_plain(email))
    if session.get_bind().dialect.name == "postgresql":
        # SQLite writes one at a time already; here guesses at the same account wait for each other.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:account))"), {"account": account_hash})
    device_hash = _known_device(session, account_hash, device)
    wrong = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.account_hash == account_hash,
            SignInAttempt.device_hash == device_hash,
            SignInAttempt.at_utc > now_utc - WINDOW,
            SignInAttempt.succeeded.is_(False),
        )
    )
    if (wrong or 0) >= GUESSES_PER_WINDOW:
        return None
    attempt = SignInAttempt(
        account_hash=account_hash, device_hash=device_hash, at_utc=now_utc, succeeded=False
    )
    session.add(attempt)
    session.flush()
    return attempt.id


def forgive_guess(session: Session, attempt_id: int) -> None:
    """The password of this guess was right after all: it counts against nobody."""
    session.get_one(SignInAttempt, attempt_id).succeeded = True


def person_with(session: Session, email: str) -> Person | None:
    """Who has this address."""
    return session.scalar(select(Person).where(Person.email == _plain(email)))


def conclude(
    session: Session,
    *,
    email: str,
    attempt_id: int | None,
    fits: bool,
    device: str,
    now_utc: datetime,
    address: str,
) -> Person | None:
    """The person, if the password fitted and the account may be used. Leaves one record in the log.

    ``attempt_id`` is None when the guess was not evaluated. After a success ``device`` is known for
    this account.
    """
    person = person_with(session, email)
    succeeded = fits and attempt_id is not None and person is not None and _may_sign_in(person, now_utc)
    if succeeded:
        attempt = session.get_one(SignInAttempt, attempt_id)
        attempt.succeeded, attempt.device_hash = True, _hash(device)
    session.add(
        LogRecord(
            at_utc=now_utc,
            person_id=person.id if person else None,
            action="sign_in",
            result="done" if succeeded else "refused",
            address=address,
            facts={} if attempt_id is not None else {"guesses": GUESSES_PER_WINDOW},
        )
    )
    session.flush()
    return person if succeeded else None


def _known_device(session: Session, account_hash: str, device: str) -> str:
    """The hash of ``device`` if this account signed in there before, else nothing."""
    if not device:
        return ""
    device_hash = _hash(device)
    known = select(SignInAttempt.id).where(
        SignInAttempt.account_hash == account_hash,
        SignInAttempt.device_hash == device_hash,
        SignInAttempt.succeeded.is_(True),
    )
    return device_hash if session.scalar(known.limit(1)) is not None else ""


def _may_sign_in(person: Person, now_utc: datetime) -> bool:
    """Whether the account may be used: not closed, and a temporary password not too old."""
    until = person.password_until_utc
    return person.deactivated_at_utc is None and (until is None or now_utc <= until)


def _plain(email: str) -> str:
    return email.strip().lower()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
