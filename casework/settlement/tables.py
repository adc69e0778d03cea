"""Settlements, their parties and votes, and the carry of collective splits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.metadata import Base
from storage.types import EncryptedText, ExactDecimal, UtcDateTime


class Settlement(Base):
    """One settlement of a case. ``facts`` freezes the rule, the key and its date when it is decided."""

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "kind IN ('responsible', 'shared', 'collective', 'resident', 'outside', 'gift')", name="kind"
        ),
        Index("ix_settlement_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    motivation: Mapped[str] = mapped_column(EncryptedText, default="")
    instalment_count: Mapped[int | None]
    first_instalment_on: Mapped[date | None]
    outside_party: Mapped[str] = mapped_column(String(120), default="")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    respond_by_on: Mapped[date | None]
    decided_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_on: Mapped[date | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    parties: Mapped[list[SettlementParty]] = relationship(
        order_by="SettlementParty.id", cascade="all, delete-orphan", lazy="selectin"
    )
    votes: Mapped[list[SettlementVote]] = relationship(order_by="SettlementVote.id", lazy="selectin")


class SettlementParty(Base):
    """A partner on whom (part of) the settlement is put, with its answer."""

    __tablename__ = "settlement_party"
    __table_args__ = (
        UniqueConstraint("settlement_id", "partner_id"),
        CheckConstraint("response IN ('pending', 'accepted', 'disputed', 'silent')", name="response"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    percentage: Mapped[Decimal] = mapped_column(ExactDecimal)
    share_cents: Mapped[int] = mapped_column(BigInteger)
    response: Mapped[str] = mapped_column(String(10), default="pending")
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    counter_proposal: Mapped[str] = mapped_column(EncryptedText, default="")
    responded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    responded_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SettlementVote(Base):
    """A member of the secretariat who agrees with a proposal."""

    __tablename__ = "settlement_vote"
    __table_args__ = (UniqueConstraint("settlement_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    counts: Mapped[bool]
    motivation: Mapped[str] = mapped_column(EncryptedText, default="")
    voted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class AllocationCarry(Base):
    """What a member was due so far minus what it was charged so far, in millionths of a cent."""

    __tablename__ = "allocation_carry"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    partner_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    carry_millionths: Mapped[int] = mapped_column(BigInteger)


class AllocationChange(Base):
    """What one collective split added to each carry, kept so that the split can be reversed."""

    __tablename__ = "allocation_change"

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    partner_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    delta_millionths: Mapped[int] = mapped_column(BigInteger)
