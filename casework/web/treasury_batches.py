"""Batches of payments: prepare, look at, release, cancel, give to the bank."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.payout import batches
from casework.payout.batch_queries import batch_page, waiting_fund_payments
from casework.payout.batch_queries import batches as batch_list
from casework.payout.queries import lines_to_pay, payable_ids
from casework.payout.refusals import BatchState, NothingChosen
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, MoneyField, WholeField, parse
from casework.web.money_form import choose_number, confirmed, form_key, language, page_number
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from casework.web.treasury_index import index_page
from errors import Conflict, Forbidden, Invalid
from ledger.bank.payment_file import next_bank_day


class PrepareForm(FormSchema):
    """The day that is asked of the bank."""

    execution_on = DateField(needed=True)


class SignForm(FormSchema):
    """What the second treasurer types over from the page."""

    total = MoneyField(needed=True)
    count = WholeField(low=1, high=batches.MOST_LINES, needed=True)


class UploadedForm(FormSchema):
    """When the file was given to the bank."""

    uploaded_on = DateField(needed=True)


class RejectedForm(FormSchema):
    """When the bank refused the whole file."""

    on = DateField(needed=True)


@bp.post("/betalen/klaarzetten")
@needs(Permission.PAYOUT_ORDER)
def prepare() -> str | Response | tuple[str, int]:
    """Put the ticked lines in a batch; the first time asks for the day and shows them once more."""
    lines, payments = _ticked("line"), _ticked("payment")
    with work(write=False) as job:
        if request.form.get("all") == "1":
            lines = payable_ids(job, most=batches.MOST_LINES)
        if not lines and not payments:
            return index_page(job, errors_by_field(NothingChosen(field="line"))), 422
        if not confirmed():
            return _prepare(job, lines, payments)
    try:
        execution_on = parse(PrepareForm(), request.form)["execution_on"]
        with work() as job:
            reference = batches.prepare_batch(
                job,
                cost_line_ids=lines,
                payment_ids=payments,
                execution_on=execution_on,
                key=form_key(),
            )
    except (Invalid, Conflict, Forbidden) as problem:
        with work(write=False) as job:
            return _prepare(job, lines, payments, errors_by_field(problem)), status_of(problem)
    flash(
        _("Batch %(reference)s staat klaar. Een andere penningmeester geeft haar vrij.", reference=reference),
        "success",
    )
    return redirect(url_for("treasury.batch", batch=reference))


def _prepare(job: Work, lines: list[int], payments: list[int], errors: dict[str, str] | None = None) -> str:
    return render_template(
        "treasury/prepare.html",
        lines=lines_to_pay(job, only=lines) if lines else (),
        payments=waiting_fund_payments(job, only=payments) if payments else (),
        execution_on=request.form.get("execution_on") or next_bank_day(job.today),
        today=job.today,
        errors=errors or {},
        key=form_key(),
    )


def _ticked(name: str) -> list[int]:
    return [number for text in request.form.getlist(name) if (number := choose_number(text))]


@bp.get("/betalen/batches")
@needs(Permission.PAYOUT_VIEW)
def batch_index() -> str:
    """All batches."""
    state = request.args.get("stand", "")
    with work() as job:
        found = batch_list(job, state=state, page=page_number())
    return render_template(
        "treasury/batches.html",
        found=found,
        state=state,
        states=[(one.value, one.label(language())) for one in BatchState],
        page_url=lambda number: url_for("treasury.batch_index", stand=state, bladzijde=number),
    )


@bp.get("/betalen/batches/<batch>")
@needs(Permission.PAYOUT_VIEW)
def batch(batch: str) -> str:
    """One batch with everything in it."""
    with work() as job:
        return _batch(job, batch)


def _batch(job: Work, reference: str, errors: dict[str, str] | None = None, step: str = "") -> str:
    return render_template(
        "treasury/batch.html",
        batch=batch_page(job, reference),
        today=job.today,
        errors=errors or {},
        step=step,
        typed=request.form,
        key=request.form.get("idempotency_key"),
    )


def _again(reference: str, problem: Invalid | Conflict | Forbidden, step: str) -> tuple[str, int]:
    with work(write=False) as job:
        return _batch(job, reference, errors_by_field(problem), step), status_of(problem)


@bp.post("/betalen/batches/<batch>/vrijgeven")
@needs(Permission.PAYOUT_RELEASE)
def release_batch(batch: str) -> str | Response | tuple[str, int]:
    """Release what the page showed, signed for with its total and number of payments."""
    try:
        values = parse(SignForm(), request.form)
        with work() as job:
            batches.release_batch(
                job,
                reference=batch,
                seen=request.form.get("seen", "")[:64],
                typed_cents=values["total"],
                typed_count=values["count"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        return _again(batch, problem, "vrijgeven")
    flash(_("Vrijgegeven. Haal het betaalbestand op en lever het aan bij de bank."), "success")
    return redirect(url_for("treasury.batch", batch=batch))


@bp.post("/betalen/batches/<batch>/intrekken")
@needs(Permission.PAYOUT_ORDER)
def cancel_batch(batch: str) -> str | Response | tuple[str, int]:
    """Take a batch apart before its release, after a question."""
    if not confirmed():
        with work(write=False) as job:
            shown = batch_page(job, batch)
        return render_template("treasury/cancel.html", batch=shown, key=form_key())
    try:
        with work() as job:
            batches.cancel_batch(job, reference=batch, key=form_key())
    except Conflict as problem:
        return _again(batch, problem, "intrekken")
    flash(_("Ingetrokken. De betalingen staan weer bij wat u kunt klaarzetten."), "success")
    return redirect(url_for("treasury.index"))


@bp.post("/betalen/batches/<batch>/geweigerd")
@needs(Permission.PAYOUT_ORDER)
def reject_batch(batch: str) -> str | Response | tuple[str, int]:
    """Book that the bank refused the whole file, after a question."""
    try:
        rejected_on: date = parse(RejectedForm(), request.form)["on"]
        if not confirmed():
            with work(write=False) as job:
                shown = batch_page(job, batch)
            return render_template("treasury/rejected.html", batch=shown, on=rejected_on, key=form_key())
        with work() as job:
            batches.reject_batch(job, reference=batch, rejected_on=rejected_on, key=form_key())
            count = batch_page(job, batch).row.line_count
    except (Invalid, Conflict) as problem:
        return _again(batch, problem, "geweigerd")
    flash(
        ngettext(
            "Geboekt. De betaling staat weer bij wat u kunt klaarzetten.",
            "Geboekt. De %(num)d betalingen staan weer bij wat u kunt klaarzetten.",
            count,
        ),
        "success",
    )
    return redirect(url_for("treasury.batch", batch=batch))


@bp.post("/betalen/batches/<batch>/aangeleverd")
@needs(Permission.PAYOUT_ORDER)
def uploaded_batch(batch: str) -> str | Response | tuple[str, int]:
    """Note when the file was given to the bank."""
    try:
        uploaded_on = parse(UploadedForm(), request.form)["uploaded_on"]
        with work() as job:
            batches.note_uploaded(job, reference=batch, uploaded_on=uploaded_on)
    except (Invalid, Conflict) as problem:
        return _again(batch, problem, "aangeleverd")
    flash(_("Genoteerd. De betalingen zijn onderweg."), "success")
    return redirect(url_for("treasury.batch", batch=batch))


@bp.get("/betalen/batches/<batch>/bestand")
@needs(Permission.PAYOUT_ORDER)
def batch_file(batch: str) -> Response:
    """The payment file: always the same bytes, always to be saved; every look is logged."""
    with work(write=True) as job:
        content = batches.read_file(job, reference=batch)
    return send_file(
        BytesIO(content),
        mimetype="application/xml",
        as_attachment=True,
        download_name=f"{batch}.xml",
        max_age=0,
    )
