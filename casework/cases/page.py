"""One case on one page: what someone who may see it gets to see, and what they can do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from casework.access import Permission, may
from casework.cases.dates import policy_of
from casework.cases.find import case_for
from casework.cases.form_query import FileLine, files_of
from casework.cases.handing_over import colleagues, orphaned
from casework.cases.tables import Case
from casework.cases.timeline import Happening, timeline_of
from casework.context import Work
from casework.network.tables import Partner
from casework.people.tables import Person
from rules.clock import Pause, running_time
from rules.lifecycle import (
    DECISION,
    DecisionAction,
    DecisionState,
    EvaluationState,
    PaymentState,
    SettlementState,
)
from rules.wording import Choice


@dataclass(frozen=True, slots=True)
class CostView:
    """A payment that is asked. ``released``: promised, and then not paid after all."""

    description: str
    amount_cents: int
    payee_name: str
    payee_iban: str
    payee_partner: str
    released: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question of the secretariat; closed without an answer when ``closed_at_utc`` is alone."""

    id: int
    question: str
    asked_by: str
    asked_at_utc: datetime
    answer: str | None
    answered_by: str
    closed_at_utc: datetime | None


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another request for the same household, known by the keyed hash alone."""

    number: str
    submitted_at_utc: datetime
    amount_cents: int
    decision: DecisionState
    may_open: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """How many decided cases have their barrier in the same field, and how many of those were approved."""

    decided: int
    approved: int


@dataclass(frozen=True, slots=True)
class May:
    """What the reader can do with the case now."""

    edit: bool
    withdraw: bool
    answer: bool
    attach: bool
    hand_over: bool
    reassign: bool
    assess: bool
    business_case: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as a reader sees it. ``running`` is the time the clock ran; None before submission."""

    number: str
    title: str
    alias: str
    partner_name: str
    applicant_name: str
    own: bool
    urgent: bool
    submitted_at_utc: datetime | None
    decided_at_utc: datetime | None
    running: timedelta | None
    clock_stopped: bool
    decision: DecisionState
    payment: PaymentState
    settlement: SettlementState
    evaluation: EvaluationState
    first_paid_on: date | None
    evaluate_months: tuple[int, ...]
    situation: str
    tried: str
    barrier: str
    breakthrough: str
    own_contribution: str
    household_type: Choice | None
    age_band: Choice | None
    district: Choice | None
    domains: tuple[Choice, ...]
    barrier_field: Choice | None
    barrier_law: str
    consent_on: date | None
    grade_before: int | None
    expected_payers: tuple[str, ...]
    amount_cents: int
    costs: tuple[CostView, ...]
    attachments: tuple[FileLine, ...]
    questions: tuple[QuestionView, ...]
    earlier: tuple[EarlierCase, ...]
    top_up_reason: str | None
    alike: Alike | None
    colleagues: tuple[tuple[int, str], ...]
    happenings: tuple[Happening, ...]
    may: May


def case_page(work: Work, number: str) -> tuple[Case, CasePage]:
    """The case with ``number`` for whoever may see it; the row itself is for the queries of other rooms."""
    case = case_for(work, number, Permission.CASE_VIEW)
    policy = policy_of(work, case)
    form = policy.case_form
    inside = may(work.actor, Permission.CASE_ASSESS, case)
    pauses = [Pause(one.asked_at_utc, one.answered_at_utc) for one in case.questions]
    decision = DecisionState(case.decision_state)
    return case, CasePage(
        number=case.number,
        title=case.title,
        alias=case.alias,
        partner_name=case.partner.name,
        applicant_name=case.applicant.name,
        own=case.applicant_id == work.actor.person_id,
        urgent=case.urgent,
        submitted_at_utc=case.submitted_at_utc,
        decided_at_utc=case.decided_at_utc,
        running=_running(work, case, pauses),
        clock_stopped=decision is DecisionState.INFORMATION_REQUESTED,
        decision=decision,
        payment=PaymentState(case.payment_state),
        settlement=SettlementState(case.settlement_state),
        evaluation=EvaluationState(case.evaluation_state),
        first_paid_on=case.first_paid_on,
        evaluate_months=policy.terms.evaluate_months,
        situation=case.situation,
        tried=case.tried,
        barrier=case.barrier,
        breakthrough=case.breakthrough,
        own_contribution=case.own_contribution,
        household_type=_choice(form.household_types, case.household_type),
        age_band=_choice(form.age_bands, case.age_band),
        district=_choice(form.districts, case.district),
        domains=tuple(found for code in case.domains if (found := _choice(form.domains, code))),
        barrier_field=_choice(form.barrier_fields, case.barrier_field),
        barrier_law=case.barrier_law,
        consent_on=case.consent_on,
        grade_before=case.grade_before,
        expected_payers=_partner_names(work, case.expected_payers),
        amount_cents=case.amount_cents,
        costs=_costs(case),
        attachments=files_of(case),
        questions=_questions(work, case),
        earlier=_earlier(work, case) if inside else (),
        top_up_reason=case.top_up_reason,
        alike=_alike(work, case) if inside else None,
        colleagues=_colleagues(work, case),
        happenings=timeline_of(work, case, inside=inside),
        may=_may(work, case, decision, inside=inside),
    )


def _running(work: Work, case: Case, pauses: list[Pause]) -> timedelta | None:
    if case.submitted_at_utc is None or case.decision_state == DecisionState.WITHDRAWN:
        return None
    return running_time(case.submitted_at_utc, case.decided_at_utc or work.now_utc, pauses)


def _choice(known: tuple[Choice, ...], code: str) -> Choice | None:
    """The option with ``code``; one that policy has dropped since still shows, as its code."""
    if not code:
        return None
    return next((one for one in known if one.code == code), Choice(code, code, code))


def _may(work: Work, case: Case, decision: DecisionState, *, inside: bool) -> May:
    own = may(work.actor, Permission.CASE_EDIT, case)
    ended = decision in (DecisionState.DECLINED, DecisionState.WITHDRAWN)
    return May(
        edit=own and decision is DecisionState.DRAFT,
        withdraw=may(work.actor, Permission.CASE_WITHDRAW, case)
        and decision is not DecisionState.DRAFT
        and (decision, DecisionAction.WITHDRAW) in DECISION.table,
        answer=may(work.actor, Permission.CASE_ANSWER, case)
        and decision is DecisionState.INFORMATION_REQUESTED,
        attach=own and not ended,
        hand_over=own and not ended and case.main_case_id is None,
        reassign=may(work.actor, Permission.CASE_REASSIGN, case)
        and case.main_case_id is None
        and not ended
        and case.id in orphaned(work, [case]),
        assess=inside,
        business_case=may(work.actor, Permission.BUSINESS_CASE_EDIT, case),
    )


def _colleagues(work: Work, case: Case) -> tuple[tuple[int, str], ...]:
    """To whom the case can go, for who may give it away or pass it on."""
    if any(may(work.actor, one, case) for one in (Permission.CASE_EDIT, Permission.CASE_REASSIGN)):
        return tuple(colleagues(work, case))
    return ()


def _costs(case: Case) -> tuple[CostView, ...]:
    return tuple(
        CostView(
            line.description,
            line.amount_cents,
            line.payee_name,
            line.payee_iban,
            line.payee_partner.name if line.payee_partner else "",
            line.released,
        )
        for line in case.cost_lines
    )


def _questions(work: Work, case: Case) -> tuple[QuestionView, ...]:
    people = {one.asked_by for one in case.questions} | {one.answered_by for one in case.questions}
    query = select(Person.id, Person.name).where(Person.id.in_([one for one in people if one]))
    names = dict(work.session.execute(query).all())
    return tuple(
        QuestionView(
            one.id,
            one.question,
            names[one.asked_by],
            one.asked_at_utc,
            one.answer,
            names[one.answered_by] if one.answered_by else "",
            one.answered_at_utc,
        )
        for one in case.questions
    )


def _partner_names(work: Work, codes: list[str]) -> tuple[str, ...]:
    if not codes:
        return ()
    return tuple(
        work.session.scalars(
            select(Partner.name)
            .where(Partner.network_id == work.network.id, Partner.code.in_(codes))
            .order_by(Partner.name)
        )
    )


def _earlier(work: Work, case: Case) -> tuple[EarlierCase, ...]:
    if case.household_hash is None:
        return ()
    others = work.session.scalars(
        select(Case)
        .where(
            Case.network_id == case.network_id,
            Case.household_hash == case.household_hash,
            Case.id != case.id,
            Case.id != (case.main_case_id or 0),
            func.coalesce(Case.main_case_id, 0) != (case.main_case_id or case.id),
            Case.submitted_at_utc.is_not(None),
        )
        .order_by(Case.submitted_at_utc.desc())
    )
    return tuple(
        EarlierCase(
            one.number,
            one.submitted_at_utc,
            one.amount_cents,
            DecisionState(one.decision_state),
            may_open=may(work.actor, Permission.CASE_VIEW, one),
        )
        for one in others
        if one.submitted_at_utc is not None
    )


def _alike(work: Work, case: Case) -> Alike | None:
    if not case.barrier_field:
        return None
    rows = work.session.execute(
        select(Case.decision_state, func.count())
        .where(
            Case.network_id == case.network_id,
            Case.barrier_field == case.barrier_field,
            Case.id != case.id,
            Case.main_case_id.is_(None),
            Case.decision_state.in_([DecisionState.APPROVED.value, DecisionState.DECLINED.value]),
        )
        .group_by(Case.decision_state)
    )
    counts = dict(rows.all())
    return Alike(sum(counts.values()), counts.get(DecisionState.APPROVED.value, 0)) if counts else None
