"""Earlier breakthroughs, for all professionals; and writing and releasing them, for the secretariat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.find import case_for
from casework.learning import service
from casework.learning.queries import SummarySearch, summaries, summary, summary_work
from casework.learning.service import Texts
from casework.web.errors import errors_by_field
from casework.web.fields import FormSchema, LineField, TextField, parse
from casework.web.route import needs, work
from errors import Invalid

bp = Blueprint("learning", __name__)
CHECKS = 3


class SummaryForm(FormSchema):
    """The parts of a summary."""

    title = LineField(maximum=120)
    situation = TextField(maximum=2_000)
    barrier = TextField(maximum=2_000)
    breakthrough = TextField(maximum=2_000)
    lesson = TextField(maximum=2_000)


@bp.get("/eerdere-doorbraken")
@needs(Permission.SUMMARY_VIEW)
def index() -> str:
    """What was released, to search by domain, barrier and word."""
    search = SummarySearch(
        words=request.args.get("zoek", "").strip()[:100],
        domain=request.args.get("domein", "")[:40],
        barrier_field=request.args.get("knelpunt", "")[:80],
    )
    with work() as job:
        found = summaries(job, search, page=max(1, request.args.get("bladzijde", 1, type=int)))

    def address(number: int) -> str:
        return url_for(
            "learning.index",
            zoek=search.words or None,
            domein=search.domain or None,
            knelpunt=search.barrier_field or None,
            bladzijde=number,
        )

    return render_template("learning/index.html", found=found, search=search, address=address)


@bp.get("/eerdere-doorbraken/<int:summary_id>")
@needs(Permission.SUMMARY_VIEW)
def show(summary_id: int) -> str:
    """One earlier breakthrough."""
    with work() as job:
        return render_template("learning/show.html", summary=summary(job, summary_id))


@bp.route("/casussen/<number>/samenvatting", methods=["GET", "POST"])
@needs(Permission.SUMMARY_WRITE)
def write(number: str) -> str | Response | tuple[str, int]:
    """Write the summary of a case, and offer it to a second member."""
    if request.method == "GET":
        return _page(number, {}, None)
    offer = request.form.get("action") == "offer"
    try:
        texts = Texts(**parse(SummaryForm(), request.form))
        with work() as job:
            service.save_summary(job, number=number, texts=texts, offer=offer)
    except Invalid as problem:
        return _page(number, errors_by_field(problem), request.form), 422
    if offer:
        flash(_("De samenvatting staat klaar. Een tweede lid kijkt haar na en geeft haar vrij."), "success")
    else:
        flash(_("De samenvatting is bewaard. Nog niemand anders kan haar lezen."), "success")
    return redirect(url_for("learning.write", number=number))


@bp.post("/casussen/<number>/samenvatting/vrijgeven")
@needs(Permission.SUMMARY_WRITE)
def release(number: str) -> Response | tuple[str, int]:
    """Release it as a second member, who checked every point."""
    checked = len(set(request.form.getlist("checked"))) == CHECKS
    try:
        with work() as job:
            made = service.release_summary(
                job, number=number, seen=request.form.get("seen", ""), checked=checked
            )
    except Invalid as problem:
        return _page(number, errors_by_field(problem), None), 422
    flash(_("De samenvatting is vrijgegeven. Alle professionals kunnen haar nu vinden."), "success")
    return redirect(url_for("learning.show", summary_id=made.id))


@bp.post("/casussen/<number>/samenvatting/intrekken")
@needs(Permission.SUMMARY_WRITE)
def withdraw(number: str) -> Response | str:
    """Take it away."""
    if not request.form.get("confirmed"):
        with work(write=False) as job:
            case_for(job, number, Permission.SUMMARY_WRITE)
        return render_template(
            "settlement/confirm.html",
            question=_("Wilt u deze samenvatting intrekken?"),
            explanation=_("Niemand kan haar dan nog lezen. De tekst wordt gewist."),
            yes=_("Ja, trek haar in"),
            action=request.path,
            back=url_for("learning.write", number=number),
            fields={},
        )
    with work() as job:
        service.withdraw_summary(job, number=number)
    flash(_("De samenvatting is ingetrokken en gewist."), "success")
    return redirect(url_for("learning.index"))


def _page(number: str, errors: dict[str, str], typed: Any) -> str:
    with work(write=False) as job:
        found = summary_work(job, number)
    present = found.summary
    names = ("title", "situation", "barrier", "breakthrough", "lesson")
    values = typed or {name: getattr(present, name, "") for name in names}
    return render_template("learning/write.html", found=found, errors=errors, typed=values)
