"""Undoing a decided settlement: asked by one member, confirmed by a second."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.find import case_for
from casework.settlement import service
from casework.settlement.queries import settlement_of_case
from casework.settlement.undo import Ground, grounds_for
from casework.web.errors import errors_by_field
from casework.web.fields import ChoiceField, FormSchema, TextField, parse
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid, NotFound


class UndoForm(FormSchema):
    """Why it must be undone."""

    ground = ChoiceField(frozenset(ground.value for ground in Ground), needed=True)
    motivation = TextField(maximum=2_000, needed=True)


@bp.route("/casussen/<number>/verrekening/<int:sequence>/terugdraaien", methods=["GET", "POST"])
@needs(Permission.SETTLEMENT_PROPOSE)
def undo(number: str, sequence: int) -> str | Response | tuple[str, int]:
    """Ask that a settlement be undone. Nothing happens until a second member confirms it."""
    if request.method == "GET":
        return _page(number, sequence, {}, {})
    try:
        values = parse(UndoForm(), request.form)
        with work() as job:
            service.ask_undoing(job, number=number, sequence=sequence, **values)
    except Invalid as problem:
        return _page(number, sequence, errors_by_field(problem), request.form), 422
    flash(_("Uw verzoek is genoteerd. Een tweede lid van het secretariaat moet het bevestigen."), "success")
    return redirect(url_for("settlement.show", number=number))


@bp.post("/casussen/<number>/verrekening/<int:sequence>/terugdraaien/bevestigen")
@needs(Permission.SETTLEMENT_VOTE)
def confirm_undo(number: str, sequence: int) -> Response | str:
    """Confirm as a second member: now it is undone."""
    if not request.form.get("confirmed"):
        with work(write=False) as job:
            case_for(job, number, Permission.SETTLEMENT_VOTE)
        return render_template(
            "settlement/confirm.html",
            question=_("Wilt u deze verrekening terugdraaien?"),
            explanation=_(
                "De open vorderingen vervallen. "
                "De casus staat weer als betaald en nog niet verrekend in de lijst."
            ),
            yes=_("Ja, draai terug"),
            action=request.path,
            back=url_for("settlement.show", number=number),
            fields={},
        )
    with work() as job:
        service.confirm_undoing(job, number=number, sequence=sequence)
    flash(_("De verrekening is teruggedraaid. U kunt een nieuw voorstel doen."), "success")
    return redirect(url_for("settlement.show", number=number))


@bp.post("/casussen/<number>/verrekening/<int:sequence>/terugdraaien/afwijzen")
@needs(Permission.SETTLEMENT_VOTE)
def refuse_undo(number: str, sequence: int) -> Response:
    """Let the settlement stand."""
    with work() as job:
        service.refuse_undoing(job, number=number, sequence=sequence)
    flash(_("De verrekening blijft zoals zij is."), "success")
    return redirect(url_for("settlement.show", number=number))


def _page(number: str, sequence: int, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        case, settlement = settlement_of_case(job, number)
        view = next((one for one in settlement.standing if one.sequence == sequence), None)
        if view is None:
            raise NotFound()
        return render_template(
            "settlement/undo.html",
            case_number=case.number,
            view=view,
            grounds=[
                (ground.value, ground.label(str(get_locale() or "nl"))) for ground in grounds_for(view.kind)
            ],
            errors=errors,
            typed=typed,
        )
