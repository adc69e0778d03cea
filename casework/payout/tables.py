"""Payouts, one per cost line; other payments out of the pot; the batches in which both go to the bank."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
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


class Payout(Base):
    """Money that leaves the pot for one cost line. A line has at most one payout that is not undone.

    ``method`` is how: through the bank, by a card from stock, or by a partner that paid in advance
    (``advanced_by`` then is that partner). ``ordered_by`` is who prepared it. ``paid_on`` is the day on
    which the bank debited it; ``ended_on`` the day on which the bank rejected it or sent it back.
    """

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("state IN ('ordered', 'paid', 'rejected', 'returned')", name="state"),
        CheckConstraint("method IN ('bank', 'card', 'advance')", name="method"),
        Index(
            "uq_payout_live_cost_line",
            "cost_line_id",
            unique=True,
            sqlite_where=text("state IN ('ordered', 'paid')"),
            postgresql_where=text("state IN ('ordered', 'paid')"),
        ),
        Index("ix_payout_case_id", "case_id"),
        Index("ix_payout_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    cost_line_id: Mapped[int] = mapped_column(ForeignKey("cost_line.id"))
    reference: Mapped[str] = mapped_column(String(30))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    payee_name: Mapped[str] = mapped_column(EncryptedText)
    payee_iban: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(10), default="ordered")
    ordered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_on: Mapped[date]
    ordered_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    paid_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    method: Mapped[str] = mapped_column(String(10), default="bank")
    advanced_by: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))


class FundPayment(Base):
    """Money that leaves the pot through the bank for something else than a cost line.

    ``kind``: cards for stock, the refund of what a partner paid in advance, a leaver's contribution, or a
    receipt that goes back (``subject`` then is the receipt). ``waiting`` until a batch with it is released.
    ``entry_ids`` are the journal entries that stand for it now, in the order they were posted.
    """

    __tablename__ = "fund_payment"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("kind IN ('cards', 'advance', 'contribution', 'receipt')", name="kind"),
        CheckConstraint(
            "state IN ('waiting', 'ordered', 'paid', 'rejected', 'returned', 'withdrawn')", name="state"
        ),
        Index("ix_fund_payment_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    reference: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(12))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject: Mapped[str] = mapped_column(String(80), default="")
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    payee_name: Mapped[str] = mapped_column(EncryptedText)
    payee_iban: Mapped[str] = mapped_column(EncryptedText)
    description: Mapped[str] = mapped_column(EncryptedText, default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    entry_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class PaymentBatch(Base):
    """Payments that go to the bank in one file: prepared by one treasurer, released by another.

    ``file`` is the payment file as it was built at the release, encrypted and never built again;
    ``file_sha256`` is of the file itself. ``uploaded_on`` notes when somebody gave it to the bank.
    """

    __tablename__ = "payment_batch"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        UniqueConstraint("message_id"),
        CheckConstraint("state IN ('prepared', 'released', 'cancelled', 'rejected')", name="state"),
        CheckConstraint("released_by IS NULL OR released_by <> prepared_by", name="released_by_another"),
        CheckConstraint(
            "(state IN ('released', 'rejected')) = (released_by IS NOT NULL)", name="released_by_somebody"
        ),
        CheckConstraint("(released_by IS NOT NULL) = (file IS NOT NULL)", name="file_at_release"),
        CheckConstraint("line_count > 0 AND total_cents > 0", name="not_empty"),
        Index("ix_payment_batch_network_id_state", "network_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    reference: Mapped[str] = mapped_column(String(24))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    execution_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="prepared")
    line_count: Mapped[int]
    total_cents: Mapped[int] = mapped_column(BigInteger)
    prepared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[str | None] = mapped_column(String(35))
    file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    file_sha256: Mapped[str] = mapped_column(String(64), default="")
    uploaded_on: Mapped[date | None]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PaymentBatchLine(Base):
    """One payment of a batch, with payee and amount as they were when it was prepared.

    ``live`` until the batch is cancelled or the bank rejects or returns the payment: a cost line or fund
    payment is in at most one batch in which it is live.
    """

    __tablename__ = "payment_batch_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("(cost_line_id IS NULL) <> (fund_payment_id IS NULL)", name="of_one_thing"),
        Index(
            "uq_payment_batch_line_live_cost_line",
            "cost_line_id",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index(
            "uq_payment_batch_line_live_fund_payment",
            "fund_payment_id",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index("ix_payment_batch_line_payout_id", "payout_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payment_batch.id"))
    position: Mapped[int]
    cost_line_id: Mapped[int | None] = mapped_column(ForeignKey("cost_line.id"))
    fund_payment_id: Mapped[int | None] = mapped_column(ForeignKey("fund_payment.id"))
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payout.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    payee_name: Mapped[str] = mapped_column(EncryptedText)
    payee_iban: Mapped[str] = mapped_column(EncryptedText)
    live: Mapped[bool] = mapped_column(default=True)


class CardCount(Base):
    """The cards in stock, counted, beside what the book said at that moment.

    ``entry_id`` is the entry that brought the book to what was counted; null where they agreed.
    """

    __tablename__ = "card_count"
    __table_args__ = (
        CheckConstraint("counted_cents >= 0", name="not_negative"),
        CheckConstraint("(counted_cents = book_cents) = (entry_id IS NULL)", name="difference_booked"),
        Index("ix_card_count_network_id", "network_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    counted_on: Mapped[date]
    counted_cents: Mapped[int] = mapped_column(BigInteger)
    book_cents: Mapped[int] = mapped_column(BigInteger)
    explanation: Mapped[str] = mapped_column(EncryptedText, default="")
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    counted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    counted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
