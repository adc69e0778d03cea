"""The pages of who is asked: the partner's representative answers, executives decide a dispute."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.settlement import queries, service
from casework.web.errors import errors_by_field
from casework.web.fields import FormSchema, TextField, parse
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid


class DisputeForm(FormSchema):
    """Why one disputes, and what one proposes instead."""

    reason = TextField(maximum=2_000)
    counter_proposal = TextField(maximum=2_000)


class ArbitrationForm(FormSchema):
    """Why executives decide so."""

    motivation = TextField(maximum=2_000)


@bp.get("/uw-antwoord")
@needs(Permission.SETTLEMENT_RESPOND)
def respond_index() -> str:
    """What waits for an answer of one's own partner, and what was answered."""
    with work() as job:
        waiting, answered = queries.waiting_for_answer(job)
        return render_template(
            "settlement/respond_index.html", waiting=waiting, answered=answered, today=job.today
        )


@bp.get("/verrekening/<int:settlement_id>")
@needs(Permission.SETTLEMENT_RESPOND)
def respond(settlement_id: int) -> str:
    """One settlement as it was put to one's partner: amounts, barrier and motivation, never the story."""
    return _respond(settlement_id, {}, {})


@bp.post("/verrekening/<int:settlement_id>/akkoord")
@needs(Permission.SETTLEMENT_RESPOND)
def accept(settlement_id: int) -> Response | str:
    """Agree for one's partner."""
    if not request.form.get("confirmed"):
        with work(write=False) as job:
            put = queries.put_to_party(job, settlement_id)
        return render_template(
            "settlement/confirm.html",
            question=_("Gaat u namens uw organisatie akkoord?"),
            explanation=_(
                "U gaat akkoord met uw deel van casus %(number)s. "
                "Als alle partners akkoord zijn, ontstaat de vordering meteen.",
                number=put.case_number,
            ),
            yes=_("Ja, akkoord"),
            action=request.path,
            back=url_for("settlement.respond", settlement_id=settlement_id),
            fields={},
        )
    with work() as job:
        service.accept(job, settlement_id=settlement_id)
    flash(_("Dank u. Uw akkoord is genoteerd."), "success")
    return redirect(url_for("settlement.respond", settlement_id=settlement_id))


@bp.post("/verrekening/<int:settlement_id>/betwisten")
@needs(Permission.SETTLEMENT_RESPOND)
def dispute(settlement_id: int) -> Response | tuple[str, int]:
    """Dispute for one's partner, with a reason and a counter-proposal."""
    try:
        values = parse(DisputeForm(), request.form)
        with work() as job:
            service.dispute(job, settlement_id=settlement_id, **values)
    except Invalid as problem:
        return _respond(settlement_id, errors_by_field(problem), request.form), 422
    flash(_("Uw antwoord is genoteerd. Het secretariaat neemt het van u over."), "success")
    return redirect(url_for("settlement.respond", settlement_id=settlement_id))


@bp.get("/geschillen")
@needs(Permission.SETTLEMENT_ARBITRATE)
def arbitrate_index() -> str:
    """Disputes that were put to the executives."""
    with work() as job:
        waiting, done = queries.waiting_for_executives(job)
        return render_template("settlement/arbitrate_index.html", waiting=waiting, done=done)


@bp.get("/geschillen/<int:settlement_id>")
@needs(Permission.SETTLEMENT_ARBITRATE)
def arbitrate_show(settlement_id: int) -> str:
    """One dispute, with what each side says."""
    return _arbitrate(settlement_id, {}, {})


@bp.post("/geschillen/<int:settlement_id>/vaststellen")
@needs(Permission.SETTLEMENT_ARBITRATE)
def arbitrate(settlement_id: int) -> Response | tuple[str, int]:
    """Agree, as an executive, that it is settled as proposed."""
    try:
        values = parse(ArbitrationForm(), request.form)
        with work() as job:
            outcome = service.arbitrate(job, settlement_id=settlement_id, **values)
    except Invalid as problem:
        return _arbitrate(settlement_id, errors_by_field(problem), request.form), 422
    if outcome.reached:
        flash(_("De verrekening is vastgesteld."), "success")
    else:
        flash(_("Uw stem is genoteerd. Andere bestuurders moeten ook nog instemmen."), "success")
    return redirect(url_for("settlement.arbitrate_show", settlement_id=settlement_id))


def _respond(settlement_id: int, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        put = queries.put_to_party(job, settlement_id)
    return render_template("settlement/respond.html", put=put, errors=errors, typed=typed)


def _arbitrate(settlement_id: int, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        put = queries.put_to_executive(job, settlement_id)
    return render_template("settlement/arbitrate.html", put=put, errors=errors, typed=typed)
