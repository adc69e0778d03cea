"""What the form of a draft is filled with, and what it can be chosen from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select

from casework.access import Permission
from casework.business_case.lines import REGULAR
from casework.business_case.tables import BusinessCaseLine
from casework.cases.drafts import NotADraft
from casework.cases.find import case_for
from casework.cases.tables import Attachment, Case
from casework.context import Work
from casework.network.tables import Partner
from rules.lifecycle import DecisionState


@dataclass(frozen=True, slots=True)
class CostLineForm:
    """A cost line as stored."""

    description: str
    amount_cents: int
    payee_name: str
    payee_iban: str
    payee_partner: str


@dataclass(frozen=True, slots=True)
class RegularLineForm:
    """A cost of the regular way as stored."""

    id: int
    party: str
    description: str
    quantity: Decimal
    unit: str
    mid_cents: int
    probability: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """An attachment in a list."""

    id: int
    file_name: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class DraftForm:
    """A draft as its applicant fills it in. ``household_known`` says that the hash is there, no more."""

    number: str
    revision: int
    partner_name: str
    saved_by_form: str
    title: str
    alias: str
    situation: str
    tried: str
    barrier: str
    barrier_field: str
    barrier_law: str
    breakthrough: str
    own_contribution: str
    household_type: str
    age_band: str
    district: str
    domains: tuple[str, ...]
    expected_payers: tuple[str, ...]
    urgent: bool
    consent_on: date | None
    grade_before: int | None
    household_known: bool
    amount_cents: int
    cost_lines: tuple[CostLineForm, ...]
    regular_lines: tuple[RegularLineForm, ...]
    attachments: tuple[FileLine, ...]


def draft_form(work: Work, number: str) -> DraftForm:
    """The draft with ``number`` for whoever may edit it. Raises :class:`NotADraft` after submission."""
    case = case_for(work, number, Permission.CASE_EDIT)
    if case.decision_state != DecisionState.DRAFT:
        raise NotADraft()
    regular = work.session.scalars(
        select(BusinessCaseLine)
        .where(BusinessCaseLine.case_id == case.id, BusinessCaseLine.side == REGULAR)
        .order_by(BusinessCaseLine.id)
    )
    return DraftForm(
        number=case.number,
        revision=case.revision,
        partner_name=case.partner.name,
        saved_by_form=case.saved_by_form,
        title=case.title,
        alias=case.alias,
        situation=case.situation,
        tried=case.tried,
        barrier=case.barrier,
        barrier_field=case.barrier_field,
        barrier_law=case.barrier_law,
        breakthrough=case.breakthrough,
        own_contribution=case.own_contribution,
        household_type=case.household_type,
        age_band=case.age_band,
        district=case.district,
        domains=tuple(case.domains),
        expected_payers=tuple(case.expected_payers),
        urgent=case.urgent,
        consent_on=case.consent_on,
        grade_before=case.grade_before,
        household_known=case.household_hash is not None,
        amount_cents=case.amount_cents,
        cost_lines=tuple(
            CostLineForm(
                line.description,
                line.amount_cents,
                line.payee_name,
                line.payee_iban,
                line.payee_partner.code if line.payee_partner else "",
            )
            for line in case.cost_lines
        ),
        regular_lines=tuple(
            RegularLineForm(
                row.id, row.party, row.description, row.quantity, row.unit, row.mid_cents, row.probability,
                row.source,
            )
            for row in regular
        ),
        attachments=files_of(case),
    )  # fmt: skip


def files_of(case: Case) -> tuple[FileLine, ...]:
    """The attachments of ``case``, oldest first."""
    return tuple(_file(attachment) for attachment in case.attachments)


def _file(attachment: Attachment) -> FileLine:
    return FileLine(attachment.id, attachment.file_name, attachment.size_bytes, attachment.content_type)


def partners_today(work: Work) -> tuple[tuple[str, str], ...]:
    """Code and name of every partner that takes part today, by name."""
    rows = work.session.execute(
        select(Partner.code, Partner.name)
        .where(
            Partner.network_id == work.network.id,
            Partner.joined_on <= work.today,
            or_(Partner.left_on.is_(None), Partner.left_on > work.today),
        )
        .order_by(Partner.name)
    )
    return tuple((code, name) for code, name in rows)
