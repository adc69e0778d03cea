"""A top-up: a new request in the same case, with a reason and cost lines of its own.

It is a case that names its main case and carries its number with ``-A1`` behind it, so that quorum, advice,
promise, payment, settlement and reports work on it unchanged. See docs/decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from casework.access import Permission, may, visible_cases
from casework.audit.record import record
from casework.business_case.lines import start_business_case
from casework.cases.drafts import CostLineDraft, set_cost_lines
from casework.cases.find import case_for
from casework.cases.submission import NotComplete, problems_of_lines
from casework.cases.tables import Case
from casework.context import Work
from casework.once import attempt
from casework.people_data import BsnFound, contains_bsn
from errors import Conflict, Invalid
from rules.lifecycle import DECISION, DecisionAction, DecisionState, next_state

MARK = "-A"
_COPIED = (
    "network_id", "partner_id", "applicant_id", "title", "alias", "situation", "tried", "barrier",
    "breakthrough", "own_contribution", "barrier_field", "barrier_law", "household_type", "age_band",
    "district", "domains", "expected_payers", "household_hash", "consent_on",
)  # fmt: skip
_UNDECIDED = (
    DecisionState.SUBMITTED.value,
    DecisionState.IN_ASSESSMENT.value,
    DecisionState.INFORMATION_REQUESTED.value,
    DecisionState.WAITING.value,
)


class TopUpNotNow(Conflict):
    """The case has no promise that could be made larger."""

    nl = (
        "Een aanvulling vragen kan pas als de casus is gehonoreerd. De stand is nu ‘{state_nl}’. "
        "Voeg wat u wilt zeggen toe als bijlage, of dien een nieuwe casus in."
    )
    en = (
        "A top-up can be asked only once the case has been approved. The state is now ‘{state_en}’. "
        "Add what you want to say as an attachment, or submit a new case."
    )


class TopUpOfTopUp(Conflict):
    """A top-up belongs to its main case, not to another top-up."""

    nl = "Dit is zelf een aanvulling. Vraag een volgende aanvulling aan bij casus {number}."
    en = "This is a top-up itself. Ask for another one at case {number}."


class TopUpUnderWay(Conflict):
    """An earlier top-up of this case has not ended in a promise or a refusal yet."""

    nl = "Aanvulling {number} loopt nog. Wacht de afloop af, of trek die aanvulling eerst in."
    en = "Top-up {number} is still under way. Wait for how it ends, or withdraw that top-up first."


class TopUpReasonMissing(Invalid):
    """A top-up comes without a reason."""

    nl = "Schrijf waarom het toegezegde bedrag niet genoeg is."
    en = "Write why the promised amount is not enough."


@dataclass(frozen=True, slots=True)
class Related:
    """The main case of a top-up, or one of the top-ups of a case."""

    number: str
    amount_cents: int
    decision: DecisionState
    submitted_at_utc: datetime | None


@dataclass(frozen=True, slots=True)
class Family:
    """A case with its top-ups. ``main`` is None for a case that is no top-up.

    ``total_cents`` is what was promised on all of them, ``may_ask`` whether the reader can ask for more.
    """

    main: Related | None
    top_ups: tuple[Related, ...]
    total_cents: int
    may_ask: bool


def check_top_up(work: Work, *, number: str) -> Case:
    """The case for which the actor may ask a top-up now.

    Raises :class:`TopUpOfTopUp`, :class:`TopUpNotNow` and :class:`TopUpUnderWay`.
    """
    return _askable(work, case_for(work, number, Permission.CASE_EDIT))


def request_top_up(
    work: Work, *, number: str, reason: str, cost_lines: Sequence[CostLineDraft], urgent: bool, key: str
) -> str:
    """Ask more for an approved case; the number of the top-up, which is submitted at once.

    Raises what :func:`check_top_up` raises, and :class:`TopUpReasonMissing`, ``NotComplete`` (with the
    lines as ``costs-0-amount``) or ``BsnFound``. A repeated ``key`` gives the first number again.
    """
    main = case_for(work, number, Permission.CASE_EDIT, lock=True)
    lines = ";".join(f"{one.description}|{one.amount_cents}|{one.payee_iban}" for one in cost_lines)
    done = attempt(work, "case.top_up", key, case=number, reason=reason, lines=lines, urgent=int(urgent))
    if done.repeated:
        return done.result
    _askable(work, main)
    reason = reason.strip()
    if not reason:
        raise TopUpReasonMissing(field="reason")
    if contains_bsn(reason):
        raise BsnFound(field="reason")
    top_up = Case(
        **{name: getattr(main, name) for name in _COPIED},
        number=f"{main.number}{MARK}{_so_far(work, main) + 1}",
        main_case_id=main.id,
        top_up_reason=reason,
        urgent=urgent,
        created_at_utc=work.now_utc,
        saved_at_utc=work.now_utc,
        submitted_at_utc=work.now_utc,
        decision_state=next_state(DECISION, DecisionState.DRAFT, DecisionAction.SUBMIT).value,
    )
    work.session.add(top_up)
    set_cost_lines(work, top_up, cost_lines)
    if problems := problems_of_lines(top_up):
        raise NotComplete(problems)
    work.session.flush()
    start_business_case(work, top_up)
    record(work, "case.top_up", top_up.number, amount_cents=top_up.amount_cents)
    return done.finish(top_up.number)


def family_of(work: Work, case: Case) -> Family:
    """The main case and the top-ups of ``case``, as far as the actor may see them."""
    main_id = case.main_case_id or case.id
    seen = work.session.scalars(
        select(Case)
        .where(
            (Case.id == main_id) | (Case.main_case_id == main_id),
            visible_cases(work.actor, Permission.CASE_VIEW),
        )
        .order_by(Case.id)
    ).all()
    approved = [one for one in seen if one.decision_state == DecisionState.APPROVED]
    waiting = any(one.decision_state in _UNDECIDED for one in seen if one.main_case_id)
    main = next((one for one in seen if one.id == main_id and one.id != case.id), None)
    return Family(
        main=_related(main) if main is not None else None,
        top_ups=tuple(_related(one) for one in seen if one.main_case_id and one.id != case.id),
        total_cents=sum(one.amount_cents for one in approved),
        may_ask=case.main_case_id is None
        and case.decision_state == DecisionState.APPROVED
        and not waiting
        and may(work.actor, Permission.CASE_EDIT, case),
    )


def _related(case: Case) -> Related:
    return Related(case.number, case.amount_cents, DecisionState(case.decision_state), case.submitted_at_utc)


def _askable(work: Work, case: Case) -> Case:
    if case.main_case_id is not None:
        raise TopUpOfTopUp(number=case.number.rpartition(MARK)[0])
    state = DecisionState(case.decision_state)
    if state is not DecisionState.APPROVED:
        raise TopUpNotNow(state_nl=state.nl, state_en=state.en)
    open_one = work.session.scalar(
        select(Case.number).where(Case.main_case_id == case.id, Case.decision_state.in_(_UNDECIDED))
    )
    if open_one is not None:
        raise TopUpUnderWay(number=open_one)
    return case


def _so_far(work: Work, main: Case) -> int:
    return work.session.scalar(select(func.count()).where(Case.main_case_id == main.id)) or 0
