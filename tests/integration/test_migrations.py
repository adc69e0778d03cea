"""Migrations lead from an empty database to the newest schema, and the schema is the tables in code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import casework.tables
from storage import migrate
from storage.engine import build_engine
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


def test_bookings_on_the_fund_survive_that_a_kind_is_added(tmp_path: Path) -> None:
    """SQLite makes the table anew; the rows, the rest of its rules and its index must come along."""
    engine = build_engine(f"sqlite:///{tmp_path / 'before.db'}")
    migrate.upgrade(engine, "0003_book_year")
    insert = (
        "INSERT INTO fund_booking (network_id, reference, kind, amount_cents, booked_on, for_year,"
        " description, entry_ids, booked_by, booked_at_utc)"
        " VALUES (1, ?, ?, ?, '2026-06-01', 2026, '', '[]', 1, '2026-06-01 08:00:00')"
    )
    with closing(sqlite3.connect(tmp_path / "before.db")) as plain:
        plain.execute(
            "INSERT INTO network VALUES (1, 'n', 'N', 'N', 'Europe/Amsterdam', '2026-06-01 08:00:00')"
        )
        plain.execute(
            "INSERT INTO person (id, email, name, must_change_password, language, created_at_utc)"
            " VALUES (1, 'p@n.example', 'P', 0, 'nl', '2026-06-01 08:00:00')"
        )
        plain.execute(insert, ("F-1", "bank_costs", 5))
        plain.commit()
        migrate.upgrade(engine)
        plain.execute(insert, ("F-2", "receipt_sent_back", 7))
        for wrong in (("F-3", "something", 1), ("F-3", "bank_costs", 0), ("F-1", "bank_costs", 1)):
            with pytest.raises(sqlite3.IntegrityError):
                plain.execute(insert, wrong)
        rows = plain.execute("SELECT id, reference, amount_cents FROM fund_booking ORDER BY id").fetchall()
        assert rows == [(1, "F-1", 5), (2, "F-2", 7)]
        names = {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}
        assert "ix_fund_booking_network_id_for_year" in names
        assert "fund_booking_before" not in names
    engine.dispose()


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
