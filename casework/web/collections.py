"""Collecting from partners with a mandate: what is due, batches, and what the bank did with them."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.collections import batches, by_hand
from casework.collections.due import collectable
from casework.collections.queries import (
    CollectionLine,
    collection_batch,
    collection_batches,
    collection_line,
    due_by_scheme,
    mandates,
)
from casework.collections.refusals import CollectionState, NothingToCollect
from casework.context import Work
from casework.fund.by_hand import takes_statements
from casework.web import mandates as mandate_pages
from casework.web.collections_base import bp
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import ChoiceField, DateField, FormSchema, LineField, MoneyField, WholeField, parse
from casework.web.money_form import confirmed, form_key, page_number
from casework.web.route import needs, work
from errors import Conflict, Forbidden, Invalid

__all__ = ["bp", "mandate_pages"]  # the pages of mandates hang themselves on the blueprint

Answer = str | Response | tuple[str, int]
OUTCOMES = frozenset({"ontvangen", "geweigerd", "teruggeboekt"})


class PrepareForm(FormSchema):
    """The day that is asked of the bank."""

    collect_on = DateField(needed=True)


class SignForm(FormSchema):
    """What the second treasurer types over from the page."""

    total = MoneyField(needed=True)
    count = WholeField(low=1, high=9_999, needed=True)


class UploadedForm(FormSchema):
    """When the file was given to the bank."""

    uploaded_on = DateField(needed=True)


class OutcomeForm(FormSchema):
    """What the bank did with one collection."""

    outcome = ChoiceField(OUTCOMES, needed=True)
    on = DateField(needed=True)
    reason = LineField(maximum=40)


@bp.get("/incasso")
@needs(Permission.COLLECTION_VIEW)
def index() -> str:
    """What can be collected, what waits for a second treasurer, and all batches."""
    with work() as job:
        return _index(job)


def _index(job: Work, errors: dict[str, str] | None = None) -> str:
    day = _day(job)
    return render_template(
        "collections/index.html",
        due=due_by_scheme(job, day),
        day=day,
        found=collection_batches(job, page=page_number()),
        waiting=[one for one in mandates(job) if one.state == "recorded"],
        has_mandates=bool(mandates(job)),
        earliest=batches.earliest_day(job.today),
        errors=errors or {},
        page_url=lambda number: url_for("collections.index", bladzijde=number),
    )


def _day(job: Work) -> date:
    """The day that is looked at: as asked, else the first on which the bank can collect."""
    try:
        asked = date.fromisoformat(request.values.get("collect_on", "")[:10])
    except ValueError:
        return batches.earliest_day(job.today)
    return asked


@bp.post("/incasso/klaarzetten")
@needs(Permission.COLLECTION_MANAGE)
def prepare() -> Answer:
    """Put the ticked claims in a batch; the first time shows them once more."""
    claims = [claim[:80] for claim in request.form.getlist("claim")]
    problem: Invalid | Conflict | Forbidden | None = None
    try:
        collect_on = parse(PrepareForm(), request.form)["collect_on"]
        if not claims:
            raise NothingToCollect(field="claim")
        if confirmed():
            with work() as job:
                reference = batches.prepare_collections(
                    job, claims=claims, collect_on=collect_on, key=form_key()
                )
            flash(
                _(
                    "Incassobatch %(reference)s staat klaar. Een andere penningmeester geeft haar vrij.",
                    reference=reference,
                ),
                "success",
            )
            return redirect(url_for("collections.batch", batch=reference))
        with work(write=False) as job:
            batches.check_day(job, collect_on)
            chosen = [one for one in collectable(job, collect_on) if one.claim in claims]
            return render_template(
                "collections/prepare.html", chosen=chosen, collect_on=collect_on, key=form_key()
            )
    except (Invalid, Conflict, Forbidden) as refused:
        problem = refused
    with work(write=False) as job:
        return _index(job, errors_by_field(problem)), status_of(problem)


@bp.get("/incasso/batches/<batch>")
@needs(Permission.COLLECTION_VIEW)
def batch(batch: str) -> str:
    """One batch with everything in it."""
    with work() as job:
        return _batch(job, batch)


def _batch(job: Work, reference: str, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "collections/batch.html",
        batch=collection_batch(job, reference),
        by_statement=takes_statements(job),
        today=job.today,
        errors=errors or {},
        typed=request.form,
        key=request.form.get("idempotency_key"),
    )


def _again(reference: str, problem: Invalid | Conflict | Forbidden) -> tuple[str, int]:
    with work(write=False) as job:
        return _batch(job, reference, errors_by_field(problem)), status_of(problem)


@bp.post("/incasso/batches/<batch>/vrijgeven")
@needs(Permission.COLLECTION_MANAGE)
def release(batch: str) -> Answer:
    """Release what the page showed, signed for with its total and number."""
    try:
        values = parse(SignForm(), request.form)
        with work() as job:
            batches.release_collections(
                job,
                reference=batch,
                seen=request.form.get("seen", "")[:64],
                typed_cents=values["total"],
                typed_count=values["count"],
                key=form_key(),
            )
    except (Invalid, Conflict, Forbidden) as problem:
        return _again(batch, problem)
    flash(_("Vrijgegeven. Haal het incassobestand op en lever het aan bij de bank."), "success")
    return redirect(url_for("collections.batch", batch=batch))


@bp.post("/incasso/batches/<batch>/intrekken")
@needs(Permission.COLLECTION_MANAGE)
def cancel(batch: str) -> Answer:
    """Take a batch apart before its release, after a question."""
    if not confirmed():
        with work(write=False) as job:
            shown = collection_batch(job, batch)
        return render_template("collections/cancel.html", batch=shown, key=form_key())
    try:
        with work() as job:
            batches.cancel_collections(job, reference=batch, key=form_key())
    except Conflict as problem:
        return _again(batch, problem)
    flash(_("Ingetrokken. De vorderingen staan weer bij wat u kunt incasseren."), "success")
    return redirect(url_for("collections.index"))


@bp.post("/incasso/batches/<batch>/aangeleverd")
@needs(Permission.COLLECTION_MANAGE)
def uploaded(batch: str) -> Answer:
    """Note when the file was given to the bank."""
    try:
        uploaded_on = parse(UploadedForm(), request.form)["uploaded_on"]
        with work() as job:
            batches.note_uploaded(job, reference=batch, uploaded_on=uploaded_on)
    except (Invalid, Conflict) as problem:
        return _again(batch, problem)
    flash(_("Genoteerd. Wat de bank ervan maakt, ziet u hier zodra het op een afschrift staat."), "success")
    return redirect(url_for("collections.batch", batch=batch))


@bp.get("/incasso/batches/<batch>/bestand")
@needs(Permission.COLLECTION_MANAGE)
def file(batch: str) -> Response:
    """The collection file: always the same bytes, always to be saved; every look is logged."""
    with work(write=True) as job:
        content = batches.read_file(job, reference=batch)
    return send_file(
        BytesIO(content),
        mimetype="application/xml",
        as_attachment=True,
        download_name=f"{batch}.xml",
        max_age=0,
    )


@bp.route("/incasso/posten/<int:collection_id>", methods=["GET", "POST"])
@needs(Permission.COLLECTION_MANAGE)
def outcome(collection_id: int) -> Answer:
    """What the bank did with one collection, noted by hand; it asks once more before it books."""
    if request.method == "GET":
        with work() as job:
            return _outcome(job, collection_id)
    try:
        values = parse(OutcomeForm(), request.form)
        if not confirmed():
            with work(write=False) as job:
                return _outcome(job, collection_id, asking=values)
        with work() as job:
            _note(job, collection_id, values)
            reference = collection_line(job, collection_id)[0]
    except (Invalid, Conflict, Forbidden) as problem:
        with work(write=False) as job:
            return _outcome(job, collection_id, errors_by_field(problem)), status_of(problem)
    flash(_("Genoteerd."), "success")
    return redirect(url_for("collections.batch", batch=reference))


def _note(job: Work, collection_id: int, values: dict[str, object]) -> None:
    day = values["on"]
    assert isinstance(day, date)  # the form's schema sees to it
    key, reason = form_key(), str(values["reason"])
    match values["outcome"]:
        case "ontvangen":
            by_hand.collected(job, collection_id=collection_id, on=day, key=key)
        case "geweigerd":
            by_hand.rejected(job, collection_id=collection_id, on=day, reason=reason, key=key)
        case _:
            by_hand.reversed_by_bank(job, collection_id=collection_id, on=day, reason=reason, key=key)


def _outcome(
    job: Work,
    collection_id: int,
    errors: dict[str, str] | None = None,
    asking: dict[str, object] | None = None,
) -> str:
    reference, line = collection_line(job, collection_id)
    return render_template(
        "collections/outcome.html",
        batch=reference,
        line=line,
        choices=_choices(line, by_statement=takes_statements(job)),
        asking=asking,
        typed=request.form,
        today=job.today,
        errors=errors or {},
        key=request.form.get("idempotency_key"),
    )


def _choices(line: CollectionLine, *, by_statement: bool) -> list[tuple[str, str]]:
    """What can be noted of a collection by hand. Money comes from statements alone once there are any."""
    refused = ("geweigerd", _("De bank weigerde de incasso: er kwam niets binnen"))
    if line.state is CollectionState.ORDERED:
        return [refused] if by_statement else [("ontvangen", _("Het geld is binnen")), refused]
    if line.state is CollectionState.COLLECTED and line.by_hand and not by_statement:
        return [("teruggeboekt", _("Het geld is teruggeboekt: de vordering staat weer open"))]
    return []
