"""The log table. Triggers (migration 0002) refuse UPDATE and DELETE."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import UtcDateTime


class LogRecord(Base):
    """Who did what to which object, when, from where, with what result. Facts hold codes and numbers only."""

    __tablename__ = "log_record"
    __table_args__ = (Index("ix_log_record_network_id_object_ref", "network_id", "object_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(60))
    object_ref: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[str] = mapped_column(String(20), default="done")
    address: Mapped[str] = mapped_column(String(60), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
