"""Cards and vouchers: the stock, buying, counting."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.fund.by_hand import takes_statements
from casework.fund.wording import kind_label
from casework.payout import cards
from casework.payout.fund_payments import ask_cards
from casework.payout.outside_bank import stock_cents
from casework.web.account_field import AccountNumberField
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import (
    ChoiceField,
    DateField,
    FormInvalid,
    FormSchema,
    LineField,
    MoneyField,
    Needed,
    parse,
)
from casework.web.money_form import form_key, language, page_number
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid

BATCH, BY_HAND = "batch", "by_hand"
_COUNTS = 12


class BuyForm(FormSchema):
    """Cards to buy in a batch, or bought straight from the account."""

    supplier = LineField(needed=True, maximum=70)
    amount = MoneyField(needed=True)
    description = LineField(maximum=100)
    way = ChoiceField(frozenset({BATCH, BY_HAND}), needed=True)
    iban = AccountNumberField()
    on = DateField()


class CountForm(FormSchema):
    """What was counted."""

    counted = MoneyField(needed=True, zero=True)
    explanation = LineField()


@bp.get("/betalen/kaarten")
@needs(Permission.FUND_BOOK)
def card_index() -> str:
    """The stock, what went in and out, and the counts."""
    with work() as job:
        return _cards(job)


def _cards(job: Work, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "treasury/cards.html",
        stock_cents=stock_cents(job),
        found=cards.card_movements(job, page=page_number()),
        counts=cards.counts(job, limit=_COUNTS),
        kind_name=lambda kind: kind_label(kind, language()),
        errors=errors or {},
        typed=request.form,
        key=request.form.get("idempotency_key"),
        page_url=lambda number: url_for("treasury.card_index", bladzijde=number),
    )


@bp.route("/betalen/kaarten/kopen", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def buy_cards() -> str | Response | tuple[str, int]:
    """Buy cards for stock."""
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            reference, in_batch = _buy()
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            if in_batch:
                flash(_("%(reference)s staat bij wat u kunt klaarzetten.", reference=reference), "success")
                return redirect(url_for("treasury.index"))
            flash(_("Geboekt onder %(reference)s.", reference=reference), "success")
            return redirect(url_for("treasury.card_index"))
    ways = [(BATCH, _("In een betaalbatch")), (BY_HAND, _("Al betaald van de rekening"))]
    with work(write=False) as job:
        by_hand = not takes_statements(job)
        page = render_template(
            "treasury/buy_cards.html",
            today=job.today,
            ways=ways if by_hand else ways[:1],
            typed=request.form if request.method == "POST" else {"way": BATCH, "on": job.today},
            errors=errors_by_field(problem) if problem else {},
            key=request.form.get("idempotency_key"),
        )
    return (page, status_of(problem)) if problem else page


def _buy() -> tuple[str, bool]:
    values = parse(BuyForm(), request.form)
    needed = "iban" if values["way"] == BATCH else "on"
    if not values[needed]:
        raise FormInvalid({needed: Needed().sentence(language())})
    facts = {
        "supplier": values["supplier"],
        "amount_cents": values["amount"],
        "description": values["description"],
        "key": form_key(),
    }
    with work() as job:
        if values["way"] == BATCH:
            return ask_cards(job, iban=values["iban"], **facts), True
        return cards.buy_cards(job, bought_on=values["on"], **facts), False


@bp.post("/betalen/kaarten/tellen")
@needs(Permission.FUND_BOOK)
def count_cards() -> str | Response | tuple[str, int]:
    """Keep what was counted; a difference is booked with its explanation."""
    try:
        values = parse(CountForm(), request.form)
        with work() as job:
            difference = cards.count_cards(
                job, counted_cents=values["counted"], explanation=values["explanation"], key=form_key()
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _cards(job, errors_by_field(problem)), status_of(problem)
    if difference == "0":
        flash(_("Geteld. De voorraad klopt met het grootboek."), "success")
    else:
        flash(_("Geteld. Het verschil is geboekt."), "success")
    return redirect(url_for("treasury.card_index"))
