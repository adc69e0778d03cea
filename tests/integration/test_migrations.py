"""Migrations lead from an empty database to the newest schema, and the schema is the tables in code."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import casework.tables
from storage import migrate
from storage.metadata import Base


def test_the_database_is_at_the_newest_revision(engine: Engine) -> None:
    assert migrate.current(engine) == migrate.newest()


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.newest()


def test_every_table_and_column_in_code_is_in_the_database(engine: Engine) -> None:
    assert casework.tables  # imported, so that the metadata is whole
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    # The ledger's own indexes and checks are made by hand in its migration and tested there.
    missing = [one for one in differences if isinstance(one, tuple) and one[0] in {"add_table", "add_column"}]
    assert missing == []


@pytest.mark.parametrize("change", ["UPDATE log_record SET result = 'x'", "DELETE FROM log_record"])
def test_the_log_is_only_ever_added_to(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO log_record (at_utc, action, object_ref, result, address, facts)"
                " VALUES ('2026-06-01 08:00:00', 'case.submit', 'TN-2026-0001', 'done', '', '{}')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM log_record WHERE result = 'done'")) == 1
