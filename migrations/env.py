"""Runs migrations in one transaction, on a connection that was handed in or on the settings' database."""

from __future__ import annotations

import importlib
import importlib.util

from alembic import context
from sqlalchemy import Connection, Engine

from config import settings
from storage.engine import build_engine
from storage.metadata import Base

# Every module that declares tables; a room that is not there (a ledger used on its own) is skipped.
TABLE_MODULES = ("ledger.tables", "casework.tables")


def _load_tables() -> None:
    for name in TABLE_MODULES:
        room = name.partition(".")[0]
        if importlib.util.find_spec(room) and importlib.util.find_spec(name):
            importlib.import_module(name)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_engine(engine: Engine) -> None:
    with engine.begin() as connection:
        _run(connection)


def main() -> None:
    """Use ``attributes["connection"]``, else ``attributes["engine"]``, else the settings' database."""
    _load_tables()
    attributes = context.config.attributes
    if connection := attributes.get("connection"):
        _run(connection)
    elif engine := attributes.get("engine"):
        _run_on_engine(engine)
    else:
        _run_on_engine(build_engine(settings.load().database_url))


main()
