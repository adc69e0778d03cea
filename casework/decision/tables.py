"""Assessments, votes, the decision they lead to, and its review afterwards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime


class Assessment(Base):
    """One member's scores, 1-5 on each value with a sentence why, and the answers to the two gates.

    ``counts`` is false for a member in conflict: they advise. ``conflict_reason`` is a code. ``given_as``
    is the role in which it was given; once the case is decided ``counts`` says whether it counted.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id"),
        CheckConstraint("legitimacy BETWEEN 1 AND 5", name="legitimacy_1_5"),
        CheckConstraint("yield_ BETWEEN 1 AND 5", name="yield_1_5"),
        CheckConstraint("involvement BETWEEN 1 AND 5", name="involvement_1_5"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    legitimacy: Mapped[int]
    legitimacy_reason: Mapped[str] = mapped_column(EncryptedText)
    yield_: Mapped[int] = mapped_column("yield_")
    yield_reason: Mapped[str] = mapped_column(EncryptedText)
    involvement: Mapped[int]
    involvement_reason: Mapped[str] = mapped_column(EncryptedText)
    alternatives_explored: Mapped[bool]
    alternatives_reason: Mapped[str] = mapped_column(EncryptedText)
    durable_solution: Mapped[bool]
    durable_reason: Mapped[str] = mapped_column(EncryptedText)
    counts: Mapped[bool]
    conflict_reason: Mapped[str] = mapped_column(String(40), default="")
    given_as: Mapped[str] = mapped_column(String(16), default="secretariat", server_default="secretariat")
    given_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class DecisionVote(Base):
    """What one member wants to decide. May change until the quorum agrees."""

    __tablename__ = "decision_vote"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id"),
        CheckConstraint("outcome IN ('approve', 'decline')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(8))
    motivation: Mapped[str] = mapped_column(EncryptedText, default="")
    alternative: Mapped[str] = mapped_column(EncryptedText, default="")
    counts: Mapped[bool]
    voted_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class Decision(Base):
    """The outcome, with the advice it followed or not and the rules of its day, frozen in ``facts``.

    ``reviewed_afterwards`` is true where one member decided and another must look at it later. ``body`` is
    who decided (:class:`rules.mandate.DecidingBody`), ``promised_by`` who promised it from the waiting list.
    """

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("outcome IN ('approve', 'decline')", name="outcome"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(8))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    advice: Mapped[str] = mapped_column(String(8))
    quorum: Mapped[int]
    motivation: Mapped[str] = mapped_column(EncryptedText, default="")
    alternative: Mapped[str] = mapped_column(EncryptedText, default="")
    policy_on: Mapped[date]
    reviewed_afterwards: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    decided_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[str] = mapped_column(String(12), default="members", server_default="members")
    promised_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    promised_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DecisionReview(Base):
    """A member who did not decide has looked at a decision afterwards."""

    __tablename__ = "decision_review"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(EncryptedText, default="")
    reviewed_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
