"""Payments one by one: confirm, reject, return, take a confirmation back, release a promise."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.fund.by_hand import takes_statements
from casework.payout import outside_bank, service
from casework.payout.batch_queries import (
    fund_payment,
)
from casework.payout.queries import (
    line_to_pay,
    payout_page,
    payouts,
    reopened_reasons,
)
from casework.payout.refusals import PayoutState, ReleaseReason
from casework.web import (
    treasury_accounts,
    treasury_advances,
    treasury_batches,
    treasury_cards,
    treasury_fund,
    treasury_index,
    treasury_lines,
    treasury_suspense,
)
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, FormSchema, LineField, parse
from casework.web.money_form import confirmed, form_key, language, page_number
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid, NotFound

__all__ = [
    "bp",
    "treasury_accounts",
    "treasury_advances",
    "treasury_batches",
    "treasury_cards",
    "treasury_fund",
    "treasury_index",
    "treasury_lines",
    "treasury_suspense",
]


class PaidForm(FormSchema):
    """The day on which the bank debited it."""

    on = DateField(needed=True)


class EndedForm(FormSchema):
    """The day on which the bank rejected it or sent it back. Both forms stand on one page: another name."""

    ended_on = DateField(needed=True)


class ReopenForm(FormSchema):
    """Why a confirmation, a card or an advance is taken back."""

    reason = LineField(needed=True)


class ReleaseForm(FormSchema):
    """Why a promise is released."""

    reason = ChoiceField(frozenset(ReleaseReason), needed=True)


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
    """One payment, for a case or out of the pot, with what can be booked about it."""
    with work() as job:
        return _payout(job, reference)


def _payout(job: Work, reference: str, errors: dict[str, str] | None = None, step: str = "") -> str:
    names = {
        "today": job.today,
        "errors": errors or {},
        "step": step,
        "by_statement": takes_statements(job),
        "on": request.form.get("on"),
        "ended_on": request.form.get("ended_on"),
        "reason": request.form.get("reason"),
        "key": request.form.get("idempotency_key"),
    }
    try:
        return render_template("treasury/payout.html", payout=payout_page(job, reference), **names)
    except NotFound:
        payment = fund_payment(job, reference)
        reopened = reopened_reasons(job, reference)
        return render_template("treasury/payment.html", payment=payment, reopened=reopened, **names)


def _shown(job: Work, reference: str) -> tuple[int, str]:
    """Amount and payee of a payment, for the question before what cannot be undone."""
    try:
        row = payout_page(job, reference).row
    except NotFound:
        payment = fund_payment(job, reference)
        return payment.amount_cents, payment.payee_name
    return row.amount_cents, row.payee_name


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
                cents, payee = _shown(job, reference)
            return render_template(
                "treasury/end.html",
                reference=reference,
                amount_cents=cents,
                payee=payee,
                step=step,
                on=ended_on,
                key=form_key(),
            )
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
    flash(_("Geboekt. Wat betaald moest worden, staat weer bij wat u kunt betalen."), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/uitbetalingen/<reference>/terugdraaien")
@needs(Permission.PAYOUT_ORDER)
def reopen(reference: str) -> str | Response | tuple[str, int]:
    """Take a confirmation back that was a mistake; asks once more first."""
    try:
        reason = parse(ReopenForm(), request.form)["reason"]
        if not confirmed():
            with work(write=False) as job:
                cents, payee = _shown(job, reference)
            return render_template(
                "treasury/reopen.html",
                reference=reference,
                amount_cents=cents,
                payee=payee,
                reason=reason,
                key=form_key(),
            )
        with work() as job:
            service.reopen_payout(job, reference=reference, reason=reason, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _payout(job, reference, errors_by_field(problem), "terugdraaien"), status_of(problem)
    flash(_("De bevestiging is teruggedraaid. De betaling is weer onderweg."), "success")
    return redirect(url_for("treasury.payout", reference=reference))


@bp.post("/betalen/uitbetalingen/<reference>/terugnemen")
@needs(Permission.PAYOUT_ORDER)
def take_back(reference: str) -> str | Response | tuple[str, int]:
    """A card came back, or a partner had not paid after all; asks once more first."""
    try:
        reason = parse(ReopenForm(), request.form)["reason"]
        if not confirmed():
            with work(write=False) as job:
                shown = payout_page(job, reference)
            return render_template("treasury/take_back.html", payout=shown, reason=reason, key=form_key())
        with work() as job:
            outside_bank.take_back(job, reference=reference, reason=reason, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _payout(job, reference, errors_by_field(problem), "terug"), status_of(problem)
    flash(_("Teruggedraaid. De kosten staan weer om te betalen."), "success")
    return redirect(url_for("treasury.payout", reference=reference))


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
