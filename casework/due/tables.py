"""Which step of which network is being taken now, and how it went the last time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import UtcDateTime


class DueRun(Base):
    """A step of a network. Who holds the lease takes it; others leave it alone until ``leased_until_utc``.

    ``done`` and ``failed`` count the items of the last run that came to its end, at ``finished_at_utc``.
    """

    __tablename__ = "due_run"
    __table_args__ = (
        CheckConstraint("(holder IS NULL) = (leased_until_utc IS NULL)", name="lease_whole"),
        CheckConstraint("done >= 0 AND failed >= 0", name="counts"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(32))
    leased_until_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
