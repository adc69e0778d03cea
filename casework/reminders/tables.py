"""Which step of reminding was taken, for which part of which claim, in which letter."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base


class Reminder(Base):
    """One step about one open part of a claim: never taken twice. ``letter`` is what the mail is about.

    ``due_on`` is the day of the part, ``step_on`` the day for which policy planned the step; ``open_cents``
    is what the part was still open when it went. Nobody in ``sent_by`` means that the calendar did it.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("network_id", "claim_reference", "due_on", "kind", "step_on"),
        CheckConstraint("open_cents > 0", name="open_positive"),
        CheckConstraint("kind IN ('announce', 'remind', 'ambassador', 'executives')", name="kind"),
        CheckConstraint("audience IN ('partner', 'resident', 'ambassador', 'executives')", name="audience"),
        Index("ix_reminder_network_id_letter", "network_id", "letter"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    letter: Mapped[str] = mapped_column(String(24))
    audience: Mapped[str] = mapped_column(String(10))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    claim_reference: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    step_on: Mapped[date]
    open_cents: Mapped[int] = mapped_column(BigInteger)
    sent_on: Mapped[date]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
