"""The application with its clock set to a day of the test's choice; from there on it runs as clocks do.

Prices are brought to the year of a case and claims have ages: figures worked out by hand hold on one day.
``OMLOOP_TEST_CLOCK_SHIFT`` is in seconds, and the same for the server and for the commands beside it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from flask import Flask

from app import create_app as build

SHIFT = "OMLOOP_TEST_CLOCK_SHIFT"


def create_app() -> Flask:
    """The whole application, some time away from now."""
    app = build()
    shift = timedelta(seconds=float(os.environ[SHIFT]))
    app.extensions["omloop_clock"] = lambda: datetime.now(UTC) + shift
    return app
