"""Ending someone's sessions on the server, so that a change of access holds from that moment."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from casework.people.tables import WebSession


def end_sessions(session: Session, person_id: int, *, but: str | None = None) -> None:
    """End every session of a person, except the one whose token hash is ``but``."""
    ending = delete(WebSession).where(WebSession.person_id == person_id)
    if but is not None:
        ending = ending.where(WebSession.token_hash != but)
    session.execute(ending)


def end_session(session: Session, token_hash: str) -> None:
    """End the one session with this token hash."""
    session.execute(delete(WebSession).where(WebSession.token_hash == token_hash))
