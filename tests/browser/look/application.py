"""A small application that shows the frame and every macro on one page, without casework or database."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from flask import Blueprint, Flask, flash, render_template, request
from flask_babel import Babel, get_locale
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader

from casework.web import formatting, headers

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Item:
    """A line of the menu."""

    label: str
    url: str
    current: bool
    more: bool = False


@dataclass(frozen=True)
class Person:
    """Who is signed in."""

    name: str


@dataclass(frozen=True)
class Position:
    """The figures of the pot that the macro reads."""

    available_cents: int = 4_127_500
    commitments_cents: int = 1_014_000
    in_transit_cents: int = -330_000
    advances_cents: int = 0
    suspense_cents: int = 12_000
    still_to_come_back_cents: int = 2_278_500
    buffer_cents: int = 250_000


@dataclass(frozen=True)
class Scores:
    """A member's scores, or the means."""

    legitimacy: int | Fraction
    yield_: int | Fraction
    involvement: int | Fraction
    name: str = ""
    counts: bool = True


MEMBERS = (
    Scores(3, 5, 4, "Gemeente"),
    Scores(4, 4, 4, "Farent"),
    Scores(5, 2, 3, "Zayaz", counts=False),
)
MEANS = Scores(Fraction(7, 2), Fraction(9, 2), Fraction(4))
ERRORS = {
    "amount": "Is 10.005 duizendtallen of centen? Schrijf het als 10005 of met twee cijfers achter de komma.",
    "consent": "Zonder toestemming van de inwoner kunt u niet indienen.",
    "": "Er is intussen een regel weggehaald.",
}
MENU = ("Werkvoorraad", "Casussen", "Overleg", "Verrekening", "Vorderingen")
MORE = ("Jaaroverzicht", "Eerdere doorbraken", "Beleid")


def build() -> Flask:
    """The application. ``/`` has everything, ``/plain`` an empty page, ``/error/<status>`` the error page."""
    app = Flask("look", static_folder=str(ROOT / "static"), static_url_path="/static")
    app.config.update(
        SECRET_KEY=secrets.token_hex(), BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations")
    )
    folders = [ROOT / "templates", Path(__file__).parent]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    Babel(app, locale_selector=lambda: request.args.get("lang", "nl"))
    headers.install(app, https=False)
    formatting.install(app)
    app.context_processor(_known)
    app.register_blueprint(_session_pages())
    received: list[dict[str, list[str]]] = []
    app.extensions["received"] = received

    @app.get("/")
    def gallery() -> str:
        if "flash" in request.args:
            flash("De casus is ingediend.", "success")
        short = request.args.get("short", type=int)
        position = Position(available_cents=-short) if short else Position()
        errors = ERRORS if "errors" in request.args else {}
        return render_template("gallery.html", members=MEMBERS, means=MEANS, errors=errors,
                               fund_position=position, page_url=lambda n: f"?page={n}")  # fmt: skip

    @app.get("/error/<int:status>")
    def error(status: int) -> tuple[str, int]:
        return render_template("errors/error.html", status=status, sentence=None), status

    @app.post("/sent")
    def sent() -> str:
        received.append(request.form.to_dict(flat=False))
        if request.form.get("title") == "traag":
            time.sleep(0.8)
        return render_template("base.html")

    @app.post("/save")
    def save() -> tuple[str, int]:
        return "", 500 if request.form.get("title") == "stuk" else 204

    return app


def _known() -> dict[str, object]:
    return {
        "actor": None if "anonymous" in request.args else Person("Sanne de Vries"),
        "actor_roles": "Secretariaat wonen · Zayaz",
        "navigation": [] if "anonymous" in request.args else _menu(),
        "locale": str(get_locale() or "nl"),
    }


def _menu() -> list[Item]:
    return [Item(m, "#", m == "Casussen") for m in MENU] + [Item(m, "#", False, more=True) for m in MORE]


def _session_pages() -> Blueprint:
    """The addresses that the frame leads to."""
    pages = Blueprint("session", __name__)
    for path, name in (("/account", "account"), ("/afmelden", "sign_out"), ("/taal/<language>", "language")):
        pages.add_url_rule(path, name, lambda **_values: "", methods=["GET", "POST"])
    return pages
