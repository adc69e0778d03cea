"""Cases: the list, and the page of one."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import get_locale

from casework.access import Permission, may, may_ever
from casework.audit.record import record
from casework.business_case.queries import computed
from casework.cases.file_types import ACCEPT
from casework.cases.listing import case_list
from casework.cases.page import CasePage, case_page
from casework.cases.tables import Case
from casework.context import Work
from casework.decision.queries import decision_panel, decision_view
from casework.settlement.queries import case_settlement
from casework.web import case_actions, case_edit, case_files
from casework.web.case_blueprint import bp
from casework.web.case_form_values import grouped_iban
from casework.web.case_timeline import sentence_of_happening
from casework.web.route import needs, work
from rules.lifecycle import DecisionState, EvaluationState, PaymentState, SettlementState
from rules.wording import show_list

# The modules whose routes hang on the same blueprint.
PAGES = (case_actions, case_edit, case_files)
__all__ = ["PAGES", "bp"]


@bp.get("/casussen")
@needs(Permission.CASE_LIST)
def index() -> str:
    """The cases one may see."""
    search = request.args.get("q", "")[:100]
    state = request.args.get("stand", "")
    sort = request.args.get("sorteer", "number")
    descending = request.args.get("richting", "af" if sort == "number" else "op") == "af"
    page = request.args.get("bladzijde", 1, type=int)
    with work() as job:
        found = case_list(job, search=search, state=state, sort=sort, descending=descending, page=page)

    def address(**changed: object) -> str:
        kept: dict[str, object] = {"q": search or None, "stand": state or None, "sorteer": sort}
        kept["richting"] = "af" if descending else "op"
        return url_for("cases.index", **(kept | changed))  # type: ignore[arg-type]  # any query value

    locale = str(get_locale() or "nl")
    return render_template(
        "cases/index.html",
        found=found,
        search=search,
        state=state,
        sort=sort,
        descending=descending,
        state_options=[(one.value, one.label(locale).capitalize()) for one in DecisionState],
        address=address,
        page_address=lambda number: address(bladzijde=number),
        may_create=may_ever(g.actor, Permission.CASE_CREATE),
    )


@bp.get("/casussen/<number>")
@needs(Permission.CASE_VIEW)
def show(number: str) -> str:
    """One case. Who looked is kept in the log."""
    with work(write=True) as job:
        case, page = case_page(job, number)
        record(job, "case.view", case.number)
        return render_template("cases/show.html", **parts_of(job, case, page))


def parts_of(job: Work, case: Case, page: CasePage) -> dict[str, object]:
    """Everything the page of a case shows: the case itself, and what other rooms say of it."""
    locale = str(get_locale() or "nl")
    assessing = may(job.actor, Permission.CASE_ASSESS, case)
    return {
        "page": page,
        "now_utc": job.now_utc,
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
