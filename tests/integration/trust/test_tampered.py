"""Whatever column is changed behind the program's back, verifying finds it, and a backup undoes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.backup import make_backup, restore_backup
from tests.integration.ledger.book_of_tests import NOW, Book
from tests.integration.ledger_export.history import lived_book
from tests.integration.trust.size import FULL

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
# Every column whose change must be found. Not among them: what the page on the book says stands outside it.
COLUMNS = {
    "ledger_fund": "network entry_count head_hash closed_through buffer_cents",
    "ledger_entry": "id fund_id book_year number kind booked_on recorded_at_utc cause idempotency_key "
    "reverses previous_hash hash",
    "ledger_leg": "entry_id account subject amount_cents",
    "ledger_balance": "account subject balance_cents",
    "ledger_month": "month account kind debit_cents credit_cents",
    "ledger_year": "book_year last_number",
    "ledger_claim": "reference account amount_cents entry_id",
}
PLACES = ("0", "count(*) / 2", "count(*) - 1") if FULL else ("count(*) / 2",)


@pytest.fixture
def lived(engine: Engine) -> Book:
    """A book in which everything happened."""
    return lived_book(engine)


def _changes() -> Iterator[tuple[str, str, str]]:
    """A table, a column (or none: the row goes) and which of its rows."""
    for table, columns in COLUMNS.items():
        for place in PLACES:
            yield table, "", place
            yield from ((table, column, place) for column in columns.split())


def _tamper(path: Path, table: str, column: str, place: str) -> bool:
    """Change one row with every guard off; whether anything changed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
        order = ", ".join(keys)
        offset = connection.execute(f"SELECT {place} FROM {table}").fetchone()[0]
        row = f"({order}) IN (SELECT {order} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {offset})"
        if not column:
            changed = connection.execute(f"DELETE FROM {table} WHERE {row}").rowcount
        else:
            other = (  # far away, so that it does not meet another row's
                f"CASE typeof({column}) WHEN 'integer' THEN {column} + 1000003 "
                f"WHEN 'null' THEN 1 ELSE {column} || 'x' END"
            )
            changed = connection.execute(f"UPDATE {table} SET {column} = {other} WHERE {row}").rowcount
        connection.commit()
    return changed == 1


def test_every_change_is_found_and_undone(lived: Book, tmp_path: Path) -> None:
    head = lived.verify().heads[lived.network]
    backup, uploads = tmp_path / "backup.zip", tmp_path / "uploads"
    make_backup(lived.engine, uploads=uploads, file=backup, now_utc=NOW)
    database = lived.engine.url.database
    assert database is not None
    lived.engine.dispose()
    whole = Path(database).read_bytes()
    missed = []
    for table, column, place in _changes():
        Path(database).write_bytes(whole)
        assert _tamper(Path(database), table, column, place), (table, column, place)
        report = lived.verify()
        lived.engine.dispose()
        if report.ok:
            missed.append((table, column or "row", place))
    assert missed == []
    restore_backup(lived.engine, uploads=uploads, file=backup, force=True, head=head)
    report = lived.verify(head=head)
    assert report.ok, report.first
