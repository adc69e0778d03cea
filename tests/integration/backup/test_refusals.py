"""What does not verify is not restored, and what was there stays as it was."""

from __future__ import annotations

import base64
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from errors import OmloopError
from ledger import events
from ledger.backup import (
    BackupDoesNotVerify,
    BackupOfNewerProgram,
    BackupOfOtherDatabase,
    KeysDoNotFit,
)
from storage import cipher
from storage.archive import BackupUnreadable
from storage.engine import BUSY_TIMEOUT_MS
from storage.postgres_tools import PostgresToolFailed, PostgresToolMissing, PostgresTools
from tests.conftest import TEST_HASH_KEY, TEST_KEY
from tests.integration.backup.conftest import Installation, reseal
from tests.integration.ledger.book_of_tests import Book

ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
Spoil = Callable[[dict[str, Any], dict[str, bytes]], None]


def _head(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["heads"] = dict.fromkeys(manifest["heads"], "0" * 64)


def _count(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["row_counts"]["ledger_entry"] += 1


def _newer(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["schema_revision"] = "9999_later"


def _other(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["backend"] = "oracle"


def _name(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["uploads/../../escaped"] = b"x"


@ON_SQLITE
@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (_head, BackupDoesNotVerify),
        (_count, BackupDoesNotVerify),
        (_newer, BackupOfNewerProgram),
        (_other, BackupOfOtherDatabase),
        (_name, BackupUnreadable),
    ],
)
def test_manifest_that_lies_is_refused(
    lived_in: tuple[Installation, Book], tmp_path: Path, spoil: Spoil, error: type[OmloopError]
) -> None:
    here, book = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    book.do(events.other_income, amount_cents=3)
    before = here.state()
    reseal(file, spoil)
    with pytest.raises(error):
        here.restore(file, force=True)
    assert here.state() == before


@ON_SQLITE
def test_changed_book_is_refused_though_every_sum_is_right(
    lived_in: tuple[Installation, Book], elsewhere: Installation, tmp_path: Path
) -> None:
    here, _ = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)

    def change(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        path = tmp_path / "changed.db"
        path.write_bytes(parts["database"])
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER ledger_entry_no_update")
            connection.execute("UPDATE ledger_entry SET cause = 'anders' WHERE number = 2")
        parts["database"] = path.read_bytes()

    reseal(file, change)
    with pytest.raises(BackupDoesNotVerify, match="entry 2026-2"):
        elsewhere.restore(file)
    assert elsewhere.state() == ([], {})


@ON_SQLITE
def test_head_kept_elsewhere_must_be_in_the_chain(
    lived_in: tuple[Installation, Book], elsewhere: Installation, tmp_path: Path
) -> None:
    here, book = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    later = book.do(events.other_income, amount_cents=3)
    with pytest.raises(BackupDoesNotVerify, match=later.hash):
        elsewhere.restore(file, head=later.hash)
    assert elsewhere.state() == ([], {})


@ON_SQLITE
def test_damaged_file_is_refused(
    lived_in: tuple[Installation, Book], elsewhere: Installation, tmp_path: Path
) -> None:
    here, _ = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        middle = archive.getinfo("database").header_offset + 5_000
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", b"no backup", whole[:-100], whole[: len(whole) // 2], flipped):
        file.write_bytes(damaged)
        with pytest.raises(BackupUnreadable):
            elsewhere.restore(file)
    assert elsewhere.state() == ([], {})


@ON_SQLITE
def test_other_keys_are_refused(
    lived_in: tuple[Installation, Book], elsewhere: Installation, tmp_path: Path
) -> None:
    here, _ = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    other_key = base64.urlsafe_b64encode(b"another-key-of-thirty-two-bytes!").decode()
    try:
        for keys, hash_key in (([other_key], TEST_HASH_KEY), ([TEST_KEY], "another")):
            cipher.use_keys(keys, hash_key)
            with pytest.raises(KeysDoNotFit):
                elsewhere.restore(file)
        # A rotated key still reads what the former one wrote.
        cipher.use_keys([other_key, TEST_KEY], TEST_HASH_KEY)
        assert elsewhere.restore(file).report.ok
    finally:
        cipher.use_keys([TEST_KEY], TEST_HASH_KEY)


@ON_POSTGRESQL
def test_restore_that_cannot_finish_leaves_what_was(
    lived_in: tuple[Installation, Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, book = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    book.do(events.other_income, amount_cents=3)
    (here.uploads / "later").write_bytes(b"later")
    before = here.state()
    monkeypatch.setattr("storage.postgres_tools.LOCK_TIMEOUT_MS", BUSY_TIMEOUT_MS // 20)
    with here.engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM ledger_year").all()  # holds a lock that DROP TABLE needs
        with pytest.raises(PostgresToolFailed, match="psql"):
            here.restore(file, force=True)
    assert here.state() == before
    reseal(file, _head)
    with pytest.raises(BackupDoesNotVerify):
        here.restore(file, force=True)
    assert here.state() == before
    assert book.verify().ok


@ON_POSTGRESQL
def test_missing_program_is_named(lived_in: tuple[Installation, Book]) -> None:
    tools = PostgresTools(lived_in[0].engine.url)
    with pytest.raises(PostgresToolMissing, match="pg_does_not_exist"):
        tools.run("pg_does_not_exist")
