"""Cases and what belongs to one: cost lines, attachments, questions to the applicant."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework.network.tables import Partner
from casework.people.tables import Person
from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

# Lists show hundreds of cases and need no texts: decrypting them all took half the time of a page.
# ``casework.cases.find`` reads a case with its texts at once; elsewhere the first look fetches a group.
STORY, PAYMENT = "story", "payment"
_story = partial(mapped_column, EncryptedText, default="", deferred=True, deferred_group=STORY)
_payment = partial(mapped_column, EncryptedText, default="", deferred=True, deferred_group=PAYMENT)


class Case(Base):
    """One stuck household and the breakthrough asked for. Texts are encrypted; no names, no BSN.

    ``household_hash`` is a keyed hash that tells that two requests are about one household.
    ``expected_payers`` are codes of partners the applicant names as those who should have paid.
    ``revision`` counts saves, so that two people cannot overwrite each other unseen; ``saved_by_form``
    names the opened form that saved last, so that a form is never stopped by its own autosave.
    A top-up is a case that names its ``main_case_id`` and says in ``top_up_reason`` why more is asked.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("network_id", "number"),
        Index("ix_case_network_id_decision_state", "network_id", "decision_state"),
        Index("ix_case_network_id_settlement_state", "network_id", "settlement_state"),
        Index("ix_case_network_id_household_hash", "network_id", "household_hash"),
        Index("ix_case_main_case_id", "main_case_id"),
        CheckConstraint("grade_before IS NULL OR grade_before BETWEEN 1 AND 10", name="grade_before_1_10"),
        CheckConstraint("main_case_id <> id", name="main_is_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    number: Mapped[str] = mapped_column(String(24))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    applicant_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=1)
    saved_by_form: Mapped[str] = mapped_column(String(40), default="")

    title: Mapped[str] = mapped_column(EncryptedText, default="")
    alias: Mapped[str] = _story()
    situation: Mapped[str] = _story()
    tried: Mapped[str] = _story()
    barrier: Mapped[str] = _story()
    breakthrough: Mapped[str] = _story()
    own_contribution: Mapped[str] = _story()
    barrier_field: Mapped[str] = mapped_column(String(80), default="")
    barrier_law: Mapped[str] = mapped_column(String(80), default="")
    household_type: Mapped[str] = mapped_column(String(40), default="")
    age_band: Mapped[str] = mapped_column(String(20), default="")
    district: Mapped[str] = mapped_column(String(60), default="")
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    expected_payers: Mapped[list[str]] = mapped_column(JSON, default=list)
    household_hash: Mapped[str | None] = mapped_column(String(64))
    urgent: Mapped[bool] = mapped_column(default=False)
    consent_on: Mapped[date | None]
    grade_before: Mapped[int | None]

    decision_state: Mapped[str] = mapped_column(String(24), default="draft")
    payment_state: Mapped[str] = mapped_column(String(12), default="none")
    settlement_state: Mapped[str] = mapped_column(String(12), default="none")
    evaluation_state: Mapped[str] = mapped_column(String(12), default="none")
    created_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_paid_on: Mapped[date | None]
    main_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    top_up_reason: Mapped[str | None] = mapped_column(EncryptedText, deferred=True, deferred_group=STORY)

    partner: Mapped[Partner] = relationship(lazy="joined", innerjoin=True)
    applicant: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    cost_lines: Mapped[list[CostLine]] = relationship(
        order_by="CostLine.position", cascade="all, delete-orphan", lazy="selectin"
    )
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    questions: Mapped[list[InformationRequest]] = relationship(
        order_by="InformationRequest.id", lazy="selectin"
    )

    @property
    def amount_cents(self) -> int:
        """What is asked in all, in cents."""
        return sum(line.amount_cents for line in self.cost_lines)


class CostLine(Base):
    """One payment that is asked: what for, how much, to whom. ``released`` when it will not be paid."""

    __tablename__ = "cost_line"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    position: Mapped[int]
    description: Mapped[str] = _payment()
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    payee_name: Mapped[str] = _payment()
    payee_iban: Mapped[str] = _payment()
    payee_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    released: Mapped[bool] = mapped_column(default=False)

    payee_partner: Mapped[Partner | None] = relationship(lazy="joined")


class Attachment(Base):
    """A file with a case. The bytes are encrypted in the uploads folder under ``stored_as``."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    file_name: Mapped[str] = mapped_column(EncryptedText)
    content_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(40), unique=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class InformationRequest(Base):
    """A question of the secretariat to the applicant. The clock stands still until it is answered."""

    __tablename__ = "information_request"
    __table_args__ = (Index("ix_information_request_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(EncryptedText)
    asked_at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
