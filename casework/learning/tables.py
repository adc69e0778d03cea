"""Summaries of cases that all professionals can read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

_LIVE = "state <> 'withdrawn'"


class CaseSummary(Base):
    """What was stuck in a case and what solved it, told so that nobody can be recognised.

    One member writes it, a second one checks and releases it. A case has one at a time; what was withdrawn
    stays as a row without its texts. ``about_cents`` is what it cost, rounded so that it points at no
    payment; ``settled_as`` is a :class:`rules.lifecycle.SettlementKind`.
    """

    __tablename__ = "case_summary"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'offered', 'released', 'withdrawn')", name="state"),
        CheckConstraint("checked_by IS NULL OR checked_by <> written_by", name="four_eyes"),
        CheckConstraint("state <> 'released' OR checked_by IS NOT NULL", name="released_is_checked"),
        CheckConstraint("about_cents >= 0", name="about_not_negative"),
        Index(
            "uq_case_summary_live",
            "case_id",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("ix_case_summary_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    title: Mapped[str] = mapped_column(EncryptedText)
    situation: Mapped[str] = mapped_column(EncryptedText)
    barrier: Mapped[str] = mapped_column(EncryptedText)
    breakthrough: Mapped[str] = mapped_column(EncryptedText)
    lesson: Mapped[str] = mapped_column(EncryptedText)
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    barrier_field: Mapped[str] = mapped_column(String(80))
    barrier_law: Mapped[str] = mapped_column(String(80))
    about_cents: Mapped[int] = mapped_column(BigInteger)
    settled_as: Mapped[str] = mapped_column(String(12))
    paid_year: Mapped[int]
    written_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
