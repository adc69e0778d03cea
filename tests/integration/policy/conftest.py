"""One network with someone in every role."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return a_cast(session)
