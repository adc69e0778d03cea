"""What became of a year's payouts: of what was paid on cases in that year, the share that has come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, Connection, Join, case, func, select
from sqlalchemy.orm import Session

from casework.reports.fund import NOTHING_PAID, ratio
from ledger import book, tables
from ledger.accounts import CLAIMS, Account
from ledger.claims.reading import REPAYING
from ledger.entries import EntryKind
from rules.business_case import Figure

# What lowers a promise because it is paid, in whatever form, and what makes it stand again.
_PAYING = (
    EntryKind.PAYMENT_ORDERED,
    EntryKind.PAYMENT_REJECTED,
    EntryKind.PAYMENT_RETURNED,
    EntryKind.CARDS_HANDED_OUT,
    EntryKind.PARTNER_PAID_IN_ADVANCE,
)
# What comes back on a case itself: refunds by payees, less what is owed again after falling back.
_RETURNING = (
    EntryKind.PAYEE_REFUND_UNSETTLED,
    EntryKind.RECEIPT_RECOGNISED,
    EntryKind.REPAID_PART_FELL_BACK,
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """``paid_cents`` was paid on cases in ``year``; ``returned_cents`` of it has come back by now.

    A case that was paid in several years shares what came back over them in proportion, exactly.
    """

    year: int
    paid_cents: int
    returned_cents: Fraction

    @property
    def returned_share(self) -> Figure:
        """The cohort return."""
        return ratio(self.returned_cents, self.paid_cents, NOTHING_PAID)


def cohort(session: Session, *, network: str, year: int) -> Cohort:
    """The cohort of ``year``, in four statements over the book."""
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    paid = _paid(connection, fund_id, year)
    returned = _returned(connection, fund_id, paid)
    share = sum(
        (
            Fraction(returned.get(number, 0)) * in_year / in_all
            for number, (in_year, in_all) in paid.items()
            if in_all > 0
        ),
        Fraction(0),
    )
    return Cohort(year, sum(in_year for in_year, _in_all in paid.values()), share)


def _legs_with_kind() -> tuple[Join, ColumnElement[str]]:
    """Legs with their entries, and the kind of each; a reversal counts under the kind it reverses."""
    e = tables.entry
    original = e.alias()
    legs = tables.leg.join(e, e.c.id == tables.leg.c.entry_id)
    legs = legs.outerjoin(original, original.c.id == e.c.reverses)
    return legs, func.coalesce(original.c.kind, e.c.kind)


def _values(kinds: Iterable[EntryKind]) -> list[str]:
    return [kind.value for kind in kinds]


def _paid(connection: Connection, fund_id: int, year: int) -> dict[str, tuple[int, int]]:
    """Per case number what was paid in the year and in all years."""
    e, lg = tables.entry.c, tables.leg.c
    legs, kind = _legs_with_kind()
    in_year = func.sum(case((e.book_year == year, lg.amount_cents), else_=0))
    rows = connection.execute(
        select(lg.subject, in_year, func.sum(lg.amount_cents))
        .select_from(legs)
        .where(e.fund_id == fund_id, lg.account == Account.COMMITMENTS.value, kind.in_(_values(_PAYING)))
        .group_by(lg.subject)
        .having(in_year != 0)
    )
    return {number: (int(this_year), int(ever)) for number, this_year, ever in rows}


def _returned(connection: Connection, fund_id: int, paid: Mapping[str, object]) -> dict[str, int]:
    """Per case number what came back: repaid on its claims, refunded by payees, received after all."""
    e, lg, c = tables.entry.c, tables.leg.c, tables.claim.c
    legs, kind = _legs_with_kind()
    accounts = [account.value for account in CLAIMS]
    on_claims = (
        select(c.case_number, -func.sum(lg.amount_cents))
        .select_from(legs.join(tables.claim, (c.fund_id == e.fund_id) & (c.reference == lg.subject)))
        .where(e.fund_id == fund_id, lg.account.in_(accounts), kind.in_(_values(REPAYING)))
        .group_by(c.case_number)
    )
    on_cases = (
        select(lg.subject, -func.sum(lg.amount_cents))
        .select_from(legs)
        .where(e.fund_id == fund_id, lg.account == Account.UNSETTLED_CASES.value)
        .where(kind.in_(_values(_RETURNING)))
        .group_by(lg.subject)
    )
    undone = tables.entry.alias()
    named = func.coalesce(undone.c.cause, e.cause)  # a reversal has a cause of its own
    after_all = (
        select(c.case_number, -func.sum(lg.amount_cents))
        .select_from(
            legs.outerjoin(undone, undone.c.id == e.reverses).join(
                tables.claim, (c.fund_id == e.fund_id) & (c.reference == named)
            )
        )
        .where(
            e.fund_id == fund_id,
            lg.account == Account.WRITE_OFFS.value,
            kind == EntryKind.WRITTEN_OFF_CLAIM_RECEIVED.value,
        )
        .group_by(c.case_number)
    )
    found: dict[str, int] = {}
    for query in (on_claims, on_cases, after_all):
        for number, cents in connection.execute(query):
            if number in paid:
                found[number] = found.get(number, 0) + int(cents)
    return found
