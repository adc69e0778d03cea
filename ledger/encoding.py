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

FORM = "omloop-entry-1"
FIRST_PREVIOUS_HASH = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def moment(at_utc: datetime) -> str:
    """``at_utc`` as ``2026-03-01T09:30:00.000000Z``: always UTC, always microseconds."""
    if at_utc.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at_utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
    content = (
        FORM,
        network,
        entry_id,
        book_year,
        number,
        kind,
        booked_on if isinstance(booked_on, str) else booked_on.isoformat(),
        recorded_at,
        cause,
        idempotency_key,
        reverses,
        legs,
        previous_hash,
    )
    return hashlib.sha256(_encode(content).encode()).hexdigest()
