"""Settling, for the secretariat: the list of what is not back yet, and the settlement of one case."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.find import case_for
from casework.settlement import queries, service
from casework.settlement.lists import SORTS, Stage, settlement_list
from casework.settlement.mandate import Tally

# Imported so that their routes hang on the blueprint.
from casework.web import (
    settlement_letter,
    settlement_parties,
    settlement_plan,
    settlement_propose,
    settlement_undo,
)
from casework.web.errors import errors_by_field
from casework.web.fields import FormSchema, TextField, parse
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid

__all__ = [
    "bp",
    "settlement_letter",
    "settlement_parties",
    "settlement_plan",
    "settlement_propose",
    "settlement_undo",
]


class VoteForm(FormSchema):
    """Agreeing, with a motivation where one is needed."""

    motivation = TextField(maximum=2_000)


@bp.get("/verrekening")
@needs(Permission.SETTLEMENT_LIST)
def index() -> str:
    """Every paid case without a settlement, every proposal and whom it waits for, what is not yet repaid."""
    stage = next((one for one in Stage if one.value == request.args.get("stand")), None)
    sort = request.args.get("sorteer", "age")
    chosen: dict[str, Any] = {
        "stage": stage,
        "search": request.args.get("zoek", "").strip()[:100],
        "sort": sort if sort in SORTS else "age",
        "descending": request.args.get("richting", "af") != "op",
    }
    page = request.args.get("bladzijde", 1, type=int)
    with work() as job:
        found = settlement_list(job, page=page, **chosen)
    return render_template("settlement/index.html", found=found, stages=Stage, **chosen)


@bp.get("/casussen/<number>/verrekening")
@needs(Permission.SETTLEMENT_PROPOSE)
def show(number: str) -> str:
    """How one case is repaid: the proposal, who answered what, who agreed, the claims, what went before."""
    return _show(number, {}, {})


@bp.post("/casussen/<number>/verrekening/stem")
@needs(Permission.SETTLEMENT_VOTE)
def vote(number: str) -> Response | tuple[str, int]:
    """Agree with the proposal."""
    try:
        values = parse(VoteForm(), request.form)
        with work() as job:
            outcome = service.vote(job, number=number, motivation=values["motivation"])
    except Invalid as problem:
        return _show(number, errors_by_field(problem), request.form), 422
    flash(said_of_vote(outcome), "success")
    return redirect(url_for("settlement.show", number=number))


def said_of_vote(outcome: Tally) -> str:
    """What a vote led to, as a sentence."""
    if outcome.reached:
        return str(_("De verrekening is vastgesteld."))
    return str(
        _(
            "Uw stem is genoteerd. Er zijn nu %(agreed)s van de %(required)s stemmen die nodig zijn.",
            agreed=outcome.agreed,
            required=outcome.required,
        )
    )


@bp.post("/casussen/<number>/verrekening/intrekken")
@needs(Permission.SETTLEMENT_PROPOSE)
def drop(number: str) -> Response | str:
    """Take the proposal back."""
    if not request.form.get("confirmed"):
        return confirm(
            number,
            question=_("Wilt u dit voorstel intrekken?"),
            explanation=_("Wie nog moest antwoorden of stemmen, hoeft dat dan niet meer te doen."),
            yes=_("Ja, trek het in"),
        )
    with work() as job:
        service.drop(job, number=number)
    flash(_("Het voorstel is ingetrokken."), "success")
    return redirect(url_for("settlement.show", number=number))


@bp.post("/casussen/<number>/verrekening/termijn-voorbij")
@needs(Permission.SETTLEMENT_PROPOSE)
def silence(number: str) -> Response | str:
    """Let silence count as consent, now that the term has passed."""
    if not request.form.get("confirmed"):
        return confirm(
            number,
            question=_("Wilt u de verrekening vaststellen?"),
            explanation=_(
                "De termijn is voorbij. Wie niet antwoordde, telt als akkoord. "
                "De vorderingen ontstaan meteen."
            ),
            yes=_("Ja, stel vast"),
        )
    with work() as job:
        service.consent_by_silence_of(job, number=number)
    flash(_("De verrekening is vastgesteld."), "success")
    return redirect(url_for("settlement.show", number=number))


@bp.post("/casussen/<number>/verrekening/bestuurders")
@needs(Permission.SETTLEMENT_PROPOSE)
def escalate(number: str) -> Response | str:
    """Put a dispute to the executives."""
    if not request.form.get("confirmed"):
        return confirm(
            number,
            question=_("Wilt u dit aan de bestuurders voorleggen?"),
            explanation=_(
                "Daarna stellen de bestuurders vast wat er gebeurt. U kunt nog wel een nieuw voorstel doen."
            ),
            yes=_("Ja, leg het voor"),
        )
    with work() as job:
        service.escalate(job, number=number)
    flash(_("Dit ligt nu bij de bestuurders."), "success")
    return redirect(url_for("settlement.show", number=number))


def confirm(number: str, *, question: str, explanation: str, yes: str) -> str:
    """The question before something that cannot be taken back, for who has no JavaScript."""
    with work(write=False) as job:
        case_for(job, number, Permission.SETTLEMENT_PROPOSE)
    return render_template(
        "settlement/confirm.html",
        question=question,
        explanation=explanation,
        yes=yes,
        action=request.path,
        back=url_for("settlement.show", number=number),
        fields={},
    )


def _show(number: str, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        case, settlement = queries.settlement_of_case(job, number)
        return render_template(
            "settlement/show.html",
            case_number=case.number,
            case_title=case.title,
            case_partner=case.partner.name,
            settlement=settlement,
            today=job.today,
            errors=errors,
            typed=typed,
        )
