"""A backup made while others post restores elsewhere: it verifies, with the head of its manifest."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import events
from ledger.backup import BackupExists, InstallationNotEmpty
from ledger.snapshot import snapshot
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.conftest import TEST_HASH_KEY, TEST_KEY
from tests.integration.backup.conftest import NAME, Installation
from tests.integration.factories import a_cast, fund, work_as
from tests.integration.ledger.book_of_tests import Book


def test_backup_under_load_restores_elsewhere(
    lived_in: tuple[Installation, Book], elsewhere: Installation, tmp_path: Path
) -> None:
    here, book = lived_in
    file, stop = tmp_path / "backup.zip", threading.Event()

    def post() -> None:
        while not stop.is_set():
            book.do(events.other_income, amount_cents=1)

    poster = threading.Thread(target=post)
    poster.start()
    try:
        made = here.back_up(file)
    finally:
        stop.set()
        poster.join()
    assert made.report.ok
    assert file.stat().st_mode & 0o777 == 0o600
    head = made.manifest.heads[book.network]

    done = elsewhere.restore(file, head=head)
    assert done.report.heads == {book.network: head}
    assert elsewhere.state() == (
        [(book.network, made.manifest.entry_count, head)],
        {NAME: b"encrypted"},
    )
    with snapshot(elsewhere.engine) as session:
        assert verify(session, head=head).ok
    # The chain went on here, from that head.
    assert book.verify(head=head).ok
    # And the restored book can be posted to.
    there = Book(elsewhere.engine, book.network, book.now, book.keys)
    there.do(events.other_income, amount_cents=2)
    assert there.verify(head=head).ok


def test_backup_holds_no_keys_and_is_never_written_over(
    lived_in: tuple[Installation, Book], tmp_path: Path
) -> None:
    here, _ = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert TEST_KEY.encode() not in content
            assert TEST_HASH_KEY.encode() not in content
    before = file.read_bytes()
    with pytest.raises(BackupExists):
        here.back_up(file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_restore_over_something_needs_force_and_replaces_all_of_it(
    lived_in: tuple[Installation, Book], tmp_path: Path
) -> None:
    here, book = lived_in
    file = tmp_path / "backup.zip"
    here.back_up(file)
    then = here.state()
    book.do(events.other_income, amount_cents=3)
    (here.uploads / "later").write_bytes(b"later")
    (here.uploads / NAME).unlink()
    with pytest.raises(InstallationNotEmpty):
        here.restore(file)
    here.restore(file, force=True)
    assert here.state() == then
    assert book.verify().ok
    with here.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ledger_leg")) == 8


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_commands(app: Flask, tmp_path: Path) -> None:
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        cast = a_cast(session)
        fund(work_as(session, cast.treasurer, cast.network), 500_000)
    runner, file = app.test_cli_runner(), str(tmp_path / "backup.zip")
    made = runner.invoke(args=["backup", file])
    assert made.exit_code == 0, made.output
    assert "Secrets are NOT in a backup" in made.output
    refused = runner.invoke(args=["restore", file])
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    head = made.output.split("head ")[1].split()[0]
    done = runner.invoke(args=["restore", "--force", "--head", head, file])
    assert done.exit_code == 0, done.output
    assert "Restored and verified" in done.output
    assert head in done.output
