"""Claims: what is owed to the pot, by whom, since when; booking what comes back, giving up what does not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.claims.queries import SORTS, ClaimFilter, claim_list, claim_page, party_choices
from casework.claims.service import book_repayment, write_off
from casework.context import Work
from casework.fund.by_hand import takes_statements
from casework.fund.journal import entries_of_claim
from casework.reminders.queries import reminders_of_claim
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, MoneyField, TextField, parse
from casework.web.formatting import euro_input
from casework.web.money_form import confirmed, form_key, language, page_number
from casework.web.route import needs, work
from errors import Conflict, Invalid

bp = Blueprint("claims", __name__)


class RepaymentForm(FormSchema):
    """Money that came in on a claim."""

    amount = MoneyField(needed=True)
    on = DateField(needed=True)


class WriteOffForm(FormSchema):
    """Why a claim is given up."""

    motivation = TextField(needed=True, maximum=2_000)


@bp.get("/vorderingen")
@needs(Permission.CLAIM_VIEW)
def index() -> str:
    """The claims of the network."""
    return _list(own=False)


@bp.get("/onze-vorderingen")
@needs(Permission.CLAIM_VIEW_OWN)
def own() -> str:
    """The claims on the partners one represents."""
    return _list(own=True)


def _list(*, own: bool) -> str:
    shown = request.args.get("stand", "")
    shown = shown if shown in set(ClaimFilter) else ClaimFilter.OPEN.value
    party = request.args.get("partner", "")[:40]
    search = request.args.get("q", "")[:60]
    sort = request.args.get("op", "due")
    sort = sort if sort in SORTS else "due"
    descending = request.args.get("af") == "1"
    endpoint = "claims.own" if own else "claims.index"

    def address(**changes: object) -> str:
        here: dict[str, Any] = {"stand": shown, "partner": party, "q": search, "op": sort}
        here |= {"af": "1"} if descending else {}
        values = {name: value for name, value in (here | changes).items() if value}
        return url_for(endpoint, **values)

    def sort_address(key: str) -> str:
        return address(op=key, af="1" if sort == key and not descending else "")

    with work() as job:
        found, totals = claim_list(
            job,
            show=shown,
            party=party,
            search=search,
            sort=sort,
            descending=descending,
            page=page_number(),
            own=own,
        )
        return render_template(
            "claims/index.html",
            own=own,
            endpoint=endpoint,
            found=found,
            totals=totals,
            shown=shown,
            party=party,
            search=search,
            sort=sort,
            descending=descending,
            filters=[
                (one.value, one.label(language()).capitalize())
                for one in ClaimFilter
                if one is not ClaimFilter.OPEN
            ],
            parties=() if own else party_choices(job),
            sort_urls={key: sort_address(key) for key in SORTS},
            page_url=lambda number: address(bladzijde=number),
        )


@bp.get("/vorderingen/<reference>")
@needs(Permission.SIGNED_IN)
def show(reference: str) -> str:
    """One claim: for those who keep the claims, and for the partner it is on."""
    with work() as job:
        return _show(job, reference)


def _show(job: Work, reference: str, errors: dict[str, str] | None = None) -> str:
    claim = claim_page(job, reference)
    return render_template(
        "claims/show.html",
        claim=claim,
        history=entries_of_claim(job, claim.row.account, reference),
        reminders=reminders_of_claim(job, reference),
        by_statement=takes_statements(job),
        errors=errors or {},
        amount=request.form.get("amount", euro_input(claim.suggested_cents)),
        on=request.form.get("on") or job.today,
        today=job.today,
        key=request.form.get("idempotency_key"),
    )


@bp.post("/vorderingen/<reference>/ontvangst")
@needs(Permission.FUND_BOOK)
def repay(reference: str) -> str | Response | tuple[str, int]:
    """Book money that came in."""
    try:
        values = parse(RepaymentForm(), request.form)
        with work() as job:
            book_repayment(
                job,
                reference=reference,
                amount_cents=values["amount"],
                received_on=values["on"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _show(job, reference, errors_by_field(problem)), status_of(problem)
    flash(_("De ontvangst is geboekt."), "success")
    return redirect(url_for("claims.show", reference=reference))


@bp.route("/vorderingen/<reference>/afboeken", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def give_up(reference: str) -> str | Response | tuple[str, int]:
    """Give up what is open. It asks why, and then once more whether."""
    problem: Invalid | Conflict | None = None
    asking = ""
    if request.method == "POST":
        try:
            motivation = parse(WriteOffForm(), request.form)["motivation"]
            if confirmed():
                with work() as job:
                    write_off(job, reference=reference, motivation=motivation, key=form_key())
                flash(_("De vordering is afgeboekt."), "success")
                return redirect(url_for("claims.show", reference=reference))
            asking = motivation
        except (Invalid, Conflict) as refused:
            problem = refused
    with work(write=False) as job:
        page = render_template(
            "claims/write_off.html",
            claim=claim_page(job, reference),
            asking=asking,
            motivation=request.form.get("motivation", ""),
            errors=errors_by_field(problem) if problem else {},
            key=request.form.get("idempotency_key"),
        )
    return (page, status_of(problem)) if problem else page
