"""Attachments of a case: add, download, take away."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.cases.attachments import add_attachment, read_attachment, remove_attachment
from casework.cases.file_types import ACCEPT, FileEmpty
from casework.cases.find import case_for
from casework.cases.form_query import files_of
from casework.web.case_blueprint import bp
from casework.web.errors import errors_by_field
from casework.web.route import needs, work
from casework.web.uploads import upload_maximum_bytes, uploads
from errors import Invalid


@bp.post("/casussen/<number>/bijlagen")
@needs(Permission.CASE_EDIT)
def attach(number: str) -> Response | tuple[str, int]:
    """Add a file."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise FileEmpty(field="file")
        with work() as job:
            add_attachment(
                job,
                number=number,
                file_name=sent.filename,
                # One byte more than allowed is enough to know that it is too large.
                content=sent.stream.read(upload_maximum_bytes() + 1),
                uploads=uploads(),
                maximum_bytes=upload_maximum_bytes(),
            )
    except Invalid as problem:
        with work(write=False) as job:
            case = case_for(job, number, Permission.CASE_EDIT)
            page = render_template(
                "cases/attach.html",
                number=case.number,
                files=files_of(case),
                errors=errors_by_field(problem),
                accept=ACCEPT,
                back=_back(number, draft=case.submitted_at_utc is None),
            )
        return page, 422
    flash(_("De bijlage is toegevoegd."), "success")
    return redirect(_back_from_form(number))


@bp.get("/casussen/<number>/bijlagen/<int:attachment_id>")
@needs(Permission.CASE_VIEW)
def download(number: str, attachment_id: int) -> Response:
    """A file, always to be saved and never shown by the browser; the look is logged."""
    with work(write=True) as job:
        found = read_attachment(job, number=number, attachment_id=attachment_id, uploads=uploads())
    return send_file(
        BytesIO(found.content),
        mimetype=found.content_type,
        as_attachment=True,
        download_name=found.file_name,
        max_age=0,
    )


@bp.post("/casussen/<number>/bijlagen/<int:attachment_id>/weghalen")
@needs(Permission.CASE_EDIT)
def detach(number: str, attachment_id: int) -> str | Response:
    """Take a file away from a draft, after a question."""
    if request.form.get("confirmed") != "1":
        with work(write=False) as job:
            case = case_for(job, number, Permission.CASE_EDIT)
            file = next((one for one in files_of(case) if one.id == attachment_id), None)
        return render_template("cases/detach.html", number=number, file=file, attachment_id=attachment_id)
    with work() as job:
        remove_attachment(job, number=number, attachment_id=attachment_id, uploads=uploads())
    flash(_("De bijlage is weggehaald."), "success")
    return redirect(_back(number, draft=True))


def _back(number: str, *, draft: bool) -> str:
    page = "cases.check" if draft else "cases.show"
    return url_for(page, number=number, _anchor="bijlagen")


def _back_from_form(number: str) -> str:
    with work(write=False) as job:
        return _back(number, draft=case_for(job, number, Permission.CASE_EDIT).submitted_at_utc is None)
