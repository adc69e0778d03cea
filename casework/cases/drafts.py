"""Drafts: begun, saved as often as one likes, thrown away. A draft may be incomplete, never invalid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from casework.access import Permission
from casework.audit.record import record
from casework.business_case.lines import start_business_case
from casework.business_case.regular import RegularLine, set_regular_lines
from casework.business_case.tables import BusinessCase, BusinessCaseLine
from casework.cases.attachments import remove_after_commit
from casework.cases.find import case_for
from casework.cases.tables import Attachment, Case, CostLine
from casework.context import Work
from casework.network.numbering import next_case_number
from casework.network.tables import Partner
from casework.people_data import BsnFound, contains_bsn
from errors import Conflict, Forbidden, Invalid
from rules.lifecycle import DecisionState
from rules.roles import Role

TEXTS = (
    "title", "alias", "situation", "tried", "barrier", "breakthrough", "own_contribution",
    "barrier_field", "barrier_law", "household_type", "age_band", "district",
)  # fmt: skip
OTHER_FIELDS = ("domains", "expected_payers", "urgent", "consent_on", "grade_before", "household_hash")
FIELDS = frozenset((*TEXTS, *OTHER_FIELDS))


class SavedElsewhere(Conflict):
    """The case was saved from another window after this form was opened."""

    nl = (
        "Deze casus is intussen in een ander venster bewaard. Wat u hier typte staat nog in dit scherm en is "
        "nog niet bewaard. Bekijk eerst de andere versie, en kies daarna of u die van u bewaart."
    )
    en = (
        "This case was saved in another window in the meantime. What you typed is still on this screen and "
        "has not been saved. Look at the other version first, then choose whether to save yours."
    )


class NotADraft(Conflict):
    """The case was submitted, so its text is fixed."""

    nl = (
        "Deze casus is al ingediend en kan niet meer worden gewijzigd. "
        "Vul iets aan met een bijlage of een antwoord."
    )
    en = "This case was submitted and can no longer be changed. Add to it with an attachment or an answer."


class NotYourPartner(Forbidden):
    """Someone begins a case for a partner where they are not an applicant."""

    nl = "U kunt geen casus beginnen namens deze partner. Kies een partner waar u aanvrager bent."
    en = "You cannot begin a case for this partner. Choose a partner for whom you are an applicant."


class ConsentInFuture(Invalid):
    """Consent was given on a day that has not come yet."""

    nl = "De toestemming kan niet na vandaag gegeven zijn. Kijk de datum na."
    en = "Consent cannot have been given after today. Check the date."


class ChoiceNotKnown(Invalid):
    """A code that this network does not use."""

    nl = "Kies een van de mogelijkheden."
    en = "Choose one of the options."


@dataclass(frozen=True, slots=True)
class CostLineDraft:
    """One payment that is asked. ``amount_cents`` is 0 as long as it is not filled in."""

    description: str = ""
    amount_cents: int = 0
    payee_name: str = ""
    payee_iban: str = ""
    payee_partner: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of a save: the revision that the next save of this form builds on."""

    number: str
    revision: int


def create_draft(work: Work, *, partner: str) -> str:
    """Begin a case for the partner with code ``partner``; the number of the new case.

    Raises :class:`NotYourPartner` where the actor is not an applicant for that partner today.
    """
    held = next(
        (one for one in work.actor.held if one.role is Role.APPLICANT and one.partner_code == partner), None
    )
    if held is None:
        raise NotYourPartner()
    case = Case(
        network_id=work.network.id,
        number=next_case_number(work),
        partner_id=held.partner_id,
        applicant_id=work.actor.person_id,
        created_at_utc=work.now_utc,
        saved_at_utc=work.now_utc,
    )
    work.session.add(case)
    work.session.flush()
    start_business_case(work, case)
    record(work, "case.create", case.number)
    return case.number


def save_draft(
    work: Work,
    *,
    number: str,
    revision: int,
    form: str = "",
    fields: Mapping[str, Any],
    cost_lines: Sequence[CostLineDraft] | None = None,
    regular_lines: Sequence[RegularLine] | None = None,
) -> Saved:
    """Save what is given of a draft and leave the rest: an autosave sends only what is valid.

    ``form`` is a random name of the opened form: a save is refused as :class:`SavedElsewhere` when
    ``revision`` is not the present one, unless this same form saved last. ``cost_lines`` and
    ``regular_lines`` replace those that were there. Raises :class:`NotADraft`, or an
    :class:`Invalid` that names its field.
    """
    case = _draft(work, number)
    if case.revision != revision and not (form and form == case.saved_by_form):
        raise SavedElsewhere()
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"a case has no {', '.join(sorted(unknown))}")
    _check(work, fields)
    for name, value in fields.items():
        setattr(case, name, value)
    if cost_lines is not None:
        set_cost_lines(work, case, cost_lines)
    if regular_lines is not None:
        set_regular_lines(work, case, regular_lines)
    case.revision += 1
    case.saved_by_form = form
    case.saved_at_utc = work.now_utc
    work.session.flush()
    record(work, "case.save", case.number, revision=case.revision)
    return Saved(case.number, case.revision)


def delete_draft(work: Work, *, number: str, uploads: Path) -> None:
    """Throw a draft away, with its files. Its number stays used; the log keeps that it was there."""
    case = _draft(work, number)
    for attachment in case.attachments:
        remove_after_commit(work.session, uploads / attachment.stored_as)
    for table in (Attachment, BusinessCaseLine, BusinessCase):
        work.session.execute(delete(table).where(table.case_id == case.id))
    work.session.expire(case, ["attachments"])
    work.session.delete(case)
    record(work, "case.delete", case.number)
    work.session.flush()


def _draft(work: Work, number: str) -> Case:
    case = case_for(work, number, Permission.CASE_EDIT, lock=True)
    if case.decision_state != DecisionState.DRAFT:
        raise NotADraft()
    return case


def _check(work: Work, fields: Mapping[str, Any]) -> None:
    for name in TEXTS:
        if contains_bsn(fields.get(name) or ""):
            raise BsnFound(field=name)
    consent_on: date | None = fields.get("consent_on")
    if consent_on is not None and consent_on > work.today:
        raise ConsentInFuture(field="consent_on")
    choices = work.policy.case_form
    for name, known in (
        ("household_type", choices.household_types),
        ("age_band", choices.age_bands),
        ("district", choices.districts),
        ("barrier_field", choices.barrier_fields),
    ):
        if fields.get(name) and fields[name] not in {choice.code for choice in known}:
            raise ChoiceNotKnown(field=name)
    if not set(fields.get("domains") or ()) <= {choice.code for choice in choices.domains}:
        raise ChoiceNotKnown(field="domains")
    if not set(fields.get("expected_payers") or ()) <= set(partner_ids(work)):
        raise ChoiceNotKnown(field="expected_payers")


def partner_ids(work: Work) -> dict[str, int]:
    """The id of each partner of the network, by code; those who left too."""
    query = select(Partner.code, Partner.id).where(Partner.network_id == work.network.id)
    return dict(work.session.execute(query).all())


def set_cost_lines(work: Work, case: Case, lines: Sequence[CostLineDraft]) -> None:
    """Put ``lines`` in the place of what was there. Raises ``BsnFound`` and :class:`ChoiceNotKnown`."""
    partners = partner_ids(work)
    rows = []
    for position, line in enumerate(lines, start=1):
        if any(contains_bsn(text) for text in (line.description, line.payee_name)):
            raise BsnFound(field="cost_lines")
        if line.payee_partner and line.payee_partner not in partners:
            raise ChoiceNotKnown(field="cost_lines")
        rows.append(
            CostLine(
                position=position,
                description=line.description,
                amount_cents=line.amount_cents,
                payee_name=line.payee_name,
                payee_iban=line.payee_iban,
                payee_partner_id=partners.get(line.payee_partner),
            )
        )
    # The old lines must be gone before new ones take their positions.
    case.cost_lines.clear()
    work.session.flush()
    case.cost_lines.extend(rows)
