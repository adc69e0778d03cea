"""A process that reads and books what lies there until it is killed: ``… reader URL FOLDER FILE MINUTES``.

Its clock stands ``MINUTES`` after the tests' moment, so that the lease of one that was killed is over.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from casework.bank.booking import book_open_lines
from casework.bank.file_reading import read_one
from storage import cipher
from storage.engine import build_engine
from tests.conftest import TEST_HASH_KEY, TEST_KEY
from tests.integration.factories import NOW


def main(url: str, folder: Path, file_id: int, network_id: int, minutes: int) -> None:
    """Read the file if nobody did, and book every line that is left."""
    cipher.use_keys([TEST_KEY], TEST_HASH_KEY)
    engine, at = build_engine(url), NOW + timedelta(minutes=minutes)
    os.write(1, b"BEGIN\n")
    read_one(engine, file_id=file_id, folder=folder, clock=lambda: at)
    book_open_lines(engine, network_id=network_id, clock=lambda: at)
    os.write(1, b"END\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
