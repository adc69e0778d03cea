"""Networks, partners and adopted policy. Everything else belongs to a network."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class Network(Base):
    """Partners, secretariat, policy and fund together. ``code`` is also the ledger's name for it."""

    __tablename__ = "network"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    case_prefix: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(40))
    created_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class Partner(Base):
    """An organisation that takes part, from a date to a date (``left_on`` is its first day outside)."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("network_id", "code"),
        CheckConstraint("left_on IS NULL OR left_on > joined_on", name="left_after_joined"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class PolicySection(Base):
    """One section of policy as it holds from a date. Adopted versions are never changed, only followed.

    ``source`` says where the values were stated, ``assumed`` which of them were filled in.
    """

    __tablename__ = "policy_section"
    __table_args__ = (UniqueConstraint("network_id", "section", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    section: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text, default="")
    assumed: Mapped[str] = mapped_column(Text, default="")
    adopted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class NumberCounter(Base):
    """The last number given out per network, year and kind of thing (cases, payouts)."""

    __tablename__ = "number_counter"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class FinanceContact(Base):
    """Who at a partner gets its claim notes and reminders, and in which language."""

    __tablename__ = "finance_contact"
    __table_args__ = (CheckConstraint("language IN ('nl', 'en')", name="language"),)

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    email: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    changed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
