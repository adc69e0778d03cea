"""The treasurer's own page: what is to be paid, released, confirmed and collected."""

from __future__ import annotations

from flask import render_template, url_for

from casework.access import Permission
from casework.accounts.queries import changes_to_judge
from casework.claims.queries import due_claims
from casework.collections.queries import batches_to_release
from casework.context import Work
from casework.fund.by_hand import takes_statements
from casework.fund.queries import contributions_of_year
from casework.fund.suspense import owed_back
from casework.paging import PER_PAGE, Page, offset_of
from casework.payout.batch_queries import (
    batches_to_upload,
    fund_payments_under_way,
    prepared_batches,
    waiting_fund_payments,
)
from casework.payout.queries import lines_to_pay, payouts_under_way, to_pay_totals
from casework.web.money_form import page_number
from casework.web.route import needs, work
from casework.web.treasury_base import bp
from ledger.balances import fund_position

_SHOWN = 10


@bp.get("/betalen")
@needs(Permission.PAYOUT_ORDER)
def index() -> str:
    """What is to be paid, released, confirmed and collected."""
    with work() as job:
        return index_page(job)


def index_page(job: Work, errors: dict[str, str] | None = None) -> str:
    """The page, with what is wrong with a choice that was made on it."""
    year = job.today.year
    contributions = contributions_of_year(job, year)
    count, cents = to_pay_totals(job)
    number = page_number()
    under_way = payouts_under_way(job, limit=_SHOWN + 1)
    return render_template(
        "treasury/index.html",
        errors=errors or {},
        fund_position=fund_position(job.session, network=job.network.code),
        found=Page(lines_to_pay(job, limit=PER_PAGE, offset=offset_of(number)), number, count),
        to_pay_cents=cents,
        payments=waiting_fund_payments(job),
        prepared=prepared_batches(job),
        to_upload=batches_to_upload(job),
        under_way=under_way[:_SHOWN],
        more_under_way=len(under_way) > _SHOWN,
        payments_under_way=fund_payments_under_way(job),
        due=due_claims(job, limit=_SHOWN),
        owed=owed_back(job),
        changes=changes_to_judge(job),
        to_collect=batches_to_release(job),
        by_statement=takes_statements(job),
        year=year,
        contributions=contributions,
        still_expected=[one for one in contributions if one.open_cents],
        page_url=lambda number: url_for("treasury.index", bladzijde=number, _anchor="to-pay"),
    )
