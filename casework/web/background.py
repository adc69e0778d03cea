"""Work that begins with a request and goes on after it, in a thread of its own.

Nothing may depend on such a thread reaching its end: a server can be stopped at any moment. Whatever is begun
here is picked up by ``flask work due`` when it was left lying.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import current_app

from casework.web import route

_log = structlog.get_logger(__name__)


def soon(do: Callable[..., object], *arguments: Any, **options: Any) -> None:
    """Do this beside the request. What fails is logged by its kind only: a message can hold data."""

    def run() -> None:
        try:
            do(*arguments, **options)
        except Exception as problem:
            _log.error("background_failed", what=do.__name__, kind=type(problem).__name__)

    threading.Thread(target=run, name=do.__name__, daemon=True).start()


def clock_of_app() -> Callable[[], datetime]:
    """The application's clock, for work that outlives the request."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the application itself, not the proxy

    def now() -> datetime:
        with app.app_context():
            return route.now_utc()

    return now
