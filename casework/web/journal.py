"""The book: journal, entries, account cards, trial balance; on screen and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from casework.access import Permission
from casework.context import Work
from casework.fund import journal as read
from casework.fund.reversal import correct
from casework.fund.wording import account_label, kind_label
from casework.paging import PER_PAGE, offset_of
from casework.reports.book_sheets import balance_sheet, card_sheet, journal_sheet
from casework.web.errors import errors_by_field, status_of
from casework.web.fields import DateField, DateNotUnderstood, FormSchema, TextField, parse
from casework.web.money_form import confirmed, form_key, language, page_number
from casework.web.route import needs, work
from errors import Conflict, Invalid, NotFound
from ledger.accounts import Account
from ledger.entries import EntryKind
from ledger.statements import Card

bp = Blueprint("ledger", __name__)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ASKED = ("q", "van", "tot", "soort", "rekening", "subject")


class CorrectionForm(FormSchema):
    """Why a booking is reversed."""

    reason = TextField(needed=True, maximum=2_000)


@bp.app_template_filter("entry_kind")
def entry_kind(kind: EntryKind) -> str:
    """What happened, in the reader's words."""
    return kind_label(kind, language())


@bp.app_template_filter("account_name")
def account_name(account: Account) -> str:
    """The name of a main account in the reader's words."""
    return account_label(account, language())


@bp.get("/grootboek")
@needs(Permission.LEDGER_VIEW)
def journal() -> str:
    """The entries that are asked for, newest first."""
    wanted, problems = _asked()
    page = page_number()
    with work() as job:
        found = read.journal(job, wanted, limit=PER_PAGE, offset=offset_of(page))
    return render_template(
        "ledger/journal.html",
        found=found,
        page=page,
        pages=max(1, -(-found.total // PER_PAGE)),
        wanted=wanted,
        errors=problems,
        typed=request.args,
        filtered=bool(request.args.keys() - {"bladzijde"}),
        accounts=_account_options(),
        kinds=[(one.value, kind_label(one, language())) for one in EntryKind],
        page_url=_address("ledger.journal"),
        sheet_url=_address("ledger.journal_xlsx")(None),
    )


@bp.get("/grootboek/journaal.xlsx")
@needs(Permission.LEDGER_VIEW)
def journal_xlsx() -> Response:
    """The same entries as a spreadsheet, all pages."""
    wanted, _problems = _asked()
    with work() as job:
        found = read.journal(job, wanted, limit=read.ALL_ROWS)
    return _sheet(journal_sheet(found.rows, language()), "journaal.xlsx")


@bp.get("/grootboek/<int:year>/<int:number>")
@needs(Permission.LEDGER_VIEW)
def entry(year: int, number: int) -> str:
    """One entry: its legs, what caused it, and what became of it."""
    with work() as job:
        return render_template("ledger/entry.html", found=read.entry_page(job, year=year, number=number))


@bp.route("/grootboek/<int:year>/<int:number>/terugdraaien", methods=["GET", "POST"])
@needs(Permission.FUND_BOOK)
def reverse(year: int, number: int) -> str | AnyResponse | tuple[str, int]:
    """Reverse a mistaken booking: it asks why, then once more whether."""
    problem: Invalid | Conflict | None = None
    asking = ""
    if request.method == "POST":
        try:
            reason = parse(CorrectionForm(), request.form)["reason"]
            if confirmed():
                with work() as job:
                    correct(job, entry_id=read.entry_id(job, year, number), reason=reason, key=form_key())
                flash(_("De boeking is teruggedraaid."), "success")
                return redirect(url_for("ledger.entry", year=year, number=number))
            asking = reason
        except (Invalid, Conflict) as refused:
            problem = refused
    with work(write=False) as job:
        page = render_template(
            "ledger/reverse.html",
            found=read.entry_page(job, year=year, number=number),
            asking=asking,
            reason=request.form.get("reason", ""),
            errors=errors_by_field(problem) if problem else {},
            key=request.form.get("idempotency_key"),
        )
    return (page, status_of(problem)) if problem else page


@bp.get("/grootboek/rekening/<code>")
@needs(Permission.LEDGER_VIEW)
def account(code: str) -> str:
    """The card of an account or sub-account, with the balance after each movement; the newest page first."""
    of, wanted, problems = _asked_of(code)
    with work() as job:
        total = _card(job, of, wanted, limit=1).total
        pages = max(1, -(-total // PER_PAGE))
        page = min(page_number(default=pages), pages)
        card = _card(job, of, wanted, limit=PER_PAGE, offset=offset_of(page))
        subs = () if wanted.subject else read.sub_accounts(job, of, wanted.date_to)
    address = _address("ledger.account", code=code)
    return render_template(
        "ledger/account.html",
        account=of,
        wanted=wanted,
        errors=problems,
        typed=request.args,
        card=card,
        page=page,
        pages=pages,
        subs=subs[: read.SUBJECTS_SHOWN],
        subs_total=len(subs),
        page_url=address,
        sheet_url=_address("ledger.account_xlsx", code=code)(None),
    )


@bp.get("/grootboek/rekening/<code>.xlsx")
@needs(Permission.LEDGER_VIEW)
def account_xlsx(code: str) -> Response:
    """The same card as a spreadsheet, all pages."""
    of, wanted, _problems = _asked_of(code)
    with work() as job:
        card = _card(job, of, wanted, limit=read.ALL_ROWS)
    title = " ".join(part for part in (of.value, account_label(of, language()), wanted.subject) if part)
    return _sheet(card_sheet(card, title, language()), f"rekening-{of.value}.xlsx")


@bp.get("/grootboek/balans")
@needs(Permission.LEDGER_VIEW)
def trial_balance() -> str:
    """Every account on a day."""
    problems: dict[str, str] = {}
    asked = _day("op", problems)
    with work() as job:
        on = asked or job.today
        lines = read.trial_balance(job, on)
    return render_template(
        "ledger/trial_balance.html", lines=lines, on=on, typed=request.args, errors=problems
    )


@bp.get("/grootboek/balans.xlsx")
@needs(Permission.LEDGER_VIEW)
def trial_balance_xlsx() -> Response:
    """The same as a spreadsheet."""
    with work() as job:
        on = _day("op", {}) or job.today
        lines = read.trial_balance(job, on)
    return _sheet(balance_sheet(lines, on, language()), f"balans-{on.isoformat()}.xlsx")


def _card(job: Work, of: Account, wanted: read.JournalFilter, *, limit: int, offset: int = 0) -> Card:
    return read.account_card(
        job,
        account=of,
        subject=wanted.subject,
        date_from=wanted.date_from,
        date_to=wanted.date_to,
        limit=limit,
        offset=offset,
    )


def _asked() -> tuple[read.JournalFilter, dict[str, str]]:
    """What the address asks for, and a sentence for each day that cannot be read."""
    problems: dict[str, str] = {}
    kind, code = request.args.get("soort", ""), request.args.get("rekening", "")
    wanted = read.JournalFilter(
        search=request.args.get("q", "")[:80].replace("\x00", ""),
        date_from=_day("van", problems),
        date_to=_day("tot", problems),
        kind=EntryKind(kind) if kind in set(EntryKind) else None,
        account=Account(code) if code in set(Account) else None,
        subject=request.args.get("subject", "")[:80].replace("\x00", ""),
    )
    return wanted, problems


def _asked_of(code: str) -> tuple[Account, read.JournalFilter, dict[str, str]]:
    if code not in set(Account):
        raise NotFound()
    return Account(code), *_asked()


def _day(name: str, problems: dict[str, str]) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return DateField().read(text)
    except DateNotUnderstood as problem:
        problems[name] = problem.sentence(language())
        return None


def _address(endpoint: str, **fixed: str) -> Callable[[int | None], str]:
    """Addresses of the same list: another page of it, or it as a spreadsheet."""
    # Only what these pages ask: Flask takes names such as _scheme as an order to build another address.
    here = {name: value for name in _ASKED if (value := request.args.get(name))}

    def address(page: int | None) -> str:
        values: dict[str, Any] = here | fixed | {"bladzijde": page}
        return url_for(endpoint, **values)

    return address


def _account_options() -> list[tuple[str, str]]:
    return [(one.value, f"{one.value} {account_label(one, language())}") for one in Account]


def _sheet(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
