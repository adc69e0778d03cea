"""Mandates to collect: recording what a partner signed, checking it, ending it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.collections.mandates import confirm_mandate, end_mandate, record_mandate, refuse_mandate
from casework.collections.queries import MandateRow, mandates, partners_without_mandate
from casework.collections.refusals import Scheme
from casework.web.collections_base import bp
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, FormSchema, LineField, parse
from casework.web.money_form import confirmed, language
from casework.web.route import needs, work
from errors import Conflict, Forbidden, Invalid, NotFound

Answer = str | Response | tuple[str, int]


class MandateForm(FormSchema):
    """What stands on the paper that the partner signed."""

    partner = LineField(needed=True, maximum=40)
    reference = LineField(needed=True, maximum=35)
    scheme = ChoiceField(frozenset(Scheme), needed=True)
    signed_on = DateField(needed=True)
    holder = LineField(needed=True, maximum=70)
    iban = LineField(needed=True, maximum=50)


@bp.get("/incasso/machtigingen")
@needs(Permission.COLLECTION_VIEW)
def mandate_index() -> str:
    """The mandates that hold or wait, and on demand those that are over."""
    ended = request.args.get("stand") == "oud"
    with work() as job:
        return render_template("collections/mandates.html", rows=mandates(job, ended=ended), ended=ended)


@bp.route("/incasso/machtigingen/vastleggen", methods=["GET", "POST"])
@needs(Permission.COLLECTION_MANAGE)
def record() -> Answer:
    """Record a mandate; another treasurer checks it against the paper."""
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            values = parse(MandateForm(), request.form)
            values["scheme"] = Scheme(values["scheme"])
            with work() as job:
                record_mandate(job, **values)
        except NotFound:
            problem = Invalid(field="partner")
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            flash(_("Vastgelegd. Een andere penningmeester kijkt de machtiging na."), "success")
            return redirect(url_for("collections.mandate_index"))
    with work(write=False) as job:
        page = render_template(
            "collections/record.html",
            partners=partners_without_mandate(job),
            schemes=[(one.value, one.label(language()).capitalize()) for one in Scheme],
            values=request.form,
            today=job.today,
            errors=errors_by_field(problem) if problem else {},
        )
    return (page, status_of(problem)) if problem else page


@bp.post("/incasso/machtigingen/<int:mandate_id>/bevestigen")
@needs(Permission.COLLECTION_MANAGE)
def confirm(mandate_id: int) -> Answer:
    """Let it hold, after a question that shows it once more."""
    question = _("Klopt deze machtiging met het papier?")
    told = _("De machtiging is geldig. Wat vervalt, kan nu worden geïncasseerd.")
    return _step(mandate_id, question, told, lambda job: confirm_mandate(job, mandate_id=mandate_id))


@bp.post("/incasso/machtigingen/<int:mandate_id>/afkeuren")
@needs(Permission.COLLECTION_MANAGE)
def refuse(mandate_id: int) -> Answer:
    """It is not what was signed, after a question."""
    told = _("Afgekeurd. De machtiging geldt niet.")
    return _step(
        mandate_id,
        _("Deze machtiging afkeuren?"),
        told,
        lambda job: refuse_mandate(job, mandate_id=mandate_id),
    )


@bp.post("/incasso/machtigingen/<int:mandate_id>/intrekken")
@needs(Permission.COLLECTION_MANAGE)
def end(mandate_id: int) -> Answer:
    """Collect under it no more, after a question."""
    told = _("Ingetrokken. Van deze partner wordt niet meer geïncasseerd.")
    return _step(
        mandate_id, _("Deze machtiging intrekken?"), told, lambda job: end_mandate(job, mandate_id=mandate_id)
    )


def _step(mandate_id: int, question: str, told: str, act: Callable[..., None]) -> Answer:
    if not confirmed():
        with work(write=False) as job:
            row = _row(mandates(job), mandate_id)
        return render_template("collections/confirm.html", row=row, question=question, action=request.path)
    try:
        with work() as job:
            act(job)
    except (Conflict, Forbidden) as problem:
        flash(problem.sentence(language()), "error")
        return redirect(url_for("collections.mandate_index"))
    flash(told, "success")
    return redirect(url_for("collections.mandate_index"))


def _row(rows: tuple[MandateRow, ...], mandate_id: int) -> MandateRow:
    for row in rows:
        if row.id == mandate_id:
            return row
    raise NotFound()
