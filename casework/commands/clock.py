"""What a command takes for now."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app


def present_utc() -> datetime:
    """The present moment; another one where the application was given a clock of its own, as for pages."""
    clock = current_app.extensions.get("omloop_clock")
    if clock is None:
        return datetime.now(UTC)
    moment = clock()
    assert isinstance(moment, datetime)
    return moment
