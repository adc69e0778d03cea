"""The year's end on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.integration.book_year.scene import Office, an_office


@pytest.fixture
def office(engine: Engine) -> Office:
    """A network in June 2026 of which 2025 is over and open."""
    return an_office(engine)
