"""The fund's own bookings: contributions, costs and income, an existing pot, a leaver's contribution."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.fund import invoices, service
from casework.fund.by_hand import takes_statements
from casework.fund.invoices import invoices_to_make
from casework.fund.queries import contribution_years, contributions_of_year, partner_choices
from casework.fund.refusals import OTHER_KINDS, BookingKind
from casework.payout.fund_payments import ask_contribution_back
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, FormSchema, LineField, MoneyField, WholeField, parse
from casework.web.formatting import euro_input
from casework.web.money_form import choose_number, confirmed, form_key, language
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid


class ExpectedForm(FormSchema):
    """Contributions that came in as expected, on one day."""

    on = DateField(needed=True)
    year = WholeField(low=2000, high=2200, needed=True)


class ContributionForm(FormSchema):
    """One contribution."""

    partner = LineField(needed=True, maximum=40)
    amount = MoneyField(needed=True)
    on = DateField(needed=True)
    year = WholeField(low=2000, high=2200, needed=True)


class OtherForm(FormSchema):
    """Costs or income. What it was for may not hold a BSN."""

    kind = ChoiceField(frozenset(OTHER_KINDS), needed=True)
    amount = MoneyField(needed=True)
    on = DateField(needed=True)
    description = LineField(needed=True)


class PartnerMoneyForm(FormSchema):
    """Money on the name of a partner: an existing pot, or a contribution paid back."""

    partner = LineField(needed=True, maximum=40)
    amount = MoneyField(needed=True)
    on = DateField(needed=True)
    description = LineField()


@bp.get("/betalen/bijdragen")
@needs(Permission.FUND_BOOK)
def contributions() -> str:
    """Per partner what is expected for a year and what came in."""
    with work() as job:
        year = choose_number(request.args.get("jaar", "")) or job.today.year
        return _contributions(job, year)


def _contributions(job: Work, year: int, errors: dict[str, str] | None = None) -> str:
    years = contribution_years(job)
    year = year if year in years else job.today.year
    form = request.form
    rows = contributions_of_year(job, year)
    everyone = [one.partner for one in rows] if request.args.get("alles") == "1" else []
    return render_template(
        "treasury/contributions.html",
        year=year,
        years=years,
        rows=rows,
        on=form.get("on") or job.today,
        errors=errors or {},
        to_invoice=sum(one.takes_part and not one.invoice for one in rows),
        today=job.today,
        by_statement=takes_statements(job),
        ticked=form.getlist("partner") if request.method == "POST" else everyone,
        key=form.get("idempotency_key"),
    )


@bp.post("/betalen/bijdragen")
@needs(Permission.FUND_BOOK)
def book_expected() -> str | Response | tuple[str, int]:
    """Book the ticked partners' contributions."""
    try:
        values = parse(ExpectedForm(), request.form)
        with work() as job:
            references = service.book_expected_contributions(
                job,
                partners=request.form.getlist("partner"),
                received_on=values["on"],
                for_year=values["year"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            year = choose_number(request.form.get("year", "")) or job.today.year
            return _contributions(job, year, errors_by_field(problem)), status_of(problem)
    flash(ngettext("De bijdrage is geboekt.", "%(num)d bijdragen zijn geboekt.", len(references)), "success")
    return redirect(url_for("treasury.contributions", jaar=values["year"]))


@bp.post("/betalen/bijdragen/facturen")
@needs(Permission.FUND_BOOK)
def make_invoices() -> str | Response | tuple[str, int]:
    """Make the invoices of a year that are not there yet, after a question."""
    year = choose_number(request.form.get("year", "")) or 0
    if not confirmed():
        with work(write=False) as job:
            count = invoices_to_make(job, year) if year else 0
        if count:
            return render_template("treasury/invoices.html", year=year, count=count, key=form_key())
    try:
        with work() as job:
            made = invoices.make_invoices(job, for_year=year, key=form_key())
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _contributions(job, year, errors_by_field(problem)), status_of(problem)
    flash(ngettext("De factuur is gemaakt.", "%(num)d facturen zijn gemaakt.", len(made)), "success")
    return redirect(url_for("treasury.contributions", jaar=year))


@bp.route("/betalen/bijdragen/los", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def contribution() -> str | Response | tuple[str, int]:
    """One contribution, of whatever amount."""
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            values = parse(ContributionForm(), request.form)
            with work() as job:
                service.book_contribution(
                    job,
                    partner=values["partner"],
                    amount_cents=values["amount"],
                    received_on=values["on"],
                    for_year=values["year"],
                    key=form_key(),
                )
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            flash(_("De bijdrage is geboekt."), "success")
            return redirect(url_for("treasury.contributions", jaar=values["year"]))
    with work(write=False) as job:
        year = choose_number(request.args.get("jaar", "")) or job.today.year
        expected = {one.partner: one for one in contributions_of_year(job, year)}
        wanted = expected.get(request.args.get("partner", ""))
        start: dict[str, object] = {
            "partner": wanted.partner if wanted else "",
            "amount": wanted.open_cents if wanted and wanted.open_cents else None,
            "year": year,
            "on": job.today,
        }
        page = _form(
            job,
            "treasury/contribution.html",
            problem,
            start,
            year_options=[(one, one) for one in contribution_years(job)],
            by_statement=takes_statements(job),
        )
    return (page, status_of(problem)) if problem else page


@bp.route("/betalen/boeking", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def other() -> str | Response | tuple[str, int]:
    """Bank costs, other costs, other income."""
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            values = parse(OtherForm(), request.form)
            with work() as job:
                reference = service.book_other(
                    job,
                    kind=BookingKind(values["kind"]),
                    amount_cents=values["amount"],
                    booked_on=values["on"],
                    description=values["description"],
                    key=form_key(),
                )
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            flash(_("Geboekt onder %(reference)s.", reference=reference), "success")
            return redirect(url_for("treasury.index"))
    with work(write=False) as job:
        page = _form(
            job,
            "treasury/other.html",
            problem,
            {"on": job.today},
            kinds=[(one.value, one.label(language())) for one in OTHER_KINDS],
            by_statement=takes_statements(job),
        )
    return (page, status_of(problem)) if problem else page


@bp.route("/betalen/pot-overnemen", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def take_over() -> str | Response | tuple[str, int]:
    """The money of a pot that existed before."""

    def book(job: Work, partner: str, cents: int, on: date, description: str) -> str:
        return service.take_over_pot(
            job, partner=partner, bank_cents=cents, taken_over_on=on, description=description, key=form_key()
        )

    return _partner_money("treasury/take_over.html", book)


@bp.route("/betalen/bijdrage-terugbetalen", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def pay_back() -> str | Response | tuple[str, int]:
    """A leaver's contribution: paid back already, or to be paid in a batch."""
    if request.method == "POST" and request.form.get("way") == "batch":
        return _ask_back()

    def book(job: Work, partner: str, cents: int, on: date, description: str) -> str:
        return service.pay_back_contribution(
            job, partner=partner, amount_cents=cents, paid_on=on, description=description, key=form_key()
        )

    return _partner_money("treasury/pay_back.html", book)


def _ask_back() -> str | Response | tuple[str, int]:
    """Put a leaver's contribution with what waits for a batch."""
    try:
        values = parse(PartnerMoneyForm(), request.form)
        with work() as job:
            reference = ask_contribution_back(
                job,
                partner=values["partner"],
                amount_cents=values["amount"],
                description=values["description"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        with work(write=False) as job:
            return _form(job, "treasury/pay_back.html", problem, {}), status_of(problem)
    flash(_("%(reference)s staat bij wat u kunt klaarzetten.", reference=reference), "success")
    return redirect(url_for("treasury.index"))


def _partner_money(
    template: str, book: Callable[[Work, str, int, date, str], str]
) -> str | Response | tuple[str, int]:
    """A form of partner, amount, day and description that asks once more before it books."""
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            values = parse(PartnerMoneyForm(), request.form)
            if not confirmed():
                with work(write=False) as job:
                    return _form(job, template, None, {}, asking=values)
            with work() as job:
                arguments = (values["partner"], values["amount"], values["on"], values["description"])
                reference = book(job, *arguments)
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            flash(_("Geboekt onder %(reference)s.", reference=reference), "success")
            return redirect(url_for("treasury.index"))
    with work(write=False) as job:
        page = _form(job, template, problem, {"on": job.today})
    return (page, status_of(problem)) if problem else page


def _form(
    job: Work, template: str, problem: Invalid | Conflict | None, start: dict[str, object], **more: object
) -> str:
    """A form filled with what was typed, or with ``start`` when nothing was typed yet."""
    if request.method == "POST":
        typed: dict[str, object] = {name: request.form[name] for name in request.form}
    else:
        amount = start.get("amount")
        typed = start | {"amount": euro_input(amount) if isinstance(amount, int) else ""}
    partners = partner_choices(job)
    return render_template(
        template,
        typed=typed,
        partner_options=[(one.code, one.name) for one in partners],
        leaver_options=[(one.code, one.name) for one in partners if one.leaves],
        errors=errors_by_field(problem) if problem else {},
        key=request.form.get("idempotency_key"),
        **more,
    )
