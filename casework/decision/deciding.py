"""Taking the decision: the money promised or the waiting list, what was decided frozen, the review after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework.access import Permission
from casework.audit.record import record
from casework.business_case.service import freeze_payout_line
from casework.cases.find import case_for
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.inquiry import move, refuse_own_submission
from casework.decision.refusals import (
    InterestInCase,
    NotFirstInLine,
    NothingToReview,
    PotStillEmpty,
    ReviewByDecider,
)
from casework.decision.standing import ground_of, own_standing
from casework.decision.tables import Assessment, Decision, DecisionReview, DecisionVote
from casework.decision.weighing import APPROVE, Weighing, judged_on, policy_of, votes_on
from casework.mail import notices
from ledger import balances, book, events
from ledger.refusals import FundExhausted
from rules.lifecycle import DECISION, DecisionAction, DecisionState, next_state
from rules.mandate import DecidingBody
from rules.policy import SectionName
from rules.triangle import Advice, Value
from rules.waiting_list import Urgency, Waiting, can_be_promised, in_order


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a case stands after a vote: decided, or what it still waits for."""

    state: DecisionState
    still_needed: int = 0
    gates_shut: bool = False

    @property
    def decided(self) -> bool:
        """Whether the case has been decided."""
        return self.state in (DecisionState.APPROVED, DecisionState.WAITING, DecisionState.DECLINED)


def close(
    work: Work,
    case: Case,
    *,
    outcome: str,
    weighing: Weighing,
    advice: Advice,
    assessments: Sequence[Assessment],
    votes: Sequence[DecisionVote],
    agreeing: Sequence[DecisionVote],
) -> Outcome:
    """Decide ``case``: post the promise or put it on the waiting list, and freeze what it rests on."""
    facts = _facts(work, weighing, advice, assessments, agreeing)
    for assessment in assessments:
        assessment.counts = assessment.person_id in weighing.counting
    for vote in votes:
        vote.counts = vote.person_id in weighing.counting
    if outcome == APPROVE:
        action = DecisionAction.APPROVE if _promise_money(work, case) else DecisionAction.WAIT
    else:
        action = DecisionAction.DECLINE
    state = move(case, action)
    case.decided_at_utc = work.now_utc
    work.session.add(
        Decision(
            case_id=case.id,
            outcome=outcome,
            amount_cents=case.amount_cents,
            advice=advice.outcome.value,
            quorum=weighing.required,
            motivation=_joined(vote.motivation for vote in agreeing),
            alternative=_joined(vote.alternative for vote in agreeing),
            policy_on=judged_on(case, work.network.time_zone),
            reviewed_afterwards=weighing.mandate.reviewed_afterwards,
            facts=facts,
            decided_at_utc=work.now_utc,
            body=weighing.seating.body.value if weighing.seating else DecidingBody.MEMBERS.value,
        )
    )
    if outcome == APPROVE:
        freeze_payout_line(work, case)
    record(work, f"case.{action}", case.number, amount_cents=case.amount_cents, quorum=weighing.required)
    notices.case_decided(work, case, urgent=weighing.mandate.reviewed_afterwards)
    work.session.flush()
    return Outcome(state)


def waiting_list(work: Work) -> tuple[Waiting, ...]:
    """The waiting list as it is served: urgent cases first, then by the moment of submission."""
    query = select(Case).where(
        Case.network_id == work.network.id, Case.decision_state == DecisionState.WAITING.value
    )
    return in_order(
        Waiting(
            reference=case.number,
            urgency=Urgency.DAYS if case.urgent else Urgency.CAN_WAIT,
            submitted_at_utc=case.submitted_at_utc or case.created_at_utc,
            amount_cents=case.amount_cents,
        )
        for case in work.session.scalars(query)
    )


def promise(work: Work, *, number: str) -> Outcome:
    """Promise a waiting case its money, now that the pot allows; a second click gives the same outcome.

    A promise counts as deciding: who has an interest in the case does not promise it, and who promised
    does not pay it. Raises :class:`NotFirstInLine` where the list has not come to this case yet (nobody is
    passed), :class:`PotStillEmpty` where the pot holds too little, :class:`InterestInCase`,
    ``OwnSubmission``, and ``IllegalTransition`` where the case does not wait.
    """
    case = case_for(work, number, Permission.CASE_DECIDE, lock=True)
    refuse_own_submission(work, case)
    if case.decision_state == DecisionState.APPROVED:
        return Outcome(DecisionState.APPROVED)
    next_state(DECISION, DecisionState(case.decision_state), DecisionAction.PROMISE)
    _refuse_interest(work, case)
    available = balances.fund_position(work.session, network=work.network.code).available_cents
    waiting = waiting_list(work)
    served = [one.reference for one in can_be_promised(waiting, available)]
    if case.number not in served:
        first = waiting[len(served)].reference
        raise PotStillEmpty() if first == case.number else NotFirstInLine(number=first)
    if not _promise_money(work, case):
        raise PotStillEmpty()
    state = move(case, DecisionAction.PROMISE)
    decision = work.session.get(Decision, case.id)
    if decision is not None:
        decision.promised_by, decision.promised_at_utc = work.actor.person_id, work.now_utc
    record(work, "case.promise", case.number, amount_cents=case.amount_cents)
    notices.case_decided(work, case)
    work.session.flush()
    return Outcome(state)


def review(work: Work, *, number: str, remark: str = "") -> None:
    """Record that a member who did not decide has looked at the decision afterwards.

    Raises :class:`NothingToReview`, :class:`ReviewByDecider`, :class:`InterestInCase` and ``OwnSubmission``.
    """
    case = case_for(work, number, Permission.CASE_DECIDE, lock=True)
    refuse_own_submission(work, case)
    decision = work.session.get(Decision, case.id)
    if (
        decision is None
        or not decision.reviewed_afterwards
        or work.session.get(DecisionReview, case.id) is not None
    ):
        raise NothingToReview()
    if any(one.person_id == work.actor.person_id for one in votes_on(work, case)):
        raise ReviewByDecider()
    _refuse_interest(work, case)
    work.session.add(
        DecisionReview(
            case_id=case.id,
            person_id=work.actor.person_id,
            remark=remark.strip(),
            reviewed_at_utc=work.now_utc,
        )
    )
    record(work, "case.review", case.number)
    work.session.flush()


def _refuse_interest(work: Work, case: Case) -> None:
    """Raises :class:`InterestInCase` where the actor would not count at the decision on ``case``."""
    ground = ground_of(own_standing(work, case, policy_of(work, case)).ground)
    if ground is not None:
        raise InterestInCase(ground_nl=ground.nl, ground_en=ground.en)


def _promise_money(work: Work, case: Case) -> bool:
    """Post the promise; False where the pot holds too little, with nothing posted."""
    # A top-up makes what was promised to its main case larger, under a number of its own.
    top_up = case.main_case_id is not None
    event = events.commitment_raised if top_up else events.case_approved
    draft = event(
        case=case.number,
        amount_cents=case.amount_cents,
        booked_on=work.today,
        cause=case.number,
        key=f"{'commitment-raised' if top_up else 'case-approved'}:{case.number}",
    )
    try:
        # A savepoint: the refusal may come from the database, which then wants it undone.
        with work.session.begin_nested():
            book.post(work.session, network=work.network.code, draft=draft, recorded_at_utc=work.now_utc)
    except FundExhausted:
        return False
    return True


def _joined(texts: Iterable[str]) -> str:
    """What those who agreed wrote, each text once, in the order of their votes."""
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _facts(
    work: Work,
    weighing: Weighing,
    advice: Advice,
    assessments: Sequence[Assessment],
    agreeing: Sequence[DecisionVote],
) -> dict[str, object]:
    """Everything the outcome rests on, as codes and exact numbers; never texts."""
    versions = weighing.policy.versions
    used = (SectionName.MANDATE, SectionName.ADVICE, SectionName.GATES, SectionName.CONFLICT)
    return {
        "means": {value.value: str(advice.means[value]) for value in Value},
        "mean": str(advice.mean),
        "spread": {value.value: advice.spread[value] for value in Value},
        "advice_reasons": [reason.code for reason in advice.reasons],
        "gates": [[str(reason.fact("gate")), reason.code] for reason in weighing.gates.reasons],
        "counted_cents": weighing.mandate.counted_cents,
        "counted_with": [one.reference for one in weighing.mandate.counted_with],
        "assessed_by": [one.person_id for one in assessments if one.person_id in weighing.counting],
        "advised_by": [one.person_id for one in assessments if one.person_id not in weighing.counting],
        "decided_by": [one.person_id for one in agreeing],
        "body": _body_facts(weighing),
        "available_cents": balances.fund_position(work.session, network=work.network.code).available_cents,
        "policy": {name.value: versions[name].valid_from.isoformat() for name in used},
    }


def _body_facts(weighing: Weighing) -> list[dict[str, object]]:
    """Who decided and why, as the codes and numbers of the reasons."""
    reasons = weighing.seating.reasons if weighing.seating else ()
    return [{"code": reason.code} | dict(reason.facts) for reason in reasons]
