"""Bank lines to recognise, one line as a whole, and whether book and bank agree."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.access import Permission, may_ever
from casework.bank.agrees import agreement
from casework.bank.queries import line_page, lines_to_recognise
from casework.bank.recognise import accept as accept_proposals
from casework.bank.recognise import recognise, send_back, undo_line
from casework.context import Work
from casework.web.bank_words import certainty, match_kind, match_rule
from casework.web.errors import errors_by_field, status_of
from casework.web.money_form import confirmed, form_key, page_number
from casework.web.route import needs, work
from errors import Conflict, Invalid
from ledger.bank.matching_facts import MatchKind, Part
from ledger.money import AmountNotUnderstood, parse_euros

bp = Blueprint("bank", __name__)
bp.add_app_template_filter(match_kind)
bp.add_app_template_filter(match_rule)
_SIDES = ("in", "out")
_MOST_PARTS = 60


@bp.get("/bank/regels")
@needs(Permission.BANK_VIEW)
def lines() -> str:
    """The lines that wait for a person, with what is proposed for each."""
    with work() as job:
        return _lines(job)


def _lines(job: Work, errors: dict[str, str] | None = None) -> str:
    side = request.args.get("kant", "")
    side = side if side in _SIDES else ""
    found = lines_to_recognise(job, side=side, page=page_number())
    return render_template(
        "bank/lines.html",
        waiting=found,
        side=side,
        errors=errors or {},
        ticked=request.form.getlist("accept"),
        certainty=certainty,
        may_book=may_ever(job.actor, Permission.FUND_BOOK),
        key=request.form.get("idempotency_key"),
        page_url=lambda number: url_for("bank.lines", kant=side or None, bladzijde=number),
    )


@bp.post("/bank/regels")
@needs(Permission.FUND_BOOK)
def accept() -> str | Response | tuple[str, int]:
    """Accept the ticked proposals, or the one whose button was pressed."""
    one = request.form.get("one", "")
    tokens = [one] if one else request.form.getlist("accept")
    try:
        with work() as job:
            names = accept_proposals(job, tokens=[token[:40] for token in tokens[:100]], key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _lines(job, errors_by_field(problem)), status_of(problem)
    flash(ngettext("De regel is geboekt.", "%(num)d regels zijn geboekt.", len(names)), "success")
    return redirect(url_for("bank.lines"))


@bp.get("/bank/regels/<int:bank_line_id>")
@needs(Permission.BANK_VIEW)
def line(bank_line_id: int) -> str:
    """One line: what it was taken for, and what it can be taken for."""
    with work() as job:
        return _line(job, bank_line_id)


def _line(job: Work, bank_line_id: int, errors: dict[str, str] | None = None, **more: object) -> str:
    search = request.args.get("q", "")[:60]
    return render_template(
        "bank/line.html",
        page=line_page(job, bank_line_id, search=search),
        search=search,
        errors=errors or {},
        typed=request.form,
        certainty=certainty,
        may_book=may_ever(job.actor, Permission.FUND_BOOK),
        key=request.form.get("idempotency_key"),
        **more,
    )


@bp.post("/bank/regels/<int:bank_line_id>")
@needs(Permission.FUND_BOOK)
def book(bank_line_id: int) -> str | Response | tuple[str, int]:
    """Book the line as what was filled in: amounts beside one or more purposes."""
    try:
        parts = _parts()
        with work() as job:
            name = recognise(job, line_id=bank_line_id, parts=parts, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _line(job, bank_line_id, errors_by_field(problem)), status_of(problem)
    flash(_("Bankregel %(name)s is geboekt.", name=name), "success")
    return redirect(url_for("bank.line", bank_line_id=bank_line_id))


def _parts() -> list[Part]:
    """The filled-in amounts, each with the purpose it stands beside."""
    purposes = request.form.getlist("purpose")[:_MOST_PARTS]
    amounts = request.form.getlist("amount")[:_MOST_PARTS]
    parts = []
    for at, (purpose, typed) in enumerate(zip(purposes, amounts, strict=False), 1):
        kind, _between, subject = purpose.partition("|")
        if not typed.strip() or kind not in set(MatchKind):
            continue
        try:
            parts.append(Part(MatchKind(kind), subject[:80], parse_euros(typed).cents))
        except AmountNotUnderstood as problem:
            problem.field = f"amount-{at}"
            raise
    return parts


@bp.post("/bank/regels/<int:bank_line_id>/ongedaan")
@needs(Permission.FUND_BOOK)
def undo(bank_line_id: int) -> str | Response | tuple[str, int]:
    """Reverse what the line was recognised as, with a reason."""
    try:
        with work() as job:
            reason = request.form.get("reason", "")[:1_000]
            name = undo_line(job, line_id=bank_line_id, reason=reason, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _line(job, bank_line_id, errors_by_field(problem)), status_of(problem)
    flash(_("Bankregel %(name)s is teruggedraaid en wacht weer op herkenning.", name=name), "success")
    return redirect(url_for("bank.line", bank_line_id=bank_line_id))


@bp.post("/bank/regels/<int:bank_line_id>/terugsturen")
@needs(Permission.FUND_BOOK)
def back(bank_line_id: int) -> str | Response | tuple[str, int]:
    """Ask to pay the money back to where it came from; asks once more first."""
    try:
        if not confirmed():
            with work(write=False) as job:
                return _line(job, bank_line_id, asking_back=True)
        with work() as job:
            name = send_back(job, line_id=bank_line_id, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _line(job, bank_line_id, errors_by_field(problem)), status_of(problem)
    flash(_("Het geld van %(name)s staat klaar om in een betaalbatch terug te gaan.", name=name), "success")
    return redirect(url_for("bank.line", bank_line_id=bank_line_id))


@bp.get("/bank/klopt")
@needs(Permission.BANK_VIEW)
def agrees() -> str:
    """Per statement what the bank says and what the book says; what is in between, item by item."""
    with work() as job:
        return render_template("bank/agrees.html", found=agreement(job))
