"""Payouts: one per cost line, ordered and then seen on the bank."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class Payout(Base):
    """Money that leaves the pot for one cost line. A line has at most one payout that is not undone.

    ``paid_on`` is the day on which the bank debited it; ``ended_on`` the day on which the bank rejected
    it or sent it back.
    """

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("network_id", "reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("state IN ('ordered', 'paid', 'rejected', 'returned')", name="state"),
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
