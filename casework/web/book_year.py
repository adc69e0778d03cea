"""The book years: how far each is, and its next step for whoever has one to take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from casework.access import Permission, may_ever
from casework.book_year import service
from casework.book_year.adopted import adopted_document
from casework.book_year.queries import book_years, year_page
from casework.book_year.state import known_year
from casework.context import Actor, Work
from casework.network.tables import Network
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, TextField, TickField, parse
from casework.web.formatting import duration, euros, number, percent
from casework.web.money_form import confirmed, form_key, language
from casework.web.route import engine, needs, now_utc, work
from errors import Conflict, Invalid
from ledger.closing import YearState
from rules.wording import round_half_up
from storage.unit_of_work import unit_of_work

bp = Blueprint("book_year", __name__)
Answer = str | AnyResponse | tuple[str, int]
CLOSED = (YearState.CLOSED, YearState.AUDITED)  # and not adopted: it can be reopened
REASON_MAXIMUM = 1_000  # what the ledger's own log has room for


class ClosingForm(FormSchema):
    """The treasurer's word on the bank statements."""

    complete = TickField()
    through_on = DateField(needed=True)


class ReopeningForm(FormSchema):
    """Why a year has to be opened again."""

    reason = TextField(needed=True, maximum=REASON_MAXIMUM)


@bp.get("/boekjaren")
@needs(Permission.YEAR_VIEW)
def index() -> str:
    """All book years."""
    with work() as job:
        return render_template("book_year/index.html", rows=book_years(job), today=job.today)


@bp.get("/boekjaren/<int:year>")
@needs(Permission.YEAR_VIEW)
def show(year: int) -> str:
    """One book year."""
    with work() as job:
        return _page(job, year)


@bp.post("/boekjaren/<int:year>/afsluiten")
@needs(Permission.YEAR_CLOSE)
def close(year: int) -> Answer:
    """The treasurer closes the year: a word on the statements, then once more the question."""
    try:
        values = parse(ClosingForm(), request.form)
        if not confirmed():
            with work(write=False) as job:
                service.check_closing(
                    job, year=year, complete=values["complete"], through_on=values["through_on"]
                )
                return _ask(
                    job,
                    year,
                    "book_year/confirm_close.html",
                    YearState.OPEN,
                    through_on=values["through_on"],
                )
        with work() as job:
            service.close(
                job,
                year=year,
                complete=values["complete"],
                statements_through_on=values["through_on"],
                key=form_key(),
            )
    except (Invalid, Conflict) as problem:
        return _refused(year, problem)
    return _done(year, _("Boekjaar %(year)s is afgesloten.", year=year))


@bp.post("/boekjaren/<int:year>/controleren")
@needs(Permission.YEAR_AUDIT)
def audit(year: int) -> Answer:
    """The auditor has the book recomputed, sees the outcome, and then marks the year."""
    try:
        if not confirmed():
            with _unchanging(write=False) as job:
                report = service.examine(job, year=year)
                return _ask(job, year, "book_year/confirm_audit.html", YearState.CLOSED, report=report)
        with _unchanging() as job:
            head = service.audit(job, year=year, key=form_key())
    except (Invalid, Conflict) as problem:
        return _refused(year, problem)
    told = _("Boekjaar %(year)s is gecontroleerd. Kenmerk van het grootboek: %(head)s", year=year, head=head)
    return _done(year, told)


@bp.post("/boekjaren/<int:year>/vaststellen")
@needs(Permission.OVERVIEW_ADOPT)
def adopt(year: int) -> Answer:
    """An executive signs; the last signature that is needed adopts the year."""
    try:
        if not confirmed():
            with work(write=False) as job:
                return _ask(job, year, "book_year/confirm_adopt.html", YearState.AUDITED)
        with _unchanging() as job:
            signed = service.adopt(job, year=year, key=form_key())
    except (Invalid, Conflict) as problem:
        return _refused(year, problem)
    if signed.reached:
        return _done(year, _("Boekjaar %(year)s is vastgesteld.", year=year))
    left = signed.required - len(signed.signed)
    told = ngettext(
        "U heeft getekend. Er is nog een handtekening nodig.",
        "U heeft getekend. Er zijn nog %(num)d handtekeningen nodig.",
        left,
    )
    return _done(year, told)


@bp.post("/boekjaren/<int:year>/heropenen")
@needs(Permission.YEAR_REOPEN)
def ask_reopening(year: int) -> Answer:
    """The first of two people asks to reopen the year."""
    try:
        reason = parse(ReopeningForm(), request.form)["reason"]
        if not confirmed():
            with work(write=False) as job:
                return _ask(job, year, "book_year/confirm_ask.html", *CLOSED, reason=reason)
        with work() as job:
            service.ask_reopening(job, year=year, reason=reason, key=form_key())
    except (Invalid, Conflict) as problem:
        return _refused(year, problem)
    return _done(year, _("Uw vraag staat klaar. Iemand anders moet hem bevestigen."))


@bp.post("/boekjaren/<int:year>/heropenen/bevestigen")
@needs(Permission.YEAR_REOPEN)
def reopen(year: int) -> Answer:
    """The second person reopens the year."""
    try:
        if not confirmed():
            with work(write=False) as job:
                return _ask(job, year, "book_year/confirm_reopen.html", *CLOSED)
        with work() as job:
            service.reopen(job, year=year, key=form_key())
    except (Invalid, Conflict) as problem:
        return _refused(year, problem)
    return _done(year, _("Boekjaar %(year)s is weer open.", year=year))


@bp.get("/boekjaren/<int:year>/vastgesteld.json")
@needs(Permission.OVERVIEW_VIEW)
def adopted_json(year: int) -> Response:
    """The overview as it was adopted, to keep or to compare."""
    with work() as job:
        document = adopted_document(job, year)
    response = Response(json.dumps(document, ensure_ascii=False, indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="vastgesteld-{year}.json"'
    return response


def figure_words(kind: str, value: int | Decimal | None) -> str:
    """A figure of the adopted overview as it is read, by the ``kind`` of its ``AdoptedFigure``."""
    if value is None:
        return _("geen cijfer")
    exact = Fraction(value)
    match kind:
        case "money":
            return euros(int(exact), language())
        case "per_euro":
            return euros(int(round_half_up(exact * 100, 0)), language())
        case "rate":
            return percent(exact, 1, language())
        case "hours":
            return duration(int(round_half_up(exact, 0)))
        case _:
            return number(exact, 0, language())


@contextmanager
def _unchanging(*, write: bool = True) -> Iterator[Work]:
    """One piece of work in which every query sees the same state, as an overview and a verification need.

    A write transaction of SQLite is alone already. On PostgreSQL someone else's posting at this very
    moment ends in "try again in a minute".
    """
    actor: Actor = g.actor
    base = engine()
    if base.dialect.name == "postgresql":
        base = base.execution_options(isolation_level="REPEATABLE READ")
    with unit_of_work(base, write=write) as session:
        network = session.get_one(Network, actor.network_id)
        yield Work(session, actor, network, now_utc(), address=request.remote_addr or "")


def _page(job: Work, year: int, errors: dict[str, str] | None = None) -> str:
    found = year_page(job, year)
    return render_template(
        "book_year/show.html",
        page=found,
        typed=request.form,
        errors=errors or {},
        key=form_key(),
        today=job.today,
        sees_book=may_ever(job.actor, Permission.LEDGER_VIEW),
        reason_maximum=REASON_MAXIMUM,
    )


def _ask(job: Work, year: int, template: str, *states: YearState, **facts: Any) -> str:
    """The question before something that is hard to undo; only where the year's state allows it."""
    service.require_state(known_year(job, year), *states)
    return render_template(template, page=year_page(job, year), key=form_key(), **facts)


def _refused(year: int, problem: Invalid | Conflict) -> tuple[str, int]:
    """The page of the year with the sentence on it, and what was typed."""
    with work(write=False) as job:
        return _page(job, year, errors_by_field(problem)), status_of(problem)


def _done(year: int, told: str) -> AnyResponse:
    flash(told, "success")
    return redirect(url_for("book_year.show", year=year))
