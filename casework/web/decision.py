"""Asking back, assessing, deciding: what the secretariat does with one case."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.find import case_for
from casework.context import Work
from casework.decision import assessing, deciding, inquiry, voting
from casework.decision.deciding import Outcome
from casework.decision.queries import decision_panel
from casework.decision.refusals import AssessFirst, AssessmentsMissing
from casework.decision.views import DecisionPanel
from casework.decision.weighing import APPROVE, DECLINE
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, FormSchema, TextField, WholeField, parse
from casework.web.route import needs, work
from errors import Conflict, Invalid
from rules.gates import Gate
from rules.lifecycle import DecisionState
from rules.triangle import Value

bp = Blueprint("decision", __name__)

Page = str | tuple[str, int] | Response
_YES_NO = frozenset({"yes", "no"})


class AskForm(FormSchema):
    """A question to the applicant."""

    question = TextField(needed=True, maximum=2_000)


class AssessForm(FormSchema):
    """Three scores and two gates, each with a sentence why."""

    legitimacy = WholeField(needed=True, low=0, high=10)
    legitimacy_reason = TextField(needed=True, maximum=1_000)
    yield_ = WholeField(needed=True, low=0, high=10)
    yield__reason = TextField(needed=True, maximum=1_000)
    involvement = WholeField(needed=True, low=0, high=10)
    involvement_reason = TextField(needed=True, maximum=1_000)
    alternatives_explored = ChoiceField(_YES_NO, needed=True)
    alternatives_explored_reason = TextField(needed=True, maximum=1_000)
    durable_solution = ChoiceField(_YES_NO, needed=True)
    durable_solution_reason = TextField(needed=True, maximum=1_000)


class VoteForm(FormSchema):
    """What the member wants to decide. What must be written depends on the advice: the service asks it."""

    outcome = ChoiceField(frozenset({APPROVE, DECLINE}), needed=True)
    motivation = TextField(maximum=3_000)
    alternative = TextField(maximum=3_000)


class ReviewForm(FormSchema):
    """What a member who looked afterwards wants to say."""

    remark = TextField(maximum=1_000)


@bp.get("/casussen/<number>/besluit")
@needs(Permission.CASE_DECIDE)
def show(number: str) -> Page:
    """Everyone's scores after one's own, the advice with its reasons, and the vote."""
    return _show(number)


@bp.post("/casussen/<number>/besluit")
@needs(Permission.CASE_DECIDE)
def vote(number: str) -> Page:
    """Vote. A vote that can be the deciding one is confirmed first."""
    try:
        values = parse(VoteForm(), request.form)
        ballot = voting.Ballot(values["outcome"], values["motivation"], values["alternative"])
        with work() as job:
            if not request.form.get("confirmed"):
                voting.check_vote(job, number=number, ballot=ballot)
                panel = _panel(job, number)
                if panel.may_be_decisive:
                    return render_template("decision/confirm_vote.html", panel=panel, ballot=ballot)
            outcome = voting.vote(job, number=number, ballot=ballot)
    except (Invalid, AssessmentsMissing, AssessFirst) as problem:
        return _show(number, problem=problem, typed=request.form)
    flash(_outcome_sentence(outcome), "success" if outcome.decided else "info")
    return redirect(url_for(".show", number=number))


@bp.get("/casussen/<number>/beoordelen")
@needs(Permission.CASE_ASSESS)
def assess_form(number: str) -> Page:
    """The form with the member's own scores, if there are any."""
    return _assess_page(number)


@bp.post("/casussen/<number>/beoordelen")
@needs(Permission.CASE_ASSESS)
def assess(number: str) -> Page:
    """Give or change one's own assessment."""
    try:
        values = parse(AssessForm(), request.form)
        with work() as job:
            assessing.assess(
                job,
                number=number,
                scores={value: values[value] for value in Value},
                reasons={value: values[f"{value}_reason"] for value in Value},
                gates={
                    gate: assessing.GateReply(values[gate] == "yes", values[f"{gate}_reason"])
                    for gate in Gate
                },
            )
    except Invalid as problem:
        return _assess_page(number, problem=problem, typed=request.form)
    flash(_("Uw beoordeling is bewaard."), "success")
    return redirect(url_for(".show", number=number))


@bp.get("/casussen/<number>/vragen")
@needs(Permission.CASE_ASK)
def ask_form(number: str) -> Page:
    """The form for a question to the applicant."""
    return _ask_page(number)


@bp.post("/casussen/<number>/vragen")
@needs(Permission.CASE_ASK)
def ask(number: str) -> Page:
    """Ask the applicant something; the clock stops."""
    try:
        values = parse(AskForm(), request.form)
        with work() as job:
            inquiry.ask(job, number=number, question=values["question"])
    except Invalid as problem:
        return _ask_page(number, problem=problem, typed=request.form)
    flash(_("Uw vraag staat bij de aanvrager. De klok staat stil tot het antwoord er is."), "success")
    return redirect(url_for("worklist.index"))


@bp.post("/casussen/<number>/verder")
@needs(Permission.CASE_ASK)
def resume(number: str) -> Page:
    """Carry on without an answer."""
    with work() as job:
        if not request.form.get("confirmed"):
            return _confirm(job, number, "resume")
        inquiry.resume(job, number=number)
    flash(_("De casus is weer in beoordeling. De klok loopt weer."), "success")
    return redirect(url_for(".show", number=number))


@bp.post("/casussen/<number>/toezeggen")
@needs(Permission.CASE_DECIDE)
def promise(number: str) -> Page:
    """Promise a case of the waiting list its money."""
    with work() as job:
        if not request.form.get("confirmed"):
            return _confirm(job, number, "promise")
        deciding.promise(job, number=number)
    flash(_("Het geld is toegezegd. De penningmeester kan nu betalen."), "success")
    return redirect(url_for(".show", number=number))


@bp.post("/casussen/<number>/achteraf")
@needs(Permission.CASE_DECIDE)
def review(number: str) -> Page:
    """Say that one has looked at a decision of one member afterwards."""
    try:
        values = parse(ReviewForm(), request.form)
        with work() as job:
            deciding.review(job, number=number, remark=values["remark"])
    except Invalid as problem:
        return _show(number, problem=problem, typed=request.form)
    flash(_("Bedankt. Het besluit is achteraf bekeken."), "success")
    return redirect(url_for(".show", number=number))


def _panel(job: Work, number: str) -> DecisionPanel:
    return decision_panel(job, case_for(job, number, Permission.CASE_ASSESS))


def _read(number: str) -> DecisionPanel:
    with work(write=False) as job:
        return _panel(job, number)


def _confirm(job: Work, number: str, action: str) -> str:
    panel = _panel(job, number)
    return render_template("decision/confirm.html", panel=panel, action=action)


def _show(
    number: str,
    *,
    problem: Invalid | Conflict | None = None,
    typed: MultiDict[str, str] | None = None,
) -> Page:
    panel = _read(number)
    if typed is None:
        own = panel.own_vote
        values = {} if own is None else _ballot_values(own.approve, own.motivation, own.alternative)
    else:
        values = typed.to_dict()
    errors = errors_by_field(problem) if problem else {}
    page = render_template("decision/show.html", panel=panel, values=values, errors=errors)
    return (page, status_of(problem)) if problem else page


def _ballot_values(approve: bool, motivation: str, alternative: str) -> dict[str, str]:
    outcome = APPROVE if approve else DECLINE
    return {"outcome": outcome, "motivation": motivation, "alternative": alternative}


def _assess_page(
    number: str, *, problem: Invalid | None = None, typed: MultiDict[str, str] | None = None
) -> Page:
    panel = _read(number)
    if problem is None and not panel.possible.assess:
        return redirect(url_for(".show", number=number))
    values = typed.to_dict() if typed is not None else _own_values(panel)
    errors = errors_by_field(problem) if problem else {}
    page = render_template("decision/assess.html", panel=panel, values=values, errors=errors)
    return (page, status_of(problem)) if problem else page


def _own_values(panel: DecisionPanel) -> dict[str, object]:
    if panel.own is None:
        return {}
    values: dict[str, object] = {}
    for value in Value:
        values |= {value.value: panel.own.score(value), f"{value}_reason": panel.own.reasons[value]}
    for gate, reply in panel.own_gates.items():
        values |= {gate.value: "yes" if reply.yes else "no", f"{gate}_reason": reply.reason}
    return values


def _ask_page(
    number: str, *, problem: Invalid | None = None, typed: MultiDict[str, str] | None = None
) -> Page:
    panel = _read(number)
    values = typed.to_dict() if typed is not None else {}
    errors = errors_by_field(problem) if problem else {}
    page = render_template("decision/ask.html", panel=panel, values=values, errors=errors)
    return (page, status_of(problem)) if problem else page


def _outcome_sentence(outcome: Outcome) -> str:
    if outcome.state is DecisionState.APPROVED:
        return _("De casus is gehonoreerd. Het geld is toegezegd.")
    if outcome.state is DecisionState.WAITING:
        return _(
            "De casus is gehonoreerd, maar de pot heeft nu te weinig. "
            "De casus staat op de wachtlijst, op volgorde van spoed en datum."
        )
    if outcome.state is DecisionState.DECLINED:
        return _("De casus is niet gehonoreerd. De aanvrager leest de motivering en de andere route.")
    if outcome.gates_shut:
        return _("Uw stem is bewaard. Nog niet genoeg leden hebben gemotiveerd waarom het toch kan.")
    return ngettext(
        "Uw stem is bewaard. Er is nog %(num)d stem nodig voor dit besluit.",
        "Uw stem is bewaard. Er zijn nog %(num)d stemmen nodig voor dit besluit.",
        outcome.still_needed,
    )
