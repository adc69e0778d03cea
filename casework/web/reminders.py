"""Reminders for the treasurer: what goes out when one presses send now, and what went before."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.reminders.letters import fingerprint, look
from casework.reminders.queries import sent_letters
from casework.reminders.service import send_all
from casework.web.errors import errors_by_field, status_of
from casework.web.mail import mail_server_known
from casework.web.money_form import form_key, page_number
from casework.web.route import needs, work
from errors import Conflict, Invalid

bp = Blueprint("reminders", __name__)
Answer = str | Response | tuple[str, int]


class NoMailServer(Conflict):
    """Reminders would stay in the outbox and go when they are no longer true."""

    nl = "Er is nog geen mailserver ingesteld. Er is niets verstuurd. Vraag het de beheerder."
    en = "No mail server is set up yet. Nothing was sent. Ask the administrator."


@bp.get("/herinneringen")
@needs(Permission.REMINDER_VIEW)
def index() -> str:
    """What goes out today, what waits, and what went."""
    return _page({})


@bp.post("/herinneringen/versturen")
@needs(Permission.REMINDER_SEND)
def send() -> Answer:
    """Send what was shown."""
    try:
        if not mail_server_known():
            raise NoMailServer()
        with work() as job:
            number = send_all(job, shown=request.form.get("shown", "")[:64], key=form_key())
    except (Invalid, Conflict) as problem:
        return _page(errors_by_field(problem)), status_of(problem)
    flash(
        ngettext(
            "%(num)d brief staat in de uitbak en gaat zo uit.",
            "%(num)d brieven staan in de uitbak en gaan zo uit.",
            number,
        ),
        "success",
    )
    return redirect(url_for("reminders.index", _anchor="verstuurd"))


def _page(errors: dict[str, str]) -> str:
    search = request.args.get("q", "")[:60]
    with work(write=False) as job:
        letters, paused = look(job)
        return render_template(
            "mail/reminders.html",
            letters=letters,
            ready=[one for one in letters if one.recipients],
            paused=paused,
            shown=fingerprint(letters),
            sent=sent_letters(job, search=search, page=page_number()),
            search=search,
            errors=errors,
            known=mail_server_known(),
            terms=job.policy.terms,
            page_url=lambda number: url_for(
                "reminders.index", bladzijde=number, q=search or None, _anchor="verstuurd"
            ),
        )
