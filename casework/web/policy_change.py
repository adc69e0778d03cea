"""Proposing a change of policy: a form, what it would have meant, and then to a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.network.policy_versions import partner_names
from casework.policy import proposals
from casework.policy.queries import Start, preview, start
from casework.policy.refusals import ChangedMeanwhile
from casework.web.errors import errors_by_field, sentence_of, status_of
from casework.web.money_form import choose_number
from casework.web.policy_blueprint import bp
from casework.web.policy_form import changed_rows, filled, kept, read_form, sentences_by_field, typed
from casework.web.policy_parts import Part
from casework.web.policy_rows import Rows
from casework.web.policy_sections import OF_SLUG, SLUGS, differences, parts_of, unchanged_note
from casework.web.policy_words import TITLES, sentences
from casework.web.route import needs, work
from errors import Conflict, Invalid, NotFound
from rules.policy import SectionName
from rules.policy_reader import PolicyWrong

Answer = str | Response | tuple[str, int]
Form = MultiDict[str, str]


@bp.route("/beleid/<section>/wijzigen", methods=["GET", "POST"])
@needs(Permission.POLICY_PROPOSE)
def change(section: str) -> Answer:
    """The form; what the change would have meant; and on the last button, the proposal."""
    name = named(section)
    if request.method == "GET":
        return _fresh(name)
    action = request.form.get("action", "")
    form = changed_rows(request.form, action)
    if action == "edit" or action.startswith(("add:", "remove:")):
        return _typed_page(name, form, {}, action=action)
    try:
        return _propose(name, form) if action == "propose" else _preview(name, form)
    except ChangedMeanwhile as problem:
        return _typed_page(name, form, {"": sentence_of(problem)}, again=True), status_of(problem)
    except (Invalid, Conflict) as problem:
        return _typed_page(name, form, _errors(name, problem)), status_of(problem)


def named(slug: str) -> SectionName:
    """The section that an address means. Raises ``NotFound``."""
    if slug not in OF_SLUG:
        raise NotFound()
    return OF_SLUG[slug]


def _fresh(name: SectionName) -> Answer:
    with work() as job:
        begin = start(job, name)
        if begin.waiting_id is None:
            parts = parts_of(name, begin.partners)
            values = filled(parts, begin.version.to_document())
            values |= {"base_id": begin.base_id, "valid_from": begin.today + timedelta(days=1), "reason": ""}
            return _page(job, begin, parts, values, {})
    flash(_("Er ligt al een voorstel voor dit onderwerp. Dat gaat voor."), "info")
    return redirect(url_for("policy.proposal", proposal_id=begin.waiting_id))


def _typed_page(
    name: SectionName, form: Form, errors: dict[str, str], *, action: str = "", again: bool = False
) -> str:
    """The form as typed; ``again`` compares from now on with what was agreed meanwhile."""
    with work(write=False) as job:
        begin = start(job, name)
        parts = parts_of(name, begin.partners)
        values = typed(parts, form)
        if again:
            values["base_id"] = begin.base_id
        for part in parts:
            if isinstance(part, Rows) and action == f"add:{part.key}":
                values[part.key] = [*values[part.key], {}]
        return _page(job, begin, parts, values, errors)


def _page(
    job: Work,
    begin: Start,
    parts: tuple[Part, ...],
    values: dict[str, Any],
    errors: dict[str, str],
) -> str:
    name = begin.version.section
    return render_template(
        "policy/change.html",
        section=name,
        slug=SLUGS[name],
        title=str(TITLES[name]),
        parts=parts,
        values=values,
        errors=errors,
        labels=_labels(parts),
        note=unchanged_note(name),
        version=begin.version,
        lines=sentences(begin.version, partner_names(job)),
        today=begin.today,
    )


def _labels(parts: tuple[Part, ...]) -> dict[str, str]:
    """What a field is called in the list of what is wrong."""
    labels = {"valid_from": _("Gaat in op"), "reason": _("Waarom")}
    return labels | {name: str(part.label) for part in parts for name in (part.key, *part.names())}


def _preview(name: SectionName, form: Form) -> str:
    with work(write=False) as job:
        begin = start(job, name)
        parts = parts_of(name, begin.partners)
        wanted = read_form(name, parts, form, begin.version.to_document())
        found = proposals.check_change(
            job,
            section=name,
            valid_from=wanted.valid_from,
            document=wanted.document,
            base_id=_base_id(form),
        )
        names = partner_names(job)
        return render_template(
            "policy/preview.html",
            section=name,
            slug=SLUGS[name],
            title=str(TITLES[name]),
            change=found,
            differences=list(differences(name, found.before.to_document(), found.after.to_document(), names)),
            lines=sentences(found.after, names),
            effects=preview(job, found),
            partner_names=names,
            reason=wanted.reason,
            kept=kept(form),
        )


def _propose(name: SectionName, form: Form) -> Response:
    with work() as job:
        begin = start(job, name)
        wanted = read_form(name, parts_of(name, begin.partners), form, begin.version.to_document())
        made = proposals.propose(
            job,
            section=name,
            valid_from=wanted.valid_from,
            document=wanted.document,
            reason=wanted.reason,
            base_id=_base_id(form),
        )
        proposal_id = made.id
    flash(_("Uw voorstel is gedaan. Iemand anders stelt het vast."), "success")
    return redirect(url_for("policy.proposal", proposal_id=proposal_id))


def _base_id(form: Form) -> int:
    return choose_number(form.get("base_id", "")) or 0


def _errors(name: SectionName, problem: Invalid | Conflict) -> dict[str, str]:
    if not isinstance(problem, PolicyWrong):
        return errors_by_field(problem)
    with work(write=False) as job:
        return sentences_by_field(problem, parts_of(name, start(job, name).partners))
