"""A network with someone in every role, in one open transaction, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from casework.context import Work
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_cast, work_as


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with unit_of_work(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def member(session: Session, cast: Cast) -> Work:
    """A member of the secretariat, of gemeente."""
    return work_as(session, cast.secretariat[0], cast.network)


@pytest.fixture
def second(session: Session, cast: Cast) -> Work:
    """Another member, of gemeente."""
    return work_as(session, cast.secretariat[1], cast.network)


@pytest.fixture
def zayaz(session: Session, cast: Cast) -> Work:
    """The representative of zayaz."""
    return work_as(session, cast.representative, cast.network)


@pytest.fixture
def mee(session: Session, cast: Cast) -> Work:
    """The representative of mee."""
    return work_as(session, cast.other_representative, cast.network)


@pytest.fixture
def treasurer(session: Session, cast: Cast) -> Work:
    return work_as(session, cast.treasurer, cast.network)
