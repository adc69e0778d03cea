"""Meetings of the secretariat: what was on the agenda, who was there, and what was noted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class Meeting(Base):
    """One meeting. Its minutes are a concept until a member other than who wrote them adopts them.

    ``revision`` counts saves, so that two people writing cannot overwrite each other unseen.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("network_id", "held_on"),
        CheckConstraint("adopted_by <> written_by", name="adopted_by_another"),
        CheckConstraint("(adopted_by IS NULL) = (adopted_at_utc IS NULL)", name="adopted_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    held_on: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    remarks: Mapped[str] = mapped_column(EncryptedText, default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adopted_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)

    points: Mapped[list[MeetingPoint]] = relationship(
        order_by="MeetingPoint.position", cascade="all, delete-orphan", lazy="selectin"
    )
    attendance: Mapped[list[MeetingAttendance]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class MeetingPoint(Base):
    """One point of the agenda: about a case, or with a title of one's own. ``note`` is what was said."""

    __tablename__ = "meeting_point"
    __table_args__ = (
        UniqueConstraint("meeting_id", "kind", "case_id"),
        CheckConstraint(
            "kind IN ('discuss', 'dispute', 'waiting', 'unsettled', 'review', 'own')", name="kind"
        ),
        CheckConstraint("(kind = 'own') = (case_id IS NULL)", name="own_or_of_a_case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    title: Mapped[str] = mapped_column(EncryptedText, default="")
    note: Mapped[str] = mapped_column(EncryptedText, default="")


class MeetingAttendance(Base):
    """Whether a member of the secretariat was there."""

    __tablename__ = "meeting_attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    present: Mapped[bool]
