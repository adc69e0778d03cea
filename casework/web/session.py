"""Signing in and out, the language, one's own account and password."""

from __future__ import annotations

import secrets

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.audit.record import record
from casework.decision.called import acting
from casework.mail.kinds import How
from casework.mail.queue import how_of
from casework.network.tables import Network
from casework.people.actor import day_in, networks_of
from casework.people.own_account import PasswordWrong, change_password, choose_language, own_account
from casework.people.own_account import end_other_sessions as end_others
from casework.people.passwords import MINIMUM_LENGTH, verify_password
from casework.people.sessions import end_session
from casework.people.sign_in import (
    SignInFailed,
    TooManyGuesses,
    conclude,
    forgive_guess,
    person_with,
    reserve_guess,
)
from casework.people.tables import Person
from casework.web.errors import errors_by_field, sentence_of
from casework.web.identity import Identity
from casework.web.money_form import language as page_language
from casework.web.navigation import home_url
from casework.web.route import engine, needs, now_utc, safe_next, work
from casework.web.sessions import ServerSession, token_hash
from errors import Invalid
from storage.unit_of_work import unit_of_work

bp = Blueprint("session", __name__)
Answer = str | Response | tuple[str, int]
DEVICE_FOR_SECONDS = 365 * 24 * 3600
# What someone with a temporary password may do before choosing their own.
BEFORE_OWN_PASSWORD = frozenset({"session.account", "session.sign_out", "session.language"})


def load_actor_of_request() -> Response | None:
    """Put the actor in ``g``: the signed-in person with today's roles in the chosen network."""
    g.actor = None
    if request.endpoint == "static" or not current_user.is_authenticated:
        return None
    with unit_of_work(engine(), write=False) as database:
        person = database.get(Person, current_user.id)
        if person is None or person.deactivated_at_utc is not None:
            logout_user()
            return None
        choices = networks_of(database, person.id, now_utc())
        chosen = next((c for c in choices if c.network_id == session.get("network")), None)
        chosen = chosen or (choices[0] if choices else None)
        g.networks = choices
        g.person_language = person.language
        if chosen is None:
            logout_user()
            flash(_("U heeft op dit moment geen rol. Vraag het de beheerder van uw netwerk."), "error")
            return redirect(url_for("session.sign_in"))
        network = database.get_one(Network, chosen.network_id)
        g.network_name = network.name
        g.time_zone = network.time_zone
        g.actor = acting(database, person=person, network=network, day=day_in(network, now_utc()))
        must_change = person.must_change_password
    if must_change and request.endpoint not in BEFORE_OWN_PASSWORD:
        return redirect(url_for("session.account"))
    return None


@bp.get("/")
@needs(Permission.SIGNED_IN)
def home() -> Response:
    """Where one's work begins."""
    return redirect(home_url(g.actor))


@bp.route("/aanmelden", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def sign_in() -> Answer:
    """The sign-in form."""
    following = safe_next(request.values.get("next"))
    if request.method == "GET":
        if g.actor:
            return redirect(following or home_url(g.actor))
        return render_template("session/sign_in.html", following=following, email="", sentence=None)
    email = request.form.get("email", "")[:254]
    device = request.cookies.get(_device_cookie(), "") or secrets.token_urlsafe(32)
    person, problem = _authenticate(email, request.form.get("password", ""), device)
    if person is None:
        page = render_template(
            "session/sign_in.html", following=following, email=email, sentence=sentence_of(problem)
        )
        return page, 429 if isinstance(problem, TooManyGuesses) else 422
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    _own_session().renew()
    login_user(Identity(person.id))
    answer = redirect(following or url_for("session.home"))
    _remember_device(answer, device)
    return answer


@bp.post("/afmelden")
@needs(Permission.PUBLIC)
def sign_out() -> Response:
    """End this session on the server."""
    if g.actor:
        with work() as job:
            record(job, "sign_out", f"person:{job.actor.person_id}")
            end_session(job.session, _own_hash())
    language = session.get("language")
    session.clear()
    _own_session().renew()
    if language:
        session["language"] = language
    flash(_("U bent afgemeld."), "success")
    return redirect(url_for("session.sign_in"))


@bp.post("/taal/<any(nl,en):language>")
@needs(Permission.PUBLIC)
def language(language: str) -> Response:
    """Dutch or English, for this session and for the next ones of this person."""
    session["language"] = language
    if g.actor:
        with work() as job:
            choose_language(job, language)
    return redirect(safe_next(request.form.get("next")) or url_for("session.home"))


@bp.post("/netwerk/<code>")
@needs(Permission.SIGNED_IN)
def network(code: str) -> Response:
    """Work in another network in which one also holds a role."""
    chosen = next((choice for choice in g.networks if choice.code == code), None)
    if chosen:
        session["network"] = chosen.network_id
    return redirect(url_for("session.home"))


@bp.route("/account", methods=["GET", "POST"])
@needs(Permission.SIGNED_IN)
def account() -> Answer:
    """One's own roles, sessions and password."""
    if request.method == "GET":
        return _account_page({})
    try:
        _change_password()
    except Invalid as problem:
        return _account_page(errors_by_field(problem)), 429 if isinstance(problem, TooManyGuesses) else 422
    flash(_("Uw wachtwoord is gewijzigd. Andere apparaten zijn afgemeld."), "success")
    return redirect(url_for("session.home"))


@bp.post("/account/sessies")
@needs(Permission.SIGNED_IN)
def end_other_sessions() -> Response:
    """Sign out everywhere else."""
    with work() as job:
        end_others(job, own_hash=_own_hash())
    flash(_("U bent op uw andere apparaten afgemeld."), "success")
    return redirect(url_for("session.account"))


def _authenticate(email: str, password: str, device: str) -> tuple[Person | None, Invalid]:
    """Count the guess, look at the password, and write down how it went, in three short transactions."""
    moment, address = now_utc(), request.remote_addr or ""
    with unit_of_work(engine()) as database:
        attempt_id = reserve_guess(database, email=email, device=device, now_utc=moment)
        person = person_with(database, email)
    # A stranger's address costs as much work as a known one, a refused guess costs none.
    fits = attempt_id is not None and verify_password(person.password_hash if person else None, password)
    with unit_of_work(engine()) as database:
        found = conclude(
            database,
            email=email,
            attempt_id=attempt_id,
            fits=fits,
            device=device,
            now_utc=moment,
            address=address,
        )
    return found, SignInFailed() if attempt_id is not None else TooManyGuesses()


def _change_password() -> None:
    """Change it, with the present one counted as a guess: a found-open session must not help to guess it."""
    form, device = request.form, request.cookies.get(_device_cookie(), "")
    with unit_of_work(engine()) as database:
        email = database.get_one(Person, g.actor.person_id).email
        attempt_id = reserve_guess(database, email=email, device=device, now_utc=now_utc())
    if attempt_id is None:
        raise TooManyGuesses(field="present")
    try:
        with work() as job:
            change_password(
                job,
                present=form.get("present", ""),
                password=form.get("password", ""),
                again=form.get("again", ""),
                own_hash=_own_hash(),
            )
            forgive_guess(job.session, attempt_id)
    except PasswordWrong:
        raise
    except Invalid:  # the present one was right, the new one is not
        with unit_of_work(engine()) as database:
            forgive_guess(database, attempt_id)
        raise


def _account_page(errors: dict[str, str]) -> str:
    with work(write=False) as job:
        found = own_account(job, own_hash=_own_hash())
        mail_how = how_of(job, job.actor.person_id)
    return render_template(
        "session/account.html",
        mail_how=mail_how.value,
        mail_choices=[(one.value, one.label(page_language()).capitalize()) for one in How],
        errors=errors,
        account=found,
        networks=g.networks,
        minimum=MINIMUM_LENGTH,
        now=now_utc(),
    )


def _device_cookie() -> str:
    return "__Host-omloop_device" if current_app.config["SESSION_COOKIE_SECURE"] else "omloop_device"


def _remember_device(answer: Response, device: str) -> None:
    answer.set_cookie(
        _device_cookie(),
        device,
        max_age=DEVICE_FOR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        path="/",
    )


def _own_hash() -> str:
    return token_hash(_own_session().token or "")


def _own_session() -> ServerSession:
    found = session._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy
    assert isinstance(found, ServerSession)
    return found
