"""Mandates and collections. Account numbers and names are encrypted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

_LIVE_MANDATE = text("state IN ('recorded', 'active')")
_LIVE = text("live")


class CollectionMandate(Base):
    """A partner's leave to collect what it owes: recorded by one treasurer, confirmed by another.

    ``scheme`` is the SEPA scheme it was signed for: CORE (can be reversed for eight weeks) or B2B (cannot).
    ``reference`` is the mandate's own, as the partner signed it. A changed account is a new mandate.
    """

    __tablename__ = "collection_mandate"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        CheckConstraint("state IN ('recorded', 'active', 'refused', 'ended')", name="state"),
        CheckConstraint("scheme IN ('CORE', 'B2B')", name="scheme"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> recorded_by", name="confirmed_by_another"),
        CheckConstraint("state <> 'active' OR confirmed_by IS NOT NULL", name="active_when_confirmed"),
        Index(
            "uq_collection_mandate_live",
            "partner_id",
            unique=True,
            sqlite_where=_LIVE_MANDATE,
            postgresql_where=_LIVE_MANDATE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    reference: Mapped[str] = mapped_column(String(35))
    scheme: Mapped[str] = mapped_column(String(4), default="CORE")
    signed_on: Mapped[date]
    holder: Mapped[str] = mapped_column(EncryptedText)
    iban: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(10), default="recorded")
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None]


class CollectionBatch(Base):
    """Collections that go to the bank in one file: prepared by one treasurer, released by another.

    ``file`` is the file as it was built at the release, encrypted and never built again; ``file_sha256``
    is of the file itself. ``uploaded_on`` notes when somebody gave it to the bank.
    """

    __tablename__ = "collection_batch"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        UniqueConstraint("message_id"),
        CheckConstraint("state IN ('prepared', 'released', 'cancelled')", name="state"),
        CheckConstraint("released_by IS NULL OR released_by <> prepared_by", name="released_by_another"),
        CheckConstraint("(state = 'released') = (released_by IS NOT NULL)", name="released_by_somebody"),
        CheckConstraint("(released_by IS NOT NULL) = (file IS NOT NULL)", name="file_at_release"),
        CheckConstraint("line_count > 0 AND total_cents > 0", name="not_empty"),
        Index("ix_collection_batch_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    reference: Mapped[str] = mapped_column(String(24))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    scheme: Mapped[str] = mapped_column(String(4))
    collect_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="prepared")
    line_count: Mapped[int]
    total_cents: Mapped[int] = mapped_column(BigInteger)
    prepared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    message_id: Mapped[str | None] = mapped_column(String(35))
    file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_sha256: Mapped[str] = mapped_column(String(64), default="")
    uploaded_on: Mapped[date | None]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Collection(Base):
    """One claim (or what of it is due) in a batch, with amount and mandate as they were when prepared.

    ``attempt`` counts the collections of the claim; with it the end-to-end id is unique. ``live`` until the
    batch is cancelled or the bank has said what became of it: a claim is in at most one live collection.
    ``bank_on`` is the day of that, ``bank_reason`` the bank's code where it went wrong, ``noted_by`` who
    noted it by hand where no statement said it.
    """

    __tablename__ = "collection"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        UniqueConstraint("network_id", "end_to_end_id"),
        UniqueConstraint("network_id", "claim_reference", "attempt"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "state IN ('prepared', 'ordered', 'collected', 'rejected', 'reversed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("live = (state IN ('prepared', 'ordered'))", name="live"),
        Index(
            "uq_collection_live_claim",
            "network_id",
            "claim_reference",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("collection_batch.id"))
    position: Mapped[int]
    mandate_id: Mapped[int] = mapped_column(ForeignKey("collection_mandate.id"))
    claim_reference: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int]
    end_to_end_id: Mapped[str] = mapped_column(String(35))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="prepared")
    live: Mapped[bool] = mapped_column(default=True)
    bank_on: Mapped[date | None]
    bank_reason: Mapped[str] = mapped_column(String(40), default="")
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
