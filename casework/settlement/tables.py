"""Settlements, their parties, votes and undoing, and the carry of collective splits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.metadata import Base
from storage.types import EncryptedText, ExactDecimal, UtcDateTime


class Settlement(Base):
    """One settlement of a case. ``facts`` freezes the rule, the key and its date when it is decided.

    ``state`` is a :class:`rules.lifecycle.SettlementState`, or how it ended without standing:
    ``dropped``, ``replaced``, ``reversed`` or ``fallen_back``. A case can have several settlements: each
    covers what was paid and not yet settled. ``request_key`` makes a repeated form one proposal. Nobody in
    ``proposed_by`` means that the program proposed it, when a term had passed.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        UniqueConstraint("case_id", "request_key"),
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
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    respond_by_on: Mapped[date | None]
    request_key: Mapped[str | None] = mapped_column(String(80))
    escalated_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
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
    """Someone who agrees with a proposal, for the secretariat or (escalated) for the executives."""

    __tablename__ = "settlement_vote"
    __table_args__ = (
        UniqueConstraint("settlement_id", "person_id", "body"),
        CheckConstraint("body IN ('secretariat', 'executives')", name="body"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(String(12), default="secretariat")
    counts: Mapped[bool]
    motivation: Mapped[str] = mapped_column(EncryptedText, default="")
    voted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class SettlementUndoing(Base):
    """A decided settlement that one member wants undone, and the second member who confirmed it.

    ``ground`` says why: a mistake or new insight (``anew``), the resident's ``hardship``, or an
    ``outside`` party that does not pay. Only one request per settlement can be open.
    """

    __tablename__ = "settlement_undoing"
    __table_args__ = (
        CheckConstraint("ground IN ('anew', 'hardship', 'outside')", name="ground"),
        CheckConstraint("state IN ('asked', 'done', 'refused')", name="state"),
        CheckConstraint(
            "answered_by IS NULL OR answered_by <> asked_by OR state = 'refused'", name="four_eyes"
        ),
        Index(
            "uq_settlement_undoing_open",
            "settlement_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    ground: Mapped[str] = mapped_column(String(10))
    motivation: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(8), default="asked")
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClaimLetter(Base):
    """A claim letter to an outside party, as it was sent: to whom, when, and until when it asks to pay.

    ``address`` are lines of text. ``reason`` is a :class:`casework.settlement.letters.LetterReason`. The
    letter itself is made from this row and from the policy of ``sent_on``, and so comes out the same.
    """

    __tablename__ = "claim_letter"
    __table_args__ = (
        UniqueConstraint("settlement_id", "number"),
        UniqueConstraint("settlement_id", "request_key"),
        CheckConstraint("reason IN ('first', 'again', 'reminder')", name="reason"),
        CheckConstraint("(number = 1) = (reason = 'first')", name="first_is_first"),
        CheckConstraint("language IN ('nl', 'en')", name="language"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(EncryptedText)
    address: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    sent_on: Mapped[date]
    due_on: Mapped[date]
    registered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    request_key: Mapped[str] = mapped_column(String(80))


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
