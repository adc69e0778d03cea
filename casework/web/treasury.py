"""The treasurer's own page, and the payouts: order, confirm, reject, return, release."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.claims.queries import due_claims
from casework.context import Work
from casework.fund.queries import contributions_of_year
from casework.fund.suspense import owed_back
from casework.payout import service
from casework.payout.queries import (
    line_to_pay,
    lines_to_pay,
    payout_page,
    payouts,
    payouts_under_way,
)
from casework.payout.refusals import NothingChosen, PayoutState, ReleaseReason
from casework.web import treasury_fund, treasury_suspense
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, FormSchema, parse
from casework.web.money_form import choose_number, confirmed, form_key, language, page_number
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid
from ledger.balances import fund_position

__all__ = ["bp", "treasury_fund", "treasury_suspense"]

_DUE_SHOWN = 10


class PaidForm(FormSchema):
    """The day on which the bank debited it."""

    on = DateField(needed=True)


class EndedForm(FormSchema):
    """The day on which the bank rejected it or sent it back. Both forms stand on one page: another name."""

    ended_on = DateField(needed=True)


class ReleaseForm(FormSchema):
    """Why a promise is released."""

    reason = ChoiceField(frozenset(ReleaseReason), needed=True)


@bp.get("/betalen")
@needs(Permission.PAYOUT_ORDER)
def index() -> str:
    """What is to be paid, confirmed and collected."""
    with work() as job:
        return _index(job)


def _index(job: Work, errors: dict[str, str] | None = None) -> str:
    year = job.today.year
    contributions = contributions_of_year(job, year)
    return render_template(
        "treasury/index.html",
        errors=errors or {},
        fund_position=fund_position(job.session, network=job.network.code),
        lines=lines_to_pay(job),
        under_way=payouts_under_way(job),
        due=due_claims(job, limit=_DUE_SHOWN),
        owed=owed_back(job),
        year=year,
        contributions=contributions,
        still_expected=[one for one in contributions if one.open_cents],
    )


@bp.post("/betalen/opdracht")
@needs(Permission.PAYOUT_ORDER)
def order() -> str | Response | tuple[str, int]:
    """Order the ticked lines; the first time asks to look at payee, account and amount once more."""
    chosen = [number for text in request.form.getlist("line") if (number := choose_number(text))]
    with work(write=False) as job:
        if not chosen:
            return _index(job, errors_by_field(NothingChosen(field="line"))), 422
        lines = lines_to_pay(job, only=chosen)
        if not confirmed() and lines:
            return render_template("treasury/order.html", lines=lines, key=form_key())
    with work() as job:
        references = service.order_payouts(job, cost_line_ids=chosen, key=form_key())
    flash(
        ngettext(
            "De betaling is opgedragen. Bevestig haar als de bank haar heeft afgeschreven.",
            "%(num)d betalingen zijn opgedragen. Bevestig ze als de bank ze heeft afgeschreven.",
            len(references),
        ),
        "success",
    )
    return redirect(url_for("treasury.index"))


@bp.get("/betalen/uitbetalingen")
@needs(Permission.PAYOUT_VIEW)
def payout_list() -> str:
    """All payouts."""
    search = request.args.get("q", "")[:60]
    state = request.args.get("stand", "")
    with work() as job:
        found = payouts(job, search=search, state=state, page=page_number())
    return render_template(
        "treasury/payouts.html",
        found=found,
        search=search,
        state=state,
        states=[(one.value, one.label(language())) for one in PayoutState],
        page_url=lambda number: url_for("treasury.payout_list", q=search, stand=state, bladzijde=number),
    )


@bp.get("/betalen/uitbetalingen/<reference>")
@needs(Permission.PAYOUT_VIEW)
def payout(reference: str) -> str:
    """One payout, with what can be booked about it."""
    with work() as job:
        return _payout(job, reference)


def _payout(job: Work, reference: str, errors: dict[str, str] | None = None, step: str = "") -> str:
    return render_template(
        "treasury/payout.html",
        payout=payout_page(job, reference),
        today=job.today,
        errors=errors or {},
        step=step,
        on=request.form.get("on"),
        ended_on=request.form.get("ended_on"),
        key=request.form.get("idempotency_key"),
    )


@bp.post("/betalen/uitbetalingen/<reference>/bevestigen")
@needs(Permission.PAYOUT_ORDER)
def confirm(reference: str) -> str | Response | tuple[str, int]:
    """Book that the bank debited it."""
    try:
        paid_on = parse(PaidForm(), request.form)["on"]
        with work() as job:
            service.confirm_payout(job, reference=reference, paid_on=paid_on, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _payout(job, reference, errors_by_field(problem), "bevestigen"), status_of(problem)
    flash(_("De uitbetaling is bevestigd."), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/uitbetalingen/<reference>/<any(geweigerd,teruggestort):step>")
@needs(Permission.PAYOUT_ORDER)
def end(reference: str, step: str) -> str | Response | tuple[str, int]:
    """Book that the bank rejected it before debiting, or sent it back afterwards; asks once more first."""
    try:
        ended_on = parse(EndedForm(), request.form)["ended_on"]
        if not confirmed():
            with work(write=False) as job:
                shown = payout_page(job, reference)
            return render_template("treasury/end.html", payout=shown, step=step, on=ended_on, key=form_key())
        with work() as job:
            if step == "geweigerd":
                service.reject_payout(job, reference=reference, rejected_on=ended_on, key=form_key())
            else:
                service.return_payout(job, reference=reference, returned_on=ended_on, key=form_key())
    except (Invalid, Conflict) as problem:
        found = {
            "ended_on" if name == "on" else name: text for name, text in errors_by_field(problem).items()
        }
        with work(write=False) as job:
            return _payout(job, reference, found, step), status_of(problem)
    flash(_("Geboekt. De kostenregel staat weer bij wat u kunt betalen."), "success")
    return redirect(url_for("treasury.index"))


@bp.route("/betalen/kostenregels/<int:cost_line_id>/vrijgeven", methods=["GET", "POST"])
@needs(Permission.PAYOUT_ORDER)
def release(cost_line_id: int) -> str | Response | tuple[str, int]:
    """Release the promise for a line that will not be paid. The form itself is the confirmation."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            reason = ReleaseReason(parse(ReleaseForm(), request.form)["reason"])
            with work() as job:
                case = service.release_line(job, cost_line_id=cost_line_id, reason=reason, key=form_key())
        except Invalid as problem:
            errors = errors_by_field(problem)
        else:
            flash(_("De toezegging voor casus %(case)s is vrijgevallen in de pot.", case=case), "success")
            return redirect(url_for("treasury.index"))
    with work(write=False) as job:
        page = render_template(
            "treasury/release.html",
            line=line_to_pay(job, cost_line_id),
            reasons=[(one.value, one.label(language())) for one in ReleaseReason],
            errors=errors,
            reason=request.form.get("reason", ""),
            key=request.form.get("idempotency_key"),
        )
    return (page, 422) if errors else page
