"""Papers for partners: claim notes and statements of account, on screen, as PDF and as spreadsheet."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request, url_for

from casework.access import Permission, may_ever
from casework.claims.contribution_letter import contribution_letter, invoice_of
from casework.claims.note import claim_note, partner_note
from casework.claims.queries import claim_page
from casework.context import Work
from casework.documents.letter import Letter, letter_pdf
from casework.documents.render import PDF
from casework.fund.invoices import invoice as invoice_row
from casework.network.finance_contact import finance_contact
from casework.reports.account_letter import account_letter
from casework.reports.account_sheet import account_workbook
from casework.reports.account_statement import (
    AccountFlow,
    account_statement,
    partner_seen,
    statement_rows,
    statement_years,
)
from casework.reports.workbook import XLSX
from casework.web.money_form import language
from casework.web.route import needs, work
from ledger.accounts import Account

bp = Blueprint("documents", __name__)


@bp.get("/vorderingen/<reference>/nota.pdf")
@needs(Permission.PAPER_VIEW)
def note(reference: str) -> Response:
    """The note of one claim."""
    with work() as job:
        claim = claim_page(job, reference).row
        spoken = _spoken(job, claim.party) if claim.account is Account.PARTNER_CLAIMS else "nl"
        letter = claim_note(job, reference=reference, language=spoken)
        return _paper(job, letter, spoken, _name("nota", reference))


@bp.get("/partners/<code>/openstaand.pdf")
@needs(Permission.PAPER_VIEW)
def open_note(code: str) -> Response:
    """One note of everything that is open on a partner."""
    with work() as job:
        spoken = _spoken(job, code)
        letter = partner_note(job, code=code, language=spoken)
        return _paper(job, letter, spoken, _name("openstaand", code, str(job.today)))


@bp.get("/bijdragen/<invoice>/factuur.pdf")
@needs(Permission.PAPER_VIEW)
def contribution(invoice: str) -> Response:
    """The invoice of a partner's yearly contribution."""
    with work() as job:
        spoken = _spoken(job, invoice_row(job, invoice).partner)
        letter = contribution_letter(job, reference=invoice, language=spoken)
        return _paper(job, letter, spoken, _name("factuur", invoice))


@bp.get("/rekeningoverzichten")
@needs(Permission.PAPER_VIEW)
def statements() -> str:
    """The partners one may see, with what they owed at both ends of a year."""
    with work() as job:
        years = statement_years(job)
        asked = request.args.get("jaar", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else years[0]
        return render_template(
            "documents/statements.html",
            rows=statement_rows(job, year=year),
            year=year,
            years=years,
            own=not may_ever(job.actor, Permission.CLAIM_VIEW),
            page_url=lambda other: url_for("documents.statements", jaar=other),
        )


@bp.get("/rekeningoverzichten/<code>/<int:year>")
@needs(Permission.PAPER_VIEW)
def statement(code: str, year: int) -> str:
    """A statement of account on screen."""
    with work() as job:
        found = account_statement(job, code=code, year=year)
        return render_template(
            "documents/statement.html",
            statement=found,
            flows=[(flow.label(language()).capitalize(), found.flows[flow]) for flow in AccountFlow],
            years=statement_years(job),
            invoice=invoice_of(job, found.partner_id, year),
            sees_book=may_ever(job.actor, Permission.LEDGER_VIEW),
            own=not may_ever(job.actor, Permission.CLAIM_VIEW),
            page_url=lambda other: url_for("documents.statement", code=code, year=other),
        )


@bp.get("/rekeningoverzichten/<code>/<int:year>.pdf")
@needs(Permission.PAPER_VIEW)
def statement_pdf(code: str, year: int) -> Response:
    """The same on paper."""
    with work() as job:
        spoken = _spoken(job, code)
        found = account_statement(job, code=code, year=year)
        letter = account_letter(job, found, language=spoken)
        return _paper(job, letter, spoken, _name("rekeningoverzicht", code, str(year)))


@bp.get("/rekeningoverzichten/<code>/<int:year>.xlsx")
@needs(Permission.PAPER_VIEW)
def statement_sheet(code: str, year: int) -> Response:
    """The same as a spreadsheet."""
    with work() as job:
        found = account_statement(job, code=code, year=year)
    response = Response(account_workbook(found, language=language()), mimetype=XLSX)
    return _attached(response, _name("rekeningoverzicht", code, str(year)) + ".xlsx")


def _spoken(work: Work, code: str) -> str:
    """The language of a partner's paper: as asked, else its finance contact's, else Dutch."""
    asked = request.args.get("taal", "")
    if asked in ("nl", "en"):
        return asked
    contact = finance_contact(work.session, partner_seen(work, code).id)
    return contact.language if contact else "nl"


def _paper(work: Work, letter: Letter, spoken: str, name: str) -> Response:
    content = letter_pdf(letter, language=spoken, made_at_utc=work.now_utc)
    return _attached(Response(content, mimetype=PDF), f"{name}.pdf")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _name(*parts: str) -> str:
    """A file name of letters, digits and dashes: references come from an address."""
    return "-".join(re.sub(r"[^A-Za-z0-9-]+", "-", part) for part in parts)[:100]
