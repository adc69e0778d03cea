"""From draft to submitted, and what an applicant can do after that: answer, withdraw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from casework.access import Permission
from casework.audit.record import record
from casework.cases.find import case_for
from casework.cases.tables import Case, CostLine, InformationRequest
from casework.context import Work
from casework.mail import notices
from casework.people_data import BsnFound, contains_bsn
from errors import Conflict, Invalid, NotFound, OmloopError
from rules.lifecycle import DECISION, DecisionAction, DecisionState, next_state


class NotComplete(Invalid):
    """The case lacks something the secretariat cannot do without; ``problems`` says what, per field."""

    nl = "De casus is nog niet compleet. Vul aan wat hieronder staat; uw concept is bewaard."
    en = "The case is not complete yet. Add what is listed below; your draft has been saved."

    def __init__(self, problems: Mapping[str, OmloopError]) -> None:
        self.problems = dict(problems)
        super().__init__()


class Missing(Invalid):
    """A part of the story that is needed to weigh the case. The sentences say which, as a question."""

    nl = "{ask_nl}"
    en = "{ask_en}"


class AnswerEmpty(Invalid):
    """An answer without words."""

    nl = "Schrijf uw antwoord."
    en = "Write your answer."


class NothingAsked(Conflict):
    """There is no open question to answer."""

    nl = "Deze vraag is al beantwoord of ingetrokken. U hoeft niets te doen."
    en = "This question was already answered or taken back. There is nothing you need to do."


# What must be there, in the order of the form: field, question in Dutch, question in English.
_NEEDED: tuple[tuple[str, str, str], ...] = (
    ("household_type", "Kies wat voor huishouden het is.", "Choose what kind of household it is."),
    ("age_band", "Kies de leeftijdsgroep van de inwoner.", "Choose the resident's age band."),
    ("domains", "Kies minstens één leefgebied.", "Choose at least one domain."),
    (
        "consent_on",
        "Vul in wanneer de inwoner toestemming gaf. Zonder toestemming kan de casus niet worden ingediend.",
        "Fill in when the resident gave consent. Without consent the case cannot be submitted.",
    ),
    ("title", "Geef de casus een korte titel.", "Give the case a short title."),
    ("situation", "Beschrijf de situatie.", "Describe the situation."),
    ("tried", "Schrijf wat er al geprobeerd is.", "Write what has been tried already."),
    ("barrier", "Schrijf waarop de gewone weg vastloopt.", "Write where the usual way gets stuck."),
    ("breakthrough", "Schrijf welke doorbraak nodig is.", "Write which breakthrough is needed."),
    (
        "own_contribution",
        "Schrijf wat de inwoner zelf inbrengt. Is dat niets, schrijf dan waarom.",
        "Write what the resident contributes. If that is nothing, write why.",
    ),
)


def problems_of(case: Case) -> dict[str, OmloopError]:
    """What is still missing before the case can be submitted: an error per field of the form."""
    found: dict[str, OmloopError] = {
        name: Missing(field=name, ask_nl=dutch, ask_en=english)
        for name, dutch, english in _NEEDED
        if not getattr(case, name)
    }
    return found | problems_of_lines(case)


def problems_of_lines(case: Case) -> dict[str, OmloopError]:
    """What the cost lines still miss: an error per field of the form."""
    found: dict[str, OmloopError] = {}
    if not case.cost_lines:
        found["costs-0-amount"] = Missing(
            ask_nl="Vul minstens één kostenregel in.", ask_en="Fill in at least one cost line."
        )
    for index, line in enumerate(case.cost_lines):
        for name, problem in _problems_of_line(line):
            found[f"costs-{index}-{name}"] = problem
    return found


def submit(work: Work, *, number: str) -> None:
    """Submit a complete draft: from here on the clock runs.

    Raises :class:`NotComplete`, or :class:`rules.lifecycle.IllegalTransition` when it is no draft.
    """
    case = case_for(work, number, Permission.CASE_EDIT, lock=True)
    state = _next(case, DecisionAction.SUBMIT)
    if problems := problems_of(case):
        raise NotComplete(problems)
    case.decision_state = state
    case.submitted_at_utc = work.now_utc
    work.session.flush()
    record(work, "case.submit", case.number, amount_cents=case.amount_cents)
    notices.case_submitted(work, case)


def withdraw(work: Work, *, number: str) -> None:
    """Withdraw a case that was submitted but not approved. An open question needs no answer any more."""
    case = case_for(work, number, Permission.CASE_WITHDRAW, lock=True)
    case.decision_state = _next(case, DecisionAction.WITHDRAW)
    work.session.flush()
    record(work, "case.withdraw", case.number)


def answer(work: Work, *, number: str, question_id: int, text: str) -> None:
    """Answer a question of the secretariat; the last open one sets the clock running again."""
    case = case_for(work, number, Permission.CASE_ANSWER, lock=True)
    question = work.session.scalar(
        select(InformationRequest).where(
            InformationRequest.id == question_id, InformationRequest.case_id == case.id
        )
    )
    if question is None:
        raise NotFound()
    if question.answered_at_utc is not None:
        raise NothingAsked()
    text = text.strip()
    if not text:
        raise AnswerEmpty(field="answer")
    if contains_bsn(text):
        raise BsnFound(field="answer")
    state = _next(case, DecisionAction.GIVE_INFORMATION)
    question.answer = text
    question.answered_by = work.actor.person_id
    question.answered_at_utc = work.now_utc
    work.session.flush()
    if not any(one.answered_at_utc is None for one in case.questions):
        case.decision_state = state
    work.session.flush()
    record(work, "case.answer", case.number, question=question.id)
    notices.question_answered(work, case)


def _next(case: Case, action: DecisionAction) -> DecisionState:
    return next_state(DECISION, DecisionState(case.decision_state), action)


def _problems_of_line(line: CostLine) -> Iterator[tuple[str, OmloopError]]:
    if not line.description:
        yield "description", Missing(ask_nl="Schrijf waarvoor dit is.", ask_en="Write what this is for.")
    if line.amount_cents <= 0:
        yield "amount", Missing(ask_nl="Schrijf een bedrag boven nul.", ask_en="Write an amount above zero.")
    if not line.payee_name:
        yield (
            "payee_name",
            Missing(ask_nl="Schrijf aan wie er betaald wordt.", ask_en="Write who is to be paid."),
        )
    if not line.payee_iban:
        yield (
            "payee_iban",
            Missing(
                ask_nl="Vul het rekeningnummer van de ontvanger in.",
                ask_en="Fill in the account number of the payee.",
            ),
        )
