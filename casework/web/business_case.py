"""The mini-business-case of a case: what it costs, what it saves, and for whom."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import Schema
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.business_case.lines import add_line, change_line, remove_line, set_assumptions
from casework.business_case.page import BusinessCasePage, LineView, business_case_page, line_form
from casework.business_case.prices import bearer, parties, price_of
from casework.cases.dates import policy_of
from casework.cases.find import case_for
from casework.context import Work
from casework.web.business_case_form import (
    assumptions_schema,
    filled_from_line,
    filled_from_price,
    line_draft,
    line_schema,
)
from casework.web.errors import errors_by_field
from casework.web.fields import parse
from casework.web.price_choices import decimal_input, party_label, party_options, price_options
from casework.web.route import needs, work
from errors import Invalid
from rules.business_case import PartyResult, Side
from rules.wording import round_half_up

bp = Blueprint("business_case", __name__)


@bp.app_template_filter("whole_cents")
def whole_cents(exact: Fraction) -> int:
    """Exact cents rounded half up to whole ones: only for showing."""
    return int(round_half_up(Fraction(exact), 0))


@bp.get("/casussen/<number>/businesscase")
@needs(Permission.CASE_VIEW)
def show(number: str) -> str:
    """The sum, its lines, and who invests and collects."""
    with work() as job:
        page = business_case_page(job, number)
    return _page(page)


@bp.route("/casussen/<number>/businesscase/regel", methods=["GET", "POST"])
@needs(Permission.BUSINESS_CASE_EDIT)
def add(number: str) -> str | Response | tuple[str, int]:
    """Add a line, from the price list or free."""
    if request.method == "GET":
        with work() as job:
            case = case_for(job, number, Permission.BUSINESS_CASE_EDIT)
            price = price_of(request.args.get("prijs", ""))
            values = filled_from_price(price, bearer(job, price)) if price else filled_from_line(None)
            values["side"] = request.args.get("kant", Side.REGULAR.value)
            return _line_page(number, values, case_title=case.title)
    try:
        with work() as job:
            line = line_draft(parse(_schema(job, number), request.form))
            add_line(job, number=number, line=line)
    except Invalid as problem:
        return _line_page(number, _typed(), errors=errors_by_field(problem)), 422
    flash(_("De regel is toegevoegd."), "success")
    return redirect(url_for("business_case.show", number=number, _anchor="regels"))


@bp.route("/casussen/<number>/businesscase/regel/<int:line_id>", methods=["GET", "POST"])
@needs(Permission.BUSINESS_CASE_EDIT)
def change(number: str, line_id: int) -> str | Response | tuple[str, int]:
    """Change a line."""
    with work(write=False) as job:
        found = line_form(job, number, line_id)
    if request.method == "GET":
        return _line_page(number, filled_from_line(found), line=found)
    try:
        with work() as job:
            line = line_draft(parse(_schema(job, number), request.form))
            change_line(job, number=number, line_id=line_id, line=line)
    except Invalid as problem:
        return _line_page(number, _typed(), line=found, errors=errors_by_field(problem)), 422
    flash(_("De regel is gewijzigd."), "success")
    return redirect(url_for("business_case.show", number=number, _anchor="regels"))


@bp.post("/casussen/<number>/businesscase/regel/<int:line_id>/weghalen")
@needs(Permission.BUSINESS_CASE_EDIT)
def remove(number: str, line_id: int) -> str | Response:
    """Take a line away, after a question."""
    if request.form.get("confirmed") != "1":
        with work(write=False) as job:
            found = line_form(job, number, line_id)
        return render_template("business_case/remove.html", number=number, line=found)
    with work() as job:
        remove_line(job, number=number, line_id=line_id)
    flash(_("De regel is weggehaald."), "success")
    return redirect(url_for("business_case.show", number=number, _anchor="regels"))


@bp.post("/casussen/<number>/businesscase/uitgangspunten")
@needs(Permission.BUSINESS_CASE_EDIT)
def assume(number: str) -> Response | tuple[str, int]:
    """Change the term, or the share that would have been avoided anyway."""
    try:
        values = parse(assumptions_schema(), request.form)
        with work() as job:
            set_assumptions(
                job,
                number=number,
                term_months=values["term_months"],
                deadweight=(values["deadweight"] or Decimal(0)) / 100,
                deadweight_reason=values["deadweight_reason"],
            )
    except Invalid as problem:
        with work(write=False) as job:
            page = business_case_page(job, number)
        return _page(page, errors=errors_by_field(problem), typed=_typed()), 422
    flash(_("De uitgangspunten zijn gewijzigd."), "success")
    return redirect(url_for("business_case.show", number=number))


def _schema(job: Work, number: str) -> Schema:
    case = case_for(job, number, Permission.BUSINESS_CASE_EDIT)
    index = policy_of(job, case).consumer_price_index.index
    return line_schema(parties(job).codes, min(index), max(index))


def _typed() -> dict[str, str]:
    return {name: request.form[name] for name in request.form}


def _page(
    page: BusinessCasePage, *, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> str:
    assumed = page.computed.assumptions
    values = typed or {
        "term_months": str(assumed.term_months),
        "deadweight": decimal_input(Fraction(assumed.deadweight) * 100),
        "deadweight_reason": page.deadweight_reason,
    }
    return render_template(
        "business_case/show.html",
        page=page,
        sum=page.sum,
        assumed=assumed,
        new=page.of_side(Side.NEW),
        regular=page.of_side(Side.REGULAR),
        parties=_party_rows(page),
        label_of=lambda party: party_label(party, page.names),
        prices=price_options(str(get_locale() or "nl")),
        values=values,
        errors=errors or {},
    )


def _party_rows(page: BusinessCasePage) -> list[tuple[str, int, int]]:
    """Name, invests and collects in whole cents, largest saving first."""
    parties_now: dict[str, PartyResult] = dict(page.computed.parties)
    rows = [
        (party_label(party, page.names), whole_cents(one.invests.mid), whole_cents(one.collects.mid))
        for party, one in parties_now.items()
    ]
    return sorted(rows, key=lambda row: (row[1] - row[2], row[0]))


def _line_page(
    number: str,
    values: dict[str, str],
    *,
    line: LineView | None = None,
    errors: dict[str, str] | None = None,
    case_title: str = "",
) -> str:
    with work(write=False) as job:
        found = business_case_page(job, number)
        bearers = parties(job)
    return render_template(
        "business_case/line.html",
        number=number,
        title=case_title or found.title,
        line=line,
        values=values,
        errors=errors or {},
        parties=party_options(bearers),
        prices=price_options(str(get_locale() or "nl")),
        price_year=found.computed.assumptions.price_year,
        groups=sorted({one.overlap_group for one in found.lines if one.overlap_group}),
    )
