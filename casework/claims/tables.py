"""Why a claim was written off: the ledger keeps the amount, this the reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class WriteOff(Base):
    """A claim's open part that was given up, in the journal entry ``entry_id``.

    The text stands outside the ledger's chain, so that it can be erased.
    """

    __tablename__ = "claim_write_off"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("ix_claim_write_off_network_id_claim_reference", "network_id", "claim_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    claim_reference: Mapped[str] = mapped_column(String(80))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    motivation: Mapped[str] = mapped_column(EncryptedText)
    written_off_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_off_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
