"""One transaction per request or command: opened at the edge, committed whole or not at all.

Services flush, they never commit. Leaving the block normally commits; any exception rolls back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from storage.engine import WRITE_OPTION


@contextmanager
def unit_of_work(engine: Engine, *, write: bool = True) -> Iterator[Session]:
    """A session in one transaction. ``write=False`` promises to change nothing and is rolled back."""
    with (
        engine.connect().execution_options(**{WRITE_OPTION: write}) as connection,
        Session(bind=connection, expire_on_commit=False, autoflush=True) as session,
    ):
        try:
            yield session
            if write:
                session.commit()
            else:
                session.rollback()
        except BaseException:
            session.rollback()
            raise
