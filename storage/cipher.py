"""Encryption of texts at rest, and the keyed hash that recognises a household.

Keys are urlsafe base64 Fernet keys, newest first: the first encrypts, all can decrypt, so a key is
rotated by putting a new one in front. They come from settings at start-up through :func:`use_keys`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from errors import Unavailable


class KeysMissing(Unavailable):
    """No encryption key was set, so nothing about people can be read or written."""

    nl = "De versleuteling is niet ingesteld. Vraag de beheerder om OMLOOP_ENCRYPTION_KEYS na te kijken."
    en = "Encryption is not set up. Ask the administrator to check OMLOOP_ENCRYPTION_KEYS."


class Unreadable(Unavailable):
    """A stored text was encrypted with a key that this installation does not have."""

    nl = "Een tekst is niet te lezen met de huidige sleutel. Vraag de beheerder om de oude sleutel."
    en = "A stored text cannot be read with the present key. Ask the administrator to add the former key."


class _Installed:
    """The keys of this process: column types are made once for all, so the keys cannot be passed to them."""

    ring: MultiFernet | None = None
    hash_key: bytes = b""


def use_keys(keys: Sequence[str], hash_key: str) -> None:
    """Install the encryption ``keys`` (newest first) and the key of the household hash."""
    _Installed.ring = MultiFernet([Fernet(key) for key in keys]) if keys else None
    _Installed.hash_key = hash_key.encode()


def encrypt(text: str) -> bytes:
    """``text`` encrypted with the newest key."""
    return encrypt_bytes(text.encode())


def decrypt(token: bytes) -> str:
    """The text behind ``token``; raises :class:`Unreadable` when no key fits."""
    return decrypt_bytes(token).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """``data``, such as a file, encrypted with the newest key."""
    if _Installed.ring is None:
        raise KeysMissing()
    return _Installed.ring.encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """What is behind ``token``; raises :class:`Unreadable` when no key fits."""
    if _Installed.ring is None:
        raise KeysMissing()
    try:
        return _Installed.ring.decrypt(token)
    except InvalidToken as error:
        raise Unreadable() from error


def keyed_hash(text: str) -> str:
    """A hex HMAC-SHA256 of ``text``: equal inputs can be recognised, inputs cannot be found back."""
    if not _Installed.hash_key:
        raise KeysMissing()
    return hmac.new(_Installed.hash_key, text.encode(), hashlib.sha256).hexdigest()
