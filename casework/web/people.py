"""The people of a network, their roles and their access."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.network.partners import partners
from casework.people.accounts import (
    Access,
    add_person,
    close_account,
    open_account,
    rename_person,
    reset_password,
)
from casework.people.appointments import add_role, appointment_for, end_role
from casework.people.find import has_role, people, person_row
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, EmailField, FormSchema, LineField, parse
from casework.web.route import needs, now_utc, work
from errors import Conflict, Invalid, NotFound
from rules.roles import Role

bp = Blueprint("people", __name__)
Answer = str | Response | tuple[str, int]
ROLES = frozenset(role.value for role in Role)


class RoleForm(FormSchema):
    """A role for a partner, with dates."""

    role = ChoiceField(ROLES, needed=True)
    partner = LineField(needed=True, maximum=40)
    from_on = DateField(needed=True)
    until_on = DateField()


class PersonForm(RoleForm):
    """Someone new, with a first role."""

    name = LineField(needed=True, maximum=120)
    email = EmailField(needed=True)


class NameForm(FormSchema):
    """Another name."""

    name = LineField(needed=True, maximum=120)


class LastDayForm(FormSchema):
    """The last day of a role."""

    last_on = DateField(needed=True)


@bp.get("/mensen")
@needs(Permission.PEOPLE_MANAGE)
def index() -> str:
    """Everyone who can sign in to this network, to search and filter."""
    asked = request.args
    role = asked.get("rol", "")
    chosen = {
        "zoek": asked.get("zoek", "")[:100].strip(),
        "rol": role if role in ROLES else "",
        "partner": asked.get("partner", "")[:40],
        "toon": "afgesloten" if asked.get("toon") == "afgesloten" else "",
    }
    with work() as job:
        page = people(
            job,
            search=chosen["zoek"],
            role=Role(chosen["rol"]) if chosen["rol"] else None,
            partner_code=chosen["partner"],
            closed=bool(chosen["toon"]),
            page=asked.get("pagina", 1, type=int),
        )
        today = job.today
        choices = _partner_choices(job)
    return render_template(
        "people/index.html", page=page, chosen=chosen, today=today, roles=_roles(), partners=choices
    )


@bp.route("/mensen/toevoegen", methods=["GET", "POST"])
@needs(Permission.PEOPLE_MANAGE)
def add() -> Answer:
    """Someone new. The temporary password is in the answer itself: it is nowhere else to be found."""
    if request.method == "GET":
        return _add_form({}, {})
    try:
        values = _role_values(parse(PersonForm(), request.form))
        with work() as job:
            access = add_person(job, **values)
    except (Invalid, Conflict) as problem:
        return _add_form(request.form, errors_by_field(problem)), status_of(problem)
    if access.temporary_password is None:
        flash(_("%(name)s had al een account en heeft er nu een rol bij.", name=access.name), "success")
        return redirect(url_for("people.show", person_id=access.person_id))
    return _password_page(access)


@bp.get("/mensen/<int:person_id>")
@needs(Permission.PEOPLE_MANAGE)
def show(person_id: int) -> str:
    """One person: roles, access."""
    return _person_page(person_id, {}, {})


@bp.post("/mensen/<int:person_id>/naam")
@needs(Permission.PEOPLE_MANAGE)
def rename(person_id: int) -> Answer:
    """Another name."""
    try:
        values = parse(NameForm(), request.form)
        with work() as job:
            rename_person(job, person_id=person_id, **values)
    except (Invalid, Conflict) as problem:
        return _person_page(person_id, request.form, errors_by_field(problem)), status_of(problem)
    flash(_("De naam is bewaard."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.post("/mensen/<int:person_id>/rollen")
@needs(Permission.PEOPLE_MANAGE)
def give_role(person_id: int) -> Answer:
    """A role more."""
    try:
        values = _role_values(parse(RoleForm(), request.form))
        with work() as job:
            add_role(job, person_id=person_id, **values)
    except (Invalid, Conflict) as problem:
        return _person_page(person_id, request.form, errors_by_field(problem)), status_of(problem)
    flash(_("De rol is gegeven. Deze persoon meldt zich opnieuw aan."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.route("/mensen/<int:person_id>/rollen/<int:appointment_id>", methods=["GET", "POST"])
@needs(Permission.PEOPLE_MANAGE)
def stop_role(person_id: int, appointment_id: int) -> Answer:
    """End a role: after a last day, or at once."""
    if request.method == "GET":
        return _role_page(person_id, appointment_id, {}, {})
    try:
        at_once = bool(request.form.get("at_once"))
        last_on = None if at_once else parse(LastDayForm(), request.form)["last_on"]
        with work() as job:
            if appointment_for(job, appointment_id).person_id != person_id:
                raise NotFound()
            end_role(job, appointment_id=appointment_id, last_on=last_on)
            still_there = has_role(job, person_id)
    except (Invalid, Conflict) as problem:
        page = _role_page(person_id, appointment_id, request.form, errors_by_field(problem))
        return page, status_of(problem)
    flash(_("De rol is beëindigd.") if at_once else _("De laatste dag van de rol is vastgelegd."), "success")
    if not still_there:
        # An only role that ends on its first day leaves nobody to show: the list is where to go on.
        return redirect(url_for("people.index"))
    return redirect(url_for("people.show", person_id=person_id))


@bp.post("/mensen/<int:person_id>/wachtwoord")
@needs(Permission.PEOPLE_MANAGE)
def new_password(person_id: int) -> Answer:
    """A new temporary password, shown once."""
    if not request.form.get("confirmed"):
        return _confirm(person_id, "password")
    try:
        with work() as job:
            access = reset_password(job, person_id=person_id)
    except (Invalid, Conflict) as problem:
        return _person_page(person_id, {}, errors_by_field(problem)), status_of(problem)
    return _password_page(access)


@bp.post("/mensen/<int:person_id>/afsluiten")
@needs(Permission.PEOPLE_MANAGE)
def close(person_id: int) -> Answer:
    """Close an account."""
    if not request.form.get("confirmed"):
        return _confirm(person_id, "close")
    try:
        with work() as job:
            close_account(job, person_id=person_id)
    except (Invalid, Conflict) as problem:
        return _person_page(person_id, {}, errors_by_field(problem)), status_of(problem)
    flash(_("Het account is afgesloten en overal afgemeld."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.post("/mensen/<int:person_id>/openen")
@needs(Permission.PEOPLE_MANAGE)
def reopen(person_id: int) -> Answer:
    """Open an account again."""
    try:
        with work() as job:
            open_account(job, person_id=person_id)
    except (Invalid, Conflict) as problem:
        return _person_page(person_id, {}, errors_by_field(problem)), status_of(problem)
    flash(_("Het account is weer open."), "success")
    return redirect(url_for("people.show", person_id=person_id))


def _role_values(values: dict[str, Any]) -> dict[str, Any]:
    """The form's values under the names of the services."""
    values["role"] = Role(values["role"])
    values["partner_code"] = values.pop("partner")
    return values


def _roles() -> list[tuple[str, str]]:
    language = str(get_locale() or "nl")
    return [(role.value, role.label(language).capitalize()) for role in Role]


def _partner_choices(job: Any) -> list[tuple[str, str]]:
    """Partners that take part now or will, by name."""
    today = job.today
    return [(row.code, row.name) for row in partners(job) if row.left_on is None or row.left_on > today]


def _add_form(values: Any, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        choices, today = _partner_choices(job), job.today
    return render_template(
        "people/add.html", values=values, errors=errors, roles=_roles(), partners=choices, today=today
    )


def _person_page(person_id: int, values: Any, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        person, choices, today = person_row(job, person_id), _partner_choices(job), job.today
        own = job.actor.person_id == person_id
    return render_template(
        "people/show.html",
        person=person,
        values=values,
        errors=errors,
        roles=_roles(),
        partners=choices,
        today=today,
        own=own,
    )


def _role_page(person_id: int, appointment_id: int, values: Any, errors: dict[str, str]) -> str:
    with work(write=False) as job:
        person, today = person_row(job, person_id), job.today
    role = next((role for role in person.roles if role.id == appointment_id), None)
    if role is None:
        raise NotFound()
    return render_template(
        "people/role.html", person=person, role=role, values=values, errors=errors, today=today
    )


def _password_page(access: Access) -> str:
    return render_template("people/password.html", access=access, now=now_utc())


def _confirm(person_id: int, what: str) -> str:
    with work(write=False) as job:
        person = person_row(job, person_id)
    return render_template("people/confirm.html", person=person, what=what)
