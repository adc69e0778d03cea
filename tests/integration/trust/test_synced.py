"""Before each acknowledgement the database has synced: a killed process proves nothing about a power cut."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.ledger.book_of_tests import Book, open_book
from tests.integration.trust.conftest import OwnServer, acknowledged, start_poster

ENTRIES = 20
_SYNC = re.compile(r"\b(fsync|fdatasync)\(\d+")
_ACKNOWLEDGE = re.compile(r'\bwrite\(1, "ACK ')
_COMMITTED = re.compile(r'\bsendto\(\d+, "C\\0\\0\\0\\vCOMMIT')


def _strace_works() -> bool:
    if shutil.which("strace") is None:
        return False
    traced = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return traced.returncode == 0


pytestmark = pytest.mark.skipif(not _strace_works(), reason="strace is not installed or may not trace here")


def _unsynced(trace: str, acknowledge: re.Pattern[str]) -> tuple[int, int]:
    """How many acknowledgements there were, and how many came without a sync since the one before."""
    acknowledgements = without = 0
    synced = False
    for line in trace.splitlines():
        if _SYNC.search(line):
            synced = True
        elif acknowledge.search(line):
            acknowledgements += 1
            without += not synced
            synced = False
    return acknowledgements, without


def _post_some(book: Book, under: tuple[str, ...] = ()) -> None:
    output, _ = start_poster(book, 1, ENTRIES, under=under).communicate(timeout=60)
    assert len(acknowledged(output)) == ENTRIES


@pytest.mark.parametrize("durable", ["sqlite"], indirect=True)
def test_sqlite_syncs_before_each_acknowledgement(durable: Book, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    _post_some(durable, ("strace", "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,write"))
    acknowledgements, without = _unsynced(trace.read_text(), _ACKNOWLEDGE)
    assert acknowledgements == ENTRIES
    assert without == 0


def test_postgresql_syncs_before_each_acknowledgement(own_server: OwnServer, tmp_path: Path) -> None:
    book, trace = open_book(own_server.new_database()), tmp_path / "trace"
    command = ["strace", "-f", "-s", "64", "-o", trace, "-e", "trace=fsync,fdatasync,sendto"]
    tracer = subprocess.Popen([*command, "-p", str(own_server.pid)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)  # until it holds the server; new connections are then followed from their start
        _post_some(book)
    finally:
        tracer.terminate()
        tracer.wait()
    acknowledgements, without = _unsynced(trace.read_text(), _COMMITTED)
    assert acknowledgements >= ENTRIES
    assert without == 0
    book.engine.dispose()


def test_a_missing_sync_would_be_seen() -> None:
    trace = '7 fdatasync(5) = 0\n7 write(1, "ACK 1 …", 9) = 9\n7 write(1, "ACK 2 …", 9) = 9\n'
    assert _unsynced(trace, _ACKNOWLEDGE) == (2, 1)
