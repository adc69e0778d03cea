"""One cost line that is to be paid: another payee, a card from stock, or a partner that paid it already."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.fund.queries import partner_choices
from casework.payout import outside_bank, payee
from casework.payout.queries import line_to_pay
from casework.web.account_field import AccountNumberField
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, LineField, parse
from casework.web.money_form import form_key
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid


class PayeeForm(FormSchema):
    """Another name or number."""

    name = LineField(needed=True, maximum=120)
    iban = AccountNumberField(needed=True)
    reason = LineField(needed=True)


class HandedOutForm(FormSchema):
    """When the cards were handed out."""

    handed_out_on = DateField(needed=True)


class AdvanceForm(FormSchema):
    """Which partner paid, and when."""

    partner = LineField(needed=True, maximum=40)
    paid_on = DateField(needed=True)


@bp.get("/betalen/kostenregels/<int:cost_line_id>")
@needs(Permission.PAYOUT_ORDER)
def line(cost_line_id: int) -> str:
    """The line, with the ways to pay it that are not the usual one."""
    with work() as job:
        return _line(job, cost_line_id)


def _line(job: Work, cost_line_id: int, errors: dict[str, str] | None = None, step: str = "") -> str:
    return render_template(
        "treasury/line.html",
        line=line_to_pay(job, cost_line_id),
        stock_cents=outside_bank.stock_cents(job),
        partners=[(one.code, one.name) for one in partner_choices(job)],
        today=job.today,
        errors=errors or {},
        step=step,
        typed=request.form,
        key=request.form.get("idempotency_key"),
    )


def _try(
    cost_line_id: int, step: str, act: Callable[[Work], object], done: str
) -> str | Response | tuple[str, int]:
    """Do it and go back to the list, or show the line again with what is wrong."""
    try:
        with work() as job:
            act(job)
    except (Invalid, Conflict) as problem:
        return _refused(cost_line_id, step, problem)
    flash(done, "success")
    return redirect(url_for("treasury.index"))


def _refused(cost_line_id: int, step: str, problem: Invalid | Conflict) -> tuple[str, int]:
    found = {"paid_on" if name == "on" else name: text for name, text in errors_by_field(problem).items()}
    with work(write=False) as job:
        return _line(job, cost_line_id, found, step), status_of(problem)


@bp.post("/betalen/kostenregels/<int:cost_line_id>/ontvanger")
@needs(Permission.ACCOUNT_CHANGE)
def change_payee(cost_line_id: int) -> str | Response | tuple[str, int]:
    """Propose another payee."""
    try:
        values = parse(PayeeForm(), request.form)
    except Invalid as problem:
        return _refused(cost_line_id, "ontvanger", problem)
    return _try(
        cost_line_id,
        "ontvanger",
        lambda job: payee.propose_payee(job, cost_line_id=cost_line_id, **values),
        _("Voorgesteld. Een andere penningmeester bevestigt de nieuwe ontvanger."),
    )


@bp.post("/betalen/kostenregels/<int:cost_line_id>/kaart")
@needs(Permission.PAYOUT_ORDER)
def hand_out(cost_line_id: int) -> str | Response | tuple[str, int]:
    """Pay it with cards from stock."""
    try:
        on = parse(HandedOutForm(), request.form)["handed_out_on"]
    except Invalid as problem:
        return _refused(cost_line_id, "kaart", problem)
    return _try(
        cost_line_id,
        "kaart",
        lambda job: outside_bank.hand_out_cards(
            job, cost_line_id=cost_line_id, handed_out_on=on, key=form_key()
        ),
        _("Geboekt. De kaarten zijn uit de voorraad."),
    )


@bp.post("/betalen/kostenregels/<int:cost_line_id>/voorschot")
@needs(Permission.PAYOUT_ORDER)
def advance(cost_line_id: int) -> str | Response | tuple[str, int]:
    """Book that a partner has paid it."""
    try:
        values = parse(AdvanceForm(), request.form)
    except Invalid as problem:
        return _refused(cost_line_id, "voorschot", problem)
    return _try(
        cost_line_id,
        "voorschot",
        lambda job: outside_bank.book_advance(job, cost_line_id=cost_line_id, key=form_key(), **values),
        _("Geboekt. De pot is dit bedrag nu schuldig aan de partner."),
    )
