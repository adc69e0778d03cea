"""Proposals to change policy: which there are, one as a whole, and the answer of a second person."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.network.policy_versions import partner_names
from casework.policy import proposals as service
from casework.policy.queries import proposal_view
from casework.policy.queries import proposals as all_proposals
from casework.policy.refusals import ReasonNeeded
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import FormInvalid, FormSchema, TextField, parse
from casework.web.money_form import confirmed, page_number
from casework.web.policy_blueprint import bp
from casework.web.policy_sections import differences
from casework.web.policy_words import TITLES, sentences
from casework.web.route import needs, work
from rules.policy import SectionName

Answer = str | Response | tuple[str, int]


class AnswerForm(FormSchema):
    """Why a proposal is refused or withdrawn."""

    answer_reason = TextField(needed=True, maximum=1_000)


@bp.get("/beleid/voorstellen")
@needs(Permission.POLICY_PROPOSALS)
def proposals() -> str:
    """All proposals, newest first."""
    with work() as job:
        found = all_proposals(job, page=page_number())
    return render_template("policy/proposals.html", page=found, titles=TITLES)


@bp.get("/beleid/voorstellen/<int:proposal_id>")
@needs(Permission.POLICY_PROPOSALS)
def proposal(proposal_id: int) -> str:
    """One proposal: what changes, what it would have meant, and what can be done with it."""
    return _page(proposal_id, {})


@bp.post("/beleid/voorstellen/<int:proposal_id>/vaststellen")
@needs(Permission.POLICY_ADOPT)
def adopt(proposal_id: int) -> Answer:
    """Adopt it, after the question whether to."""
    if not confirmed():
        with work() as job:
            service.check_adoption(job, proposal_id=proposal_id)
            found = proposal_view(job, proposal_id)
        return render_template("policy/confirm_adopt.html", proposal=found, title=str(TITLES[found.section]))
    with work() as job:
        made = service.adopt(job, proposal_id=proposal_id)
        section = SectionName(made.section)
    flash(_("De wijziging is vastgesteld."), "success")
    return redirect(url_for("policy.index", _anchor=section.value))


@bp.post("/beleid/voorstellen/<int:proposal_id>/afwijzen")
@needs(Permission.POLICY_ADOPT)
def refuse(proposal_id: int) -> Answer:
    """Refuse it, with a reason."""
    try:
        values = parse(AnswerForm(), request.form)
        with work() as job:
            service.refuse(job, proposal_id=proposal_id, reason=values["answer_reason"])
    except (FormInvalid, ReasonNeeded) as problem:
        return _page(proposal_id, errors_by_field(problem)), status_of(problem)
    flash(_("Het voorstel is afgewezen."), "success")
    return redirect(url_for("policy.proposal", proposal_id=proposal_id))


@bp.post("/beleid/voorstellen/<int:proposal_id>/intrekken")
@needs(Permission.POLICY_PROPOSE)
def withdraw(proposal_id: int) -> Answer:
    """Take one's own proposal back, with a reason."""
    try:
        values = parse(AnswerForm(), request.form)
        with work() as job:
            service.withdraw(job, proposal_id=proposal_id, reason=values["answer_reason"])
    except (FormInvalid, ReasonNeeded) as problem:
        return _page(proposal_id, errors_by_field(problem)), status_of(problem)
    flash(_("Uw voorstel is ingetrokken."), "success")
    return redirect(url_for("policy.proposal", proposal_id=proposal_id))


def _page(proposal_id: int, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        found = proposal_view(job, proposal_id)
        names = partner_names(job)
    change = found.change
    return render_template(
        "policy/proposal.html",
        proposal=found,
        title=str(TITLES[found.section]),
        change=change,
        differences=list(
            differences(found.section, change.before.to_document(), change.after.to_document(), names)
        ),
        lines=sentences(change.after, names),
        effects=found.effects,
        partner_names=names,
        errors=errors,
        typed=request.form.get("answer_reason", ""),
    )
