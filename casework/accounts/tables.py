"""Account numbers and who saw to it that they are right. Names and numbers are encrypted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

_PROPOSED = text("state = 'proposed'")
# The first account of a fund comes with the network's file, without a person.
_BY_ANOTHER = "judged_by IS NULL OR proposed_by IS NULL OR judged_by <> proposed_by"
_CONFIRMED = "state <> 'confirmed' OR judged_by IS NOT NULL OR proposed_by IS NULL"
_STATES = "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')"


class BankAccount(Base):
    """An account of the fund (``partner_id`` is null) or of a partner, from a day on.

    Of an owner's confirmed accounts the one with the latest ``from_on`` on or before a day holds on that
    day. ``creditor_id`` is the fund's identification for collections. Rows are never changed once judged.
    """

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint(_BY_ANOTHER, name="judged_by_another"),
        CheckConstraint(_CONFIRMED, name="confirmed_by_somebody"),
        Index("ix_bank_account_network_id_partner_id", "network_id", "partner_id"),
        Index(
            "uq_bank_account_proposed_for_fund",
            "network_id",
            unique=True,
            sqlite_where=text("state = 'proposed' AND partner_id IS NULL"),
            postgresql_where=text("state = 'proposed' AND partner_id IS NULL"),
        ),
        Index(
            "uq_bank_account_proposed_for_partner",
            "partner_id",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    holder: Mapped[str] = mapped_column(EncryptedText)
    iban: Mapped[str] = mapped_column(EncryptedText)
    bic: Mapped[str] = mapped_column(String(11))
    creditor_id: Mapped[str] = mapped_column(String(35), default="")
    from_on: Mapped[date]
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    judged_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PayeeChange(Base):
    """Another name or number for the payee of an approved cost line that is not paid yet."""

    __tablename__ = "payee_change"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint("judged_by IS NULL OR judged_by <> proposed_by", name="judged_by_another"),
        CheckConstraint("state <> 'confirmed' OR judged_by IS NOT NULL", name="confirmed_by_somebody"),
        Index("ix_payee_change_cost_line_id", "cost_line_id"),
        Index(
            "uq_payee_change_proposed",
            "cost_line_id",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    cost_line_id: Mapped[int] = mapped_column(ForeignKey("cost_line.id"))
    payee_name: Mapped[str] = mapped_column(EncryptedText)
    payee_iban: Mapped[str] = mapped_column(EncryptedText)
    former_name: Mapped[str] = mapped_column(EncryptedText)
    former_iban: Mapped[str] = mapped_column(EncryptedText)
    reason: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    judged_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
