"""Passwords: argon2id with 19 MiB of memory, two passes, one lane (OWASP's advice)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from errors import Invalid

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128

_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Verified against when an account does not exist, so that it takes as long as when it does.
_NOBODY = _hasher.hash("no account has this password")


class PasswordTooShort(Invalid):
    """Shorter than the minimum."""

    nl = "Kies een wachtwoord van minstens {minimum} tekens. Een zin van een paar woorden werkt goed."
    en = "Choose a password of at least {minimum} characters. A sentence of a few words works well."


class PasswordTooLong(Invalid):
    """Longer than the program wants to hash."""

    nl = "Kies een wachtwoord van hoogstens {maximum} tekens."
    en = "Choose a password of at most {maximum} characters."


def hash_password(password: str) -> str:
    """The argon2id hash of ``password``; raises when it is too short or too long."""
    if len(password) < MINIMUM_LENGTH:
        raise PasswordTooShort(field="password", minimum=MINIMUM_LENGTH)
    if len(password) > MAXIMUM_LENGTH:
        raise PasswordTooLong(field="password", maximum=MAXIMUM_LENGTH)
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` belongs to ``password_hash``; takes as long when there is no hash at all."""
    if len(password) > MAXIMUM_LENGTH:
        password = ""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
