"""The meeting of the secretariat: agenda, minutes, and those of before."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.meeting import service
from casework.meeting.queries import MeetingPage, meeting_list, meeting_page
from casework.meeting.refusals import MinutesChanged
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, LineField, TextField, WholeField, parse
from casework.web.route import needs, now_utc, work
from errors import Invalid

bp = Blueprint("meeting", __name__)

Page = str | tuple[str, int] | Response


class PlanForm(FormSchema):
    """The day of a meeting."""

    held_on = DateField(needed=True)


class PointForm(FormSchema):
    """A point of one's own."""

    title = LineField(needed=True, maximum=200)


class MinutesForm(FormSchema):
    """What is fixed in the form of the minutes; a note per point is read beside it."""

    held_on = DateField(needed=True)
    revision = WholeField(needed=True, low=1, high=999_999_999)
    remarks = TextField(maximum=5_000)


class RevisionForm(FormSchema):
    """Which version of the minutes was read."""

    revision = WholeField(needed=True, low=1, high=999_999_999)


@bp.get("/overleg")
@needs(Permission.MEETING)
def index() -> str:
    """The meetings, newest first."""
    return _index({}, {})


@bp.post("/overleg")
@needs(Permission.MEETING)
def plan() -> Page:
    """Plan a meeting: its agenda is made from the worklist."""
    try:
        held_on: date = parse(PlanForm(), request.form)["held_on"]
        with work() as job:
            meeting_id = service.plan(job, held_on=held_on)
    except Invalid as problem:
        return _index(request.form.to_dict(), errors_by_field(problem)), status_of(problem)
    flash(_("Het overleg staat klaar. De agenda komt uit de werkvoorraad."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.get("/overleg/<int:meeting_id>")
@needs(Permission.MEETING)
def show(meeting_id: int) -> Page:
    """Agenda and minutes of one meeting, also to print."""
    return _show(meeting_id)


@bp.post("/overleg/<int:meeting_id>/agenda")
@needs(Permission.MEETING)
def refresh(meeting_id: int) -> Page:
    """Add what the worklist has now and the agenda has not."""
    with work() as job:
        added = service.refresh(job, meeting_id=meeting_id)
    told = ngettext("Er is %(num)d punt bij gekomen.", "Er zijn %(num)d punten bij gekomen.", added)
    flash(told if added else _("De agenda is al bij."), "success" if added else "info")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.post("/overleg/<int:meeting_id>/punten")
@needs(Permission.MEETING)
def add_point(meeting_id: int) -> Page:
    """Put a point of one's own on the agenda."""
    try:
        title = str(parse(PointForm(), request.form)["title"])
        with work() as job:
            service.add_point(job, meeting_id=meeting_id, title=title)
    except Invalid as problem:
        page = _show(meeting_id, typed=request.form, errors=errors_by_field(problem))
        return page, status_of(problem)
    flash(_("Het punt staat op de agenda."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id, _anchor="deel-own"))


@bp.post("/overleg/<int:meeting_id>/punten/<int:point_id>/weghalen")
@needs(Permission.MEETING)
def remove_point(meeting_id: int, point_id: int) -> Page:
    """Take a point off the agenda, after a question."""
    with work() as job:
        if not request.form.get("confirmed"):
            page = meeting_page(job, meeting_id)
            return render_template("meeting/confirm.html", page=page, act="remove", point_id=point_id)
        service.remove_point(job, meeting_id=meeting_id, point_id=point_id)
    flash(_("Het punt is van de agenda gehaald."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.get("/overleg/<int:meeting_id>/verslag")
@needs(Permission.MEETING)
def minutes(meeting_id: int) -> Page:
    """The form of the minutes."""
    with work() as job:
        page = meeting_page(job, meeting_id)
    if page.adopted:
        return redirect(url_for(".show", meeting_id=meeting_id))
    return _minutes(page, _stored(page), {})


@bp.post("/overleg/<int:meeting_id>/verslag")
@needs(Permission.MEETING)
def write(meeting_id: int) -> Page:
    """Save the minutes."""
    with work(write=False) as job:
        page = meeting_page(job, meeting_id)
    try:
        fields = {
            f"note-{one.id}": TextField(maximum=3_000) for _kind, found in page.sections for one in found
        }
        values = parse(MinutesForm(), request.form)
        notes = parse(FormSchema.from_dict(dict(fields))(), request.form)
        with work() as job:
            service.write(
                job,
                meeting_id=meeting_id,
                revision=values["revision"],
                held_on=values["held_on"],
                present=_present(request.form),
                notes={int(name.removeprefix("note-")): text for name, text in notes.items()},
                remarks=values["remarks"],
            )
    except (Invalid, MinutesChanged) as problem:
        typed = _stored(page) | request.form.to_dict() | {"present": _present(request.form)}
        return _minutes(page, typed, errors_by_field(problem)), status_of(problem)
    flash(_("Het verslag is bewaard. Een ander lid kan het vaststellen."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.post("/overleg/<int:meeting_id>/vaststellen")
@needs(Permission.MEETING)
def adopt(meeting_id: int) -> Page:
    """A second member adopts the minutes, after a question."""
    with work() as job:
        page = meeting_page(job, meeting_id)
        revision = int(parse(RevisionForm(), request.form)["revision"])
        if not request.form.get("confirmed"):
            service.check_adoption(job, meeting_id=meeting_id)
            return render_template("meeting/confirm.html", page=page, act="adopt", revision=revision)
        service.adopt(job, meeting_id=meeting_id, revision=revision)
    flash(_("Het verslag is vastgesteld."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.post("/overleg/<int:meeting_id>/weggooien")
@needs(Permission.MEETING)
def discard(meeting_id: int) -> Page:
    """Throw a meeting away, after a question."""
    with work() as job:
        if not request.form.get("confirmed"):
            page = meeting_page(job, meeting_id)
            return render_template("meeting/confirm.html", page=page, act="discard")
        service.discard(job, meeting_id=meeting_id)
    flash(_("Het overleg is weggegooid."), "success")
    return redirect(url_for(".index"))


def _index(typed: dict[str, str], errors: dict[str, str]) -> str:
    search = request.args.get("zoek", "").strip()[:100]
    number = request.args.get("bladzijde", 1, type=int)
    with work(write=False) as job:
        found = meeting_list(job, search=search, page=number)
        today = job.today

    def page_address(number: int) -> str:
        return url_for(".index", zoek=search or None, bladzijde=number)

    return render_template(
        "meeting/index.html",
        found=found,
        search=search,
        typed=typed,
        errors=errors,
        today=today,
        page_address=page_address,
    )


def _show(
    meeting_id: int, *, typed: MultiDict[str, str] | None = None, errors: dict[str, str] | None = None
) -> str:
    with work(write=False) as job:
        page = meeting_page(job, meeting_id)
    return render_template(
        "meeting/show.html", page=page, typed=typed or {}, errors=errors or {}, now_utc=now_utc()
    )


def _stored(page: MeetingPage) -> dict[str, object]:
    """The values of the form as they are stored; before there are minutes everyone was there."""
    written = bool(page.written_by)
    values: dict[str, object] = {
        "held_on": page.held_on,
        "revision": page.revision,
        "remarks": page.remarks,
        "present": {person_id for person_id, _name, there in page.people if there or not written},
    }
    return values | {f"note-{one.id}": one.note for _kind, found in page.sections for one in found}


def _present(form: MultiDict[str, str]) -> set[int]:
    return {int(one) for one in form.getlist("present") if one.isascii() and one.isdigit() and len(one) < 10}


def _minutes(page: MeetingPage, values: dict[str, object], errors: dict[str, str]) -> str:
    people = [(str(person_id), name) for person_id, name, _there in page.people]
    return render_template("meeting/minutes.html", page=page, people=people, values=values, errors=errors)
