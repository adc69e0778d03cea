"""Putting the web together: sessions, sign-in, language, templates, errors, blueprints."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request, session
from flask_babel import Babel, get_locale
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine

from casework.web import (
    audit,
    bank,
    bank_files,
    book_year,
    bounds,
    business_case,
    cases,
    claims,
    collections,
    decision,
    documents,
    errors,
    formatting,
    headers,
    journal,
    learning,
    mail,
    meeting,
    overview,
    partners,
    people,
    policy,
    pot,
    reminders,
    settlement,
    treasury,
    worklist,
)
from casework.web import (
    session as sign_in,
)
from casework.web.identity import load_identity
from casework.web.navigation import navigation, role_line
from casework.web.sessions import DatabaseSessions
from config.settings import Settings

LANGUAGES = ("nl", "en")
BLUEPRINTS = (
    sign_in.bp,
    cases.bp,
    business_case.bp,
    worklist.bp,
    decision.bp,
    meeting.bp,
    settlement.bp,
    treasury.bp,
    bank_files.bp,
    claims.bp,
    documents.bp,
    collections.bp,
    reminders.bp,
    journal.bp,
    learning.bp,
    overview.bp,
    book_year.bp,
    partners.bp,
    people.bp,
    mail.bp,
    policy.bp,
    audit.bp,
    bank.bp,
)


def install(app: Flask, settings: Settings, engine: Engine) -> None:
    """Everything a request meets, in the order it meets it."""
    _configure(app, settings)
    _install_logs(app, settings)
    app.session_interface = DatabaseSessions(engine, settings)
    bounds.install(app)
    CSRFProtect(app)
    login = LoginManager(app)
    login.session_protection = None  # sessions are on the server and end there
    login.user_loader(load_identity)
    Babel(app, locale_selector=_language, default_domain="messages")
    headers.install(app, https=settings.https)
    errors.install(app)
    formatting.install(app)
    app.before_request(sign_in.load_actor_of_request)
    app.context_processor(_template_names)
    app.context_processor(pot.names_for_templates)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-omloop" if settings.https else "omloop",
        SESSION_COOKIE_SECURE=settings.https,
        MAX_CONTENT_LENGTH=settings.upload_max_bytes + 256 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session itself
        WTF_CSRF_SSL_STRICT=settings.https,
        BABEL_TRANSLATION_DIRECTORIES=str(settings.root / "translations"),
        BABEL_DEFAULT_LOCALE="nl",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _language() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    person = g.get("person_language")
    return person if person in LANGUAGES else "nl"


def _template_names() -> dict[str, object]:
    actor = g.get("actor")
    return {
        "actor": actor,
        "actor_roles": role_line(actor) if actor else "",
        "navigation": navigation(actor),
        "locale": str(get_locale() or "nl"),
    }


def _install_logs(app: Flask, settings: Settings) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    )
    log = structlog.get_logger("omloop.request")

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        # The route, never the address: addresses can hold what someone typed in a search box.
        if request.endpoint != "static":
            log.info(
                "request",
                endpoint=request.endpoint,
                method=request.method,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                person=actor.person_id if (actor := g.get("actor")) else None,
            )
        return response
