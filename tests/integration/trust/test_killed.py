"""Nothing that was acknowledged is lost or doubled: the program is killed, the database server falls over."""

from __future__ import annotations

import random
import time

from sqlalchemy.exc import DBAPIError

from ledger import events
from tests.integration.ledger.book_of_tests import Book, open_book
from tests.integration.trust.conftest import OwnServer, acknowledged, start_poster
from tests.integration.trust.size import KILLS, RESTARTS


def _hashes(book: Book) -> dict[int, str]:
    """The hash of every posted entry by the number in its key."""
    with book.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT idempotency_key, hash FROM ledger_entry").all()
    found = {int(key.removeprefix("poster-")): hash_ for key, hash_ in rows}
    assert len(found) == len(rows)
    return found


def test_killed_while_posting(durable: Book) -> None:
    waits = random.Random(1)
    posted: dict[int, str] = {}
    for _ in range(KILLS):
        # The last entry is sent again each time, as after a reply that was lost.
        poster = start_poster(durable, max(posted, default=1))
        assert poster.stdout is not None
        first = poster.stdout.readline()
        time.sleep(waits.uniform(0.02, 0.2))
        poster.kill()
        seen = acknowledged(first + poster.stdout.read())
        poster.wait()
        there = _hashes(durable)
        assert seen.items() <= there.items()
        assert posted.items() <= there.items()
        assert len(there) - len(posted | seen) <= 1  # at most the one whose reply was lost
        posted = there
        report = durable.verify()
        assert report.ok, report.first
    assert sorted(posted) == list(range(1, len(posted) + 1))
    assert len(posted) > KILLS


def test_server_that_falls_over(own_server: OwnServer) -> None:
    book = open_book(own_server.new_database())
    number, replies = 0, {}
    for _ in range(RESTARTS):
        for turn in range(40):
            number += 1
            if turn == 20:
                own_server.crash_and_start()
            for _attempt in range(3):  # as someone would who got no answer
                try:
                    entry = book.do(events.other_income, amount_cents=number, key=f"poster-{number}")
                    break
                except DBAPIError:
                    time.sleep(0.2)
            replies[number] = entry.hash
    assert _hashes(book) == replies
    assert sorted(replies) == list(range(1, number + 1))
    report = book.verify()
    assert report.ok, report.first
    book.engine.dispose()
