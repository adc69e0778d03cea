"""Copying a database at one moment while others write to it, and putting such a copy in its place.

SQLite's own online backup, and ``pg_dump`` with an exported snapshot. A copy is first put in a place of its
own and checked there; then it replaces the database in one transaction, so that a restore that fails, or is
cut off, leaves what there was.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from errors import Unavailable
from storage import migrate
from storage.engine import BUSY_TIMEOUT_MS, WRITE_OPTION, build_engine
from storage.postgres_tools import PostgresTools

VERSION_TABLE = "alembic_version"
_T = TypeVar("_T")


class NoPlaceToCheck(Unavailable):
    """The database's user may not make the database in which a backup is checked before it is restored."""

    nl = "De databasegebruiker mag geen database maken. Geef hem CREATEDB, en zet de back-up dan terug."
    en = "The database user may not create a database. Grant it CREATEDB, then restore the backup."


# Everything there is goes first, in the transaction that brings what was backed up.
_DROP_EVERYTHING = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', one.tablename);
  END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
             WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
               SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE 'DROP ROUTINE IF EXISTS ' || one.name || ' CASCADE';
  END LOOP;
END $$;
"""


def copy_database(
    engine: Engine, path: Path, describe: Callable[[Connection], _T], *, postgres_bin: Path | None = None
) -> _T:
    """Write the database as it is at one moment to ``path``; what ``describe`` reads is that same state."""
    if engine.dialect.name == "sqlite":
        return _copy_sqlite(engine, path, describe)
    options = {WRITE_OPTION: False, "isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        PostgresTools(engine.url, postgres_bin).run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            f"--snapshot={snapshot}", f"--file={path}",
        )  # fmt: skip
        return describe(connection)


def _copy_sqlite(engine: Engine, path: Path, describe: Callable[[Connection], _T]) -> _T:
    assert engine.url.database is not None
    with closing(sqlite3.connect(engine.url.database)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
        # Without a write-ahead log of its own the copy is one file, and all of it.
        target.execute("PRAGMA journal_mode = DELETE")
    copied = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with copied.connect() as connection:
        return describe(connection)


def restore_database(
    engine: Engine, path: Path, check: Callable[[Engine], None], *, postgres_bin: Path | None = None
) -> None:
    """Replace the database with the copy at ``path``, once ``check`` has accepted it in a place of its own.

    ``check`` may migrate what it is given, and refuses by raising. The newest schema is in place afterwards.
    """
    if engine.dialect.name == "sqlite":
        _restore_sqlite(engine, path, check)
        return
    tools = PostgresTools(engine.url, postgres_bin)
    with TemporaryDirectory(prefix="omloop-restore-") as folder:
        _check_postgres(engine, tools, path, check)
        drop, script = Path(folder) / "drop.sql", Path(folder) / "restore.sql"
        drop.write_text(_DROP_EVERYTHING)
        tools.run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", path)
        engine.dispose()
        tools.run(
            "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            f"--file={drop}", f"--file={script}",
        )  # fmt: skip
    migrate.upgrade(engine)


def _check_postgres(
    engine: Engine, tools: PostgresTools, path: Path, check: Callable[[Engine], None]
) -> None:
    name = f"omloop_restore_{token_hex(6)}"
    admin = create_engine(engine.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        try:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except ProgrammingError as error:
            raise NoPlaceToCheck() from error
        try:
            tools.run(
                "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
                f"--dbname={name}", path, database=name,
            )  # fmt: skip
            staged = build_engine(engine.url.set(database=name).render_as_string(hide_password=False))
            try:
                check(staged)
            finally:
                staged.dispose()
        finally:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _restore_sqlite(engine: Engine, path: Path, check: Callable[[Engine], None]) -> None:
    assert engine.url.database is not None
    target_path = Path(engine.url.database)
    with TemporaryDirectory(prefix=".restore-", dir=target_path.parent) as folder:
        staged_path = Path(folder) / "staged.db"
        shutil.copyfile(path, staged_path)
        staged = build_engine(f"sqlite:///{staged_path}")
        try:
            check(staged)
        finally:
            staged.dispose()
        engine.dispose()
        with closing(sqlite3.connect(target_path)) as target, closing(sqlite3.connect(staged_path)) as source:
            target.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            target.execute("PRAGMA journal_mode = WAL")
            target.execute("PRAGMA synchronous = FULL")
            # One step is one transaction on the target: whoever reads sees the old database or the new.
            source.backup(target, pages=-1)


def count_rows(connection: Connection) -> dict[str, int]:
    """The number of rows of every table but the one that holds the schema's version."""
    names = sorted(set(inspect(connection).get_table_names()) - {VERSION_TABLE})
    return {
        name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608  (names of our tables)
        for name in names
    }
