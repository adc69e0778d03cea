"""Sessions kept on the server. The cookie holds a random token; logging out ends it for every holder.

Flask's own session lives wholly in the cookie and therefore survives a logout. Flask-Session needs
Flask-SQLAlchemy for a database, so this is our own: an interface of Flask over one table.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import Engine, delete, select, update

from casework.people.tables import WebSession
from casework.web.route import now_utc
from config.settings import Settings
from storage.unit_of_work import unit_of_work

TOUCH_EVERY = timedelta(minutes=1)


class ServerSession(SessionMixin):
    """The session's values plus what is needed to store them again."""

    def __init__(self, token: str | None, data: dict[str, Any], last_seen: datetime | None) -> None:
        self.token = token
        self.data = data
        self.last_seen = last_seen
        self.modified = False
        self.new = token is None
        self.replaced_token: str | None = None

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.data[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self.data[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def renew(self) -> None:
        """Give the session a new token, as at every sign-in: a token planted before is worth nothing."""
        self.replaced_token, self.token = self.token, None
        self.modified = True


def token_hash(token: str) -> str:
    """What is stored instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


class DatabaseSessions(SessionInterface):
    """Reads the session at the start of a request and writes it back when it changed."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._idle = timedelta(minutes=settings.session_idle_minutes)
        self._absolute = timedelta(hours=settings.session_hours)

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.get_cookie_name(app))
        if not token or request.endpoint == "static":
            return ServerSession(None, {}, None)
        with unit_of_work(self._engine, write=False) as session:
            row = session.execute(
                select(WebSession.data, WebSession.created_at_utc, WebSession.last_seen_at_utc).where(
                    WebSession.token_hash == token_hash(token)
                )
            ).first()
        now = now_utc()
        if row is None or now - row[1] > self._absolute or now - row[2] > self._idle:
            return ServerSession(None, {}, None)
        return ServerSession(token, dict(row[0]), row[2])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)
        now = now_utc()
        if session.token is None and not session.data:
            return
        if session.modified:
            self._store(session, now)
            self._set_cookie(app, session, response)
        elif session.token and session.last_seen and now - session.last_seen > TOUCH_EVERY:
            with unit_of_work(self._engine) as database:
                database.execute(
                    update(WebSession)
                    .where(WebSession.token_hash == token_hash(session.token))
                    .values(last_seen_at_utc=now)
                )
        response.vary.add("Cookie")

    def _store(self, session: ServerSession, now: datetime) -> None:
        person_id = session.data.get("_user_id")
        values = {
            "data": session.data,
            "last_seen_at_utc": now,
            "person_id": int(person_id) if person_id else None,
        }
        with unit_of_work(self._engine) as database:
            if session.replaced_token:
                database.execute(
                    delete(WebSession).where(WebSession.token_hash == token_hash(session.replaced_token))
                )
            if session.token:
                database.execute(
                    update(WebSession)
                    .where(WebSession.token_hash == token_hash(session.token))
                    .values(values)
                )
                return
            session.token = secrets.token_urlsafe(32)
            database.execute(
                delete(WebSession).where(WebSession.last_seen_at_utc < now - max(self._idle, self._absolute))
            )
            database.add(WebSession(token_hash=token_hash(session.token), created_at_utc=now, **values))

    def _set_cookie(self, app: Flask, session: ServerSession, response: Response) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            session.token or "",
            httponly=True,
            samesite="Lax",
            secure=self.get_cookie_secure(app),
            path="/",
        )
