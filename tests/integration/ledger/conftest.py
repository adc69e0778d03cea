"""A book with EUR 1,000 in it, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from ledger import events
from tests.integration.ledger.book_of_tests import Book, open_book


@pytest.fixture
def empty_book(engine: Engine) -> Book:
    """A fund in which nothing was posted."""
    return open_book(engine)


@pytest.fixture
def ledger_book(empty_book: Book) -> Book:
    """A fund into which one partner paid EUR 1,000."""
    empty_book.do(events.contribution_received, partner="stadsbank", amount_cents=100_000)
    return empty_book
