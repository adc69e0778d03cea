"""What the page of a case shows: the case itself, and what other rooms say of it."""

from __future__ import annotations

from flask_babel import get_locale

from casework.access import Permission, may
from casework.business_case.queries import computed
from casework.cases.file_types import ACCEPT
from casework.cases.page import CasePage
from casework.cases.tables import Case
from casework.cases.top_up import family_of
from casework.context import Work
from casework.decision.queries import decision_panel, decision_view
from casework.settlement.queries import case_settlement
from casework.web.case_form_values import grouped_iban
from casework.web.case_timeline import sentence_of_happening
from rules.lifecycle import DecisionState, EvaluationState, PaymentState, SettlementState
from rules.wording import show_list


def parts_of(job: Work, case: Case, page: CasePage) -> dict[str, object]:
    """Everything the page of a case shows: the case itself, and what other rooms say of it."""
    locale = str(get_locale() or "nl")
    assessing = may(job.actor, Permission.CASE_ASSESS, case)
    return {
        "page": page,
        "now_utc": job.now_utc,
        "family": family_of(job, case),
        "on_turn": on_turn(page),
        "evaluate_months": show_list([str(one) for one in page.evaluate_months], locale),
        "panel": decision_panel(job, case) if assessing else None,
        "decision": decision_view(job, case),
        "settlement": case_settlement(job, case) if case.first_paid_on else None,
        "business_case": computed(job, case),
        "happenings": [(one.at_utc, sentence_of_happening(one, locale)) for one in page.happenings],
        "grouped_iban": grouped_iban,
        "accept": ACCEPT,
    }


def on_turn(page: CasePage) -> str | None:
    """Which of the four axes moves now; None where nothing moves any more."""
    if page.decision in (DecisionState.DECLINED, DecisionState.WITHDRAWN):
        return None
    if page.decision is not DecisionState.APPROVED:
        return "decision"
    if page.payment is not PaymentState.PAID:
        return "payment"
    if page.settlement is not SettlementState.REPAID:
        return "settlement"
    ended = page.evaluation in (EvaluationState.ANSWERED, EvaluationState.UNANSWERED)
    return None if ended else "evaluation"
