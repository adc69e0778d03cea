"""Bringing in what the bank says: uploading files, how far reading is, statements, and what waits."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission, may_ever
from casework.bank import files
from casework.bank.booking import book_open_lines
from casework.bank.file_queries import (
    SEARCHED_TEXTS,
    bank_files,
    lines_of_statement,
    one_file,
    one_statement,
    set_aside,
    statements,
)
from casework.bank.file_reading import read_and_book
from casework.bank.files import NoFileChosen
from casework.context import Work
from casework.web.background import clock_of_app, soon
from casework.web.errors import errors_by_field, status_of
from casework.web.money_form import confirmed, language, page_number
from casework.web.route import engine, needs, work
from casework.web.uploads import uploads
from errors import Conflict, Invalid
from ledger.bank.reading import MAXIMUM_BYTES
from storage.sealed import Sealed

bp = Blueprint("bank_files", __name__)
ACCEPT = ".xml,.zip,.sta,.940,.mt940,.txt,.swi"
_STATES = ("taken", "booked", "set_aside")


@bp.get("/bank/afschriften")
@needs(Permission.BANK_VIEW)
def index() -> str:
    """Files that were brought in, and the form to bring in another."""
    with work() as job:
        return _index(job)


def _index(job: Work, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "bank/files.html",
        found=bank_files(job, page=page_number(), english=language() == "en"),
        aside=set_aside(job),
        latest=statements(job, page=1),
        may_import=may_ever(job.actor, Permission.BANK_IMPORT),
        errors=errors or {},
        accept=ACCEPT,
        maximum_bytes=MAXIMUM_BYTES,
        page_url=lambda number: url_for("bank_files.index", bladzijde=number),
    )


@bp.post("/bank/bestanden")
@needs(Permission.BANK_IMPORT)
def upload() -> Response | tuple[str, int]:
    """Keep a file; reading it begins when this request is done."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise NoFileChosen(field="file")
        made = _receive(sent.filename, files.keep_upload(sent.stream, uploads()))
    except (Invalid, Conflict) as problem:
        problem.field = "file"
        with work(write=False) as job:
            return _index(job, errors_by_field(problem)), status_of(problem)
    soon(read_and_book, engine(), file_id=made, folder=uploads(), clock=clock_of_app())
    return redirect(url_for("bank_files.file", file_id=made))


def _receive(name: str, kept: Sealed) -> int:
    try:
        with work() as job:
            return files.receive_file(job, file_name=name, upload=kept)
    except BaseException:
        (uploads() / kept.name).unlink(missing_ok=True)
        raise


@bp.get("/bank/bestanden/<int:file_id>")
@needs(Permission.BANK_VIEW)
def file(file_id: int) -> str:
    """One file: how far it is, why it was refused, or what was in it."""
    with work() as job:
        return render_template("bank/files_show.html", **_file(job, file_id))


@bp.get("/bank/bestanden/<int:file_id>/voortgang")
@needs(Permission.BANK_VIEW)
def progress(file_id: int) -> str:
    """The part of the page that changes while the file is read."""
    with work() as job:
        return render_template("bank/files_progress.html", **_file(job, file_id))


def _file(job: Work, file_id: int) -> dict[str, object]:
    return {
        "file": one_file(job, file_id, english=language() == "en"),
        "found": statements(job, page=page_number(), file_id=file_id),
        "page_url": lambda number: url_for("bank_files.file", file_id=file_id, bladzijde=number),
    }


@bp.get("/bank/afschriften/alle")
@needs(Permission.BANK_VIEW)
def statement_list() -> str:
    """All statements."""
    state = request.args.get("stand", "")
    state = state if state in _STATES else ""
    with work() as job:
        return render_template(
            "bank/files_statements.html",
            found=statements(job, page=page_number(), state=state),
            state=state,
            page_url=lambda number: url_for("bank_files.statement_list", stand=state, bladzijde=number),
        )


@bp.get("/bank/afschriften/<int:statement_id>")
@needs(Permission.BANK_VIEW)
def statement(statement_id: int) -> str:
    """A statement with its lines."""
    search = request.args.get("q", "").strip()[:80]
    with work() as job:
        shown = one_statement(job, statement_id)
        return render_template(
            "bank/files_statement.html",
            statement=shown,
            found=lines_of_statement(job, shown, search=search, page=page_number()),
            aside=set_aside(job, only=statement_id),
            may_import=may_ever(job.actor, Permission.BANK_IMPORT),
            search=search,
            texts_too=shown.line_count <= SEARCHED_TEXTS,
            page_url=lambda number: url_for(
                "bank_files.statement", statement_id=statement_id, q=search, bladzijde=number
            ),
        )


@bp.post("/bank/afschriften/<int:statement_id>/<any(weghalen,aansluiten):step>")
@needs(Permission.BANK_IMPORT)
def settle(statement_id: int, step: str) -> str | Response:
    """Remove a statement that is set aside, or let it follow although a number was skipped; asks first."""
    if not confirmed():
        with work(write=False) as job:
            found = next(iter(set_aside(job, only=statement_id)), None)
            shown = one_statement(job, statement_id)
        if found is None:
            raise files.StatementInRow()
        return render_template("bank/files_confirm.html", statement=shown, aside=found, step=step)
    with work() as job:
        if step == "weghalen":
            files.remove_set_aside(job, statement_id=statement_id)
        else:
            files.accept_number(job, statement_id=statement_id)
        network_id = job.network.id
    if step == "weghalen":
        flash(_("Het afschrift is weggehaald. Het kan opnieuw worden ingelezen."), "success")
        return redirect(url_for("bank_files.index"))
    soon(book_open_lines, engine(), network_id=network_id, clock=clock_of_app())
    flash(_("Het afschrift is ingelezen. De regels worden nu geboekt."), "success")
    return redirect(url_for("bank_files.statement", statement_id=statement_id))


@bp.post("/bank/afschriften/opnieuw")
@needs(Permission.BANK_IMPORT)
def again() -> Response:
    """Try once more what is set aside, as the book or the accounts may have changed."""
    with work() as job:
        taken = files.set_all_in_row(job)
        network_id = job.network.id
    soon(book_open_lines, engine(), network_id=network_id, clock=clock_of_app())
    if taken:
        flash(_("Ingelezen: %(count)s. De regels worden nu geboekt.", count=taken), "success")
    else:
        flash(_("Er past nog niets. Bij elk afschrift staat waar het op wacht."), "info")
    return redirect(url_for("bank_files.index"))
