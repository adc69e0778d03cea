"""A process that posts until it is killed: ``… poster URL FIRST``, or until entry LAST.

Each entry is acknowledged on standard output, in one write, once its transaction is committed.
"""

from __future__ import annotations

import os
import sys

from ledger import book, events
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work
from tests.integration.ledger.book_of_tests import NETWORK, NOW, ON


def main(url: str, first: int, last: int = 1_000_000) -> None:
    """Post entry ``first`` and every next one through ``last``."""
    engine = build_engine(url)
    for number in range(first, last + 1):
        key = f"poster-{number}"
        draft = events.other_income(amount_cents=number, booked_on=ON, cause="poster", key=key)
        with unit_of_work(engine) as session:
            entry = book.post(session, network=NETWORK, draft=draft, recorded_at_utc=NOW)
        os.write(1, f"ACK {number} {entry.hash}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
