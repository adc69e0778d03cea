"""Proposals to change a section of policy. What is adopted becomes a ``policy_section`` and never changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import UtcDateTime

OPEN, ADOPTED, REFUSED, WITHDRAWN = "open", "adopted", "refused", "withdrawn"


class PolicyProposal(Base):
    """One section as someone proposes it from a day, and how that ended.

    ``base_id`` is the section's newest version when the form was opened: where another one was added
    since, the proposal no longer says what it seems to say. ``policy_section_id`` is the version that
    came of it. Triggers (migration 0006) refuse every change of what was proposed or answered.
    """

    __tablename__ = "policy_proposal"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'adopted', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (answered_by IS NULL)", name="answered_by_someone"),
        CheckConstraint("(state = 'open') = (answered_at_utc IS NULL)", name="answered_at_a_moment"),
        CheckConstraint(
            "state NOT IN ('adopted', 'refused') OR answered_by <> proposed_by", name="four_eyes"
        ),
        CheckConstraint("state <> 'withdrawn' OR answered_by = proposed_by", name="withdrawn_by_proposer"),
        CheckConstraint("(state = 'adopted') = (policy_section_id IS NOT NULL)", name="adopted_version"),
        Index(
            "uq_policy_proposal_open",
            "network_id",
            "section",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    section: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    base_id: Mapped[int] = mapped_column(ForeignKey("policy_section.id"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_reason: Mapped[str] = mapped_column(Text, default="")
    policy_section_id: Mapped[int | None] = mapped_column(ForeignKey("policy_section.id"), unique=True)
