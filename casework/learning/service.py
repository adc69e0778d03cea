"""Writing, checking, releasing and withdrawing the summary of a case."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields

from sqlalchemy import func, select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.learning.recognisable import refuse_identifying
from casework.learning.refusals import (
    ChangedMeanwhile,
    ChecksNeeded,
    NotEndedYet,
    NothingToCheck,
    SecondReaderNeeded,
    TextNeeded,
)
from casework.learning.tables import CaseSummary
from casework.payout.tables import Payout
from casework.settlement.tables import Settlement
from rules.lifecycle import DecisionState, PaymentState, SettlementState

# Euros in hundreds say what a breakthrough costs, and point at no payment.
_ROUND_TO_CENTS = 10_000
_SETTLED = (SettlementState.DECIDED.value, SettlementState.REPAID.value)


@dataclass(frozen=True, slots=True)
class Texts:
    """What a summary says, part by part."""

    title: str
    situation: str
    barrier: str
    breakthrough: str
    lesson: str

    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts by name."""
        return tuple((one.name, getattr(self, one.name)) for one in fields(self))


def may_be_told(case: Case) -> bool:
    """Whether ``case`` has an end to tell: helped, paid, and it is settled who repays."""
    return (
        case.decision_state == DecisionState.APPROVED.value
        and case.payment_state == PaymentState.PAID.value
        and case.settlement_state in _SETTLED
    )


def save_summary(work: Work, *, number: str, texts: Texts, offer: bool) -> CaseSummary:
    """Keep the summary of a case; with ``offer`` it goes to a second member to be checked.

    A summary that was released is not shown any more once it is changed, until it is released again. Raises
    :class:`NotEndedYet`, :class:`TextNeeded`, :class:`.refusals.PointsToSomebody` or ``BsnFound``.
    """
    case = case_for(work, number, Permission.SUMMARY_WRITE, lock=True)
    if not may_be_told(case):
        raise NotEndedYet()
    plain = Texts(**{name: text.strip() for name, text in texts.parts()})
    for name, text in plain.parts():
        if not text:
            raise TextNeeded(field=name)
    refuse_identifying(plain.parts())
    summary = live_summary(work, case)
    if summary is None:
        summary = CaseSummary(network_id=work.network.id, case_id=case.id)
    for name, text in plain.parts():
        setattr(summary, name, text)
    _take_facts(work, case, summary)
    summary.state = "offered" if offer else "draft"
    summary.written_by, summary.written_at_utc = work.actor.person_id, work.now_utc
    summary.checked_by = summary.released_at_utc = None
    work.session.add(summary)
    record(work, "summary.offer" if offer else "summary.save", case.number)
    work.session.flush()
    return summary


def release_summary(work: Work, *, number: str, seen: str, checked: bool) -> CaseSummary:
    """Release it, as a second member who has seen that nothing in it points to a person.

    ``seen`` is the :func:`digest` of what was read. Releasing again what is released changes nothing.
    Raises :class:`NothingToCheck`, :class:`SecondReaderNeeded`, :class:`ChangedMeanwhile`,
    :class:`ChecksNeeded`.
    """
    case = case_for(work, number, Permission.SUMMARY_WRITE, lock=True)
    summary = live_summary(work, case)
    if summary is None or summary.state == "draft":
        raise NothingToCheck()
    if summary.state == "released" and digest(summary) == seen:
        return summary
    if summary.written_by == work.actor.person_id:
        raise SecondReaderNeeded()
    if digest(summary) != seen:
        raise ChangedMeanwhile()
    if not checked:
        raise ChecksNeeded(field="checked")
    summary.state = "released"
    summary.checked_by, summary.released_at_utc = work.actor.person_id, work.now_utc
    record(work, "summary.release", case.number)
    work.session.flush()
    return summary


def withdraw_summary(work: Work, *, number: str) -> None:
    """Take the summary away; its texts are erased. Withdrawing again changes nothing."""
    case = case_for(work, number, Permission.SUMMARY_WRITE, lock=True)
    summary = live_summary(work, case)
    if summary is None:
        return
    for name in (one.name for one in fields(Texts)):
        setattr(summary, name, "")
    summary.state = "withdrawn"
    summary.withdrawn_by, summary.withdrawn_at_utc = work.actor.person_id, work.now_utc
    record(work, "summary.withdraw", case.number)
    work.session.flush()


def live_summary(work: Work, case: Case) -> CaseSummary | None:
    """The summary of ``case`` that was not withdrawn."""
    query = select(CaseSummary).where(CaseSummary.case_id == case.id, CaseSummary.state != "withdrawn")
    return work.session.scalar(query.execution_options(populate_existing=True))


def digest(summary: CaseSummary) -> str:
    """What tells this text from another one."""
    content = [getattr(summary, one.name) for one in fields(Texts)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _take_facts(work: Work, case: Case, summary: CaseSummary) -> None:
    """What goes with the text, without anything that is only of this household."""
    paid = select(func.coalesce(func.sum(Payout.amount_cents), 0)).where(
        Payout.case_id == case.id, Payout.state == "paid"
    )
    cents = int(work.session.scalar(paid) or 0)
    settled = (
        select(Settlement.kind)
        .where(Settlement.case_id == case.id, Settlement.state.in_(_SETTLED))
        .order_by(Settlement.sequence.desc())
    )
    summary.domains = sorted(case.domains)
    summary.barrier_field, summary.barrier_law = case.barrier_field, case.barrier_law
    summary.about_cents = (cents + _ROUND_TO_CENTS // 2) // _ROUND_TO_CENTS * _ROUND_TO_CENTS
    summary.settled_as = work.session.scalars(settled.limit(1)).one()
    summary.paid_year = (case.first_paid_on or work.today).year
