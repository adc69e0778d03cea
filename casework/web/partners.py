"""The partners of a network: joining, changing, leaving."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.administration.leaving import consequences, end_partner, take_back_leaving
from casework.context import Work
from casework.network.finance_contact import LANGUAGES, Contact, finance_contact, set_finance_contact
from casework.network.partners import add_partner, domain_choices, edit_partner, partner_row, partners
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, EmailField, FormSchema, LineField, parse
from casework.web.route import needs, work
from errors import Conflict, Invalid

bp = Blueprint("partners", __name__)
Answer = str | Response | tuple[str, int]


class PartnerForm(FormSchema):
    """What is known of a partner."""

    name = LineField(needed=True, maximum=120)
    kind = LineField(needed=True, maximum=60)


class NewPartnerForm(PartnerForm):
    """A partner that joins."""

    code = LineField(needed=True, maximum=40)
    joined_on = DateField(needed=True)


class LeavingForm(FormSchema):
    """A partner that leaves."""

    left_on = DateField(needed=True)


class ContactForm(FormSchema):
    """Who gets a partner's claim notes."""

    contact_name = LineField(needed=True, maximum=120)
    contact_email = EmailField(needed=True)
    contact_language = ChoiceField(frozenset(LANGUAGES), needed=True)


@bp.get("/partners")
@needs(Permission.PARTNERS_MANAGE)
def index() -> str:
    """Who takes part, who will, and who did."""
    with work() as job:
        rows, today = partners(job), job.today
        words = dict(_domains(job))
    return render_template(
        "partners/index.html",
        present=[row for row in rows if row.takes_part_on(today)],
        coming=[row for row in rows if row.joined_on > today],
        former=[row for row in rows if row.left_on is not None and row.left_on <= today],
        domain_words=words,
        today=today,
    )


@bp.route("/partners/toevoegen", methods=["GET", "POST"])
@needs(Permission.PARTNERS_MANAGE)
def add() -> Answer:
    """A new partner."""
    if request.method == "GET":
        return _add_form({}, {})
    try:
        values = parse(NewPartnerForm(), request.form)
        with work() as job:
            row = add_partner(job, domains=request.form.getlist("domains"), **values)
    except (Invalid, Conflict) as problem:
        return _add_form(request.form, errors_by_field(problem)), status_of(problem)
    flash(_("%(name)s is toegevoegd.", name=row.name), "success")
    return redirect(url_for("partners.index"))


@bp.route("/partners/<code>", methods=["GET", "POST"])
@needs(Permission.PARTNERS_MANAGE)
def edit(code: str) -> Answer:
    """One partner: name, kind and domains."""
    if request.method == "GET":
        return _edit_form(code, None, {})
    try:
        values = parse(PartnerForm(), request.form)
        with work() as job:
            row = edit_partner(job, code=code, domains=request.form.getlist("domains"), **values)
    except (Invalid, Conflict) as problem:
        return _edit_form(code, request.form, errors_by_field(problem)), status_of(problem)
    flash(_("De gegevens van %(name)s zijn bewaard.", name=row.name), "success")
    return redirect(url_for("partners.index"))


@bp.post("/partners/<code>/contact")
@needs(Permission.PARTNERS_MANAGE)
def contact(code: str) -> Answer:
    """Who gets the claim notes and reminders of a partner; nobody, when it is taken away."""
    try:
        kept = None if request.form.get("remove") else _contact(parse(ContactForm(), request.form))
        with work() as job:
            set_finance_contact(job, code=code, contact=kept)
            name = partner_row(job, code).name
    except (Invalid, Conflict) as problem:
        return _edit_form(code, None, errors_by_field(problem), contact=request.form), status_of(problem)
    told = _("%(name)s heeft geen financieel contact meer.", name=name)
    if kept:
        told = _("%(contact)s krijgt voortaan de nota's van %(name)s.", contact=kept.name, name=name)
    flash(told, "success")
    return redirect(url_for("partners.edit", code=code))


@bp.route("/partners/<code>/vertrek", methods=["GET", "POST"])
@needs(Permission.PARTNERS_MANAGE)
def leave(code: str) -> Answer:
    """A partner leaves: first what it means, then a date, then once more the question."""
    if request.method == "GET":
        return _leaving_form(code, {}, {})
    try:
        values = parse(LeavingForm(), request.form)
        if not request.form.get("confirmed"):
            return _confirm_leaving(code, values)
        with work() as job:
            end_partner(job, code=code, left_on=values["left_on"])
            name = partner_row(job, code).name
    except (Invalid, Conflict) as problem:
        return _leaving_form(code, request.form, errors_by_field(problem)), status_of(problem)
    flash(_("Het vertrek van %(name)s is vastgelegd.", name=name), "success")
    return redirect(url_for("partners.index"))


@bp.post("/partners/<code>/vertrek/intrekken")
@needs(Permission.PARTNERS_MANAGE)
def stay(code: str) -> Response:
    """A partner that would leave stays after all."""
    with work() as job:
        take_back_leaving(job, code=code)
        name = partner_row(job, code).name
    told = _("%(name)s blijft. Geef de mensen van deze partner zo nodig opnieuw een rol.", name=name)
    flash(told, "success")
    return redirect(url_for("partners.edit", code=code))


def _domains(job: Work) -> list[tuple[str, str]]:
    return domain_choices(job.policy, str(get_locale() or "nl"))


def _add_form(values: Any, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        domains, today = _domains(job), job.today
    return render_template(
        "partners/add.html",
        values=values,
        chosen=request.form.getlist("domains"),
        errors=errors,
        domains=domains,
        today=today,
    )


def _contact(values: dict[str, str]) -> Contact:
    return Contact(values["contact_name"], values["contact_email"], values["contact_language"])


def _edit_form(code: str, typed: Any, errors: dict[str, str], *, contact: Any = None) -> str:
    with work(write=False) as job:
        row, domains, today = partner_row(job, code), _domains(job), job.today
        known = finance_contact(job.session, row.id)
    if contact is None and known:
        contact = {
            "contact_name": known.name,
            "contact_email": known.email,
            "contact_language": known.language,
        }
    return render_template(
        "partners/edit.html",
        partner=row,
        contact=contact or {},
        has_contact=known is not None,
        values=typed if typed is not None else {"name": row.name, "kind": row.kind},
        chosen=request.form.getlist("domains") if typed is not None else row.domains,
        errors=errors,
        domains=domains,
        today=today,
    )


def _leaving_form(code: str, values: Any, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        found, today = consequences(job, code), job.today
    return render_template("partners/leave.html", found=found, values=values, errors=errors, today=today)


def _confirm_leaving(code: str, values: dict[str, Any]) -> str:
    with work(write=False) as job:
        found = consequences(job, code)
    return render_template("partners/confirm_leave.html", found=found, left_on=values["left_on"])
