"""Filling in a case: begin, four steps, autosave, throw away."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.drafts import NotADraft, Saved, SavedElsewhere, create_draft, delete_draft, save_draft
from casework.cases.form_query import DraftForm, draft_form
from casework.cases.household import HouseholdIncomplete, household_hash
from casework.context import Work
from casework.web.case_blueprint import bp
from casework.web.case_form import REGULAR_WAY, ROWS_OF_STEP, STEPS, StepRead, read_step, without_row
from casework.web.case_form_values import (
    filled_from_draft,
    filled_from_typed,
    labels_for,
    options_of,
    step_list,
)
from casework.web.errors import errors_by_field, sentence_of
from casework.web.price_choices import row_from_price_list
from casework.web.route import needs, now_utc, work
from casework.web.uploads import uploads
from errors import Invalid
from rules.roles import Role

_STEP = f"<any({','.join(repr(step) for step in STEPS)}):step>"


@bp.route("/casussen/nieuw", methods=["GET", "POST"])
@needs(Permission.CASE_CREATE)
def new() -> str | Response:
    """Begin a case, for one of the partners where one is an applicant."""
    held = [one for one in g.actor.held if one.role is Role.APPLICANT]
    partners = [(one.partner_code, one.partner_name) for one in held]
    if request.method == "POST":
        chosen = request.form.get("partner") or (partners[0][0] if len(partners) == 1 else "")
        with work() as job:
            number = create_draft(job, partner=chosen)
        return redirect(url_for("cases.edit_step", number=number, step=STEPS[0]))
    with work() as job:
        texts = job.policy.texts
    return render_template("cases/new.html", partners=partners, texts=texts)


@bp.get("/casussen/<number>/bewerken")
@needs(Permission.CASE_EDIT)
def edit(number: str) -> Response:
    """The first step of the form; the page of the case when it is a draft no more."""
    try:
        with work() as job:
            draft_form(job, number)
    except NotADraft as problem:
        flash(sentence_of(problem), "info")
        return redirect(url_for("cases.show", number=number))
    return redirect(url_for("cases.edit_step", number=number, step=STEPS[0]))


@bp.get(f"/casussen/<number>/bewerken/{_STEP}")
@needs(Permission.CASE_EDIT)
def edit_step(number: str, step: str) -> str:
    """One step of the form, as stored."""
    with work() as job:
        draft = draft_form(job, number)
        return _page(job, draft, step, filled_from_draft(draft, step))


@bp.post(f"/casussen/<number>/bewerken/{_STEP}")
@needs(Permission.CASE_EDIT)
def save_step(number: str, step: str) -> Response | tuple[str, int]:
    """Save one step. What is valid is saved, also when something beside it is not."""
    action = request.form.get("action", "")
    form = without_row(request.form, ROWS_OF_STEP.get(step, ""), action)
    try:
        with work() as job:
            read, _saved = _save(job, number, step, form, overwrite=action == "overwrite")
    except SavedElsewhere as problem:
        return _typed_page(number, step, {"": sentence_of(problem)}, 409)
    except Invalid as problem:
        return _typed_page(number, step, errors_by_field(problem), 422)
    if action.startswith(("add", "remove:")):
        rows = _rows_after(step, read, action)
        return _typed_page(number, step, read.errors, 422 if read.errors else 200, rows)
    if read.errors:
        return _typed_page(number, step, read.errors, 422)
    if action != "next":
        flash(_("Het concept is bewaard."), "success")
    return redirect(_address_after(number, step, onward=action == "next"))


@bp.post(f"/casussen/<number>/bewaren/{_STEP}")
@needs(Permission.CASE_EDIT)
def autosave(number: str, step: str) -> str | tuple[str, int]:
    """Save in the background; answers with the parts of the page that changed: revision, moment, problems."""
    try:
        with work() as job:
            read, saved = _save(job, number, step, request.form, halfway=True)
    except (SavedElsewhere, NotADraft) as problem:
        return render_template("cases/_autosave.html", errors={"": sentence_of(problem)}, saved=None), 409
    except Invalid as problem:
        return render_template("cases/_autosave.html", errors=errors_by_field(problem), saved=None), 422
    return render_template(
        "cases/_autosave.html",
        errors=read.errors,
        labels=labels_for(read.errors, step),
        saved=saved,
        saved_at_utc=now_utc(),
    )


@bp.post("/casussen/<number>/verwijderen")
@needs(Permission.CASE_EDIT)
def delete(number: str) -> str | Response:
    """Throw a draft away, after a question."""
    if request.form.get("confirmed") != "1":
        with work(write=False) as job:
            draft = draft_form(job, number)
        return render_template("cases/delete.html", draft=draft)
    with work() as job:
        delete_draft(job, number=number, uploads=uploads())
    flash(_("Het concept %(number)s is weggegooid.", number=number), "success")
    return redirect(url_for("cases.index"))


def _save(
    job: Work,
    number: str,
    step: str,
    form: MultiDict[str, str],
    *,
    overwrite: bool = False,
    halfway: bool = False,
) -> tuple[StepRead, Saved]:
    """Read the form and save what is valid of it. ``halfway``: half a household is no error yet."""
    draft = draft_form(job, number)
    read = read_step(step, form, options_of(job, draft).codes)
    values = dict(read.values)
    try:
        hashed = household_hash(job.network.code, form.get("postcode", ""), form.get("house_number", ""))
        if hashed is not None:
            values["household_hash"] = hashed
    except HouseholdIncomplete as problem:
        if not halfway:
            read.errors.update(errors_by_field(problem))
    except Invalid as problem:
        read.errors.update(errors_by_field(problem))
    while True:
        # A refusal that names its field leaves the others to be saved.
        try:
            saved = save_draft(
                job,
                number=number,
                revision=draft.revision if overwrite else _whole(form.get("revision")),
                form=form.get("opened", "")[:40],
                fields=values,
                cost_lines=read.cost_lines,
                regular_lines=read.regular_lines,
            )
        except Invalid as problem:
            if problem.field not in values:
                raise
            read.errors[problem.field] = sentence_of(problem)
            del values[problem.field]
            continue
        return read, saved


def _address_after(number: str, step: str, *, onward: bool) -> str:
    following = STEPS.index(step) + (1 if onward else 0)
    if following == len(STEPS):
        return url_for("cases.check", number=number)
    return url_for("cases.edit_step", number=number, step=STEPS[following])


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _rows_after(step: str, read: StepRead, action: str) -> list[dict[str, str]]:
    """The rows with the one that was asked for; one that is taken away was already left out on reading."""
    if action == f"add:{ROWS_OF_STEP.get(step)}":
        return [*read.rows, {}]
    if action == "add_price" and step == REGULAR_WAY:
        with work(write=False) as job:
            return [*read.rows, row_from_price_list(job, request.form.get("price_list", ""))]
    return read.rows


def _typed_page(
    number: str, step: str, errors: dict[str, str], status: int, rows: list[dict[str, str]] | None = None
) -> tuple[str, int]:
    """The step as it was typed, with its errors. The revision is the one that the form was opened with."""
    with work(write=False) as job:
        draft = draft_form(job, number)
        values = filled_from_typed(draft, step, request.form, rows)
        return _page(job, draft, step, values, errors, conflict=status == 409), status


def _page(
    job: Work,
    draft: DraftForm,
    step: str,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    conflict: bool = False,
) -> str:
    opened = request.form.get("opened") or secrets.token_urlsafe(12)
    return render_template(
        f"cases/step_{step.replace('-', '_')}.html",
        draft=draft,
        step=step,
        steps=step_list(draft.number),
        current=STEPS.index(step) + 1,
        values=values,
        options=options_of(job, draft),
        errors=errors or {},
        labels=labels_for(errors or {}, step),
        opened=opened[:40],
        # In a conflict the form keeps the old revision: saving over the other version is asked for by name.
        revision=request.form.get("revision", "") if conflict else draft.revision,
        conflict=conflict,
    )
