"""Who put their name under a book year's end, and the annual overview as the executives adopted it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import UtcDateTime


class BookYearSignature(Base):
    """Someone's name under an act on a book year, with the head of the chain they put it under.

    ``closing`` counts the year's closings from 1: after a reopening everyone signs anew, and what was
    signed before stays to be seen. ``statements_through_on`` is the last day for which the treasurer says
    that bank statements were read; only a closing has it.
    """

    __tablename__ = "book_year_signature"
    __table_args__ = (
        UniqueConstraint(
            "network_id", "book_year", "closing", "act", "person_id", name="uq_book_year_signature_once"
        ),
        CheckConstraint("act IN ('close', 'audit', 'adopt', 'ask_reopening', 'reopen')", name="act"),
        CheckConstraint("(act = 'close') = (statements_through_on IS NOT NULL)", name="statements"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    book_year: Mapped[int]
    closing: Mapped[int]
    act: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    head_hash: Mapped[str] = mapped_column(String(64))
    statements_through_on: Mapped[date | None]


class AdoptedOverview(Base):
    """The annual overview that the executives adopted, as ``casework.reports.as_json`` wrote it then.

    It is the executives' own view: groups of residents that could point to a person are not in it.
    """

    __tablename__ = "adopted_overview"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    book_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    adopted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    head_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
