"""Reading as of one moment while others post: every query of the session sees the same state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from storage.engine import WRITE_OPTION


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """A session that reads one unchanging state and is rolled back.

    SQLite's read transactions are snapshots already; PostgreSQL needs REPEATABLE READ for it.
    """
    options: dict[str, object] = {WRITE_OPTION: False}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, Session(bind=connection) as session:
        try:
            yield session
        finally:
            session.rollback()
