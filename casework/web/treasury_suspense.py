"""What was received and is owed back: paid back, or set off against an open claim on the same party."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.accounts.queries import present_account
from casework.claims.service import set_off_receipt
from casework.context import Work
from casework.fund.service import pay_back_receipt
from casework.fund.suspense import claims_to_set_off, owed_back_on
from casework.payout.fund_payments import ask_receipt_back
from casework.web.account_field import AccountNumberField
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, LineField, MoneyField, parse
from casework.web.formatting import euro_input
from casework.web.money_form import confirmed, form_key
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid

_SET_OFF = "set_off_"  # both forms stand on one page: the names of this one begin with it


class PaidBackForm(FormSchema):
    """What went back, and the day on which the bank debited it."""

    amount = MoneyField(needed=True)
    on = DateField(needed=True)


class ToPayBackForm(FormSchema):
    """What is to go back in a batch, and to whom."""

    back_amount = MoneyField(needed=True)
    back_name = LineField(needed=True, maximum=70)
    back_iban = AccountNumberField(needed=True)


class SetOffForm(FormSchema):
    """The claim it is set off against, and how much."""

    set_off_claim = LineField(needed=True, maximum=80)
    set_off_amount = MoneyField(needed=True)


@bp.get("/betalen/ontvangen/<subject>")
@needs(Permission.FUND_BOOK)
def suspense(subject: str) -> str:
    """What is left of one receipt, and the ways out."""
    with work() as job:
        return _page(job, subject)


@bp.post("/betalen/ontvangen/<subject>/terugbetaald")
@needs(Permission.FUND_BOOK)
def receipt_paid_back(subject: str) -> str | Response | tuple[str, int]:
    """It was paid back; asks once more first."""
    try:
        values = parse(PaidBackForm(), request.form)
        if not confirmed():
            with work(write=False) as job:
                return _page(job, subject, asking=("paid_back", values))
        with work() as job:
            pay_back_receipt(
                job, subject=subject, amount_cents=values["amount"], paid_on=values["on"], key=form_key()
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _page(job, subject, errors_by_field(problem)), status_of(problem)
    flash(_("De terugbetaling is geboekt."), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/ontvangen/<subject>/terugbetalen")
@needs(Permission.FUND_BOOK)
def receipt_to_pay_back(subject: str) -> str | Response | tuple[str, int]:
    """Put it with what waits for a batch."""
    try:
        values = parse(ToPayBackForm(), request.form)
        with work() as job:
            reference = ask_receipt_back(
                job,
                subject=subject,
                amount_cents=values["back_amount"],
                payee_name=values["back_name"],
                payee_iban=values["back_iban"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        found = {
            {"amount": "back_amount", "iban": "back_iban"}.get(name, name): text
            for name, text in errors_by_field(problem).items()
        }
        with work(write=False) as job:
            return _page(job, subject, found), status_of(problem)
    flash(_("%(reference)s staat bij wat u kunt klaarzetten.", reference=reference), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/ontvangen/<subject>/verrekend")
@needs(Permission.FUND_BOOK)
def receipt_set_off(subject: str) -> str | Response | tuple[str, int]:
    """It is set off against a claim; asks once more first."""
    try:
        values = parse(SetOffForm(), request.form)
        if not confirmed():
            with work(write=False) as job:
                return _page(job, subject, asking=("set_off", values))
        with work() as job:
            reference = set_off_receipt(
                job,
                subject=subject,
                reference=values["set_off_claim"],
                amount_cents=values["set_off_amount"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        found = {
            f"{_SET_OFF}{name}" if name in ("claim", "amount") else name: text
            for name, text in errors_by_field(problem).items()
        }
        with work(write=False) as job:
            return _page(job, subject, found), status_of(problem)
    flash(_("Het bedrag is verrekend met vordering %(reference)s.", reference=reference), "success")
    return redirect(url_for("claims.show", reference=reference))


def _page(
    job: Work,
    subject: str,
    errors: dict[str, str] | None = None,
    asking: tuple[str, dict[str, object]] | None = None,
) -> str:
    """Both forms, filled with what was typed; or the question that comes before booking."""
    owed = owed_back_on(job, subject)
    claims = claims_to_set_off(job, owed)
    first = claims[0] if claims else None
    _name, account = present_account(job, owed.partner) if owed.partner else ("", None)
    start: dict[str, object] = {
        "amount": euro_input(owed.amount_cents),
        "on": job.today,
        "back_amount": euro_input(owed.amount_cents),
        "back_name": account.holder if account else owed.party_name,
        "back_iban": account.iban if account else "",
        "set_off_claim": first.reference if first else "",
        "set_off_amount": euro_input(min(owed.amount_cents, first.open_cents)) if first else "",
    }
    typed: dict[str, object] = {name: request.form[name] for name in request.form}
    return render_template(
        "treasury/suspense.html",
        owed=owed,
        claims=claims,
        typed=start | typed,
        today=job.today,
        errors=errors or {},
        asking=asking,
        key=request.form.get("idempotency_key"),
        form=next((one for one in ("set_off", "back") if f"{one}_amount" in request.form), "paid_back"),
    )
