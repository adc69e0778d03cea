"""A money action happens once per key: a double click or a repeated request gets the first result.

The key comes from the form. It is claimed in the transaction of the action itself, so that an action
that is refused leaves the key free, and of two at the same moment the second waits for the first.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from casework.context import Work
from casework.fund.tables import IdempotencyKey
from errors import Conflict, Invalid

_KEY = re.compile(r"[A-Za-z0-9_:.\-]{8,80}")


class KeyMissing(Invalid):
    """The form came without its key, so a repeat could not be recognised."""

    nl = (
        "Dit formulier is niet volledig aangekomen. Er is niets geboekt. "
        "Ververs de pagina en probeer het nog eens."
    )
    en = "This form did not arrive whole. Nothing was booked. Refresh the page and try again."


class KeyReused(Conflict):
    """The same key came with another content: an old form was changed and sent again."""

    nl = (
        "Dit formulier is al eerder verstuurd, met andere gegevens. Er is nu niets geboekt. "
        "Ververs de pagina en kijk wat er al geboekt is."
    )
    en = (
        "This form was sent before, with other details. Nothing was booked now. "
        "Refresh the page and see what has been booked already."
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an action. ``repeated`` says that it was done before, with ``result``."""

    row: IdempotencyKey
    repeated: bool

    @property
    def result(self) -> str:
        """What the first try gave."""
        return self.row.result

    def finish(self, result: str) -> str:
        """Keep ``result`` for whoever repeats this action."""
        self.row.result = result
        return result


def attempt(work: Work, action: str, key: str, **content: str | int | None) -> Attempt:
    """Claim ``key`` for ``action`` with this content, or find what it gave before.

    Lock what the action changes first, then claim. Raises :class:`KeyMissing` for a key that no form of
    ours made, :class:`KeyReused` for a known key with another content.
    """
    if not _KEY.fullmatch(key):
        raise KeyMissing()
    digest = _digest(action, content)
    found = work.session.get(IdempotencyKey, (work.network.id, key)) or _claim(work, action, key, digest)
    if not found.result:
        # Just claimed, or claimed before in this very transaction by a try that was refused.
        found.action, found.content_hash = action, digest
        return Attempt(found, repeated=False)
    if found.content_hash != digest:
        raise KeyReused()
    return Attempt(found, repeated=True)


def _claim(work: Work, action: str, key: str, digest: str) -> IdempotencyKey:
    """The key's row: our own, or that of whoever was first and has finished meanwhile."""
    row = IdempotencyKey(
        network_id=work.network.id, key=key, action=action, content_hash=digest, used_at_utc=work.now_utc
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        return work.session.get_one(IdempotencyKey, (work.network.id, key))
    return row


def _digest(action: str, content: dict[str, str | int | None]) -> str:
    text = json.dumps([action, content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
