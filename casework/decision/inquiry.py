"""Taking a case up, asking the applicant, and carrying on without an answer."""

from __future__ import annotations

from casework.access import Permission
from casework.audit.record import record
from casework.cases.brought import brought_by_actor
from casework.cases.find import case_for
from casework.cases.tables import Case, InformationRequest
from casework.context import Work
from casework.decision.refusals import OwnSubmission, QuestionEmpty
from casework.mail import notices
from rules.lifecycle import DECISION, DecisionAction, DecisionState, next_state


def move(case: Case, action: DecisionAction) -> DecisionState:
    """Bring ``case`` to its next state on the decision axis. Raises ``IllegalTransition``."""
    after = next_state(DECISION, DecisionState(case.decision_state), action)
    case.decision_state = after.value
    return after


def refuse_own_submission(work: Work, case: Case) -> None:
    """Nobody judges what they brought, also not after handing it over. Raises :class:`OwnSubmission`."""
    if brought_by_actor(work, case):
        raise OwnSubmission()


def take_up(work: Work, case: Case) -> None:
    """The first act of the secretariat on a submitted case puts it in assessment; later ones do nothing."""
    if case.decision_state == DecisionState.SUBMITTED:
        move(case, DecisionAction.TAKE_UP)
        record(work, "case.take_up", case.number)


def ask(work: Work, *, number: str, question: str) -> None:
    """Ask the applicant something; the clock stands still until the answer.

    Raises ``IllegalTransition`` where a question is open already or the case was decided.
    """
    case = case_for(work, number, Permission.CASE_ASK, lock=True)
    refuse_own_submission(work, case)
    if not question.strip():
        raise QuestionEmpty(field="question")
    take_up(work, case)
    move(case, DecisionAction.REQUEST_INFORMATION)
    case.questions.append(
        InformationRequest(
            case_id=case.id,
            asked_by=work.actor.person_id,
            question=question.strip(),
            asked_at_utc=work.now_utc,
        )
    )
    record(work, "case.ask", case.number)
    notices.question_asked(work, case)
    work.session.flush()


def resume(work: Work, *, number: str) -> None:
    """Carry on without an answer: the clock runs again.

    The question is closed with a moment and without an answer. Raises ``IllegalTransition`` where no
    question is open.
    """
    case = case_for(work, number, Permission.CASE_ASK, lock=True)
    refuse_own_submission(work, case)
    move(case, DecisionAction.RESUME)
    for request in case.questions:
        if request.answered_at_utc is None:
            request.answered_at_utc = work.now_utc
            request.answered_by = work.actor.person_id
    record(work, "case.resume", case.number)
    work.session.flush()
