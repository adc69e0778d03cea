"""Asking more for a case that was approved: a top-up, with a reason and cost lines of its own."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.form_query import partners_today
from casework.cases.submission import NotComplete
from casework.cases.top_up import check_top_up, request_top_up
from casework.web.case_blueprint import bp
from casework.web.case_form import COSTS, read_cost_lines, without_row
from casework.web.case_form_values import labels_for
from casework.web.errors import errors_by_field, sentence_of
from casework.web.fields import FormSchema, TextField, TickField, parse
from casework.web.route import needs, work
from errors import Invalid

REASON_MAXIMUM = 3_000


class _TopUpForm(FormSchema):
    reason = TextField(maximum=REASON_MAXIMUM)
    urgent = TickField()


@bp.get("/casussen/<number>/aanvullen")
@needs(Permission.CASE_EDIT)
def top_up_form(number: str) -> str:
    """The form for a top-up, where one can be asked."""
    return _page(number, {"rows": []}, {}, secrets.token_urlsafe(24))


@bp.post("/casussen/<number>/aanvullen")
@needs(Permission.CASE_EDIT)
def top_up(number: str) -> Response | tuple[str, int]:
    """Ask more. Adding or taking away a line without JavaScript only shows the form again."""
    action = request.form.get("action", "")
    form = without_row(request.form, COSTS, action)
    with work(write=False) as job:
        partners = frozenset(code for code, _name in partners_today(job))
    read = read_cost_lines(form, partners)
    if action.startswith(("add:", "remove:")):
        rows = [*read.rows, {}] if action.startswith("add:") else read.rows
        return _typed(number, form, rows, {}, 200)
    try:
        values = parse(_TopUpForm(), form)
        if read.errors:
            return _typed(number, form, read.rows, read.errors, 422)
        with work() as job:
            made = request_top_up(
                job,
                number=number,
                reason=values["reason"],
                cost_lines=read.cost_lines or [],
                urgent=bool(values["urgent"]),
                key=form.get("idempotency_key", ""),
            )
    except NotComplete as problem:
        found = {name: sentence_of(one) for name, one in problem.problems.items()}
        return _typed(number, form, read.rows, found, 422)
    except Invalid as problem:
        return _typed(number, form, read.rows, errors_by_field(problem) | read.errors, 422)
    flash(_("Uw aanvulling %(number)s is ingediend. De klok loopt.", number=made), "success")
    return redirect(url_for("cases.show", number=made))


def _typed(
    number: str, form: MultiDict[str, str], rows: list[dict[str, str]], errors: dict[str, str], status: int
) -> tuple[str, int]:
    values = {"reason": form.get("reason", ""), "urgent": bool(form.get("urgent")), "rows": rows}
    return _page(number, values, errors, form.get("idempotency_key", "")), status


def _page(number: str, values: dict[str, Any], errors: dict[str, str], key: str) -> str:
    with work(write=False) as job:
        case = check_top_up(job, number=number)
        return render_template(
            "cases/top_up.html",
            number=case.number,
            title=case.title,
            amount_cents=case.amount_cents,
            partners=list(partners_today(job)),
            values=values,
            errors=errors,
            labels=labels_for(errors, "") | {"reason": _("Reden")},
            key=key,
        )
