"""What partners paid in advance, and other payments that wait for a batch."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.payout import advances, fund_payments
from casework.payout.batch_queries import fund_payment
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import FormSchema, LineField, MoneyField, parse
from casework.web.money_form import confirmed, form_key
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid


class RefundForm(FormSchema):
    """How much goes back to the partner."""

    amount = MoneyField(needed=True)


class SetOffForm(FormSchema):
    """Both forms stand on one page: other names."""

    set_off_claim = LineField(needed=True, maximum=80)
    set_off_amount = MoneyField(needed=True)


@bp.get("/betalen/voorschotten")
@needs(Permission.FUND_BOOK)
def advance_index() -> str:
    """The partners that are owed something."""
    with work() as job:
        return render_template("treasury/advances.html", rows=advances.advances(job))


@bp.get("/betalen/voorschotten/<partner>")
@needs(Permission.FUND_BOOK)
def advance_of(partner: str) -> str:
    """One partner's advances, with what can be done."""
    with work() as job:
        return _advance(job, partner)


def _advance(job: Work, partner: str, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "treasury/advance.html",
        page=advances.advance_page(job, partner),
        errors=errors or {},
        typed=request.form,
        setting_off="set_off_claim" in request.form,
        key=request.form.get("idempotency_key"),
    )


@bp.post("/betalen/voorschotten/<partner>/terugbetalen")
@needs(Permission.FUND_BOOK)
def refund_advance(partner: str) -> str | Response | tuple[str, int]:
    """Ask to refund it; the payment itself goes in a batch."""
    try:
        amount = parse(RefundForm(), request.form)["amount"]
        with work() as job:
            reference = fund_payments.ask_advance_refund(
                job, partner=partner, amount_cents=amount, key=form_key()
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _advance(job, partner, errors_by_field(problem)), status_of(problem)
    flash(_("%(reference)s staat bij wat u kunt klaarzetten.", reference=reference), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/voorschotten/<partner>/verrekenen")
@needs(Permission.FUND_BOOK)
def set_off_advance(partner: str) -> str | Response | tuple[str, int]:
    """Set it off against a claim on the partner, after a question."""
    try:
        values = parse(SetOffForm(), request.form)
        if not confirmed():
            return render_template(
                "treasury/set_off_advance.html", partner=partner, values=values, key=form_key()
            )
        with work() as job:
            advances.set_off_advance(
                job,
                partner=partner,
                claim=values["set_off_claim"],
                amount_cents=values["set_off_amount"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        found = {
            f"set_off_{name}" if name in ("claim", "amount") else name: text
            for name, text in errors_by_field(problem).items()
        }
        with work(write=False) as job:
            return _advance(job, partner, found), status_of(problem)
    flash(_("Verrekend met vordering %(claim)s.", claim=values["set_off_claim"]), "success")
    return redirect(url_for("treasury.advance_of", partner=partner))


@bp.post("/betalen/uitbetalingen/<reference>/intrekken")
@needs(Permission.PAYOUT_ORDER)
def withdraw(reference: str) -> Response | str:
    """Take back a payment that waits, after a question."""
    if not confirmed():
        with work(write=False) as job:
            return render_template("treasury/withdraw.html", payment=fund_payment(job, reference))
    with work() as job:
        fund_payments.withdraw_payment(job, reference=reference)
    flash(_("Ingetrokken."), "success")
    return redirect(url_for("treasury.index"))
