"""What an applicant does with a case besides writing it: submit, answer, withdraw, hand over."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.business_case.queries import computed
from casework.cases.drafts import NotADraft
from casework.cases.file_types import ACCEPT
from casework.cases.find import case_for
from casework.cases.form_query import draft_form
from casework.cases.handing_over import hand_over, reassign
from casework.cases.page import case_page
from casework.cases.submission import NotComplete, answer, problems_of, submit, withdraw
from casework.context import Work
from casework.web.case_blueprint import bp
from casework.web.case_form import BREAKTHROUGH, RESIDENT, STEPS, STUCK
from casework.web.case_form_values import grouped_iban, labels_for, step_list
from casework.web.case_parts import parts_of
from casework.web.errors import errors_by_field, sentence_of
from casework.web.fields import FormSchema, TextField, WholeField, parse
from casework.web.route import needs, work
from errors import Invalid

_STEP_OF_FIELD = {
    **dict.fromkeys(("household_type", "age_band", "domains", "consent_on"), RESIDENT),
    **dict.fromkeys(("title", "situation", "tried", "barrier"), STUCK),
}


class _AnswerForm(FormSchema):
    answer = TextField(needed=True)


class _ColleagueForm(FormSchema):
    colleague = WholeField(low=1, high=999_999_999, needed=True)


@bp.get("/casussen/<number>/controleren")
@needs(Permission.CASE_EDIT)
def check(number: str) -> str | Response:
    """The last step: read it once more, add files, submit."""
    try:
        with work() as job:
            return _check_page(job, number)
    except NotADraft:
        return redirect(url_for("cases.show", number=number))


@bp.post("/casussen/<number>/indienen")
@needs(Permission.CASE_EDIT)
def send_in(number: str) -> Response | tuple[str, int]:
    """Submit the case."""
    try:
        with work() as job:
            submit(job, number=number)
    except NotComplete:
        with work(write=False) as job:
            return _check_page(job, number, refused=True), 422
    flash(
        _("Uw casus is ingediend. De klok loopt: u hoort zo snel mogelijk van het secretariaat."), "success"
    )
    return redirect(url_for("cases.show", number=number))


@bp.post("/casussen/<number>/antwoorden/<int:question_id>")
@needs(Permission.CASE_ANSWER)
def give_answer(number: str, question_id: int) -> Response | tuple[str, int]:
    """Answer a question of the secretariat."""
    try:
        text = str(parse(_AnswerForm(), request.form)["answer"])
        with work() as job:
            answer(job, number=number, question_id=question_id, text=text)
    except Invalid as problem:
        return _case_again(number, errors_by_field(problem), {"answer": request.form.get("answer", "")})
    flash(_("Uw antwoord is verstuurd. De klok loopt weer."), "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/casussen/<number>/intrekken")
@needs(Permission.CASE_WITHDRAW)
def take_back(number: str) -> str | Response:
    """Withdraw the case, after a question."""
    if request.form.get("confirmed") != "1":
        with work(write=False) as job:
            case = case_for(job, number, Permission.CASE_WITHDRAW)
            return render_template("cases/withdraw.html", number=case.number)
    with work() as job:
        withdraw(job, number=number)
    flash(_("De casus is ingetrokken."), "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/casussen/<number>/overdragen")
@needs(Permission.CASE_EDIT)
def give_away(number: str) -> Response | tuple[str, int]:
    """Hand the case over to a colleague."""
    try:
        person_id = int(parse(_ColleagueForm(), request.form)["colleague"])
        with work() as job:
            hand_over(job, number=number, person_id=person_id)
    except Invalid as problem:
        return _case_again(number, errors_by_field(problem), {})
    flash(_("De casus %(number)s is overgedragen.", number=number), "success")
    return redirect(url_for("cases.index"))


@bp.post("/casussen/<number>/doorgeven")
@needs(Permission.CASE_REASSIGN)
def pass_on(number: str) -> Response | tuple[str, int]:
    """Pass a case on to a colleague of an applicant who has left."""
    try:
        person_id = int(parse(_ColleagueForm(), request.form)["colleague"])
        with work() as job:
            reassign(job, number=number, person_id=person_id)
    except Invalid as problem:
        return _case_again(number, errors_by_field(problem), {})
    flash(_("De casus %(number)s is overgedragen.", number=number), "success")
    return redirect(url_for("cases.show", number=number))


def _check_page(job: Work, number: str, *, refused: bool = False) -> str:
    draft = draft_form(job, number)
    case, page = case_page(job, number)
    problems = problems_of(case)
    labels = {name: label for step in STEPS for name, label in labels_for(problems, step).items()}
    steps = step_list(number)

    def place(name: str) -> str:
        step = _STEP_OF_FIELD.get(name, BREAKTHROUGH)
        return url_for("cases.edit_step", number=number, step=step, _anchor=name)

    missing = [
        (place(name), labels.get(name, _("Kosten")), sentence_of(problem))
        for name, problem in problems.items()
    ]
    return render_template(
        "cases/check.html",
        draft=draft,
        page=page,
        missing=missing,
        refused=refused,
        steps=steps,
        current=len(steps),
        business_case=computed(job, case),
        accept=ACCEPT,
        grouped_iban=grouped_iban,
        errors={},
    )


def _case_again(number: str, errors: dict[str, str], typed: dict[str, str]) -> tuple[str, int]:
    """The page of the case with what was typed and why it was refused."""
    with work(write=False) as job:
        case, page = case_page(job, number)
        parts = parts_of(job, case, page)
        return render_template("cases/show.html", **parts, errors=errors, typed=typed), 422
