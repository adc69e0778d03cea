"""One map from classes of error to HTTP, and one page that says what to do next."""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from flask_babel import get_locale
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

import errors
from casework.web.refusals import log_refusal
from errors import OmloopError

STATUS: dict[type[OmloopError], int] = {
    errors.Invalid: 422,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}

log = structlog.get_logger("omloop.errors")


class FormExpired(errors.Invalid):
    """The CSRF token is missing or too old."""

    nl = "Dit formulier is verlopen. Ga terug, ververs de pagina en verstuur het nog eens."
    en = "This form has expired. Go back, refresh the page and send it again."


def status_of(problem: OmloopError) -> int:
    """The HTTP status of the kind that ``problem`` belongs to."""
    return next((status for kind, status in STATUS.items() if isinstance(problem, kind)), 500)


def sentence_of(problem: OmloopError) -> str:
    """The sentence in the language of the page."""
    return problem.sentence(str(get_locale() or "nl"))


def errors_by_field(problem: OmloopError) -> dict[str, str]:
    """The sentence under its field's name, or under ``""`` when it belongs to the whole form."""
    many: dict[str, str] | None = getattr(problem, "errors", None)
    return many if many is not None else {problem.field or "": sentence_of(problem)}


def page(status: int, sentence: str | None = None) -> tuple[str, int]:
    """The error page. It must not fail itself: it reads nothing from the database."""
    return render_template("errors/error.html", status=status, sentence=sentence), status


def install(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(OmloopError)
    def known(problem: OmloopError) -> tuple[str, int]:
        if isinstance(problem, errors.Forbidden | errors.NotFound):
            log_refusal()
        return page(status_of(problem), sentence_of(problem))

    @app.errorhandler(CSRFError)
    def expired(_problem: CSRFError) -> tuple[str, int]:
        return page(400, sentence_of(FormExpired()))

    @app.errorhandler(HTTPException)
    def http(problem: HTTPException) -> tuple[str, int]:
        return page(problem.code or 500)

    @app.errorhandler(OperationalError)
    def database(problem: OperationalError) -> tuple[str, int]:
        log.error("database_unavailable", kind=type(problem.orig).__name__, endpoint=request.endpoint)
        return page(503, sentence_of(errors.Unavailable()))

    @app.errorhandler(Exception)
    def unknown(problem: Exception) -> tuple[str, int]:
        # The traceback goes to the log, never to the page; its message can hold case text, so only its type.
        log.error("unexpected", kind=type(problem).__name__, endpoint=request.endpoint, at=_frames(problem))
        g.pop("actor", None)
        return page(500)


def _frames(problem: Exception) -> str:
    """Where it happened, without the values: file, line and function of each frame of ours."""
    lines, trace = [], problem.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(lines[-8:]))
