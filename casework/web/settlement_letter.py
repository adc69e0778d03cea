"""The claim letter to a party outside the network: made, looked at, registered when it is sent."""

from __future__ import annotations

import re
from typing import Any

from flask import Response as PlainResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.find import case_for
from casework.claims.outside_letter import outside_letter
from casework.context import Work
from casework.documents.letter import letter_pdf
from casework.documents.render import PDF
from casework.settlement.find import settlements_of
from casework.settlement.letters import (
    LetterReason,
    compose,
    last_letter,
    letters_of,
    outside_claim,
    register_letter,
)
from casework.settlement.tables import ClaimLetter
from casework.settlement.undo import claims_of
from casework.web.errors import errors_by_field
from casework.web.fields import ChoiceField, DateField, FormSchema, LineField, TextField, parse
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid, NotFound
from ledger.claims import Claim


class LetterForm(FormSchema):
    """To whom, where, when and why."""

    recipient = LineField(maximum=120, needed=True)
    address = TextField(maximum=400, needed=True)
    language = ChoiceField(frozenset({"nl", "en"}), needed=True)
    reason = ChoiceField(frozenset(reason.value for reason in LetterReason), needed=True)
    sent_on = DateField(needed=True)


@bp.route("/casussen/<number>/verrekening/<int:sequence>/brief", methods=["GET", "POST"])
@needs(Permission.SETTLEMENT_PROPOSE)
def letter(number: str, sequence: int) -> str | Response | tuple[str, int]:
    """Make a letter, look at it, and register that it was sent: then its term begins."""
    if request.method == "GET":
        return _page(number, sequence, {}, None)
    try:
        values = parse(LetterForm(), request.form)
        if request.form.get("action") == "preview":
            return _preview(number, sequence, values)
        if not request.form.get("confirmed"):
            return _ask(number, sequence, values)
        with work() as job:
            key = request.form.get("idempotency_key", "")[:80]
            register_letter(job, number=number, sequence=sequence, key=key, **values)
    except Invalid as problem:
        return _page(number, sequence, errors_by_field(problem), request.form), 422
    flash(_("De brief is vastgelegd. De termijn loopt."), "success")
    return redirect(url_for("settlement.show", number=number))


@bp.get("/casussen/<number>/verrekening/<int:sequence>/brief/<int:letter>.pdf")
@needs(Permission.SETTLEMENT_PROPOSE)
def letter_paper(number: str, sequence: int, letter: int) -> Response:
    """A letter as it was sent."""
    with work() as job:
        case = case_for(job, number, Permission.SETTLEMENT_PROPOSE)
        settlement = next((one for one in settlements_of(job, case) if one.sequence == sequence), None)
        if settlement is None:
            raise NotFound()
        sent = next((one for one in letters_of(job, settlement) if one.number == letter), None)
        if sent is None:
            raise NotFound()
        (claim,) = claims_of(job, case, settlement)
        return _paper(job, sent, claim, shown="attachment")


def _preview(number: str, sequence: int, values: dict[str, Any]) -> Response:
    with work(write=False) as job:
        _case, settlement, claim = outside_claim(job, number, sequence)
        return _paper(job, compose(job, settlement, claim, **values), claim, shown="inline")


def _ask(number: str, sequence: int, values: dict[str, Any]) -> str:
    """Ask for certain: a letter that is registered stays."""
    with work(write=False) as job:
        _case, settlement, claim = outside_claim(job, number, sequence)
        composed = compose(job, settlement, claim, **values)
    kept = {name: value for name, value in request.form.items() if name in LetterForm().fields}
    return render_template(
        "settlement/confirm.html",
        question=_("Is de brief verstuurd?"),
        explanation=_(
            "U legt vast dat de brief aan %(recipient)s weggaat. De partij heeft dan tot en met %(due)s "
            "om te betalen. Een vastgelegde brief kunt u niet meer weghalen, wel opnieuw sturen.",
            recipient=composed.recipient,
            due=f"{composed.due_on:%d-%m-%Y}",
        ),
        yes=_("Ja, leg vast"),
        action=request.path,
        back=url_for("settlement.letter", number=number, sequence=sequence),
        fields=kept,
        idempotency_key=request.form.get("idempotency_key"),
    )


def _paper(job: Work, sent: ClaimLetter, claim: Claim, *, shown: str) -> Response:
    content = letter_pdf(
        outside_letter(job, sent, claim), language=sent.language, made_at_utc=sent.registered_at_utc
    )
    response = PlainResponse(content, mimetype=PDF)
    name = re.sub(r"[^A-Za-z0-9-]+", "-", claim.reference)
    response.headers["Content-Disposition"] = f'{shown}; filename="brief-{name}-{sent.number}.pdf"'
    return response


def _page(number: str, sequence: int, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        case, settlement, claim = outside_claim(job, number, sequence)
        former = last_letter(job, settlement)
        language = str(get_locale() or "nl")
        values = typed or {
            "recipient": former.recipient if former else settlement.outside_party,
            "address": former.address if former else "",
            "language": former.language if former else "nl",
            "reason": LetterReason.AGAIN.value if former else LetterReason.FIRST.value,
            "sent_on": job.today.isoformat(),
        }
        return render_template(
            "settlement/letter.html",
            case_number=case.number,
            sequence=sequence,
            party=settlement.outside_party,
            claim=claim,
            former=former,
            term_days=job.policy.terms.outside_party_pays_days,
            text=job.policy.texts.text("outside_letter", values["language"]),
            reasons=[
                (reason.value, reason.label(language))
                for reason in LetterReason
                if reason is not LetterReason.FIRST
            ],
            today=job.today,
            errors=errors,
            typed=values,
        )
