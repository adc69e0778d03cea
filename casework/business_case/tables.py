"""Lines of a mini-business-case, and what it assumes as a whole."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, ExactDecimal


class BusinessCase(Base):
    """What holds for the whole case: the term in months and the argued deadweight."""

    __tablename__ = "business_case"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    term_months: Mapped[int]
    deadweight: Mapped[Decimal] = mapped_column(ExactDecimal, default=Decimal(0))
    deadweight_reason: Mapped[str] = mapped_column(EncryptedText, default="")


class BusinessCaseLine(Base):
    """One cost on the new or the regular side. ``party`` is a partner's code, or a kind of outside party.

    Prices are per unit, in cents, at the level of ``price_year``.
    """

    __tablename__ = "business_case_line"
    __table_args__ = (
        Index("ix_business_case_line_case_id", "case_id"),
        CheckConstraint("side IN ('new', 'regular')", name="side"),
        CheckConstraint("low_cents <= mid_cents AND mid_cents <= high_cents", name="low_mid_high"),
        CheckConstraint("confidence IN ('A', 'B', 'C')", name="confidence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    side: Mapped[str] = mapped_column(String(8))
    party: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(EncryptedText, default="")
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(30), default="")
    low_cents: Mapped[int] = mapped_column(BigInteger)
    mid_cents: Mapped[int] = mapped_column(BigInteger)
    high_cents: Mapped[int] = mapped_column(BigInteger)
    probability: Mapped[Decimal] = mapped_column(ExactDecimal, default=Decimal(1))
    price_year: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(200), default="")
    confidence: Mapped[str] = mapped_column(String(1), default="C")
    cashable: Mapped[bool] = mapped_column(default=False)
    overlap_group: Mapped[str | None] = mapped_column(String(40))
