"""Accounts: what holds, proposing a change, and a second person's judgement. Also of payees."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.accounts import service
from casework.accounts.queries import accounts, present_account
from casework.payout import payee
from casework.web.account_field import AccountNumberField
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, FormSchema, LineField, parse
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from errors import Conflict, Invalid
from rules.roles import Role

_JUDGE = {
    "bevestigen": service.confirm_account,
    "afwijzen": service.refuse_account,
    "intrekken": service.withdraw_account,
}
_JUDGE_PAYEE = {
    "bevestigen": payee.confirm_payee,
    "afwijzen": payee.refuse_payee,
    "intrekken": payee.withdraw_payee,
}


class AccountForm(FormSchema):
    """Another account."""

    holder = LineField(needed=True, maximum=70)
    iban = AccountNumberField(needed=True)
    bic = LineField(maximum=14)
    creditor_id = LineField(maximum=40)
    from_on = DateField(needed=True)
    reason = LineField()


@bp.get("/betalen/rekeningen")
@needs(Permission.ACCOUNT_VIEW)
def account_index() -> str:
    """The accounts that hold, and what waits for a second person."""
    with work() as job:
        treasurer = job.actor.has(Role.TREASURER)
        return render_template(
            "treasury/accounts.html",
            accounts=accounts(job),
            payees=payee.proposed_payees(job) if treasurer else (),
        )


@bp.route("/betalen/rekeningen/wijzigen", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_CHANGE)
def change_account() -> str | Response | tuple[str, int]:
    """Propose another account for the fund, or for the partner in the address."""
    partner = request.args.get("partner", "")[:40]
    problem: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            values = parse(AccountForm(), request.form)
            with work() as job:
                service.propose_account(job, partner=partner, **values)
        except (Invalid, Conflict) as refused:
            problem = refused
        else:
            flash(_("Voorgesteld. Een andere penningmeester bevestigt de rekening."), "success")
            return redirect(url_for("treasury.account_index"))
    with work(write=False) as job:
        name, present = present_account(job, partner)
        start: dict[str, object] = {"from_on": job.today}
        if present is not None:
            start |= {"holder": present.holder, "bic": present.bic, "creditor_id": present.creditor_id}
        page = render_template(
            "treasury/change_account.html",
            partner=partner,
            name=name,
            present=present,
            today=job.today,
            typed=request.form if request.method == "POST" else start,
            errors=errors_by_field(problem) if problem else {},
        )
    return (page, status_of(problem)) if problem else page


@bp.post("/betalen/rekeningen/<int:account_id>/<any(bevestigen,afwijzen,intrekken):step>")
@needs(Permission.ACCOUNT_CHANGE)
def judge_account(account_id: int, step: str) -> Response:
    """Confirm or refuse what another proposed, or take one's own proposal back."""
    with work() as job:
        _JUDGE[step](job, account_id=account_id)
    flash(_done(step), "success")
    return redirect(url_for("treasury.account_index"))


@bp.post("/betalen/ontvangers/<int:change_id>/<any(bevestigen,afwijzen,intrekken):step>")
@needs(Permission.ACCOUNT_CHANGE)
def judge_payee(change_id: int, step: str) -> Response:
    """The same for the payee of a cost line."""
    with work() as job:
        _JUDGE_PAYEE[step](job, change_id=change_id)
    flash(_done(step), "success")
    return redirect(url_for("treasury.account_index"))


def _done(step: str) -> str:
    return {
        "bevestigen": _("Bevestigd. Vanaf nu geldt de nieuwe rekening."),
        "afwijzen": _("Afgewezen. De rekening blijft zoals zij was."),
        "intrekken": _("Ingetrokken. De rekening blijft zoals zij was."),
    }[step]
