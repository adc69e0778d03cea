"""What was booked by hand on the fund, and the keys that make a money action happen once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class FundBooking(Base):
    """A booking that no case caused, under the reference that its journal entries carry as cause.

    ``for_year`` is the year a contribution is meant for, which need not be the year it arrived in.
    ``description`` may come from a bank line and is therefore encrypted. ``entry_ids`` are the journal
    entries, in the order they were posted; a correction reverses them all.
    """

    __tablename__ = "fund_booking"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "kind IN ('contribution', 'contribution_paid_back', 'pot_taken_over', 'bank_costs',"
            " 'other_costs', 'other_income', 'receipt_sent_back')",
            name="kind",
        ),
        Index("ix_fund_booking_network_id_for_year", "network_id", "for_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    reference: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(24))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    booked_on: Mapped[date]
    for_year: Mapped[int]
    description: Mapped[str] = mapped_column(EncryptedText, default="")
    entry_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    booked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    booked_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    reversed_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContributionInvoice(Base):
    """What a partner is asked to put in for a year; there is one per partner and year.

    Whether it is paid is not kept here: that is what was booked for that partner and year.
    """

    __tablename__ = "contribution_invoice"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        UniqueConstraint("partner_id", "for_year"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("due_on >= invoiced_on", name="due_after_invoiced"),
        Index("ix_contribution_invoice_network_id_for_year", "network_id", "for_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    reference: Mapped[str] = mapped_column(String(24))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    for_year: Mapped[int]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    invoiced_on: Mapped[date]
    due_on: Mapped[date]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class Correction(Base):
    """Why a journal entry was reversed. The text stands outside the ledger's chain, so it can be erased."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("network_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    entry_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(EncryptedText)
    corrected_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    corrected_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class IdempotencyKey(Base):
    """A money action that was done under this key, with what came of it.

    ``content_hash`` tells a repeat from another action that was sent under the same key.
    """

    __tablename__ = "idempotency_key"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    action: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(4000), default="")
    used_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
