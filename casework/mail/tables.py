"""The outbox, and how someone wants to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class Mail(Base):
    """One mail to one address. ``state`` is a :class:`casework.mail.kinds.MailState`.

    ``dedupe_key`` names what is told to whom: it is told once. ``message_key`` is the part of the
    Message-ID before the at sign, fixed when the mail is queued, so that a repeat can be recognised.
    ``about`` is a case number, a batch or a letter; ``path`` where in the program it can be seen.

    Whoever sends it is its ``holder`` until ``leased_until_utc``. ``handed_over_at_utc`` is set just before
    the text goes to the mail server: without it, a mail that was left lying was certainly not sent.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("network_id", "dedupe_key"),
        CheckConstraint(
            "state IN ('gathered', 'queued', 'sending', 'sent', 'failed', 'held', 'unknown', 'dropped')",
            name="state",
        ),
        CheckConstraint("language IN ('nl', 'en')", name="language"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(holder IS NULL) = (leased_until_utc IS NULL)", name="lease_whole"),
        CheckConstraint("state = 'sending' OR holder IS NULL", name="held_while_sending"),
        Index("ix_mail_network_id_state", "network_id", "state", "next_attempt_at_utc"),
        Index("ix_mail_network_id_about", "network_id", "about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    message_key: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    about: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[str] = mapped_column(EncryptedText)
    email: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(EncryptedText)
    body: Mapped[str] = mapped_column(EncryptedText)
    path: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[str | None] = mapped_column(String(32))
    leased_until_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(200), default="")
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id"))


class MailPreference(Base):
    """How someone wants to be told what happened; who said nothing is told at once."""

    __tablename__ = "mail_preference"
    __table_args__ = (CheckConstraint("how IN ('direct', 'digest', 'off')", name="how"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    how: Mapped[str] = mapped_column(String(6))
