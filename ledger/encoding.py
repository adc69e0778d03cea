"""The one canonical encoding of an entry, and the hash that chains it to the one before.

The encoding is the JSON array below, written without spaces, in UTF-8, with characters outside ASCII
as themselves; an accountant's page on it is ``docs/ledger.md``. Whoever changes this breaks every chain
there is: a new form needs a new first element.

    ["omloop-entry-1", network, id, book_year, number, kind, booked_on, recorded_at, cause, key,
     reverses, [[account, subject, amount_cents], …], previous_hash]
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

FORM = "omloop-entry-1"
FIRST_PREVIOUS_HASH = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def moment(at_utc: datetime) -> str:
    """``at_utc`` as ``2026-03-01T09:30:00.000000Z``: always UTC, always microseconds."""
    if at_utc.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at_utc.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Gapped(NamedTuple):
    """An entry's encoding before its place in the chain is known.

    Between ``start`` and ``rest`` come id, book year and number with commas between them; after ``rest`` the
    hash of the entry before and ``"]``.
    """

    start: str
    rest: str

    def filled(self, *, entry_id: int, book_year: int, number: int, previous_hash: str) -> str:
        """The whole encoding."""
        return f'{self.start}{entry_id},{book_year},{number}{self.rest}{previous_hash}"]'


@lru_cache(maxsize=64)
def _start(network: str) -> str:
    return f'["{FORM}",{_encode(network)},'


def gapped(
    *,
    network: str,
    kind: str,
    booked_on: date | str,
    recorded_at: str,
    cause: str,
    idempotency_key: str,
    reverses: int | None,
    legs: Sequence[tuple[str, str, int]],
) -> Gapped:
    """What of an entry's encoding does not depend on its place; ``recorded_at`` as :func:`moment` has it."""
    day = booked_on if isinstance(booked_on, str) else booked_on.isoformat()
    rest = _encode((kind, day, recorded_at, cause, idempotency_key, reverses, legs))
    return Gapped(_start(network), f',{rest[1:-1]},"')


def hash_of(encoded: str) -> str:
    """The hash of a whole encoding, as 64 hexadecimal digits."""
    return hashlib.sha256(encoded.encode()).hexdigest()


def entry_hash(
    *,
    network: str,
    entry_id: int,
    book_year: int,
    number: int,
    kind: str,
    booked_on: date | str,
    recorded_at: str,
    cause: str,
    idempotency_key: str,
    reverses: int | None,
    legs: Sequence[tuple[str, str, int]],
    previous_hash: str,
) -> str:
    """The entry's hash as 64 hexadecimal digits; ``recorded_at`` as :func:`moment` writes it."""
    content = gapped(
        network=network,
        kind=kind,
        booked_on=booked_on,
        recorded_at=recorded_at,
        cause=cause,
        idempotency_key=idempotency_key,
        reverses=reverses,
        legs=legs,
    )
    return hash_of(
        content.filled(entry_id=entry_id, book_year=book_year, number=number, previous_hash=previous_hash)
    )
