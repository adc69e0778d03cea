"""The page on which the secretariat pauses or changes a resident's repayment plan."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.settlement.plan import PlanGround, change_plan
from casework.settlement.proposal import MAX_INSTALMENTS
from casework.settlement.queries import settlement_of_case
from casework.settlement.refusals import NoPlan
from casework.web.errors import errors_by_field
from casework.web.fields import ChoiceField, DateField, FormSchema, WholeField, parse
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid
from rules.lifecycle import SettlementKind


class PlanForm(FormSchema):
    """Why, in how many months, from when."""

    ground = ChoiceField(frozenset(ground.value for ground in PlanGround), needed=True)
    instalment_count = WholeField(low=1, high=MAX_INSTALMENTS, needed=True)
    first_instalment_on = DateField(needed=True)


@bp.route("/casussen/<number>/verrekening/<int:sequence>/betaalplan", methods=["GET", "POST"])
@needs(Permission.SETTLEMENT_PROPOSE)
def plan(number: str, sequence: int) -> str | Response | tuple[str, int]:
    """Pause or change how the resident repays what is open."""
    if request.method == "GET":
        return _page(number, sequence, {}, {})
    try:
        values = parse(PlanForm(), request.form)
        with work() as job:
            change_plan(job, number=number, sequence=sequence, **values)
    except Invalid as problem:
        return _page(number, sequence, errors_by_field(problem), request.form), 422
    flash(_("Het betaalplan is gewijzigd."), "success")
    return redirect(url_for("settlement.show", number=number))


def _page(number: str, sequence: int, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        case, settlement = settlement_of_case(job, number)
        view = next((one for one in settlement.standing if one.sequence == sequence), None)
        if view is None or view.kind is not SettlementKind.RESIDENT or not view.open_cents:
            raise NoPlan()
        language = str(get_locale() or "nl")
        return render_template(
            "settlement/plan.html",
            case_number=case.number,
            view=view,
            grounds=[(ground.value, ground.label(language)) for ground in PlanGround],
            today=job.today,
            errors=errors,
            typed=typed,
        )
