"""People, appointments (a role at a partner, from a date to a date), sessions and sign-in attempts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import UtcDateTime


class Person(Base):
    """Someone who signs in. The e-mail address is kept in lower case.

    ``password_until_utc`` is set while the password is a temporary one: after it the password is void.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_until_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    created_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Appointment(Base):
    """A role that a person holds in a network, for a partner, through ``until_on`` (open when null)."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index("ix_appointment_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    role: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class WebSession(Base):
    """A session on the server. The cookie holds a random token; the row only its SHA-256."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_person_id", "person_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInAttempt(Base):
    """A password that is or was evaluated, so that guesses can be counted across all server processes.

    ``device_hash`` names a browser in which this account signed in before; empty for all others.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_account_hash_at_utc", "account_hash", "at_utc"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    device_hash: Mapped[str] = mapped_column(String(64), default="")
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    succeeded: Mapped[bool]
