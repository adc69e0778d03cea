"""Adopted policy as the rules read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.network.tables import PolicySection
from rules.policy import PolicyBook, policy_book_from_documents


def policy_book(session: Session, network_id: int) -> PolicyBook:
    """All adopted versions of every section of a network.

    Adopted versions never change, so the book of a given newest version can be kept between requests. The
    moment is part of the key: an adoption that was rolled back may have had the id of one that was not.
    """
    newest = (func.max(PolicySection.id), func.max(PolicySection.adopted_at_utc))
    query = select(func.count(), *newest).where(PolicySection.network_id == network_id)
    count, newest_id, newest_at = session.execute(query).one()
    key = (count, newest_id, newest_at)
    url = str(session.get_bind().engine.url)
    cached = _books.get((url, network_id))
    if cached is not None and cached[0] == key:
        return cached[1]
    rows = session.scalars(select(PolicySection).where(PolicySection.network_id == network_id))
    book = policy_book_from_documents((row.section, row.valid_from, row.document) for row in rows)
    _books[(url, network_id)] = (key, book)
    return book


_books: dict[tuple[str, int], tuple[tuple[int, int | None, datetime | None], PolicyBook]] = {}
