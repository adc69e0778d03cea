"""The application on a database with money in the pot, for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from casework.people.tables import Person
from storage.unit_of_work import unit_of_work
from tests.integration import pages
from tests.integration.factories import Cast
from tests.integration.treasury.scene import a_funded_cast


@dataclass
class Site:
    """The application, its database and the people in it."""

    app: Flask
    engine: Engine
    cast: Cast

    def as_(self, person: Person) -> FlaskClient:
        """A browser in which ``person`` is signed in."""
        client = self.app.test_client()
        pages.sign_in(client, person)
        return client

    def session(self) -> Session:
        """A session in a transaction of its own; used as a context manager it commits."""
        return Session(self.engine, expire_on_commit=False)


def _site(engine: Engine, folder: Path) -> Iterator[Site]:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
    app = pages.make_app(engine.url.render_as_string(hide_password=False), folder / "instance")
    app.config["WTF_CSRF_ENABLED"] = False
    yield Site(app, engine, cast)
    app.extensions["omloop_engine"].dispose()


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Site]:
    """The application with EUR 10,000 in the pot; CSRF is tested elsewhere."""
    yield from _site(sqlite_engine, tmp_path)


@pytest.fixture
def site_on_both(engine: Engine, tmp_path: Path) -> Iterator[Site]:
    """The same on SQLite and on PostgreSQL, for pages whose queries or writes could differ."""
    yield from _site(engine, tmp_path)
