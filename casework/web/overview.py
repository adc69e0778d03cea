"""The annual overview as executives, treasurer, secretariat and auditor read it, and as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from flask import Blueprint, Response, g, render_template, url_for

from casework.access import Permission, may_ever
from casework.book_year.adopted import adopted_key_figures, adopted_view
from casework.claims.note import sender_of
from casework.context import Actor, Work
from casework.documents.render import PDF
from casework.network.tables import Network
from casework.reports.annual import AnnualOverview, annual_overview, for_executives, overview_years
from casework.reports.annual_paper import annual_pdf
from casework.reports.fund import FlowLabel
from casework.reports.journal import journal_of
from casework.reports.workbook import XLSX, annual_workbook
from casework.web.book_year import figure_words
from casework.web.formatting import duration, euros
from casework.web.money_form import language
from casework.web.overview_charts import claims_chart, fund_chart, parties_chart, party_name
from casework.web.route import engine, needs, now_utc
from ledger.accounts import Account
from ledger.cash_flows import Flow
from ledger.entries import EntryKind
from ledger.snapshot import snapshot
from rules.clock import AgeBucket
from rules.roles import Role
from rules.wording import round_half_up

bp = Blueprint("overview", __name__)
# Who work with residents' characteristics anyway. Executives do not: they see no small groups.
_SEE_RESIDENTS = (Role.SECRETARIAT, Role.TREASURER, Role.AUDITOR)
# Which entries a flow unfolds into: those of a kind, of an account, or of both.
_UNFOLDS: dict[Flow, tuple[EntryKind | None, Account | None]] = {
    Flow.CONTRIBUTIONS: (EntryKind.CONTRIBUTION_RECEIVED, None),
    Flow.REPAYMENTS_PARTNERS: (EntryKind.REPAYMENT_RECEIVED, Account.PARTNER_CLAIMS),
    Flow.REPAYMENTS_RESIDENTS: (EntryKind.REPAYMENT_RECEIVED, Account.RESIDENT_CLAIMS),
    Flow.REPAYMENTS_OUTSIDE: (EntryKind.REPAYMENT_RECEIVED, Account.OUTSIDE_CLAIMS),
    Flow.WRITTEN_OFF_RECEIVED: (EntryKind.WRITTEN_OFF_CLAIM_RECEIVED, None),
    Flow.REFUNDS: (EntryKind.PAYEE_REFUND_UNSETTLED, None),
    Flow.OTHER_INCOME: (EntryKind.OTHER_INCOME, None),
    Flow.NOT_RECOGNISED: (None, Account.SUSPENSE),
    Flow.PAYOUTS: (EntryKind.PAYMENT_ORDERED, None),
    Flow.CARDS: (EntryKind.CARDS_BOUGHT, None),
    Flow.ADVANCES_REFUNDED: (EntryKind.ADVANCE_REFUNDED, None),
    Flow.CONTRIBUTIONS_PAID_BACK: (EntryKind.CONTRIBUTION_PAID_BACK, None),
    Flow.BANK_COSTS: (EntryKind.BANK_COSTS, None),
    Flow.OTHER_COSTS: (EntryKind.OTHER_COSTS, None),
}


@bp.get("/jaaroverzicht")
@needs(Permission.OVERVIEW_VIEW)
def index() -> str:
    """The newest year."""
    with _reading() as job:
        return _page(job, overview_years(job.session, network=job.network.code, as_of_utc=job.now_utc)[0])


@bp.get("/jaaroverzicht/<int:year>")
@needs(Permission.OVERVIEW_VIEW)
def show(year: int) -> str:
    """One year."""
    with _reading() as job:
        return _page(job, year)


@bp.get("/jaaroverzicht/<int:year>.pdf")
@needs(Permission.OVERVIEW_VIEW)
def paper(year: int) -> Response:
    """The same year on paper, with the drawings of the page."""
    with _reading() as job:
        overview, sender = _overview(job, year), sender_of(job, language())
    charts = {
        "fund": fund_chart(overview),
        "parties": parties_chart(overview),
        "claims": claims_chart(overview),
    }
    drawings = {name: str(drawn.wide) for name, drawn in charts.items() if drawn}
    content = annual_pdf(overview, sender, drawings=drawings, language=language())
    response = Response(content, mimetype=PDF)
    name = "annual-overview" if language() == "en" else "jaaroverzicht"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{year}.pdf"'
    return response


@bp.get("/jaaroverzicht/<int:year>.xlsx")
@needs(Permission.OVERVIEW_VIEW)
def workbook(year: int) -> Response:
    """The same year as a workbook."""
    with _reading() as job:
        overview = _overview(job, year)
        legs = journal_of(job.session, network=job.network.code, fund=overview.fund)
    content = annual_workbook(overview, legs, language=language(), with_subjects=_sees_the_book(job.actor))
    response = Response(content, mimetype=XLSX)
    name = "annual-overview" if language() == "en" else "jaaroverzicht"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{year}.xlsx"'
    return response


@contextmanager
def _reading() -> Iterator[Work]:
    """One piece of work that reads one unchanging state: every figure on the page is of the same moment."""
    actor: Actor = g.actor
    with snapshot(engine()) as session:
        yield Work(session, actor, session.get_one(Network, actor.network_id), now_utc())


def _overview(job: Work, year: int) -> AnnualOverview:
    found = annual_overview(job.session, network=job.network.code, year=year, as_of_utc=job.now_utc)
    return found if job.actor.has(*_SEE_RESIDENTS) else for_executives(found)


def _page(job: Work, year: int) -> str:
    overview = _overview(job, year)
    return render_template(
        "overview/show.html",
        overview=overview,
        adopted=adopted_view(job, overview),
        figure_words=figure_words,
        headline=adopted_key_figures(job, overview.key_figures),
        before=adopted_key_figures(job, overview.previous) if overview.previous else None,
        years=overview_years(job.session, network=job.network.code, as_of_utc=job.now_utc),
        ages=list(AgeBucket),
        not_due=AgeBucket.NOT_DUE,
        flow_label=lambda flow: FlowLabel(flow.value).label(language()),
        entries_url=_entries_url(overview) if _sees_the_book(job.actor) else None,
        card_url=_card_url(overview) if _sees_the_book(job.actor) else None,
        party_name=party_name,
        per_euro=_per_euro,
        hours=_hours,
        whole=_whole,
        fund_chart=fund_chart(overview),
        parties_chart=parties_chart(overview),
        claims_chart=claims_chart(overview),
    )


def _per_euro(value: Fraction | None) -> str:
    """What comes back for each euro."""
    return "–" if value is None else euros(_whole(value * 100), language())


def _hours(value: Fraction | None) -> str:
    """Exact hours in words."""
    return "–" if value is None else duration(_whole(value))


def _whole(value: Fraction) -> int:
    """An exact figure as a whole number, to be shown."""
    return int(round_half_up(value, 0))


def _sees_the_book(actor: Actor) -> bool:
    return may_ever(actor, Permission.LEDGER_VIEW)


def _entries_url(overview: AnnualOverview) -> Callable[[Flow], str]:
    """The address of the entries that a flow of the year is the sum of."""

    def url(flow: Flow) -> str:
        kind, account = _UNFOLDS[flow]
        return url_for(
            "ledger.journal",
            van=f"{overview.year}-01-01",
            tot=f"{overview.year}-12-31",
            soort=kind.value if kind else None,
            rekening=account.value if account else None,
        )

    return url


def _card_url(overview: AnnualOverview) -> Callable[[str], str]:
    """The address of the movements in the year of the account with this number."""
    year = overview.year
    return lambda code: url_for("ledger.account", code=code, van=f"{year}-01-01", tot=f"{year}-12-31")
