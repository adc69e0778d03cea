"""What every view does alike: say which permission it needs, and open one piece of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app, g, redirect, request, url_for
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from casework.access import Permission, may_ever
from casework.context import Actor, Work
from casework.network.tables import Network
from errors import Forbidden
from storage.unit_of_work import unit_of_work

P = ParamSpec("P")
R = TypeVar("R")
PERMISSION_ATTRIBUTE = "omloop_permission"


def engine() -> Engine:
    """The engine of the running application."""
    found = current_app.extensions["omloop_engine"]
    assert isinstance(found, Engine)
    return found


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Refuse a view to those who hold no role that may ever do this; send strangers to sign in.

    Whether they may do it to the one thing at hand is asked again by the service or query.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            actor: Actor | None = g.get("actor")
            if permission is not Permission.PUBLIC and actor is None:
                following = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("session.sign_in", next=following))
            if not may_ever(actor, permission):
                raise Forbidden()
            return view(*args, **kwargs)

        setattr(guarded, PERMISSION_ATTRIBUTE, permission)
        return guarded

    return decorate


@contextmanager
def work(*, write: bool | None = None) -> Iterator[Work]:
    """One transaction for this request, with the actor and the moment. Reading unless it is a POST."""
    actor: Actor = g.actor
    writing = request.method == "POST" if write is None else write
    with unit_of_work(engine(), write=writing) as session:
        network = session.get_one(Network, actor.network_id)
        yield Work(session, actor, network, now_utc(), address=request.remote_addr or "")


def now_utc() -> datetime:
    """The present moment; the only place where a page looks at the clock."""
    clock: Callable[[], datetime] | None = current_app.extensions.get("omloop_clock")
    return clock() if clock else datetime.now(UTC)


def safe_next(target: str | None) -> str | None:
    """``target`` if it is a path of this site, else None: a sign-in link must not lead elsewhere.

    Browsers drop tabs and line ends before they read an address, and take a backslash for a slash.
    """
    if not target or not target.isprintable() or "\\" in target:
        return None
    return target if target.startswith("/") and not target.startswith("//") else None
