"""Signing in and out, the language, one's own account and password."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from sqlalchemy import delete, select
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.audit.record import record
from casework.network.tables import Network
from casework.people.actor import load_actor, networks_of
from casework.people.passwords import hash_password, verify_password
from casework.people.sign_in import SignInFailed, TooManyGuesses
from casework.people.sign_in import sign_in as check_password
from casework.people.tables import Person, WebSession
from casework.web.errors import errors_by_field, sentence_of
from casework.web.identity import Identity
from casework.web.navigation import home_url
from casework.web.route import engine, needs, now_utc, safe_next, work
from casework.web.sessions import ServerSession, token_hash
from errors import Invalid
from storage.unit_of_work import unit_of_work

bp = Blueprint("session", __name__)


class PasswordWrong(Invalid):
    """The present password was not given correctly."""

    nl = "Dit is niet uw huidige wachtwoord."
    en = "This is not your present password."


class PasswordsDiffer(Invalid):
    """The new password was typed differently the second time."""

    nl = "De twee nieuwe wachtwoorden zijn niet gelijk. Vul ze nog eens in."
    en = "The two new passwords are not the same. Enter them again."


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
        today = now_utc().date()
        choices = networks_of(database, person.id, today)
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
        g.actor = load_actor(database, person=person, network=network, day=today)
        must_change = person.must_change_password
    if must_change and request.endpoint not in {"session.account", "session.sign_out", "session.language"}:
        return redirect(url_for("session.account"))
    return None


@bp.get("/")
@needs(Permission.SIGNED_IN)
def home() -> Response:
    """Where one's work begins."""
    return redirect(home_url(g.actor))


@bp.route("/aanmelden", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def sign_in() -> str | Response | tuple[str, int]:
    """The sign-in form."""
    following = safe_next(request.values.get("next"))
    if request.method == "GET":
        if g.actor:
            return redirect(following or home_url(g.actor))
        return render_template("session/sign_in.html", following=following, email="", sentence=None)
    email = request.form.get("email", "")[:254]
    problem: Invalid | None = None
    person = None
    with unit_of_work(engine()) as database:
        try:
            person = check_password(
                database,
                email=email,
                password=request.form.get("password", ""),
                now_utc=now_utc(),
                address=request.remote_addr or "",
            )
        except TooManyGuesses as refused:
            problem = refused
    if person is None:
        sentence = sentence_of(problem or SignInFailed())
        page = render_template("session/sign_in.html", following=following, email=email, sentence=sentence)
        return page, 429 if isinstance(problem, TooManyGuesses) else 422
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    _own_session().renew()
    login_user(Identity(person.id))
    return redirect(following or url_for("session.home"))


@bp.post("/afmelden")
@needs(Permission.PUBLIC)
def sign_out() -> Response:
    """End this session on the server."""
    if g.actor:
        with work() as job:
            record(job, "sign_out")
            token = _own_session().token
            if token:
                job.session.execute(delete(WebSession).where(WebSession.token_hash == token_hash(token)))
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
            job.session.get_one(Person, g.actor.person_id).language = language
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
def account() -> str | Response | tuple[str, int]:
    """One's own roles, sessions and password."""
    if request.method == "GET":
        return render_template("session/account.html", errors={}, **_account())
    try:
        with work() as job:
            person = job.session.get_one(Person, g.actor.person_id)
            if not verify_password(person.password_hash, request.form.get("present", "")):
                raise PasswordWrong(field="present")
            if request.form.get("password", "") != request.form.get("again", ""):
                raise PasswordsDiffer(field="again")
            person.password_hash = hash_password(request.form.get("password", ""))
            person.must_change_password = False
            own = token_hash(_own_session().token or "")
            job.session.execute(
                delete(WebSession).where(WebSession.person_id == person.id, WebSession.token_hash != own)
            )
            record(job, "password.change")
    except Invalid as problem:
        return render_template("session/account.html", errors=errors_by_field(problem), **_account()), 422
    flash(_("Uw wachtwoord is gewijzigd. Andere apparaten zijn afgemeld."), "success")
    return redirect(url_for("session.account"))


@bp.post("/account/sessies")
@needs(Permission.SIGNED_IN)
def end_other_sessions() -> Response:
    """Sign out everywhere else."""
    with work() as job:
        own = token_hash(_own_session().token or "")
        job.session.execute(
            delete(WebSession).where(WebSession.person_id == g.actor.person_id, WebSession.token_hash != own)
        )
        record(job, "sessions.end")
    flash(_("U bent op uw andere apparaten afgemeld."), "success")
    return redirect(url_for("session.account"))


def _account() -> dict[str, object]:
    with work(write=False) as job:
        person = job.session.get_one(Person, g.actor.person_id)
        sessions = job.session.execute(
            select(WebSession.created_at_utc, WebSession.last_seen_at_utc, WebSession.token_hash)
            .where(WebSession.person_id == person.id)
            .order_by(WebSession.last_seen_at_utc.desc())
        ).all()
    own = token_hash(_own_session().token or "")
    return {
        "person": person,
        "sessions": [(created, seen, hashed == own) for created, seen, hashed in sessions],
        "networks": g.networks,
    }


def _own_session() -> ServerSession:
    found = session._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy
    assert isinstance(found, ServerSession)
    return found
