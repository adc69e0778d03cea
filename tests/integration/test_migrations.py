"""Migrations lead from an empty database to the newest schema."""

from __future__ import annotations

from sqlalchemy import Engine

from storage import migrate


def test_the_database_is_at_the_newest_revision(engine: Engine) -> None:
    assert migrate.current(engine) == migrate.newest()


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.newest()
