"""The outbox for the administrator, and how someone wants to be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.context import Work
from casework.mail.kinds import How, MailState
from casework.mail.manage import TROUBLE, counts, drop, hold, mail_row, mails, prefer, send_again
from casework.web.fields import ChoiceField, FormSchema, parse
from casework.web.money_form import confirmed, language, page_number
from casework.web.route import needs, work
from config.settings import Settings
from errors import Conflict

bp = Blueprint("mail", __name__)


class HowForm(FormSchema):
    """How someone wants to be told."""

    how = ChoiceField(frozenset(How), needed=True)


def mail_server_known() -> bool:
    """Whether there is a mail server to send through."""
    settings = current_app.extensions["omloop_settings"]
    assert isinstance(settings, Settings)
    return settings.mail is not None


@bp.get("/mail")
@needs(Permission.MAIL_MANAGE)
def index() -> str:
    """The mails of the network, what needs a decision first."""
    shown = request.args.get("stand", "")
    state = MailState(shown) if shown in set(MailState) else None
    search = request.args.get("q", "")[:60]

    def address(**changes: object) -> str:
        here: dict[str, Any] = {"stand": state.value if state else "", "q": search}
        return url_for("mail.index", **{name: value for name, value in (here | changes).items() if value})

    with work() as job:
        found = mails(job, state=state, search=search, page=page_number())
        stands = counts(job)
        return render_template(
            "mail/index.html",
            found=found,
            stands=stands,
            trouble=sum(stands.get(one, 0) for one in TROUBLE),
            states=[(one.value, one.label(language()).capitalize()) for one in MailState],
            state=state.value if state else "",
            search=search,
            known=mail_server_known(),
            page_url=lambda number: address(bladzijde=number),
        )


@bp.post("/mail/<int:mail_id>/opnieuw")
@needs(Permission.MAIL_MANAGE)
def again(mail_id: int) -> str | Response:
    """Queue it once more, after a question: it may arrive twice."""
    return _step(
        mail_id,
        _("Deze mail opnieuw versturen?"),
        _("Opnieuw versturen"),
        _("De mail staat weer klaar om te versturen."),
        lambda job: send_again(job, mail_id=mail_id),
    )


@bp.post("/mail/<int:mail_id>/aanhouden")
@needs(Permission.MAIL_MANAGE)
def keep(mail_id: int) -> str | Response:
    """Keep it from going; it can be sent later."""
    try:
        with work() as job:
            hold(job, mail_id=mail_id)
        flash(_("De mail wordt aangehouden."), "success")
    except Conflict as problem:
        flash(problem.sentence(language()), "error")
    return redirect(url_for("mail.index"))


@bp.post("/mail/<int:mail_id>/vervallen")
@needs(Permission.MAIL_MANAGE)
def give_up(mail_id: int) -> str | Response:
    """Never send it, after a question."""
    return _step(
        mail_id,
        _("Deze mail niet meer versturen?"),
        _("Niet meer versturen"),
        _("De mail wordt niet meer verstuurd."),
        lambda job: drop(job, mail_id=mail_id),
    )


@bp.post("/account/mail")
@needs(Permission.SIGNED_IN)
def preference() -> Response:
    """How one wants to be told."""
    how = How(parse(HowForm(), request.form)["how"])
    with work() as job:
        prefer(job, how=how)
    flash(_("Uw keuze voor mail is bewaard."), "success")
    return redirect(url_for("session.account"))


def _step(mail_id: int, question: str, yes: str, told: str, act: Callable[[Work], None]) -> str | Response:
    if not confirmed():
        with work(write=False) as job:
            row = mail_row(job, mail_id)
        return render_template("mail/confirm.html", row=row, question=question, yes=yes, action=request.path)
    try:
        with work() as job:
            act(job)
        flash(told, "success")
    except Conflict as problem:
        flash(problem.sentence(language()), "error")
    return redirect(url_for("mail.index"))
