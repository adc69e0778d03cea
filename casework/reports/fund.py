"""The fund's year: opening, in, out and closing cash, what the closing is made of, and what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import as_of, statements, tables
from ledger.accounts import Account
from ledger.balances import FundPosition
from ledger.cash_flows import OUT, Flow, cash_flows
from ledger.entries import EntryKind
from rules.business_case import Figure
from rules.wording import Labelled, ReasonKind


class YearState(Labelled):
    """How far the year's books are."""

    OPEN = "open", "het jaar is nog open", "the year is still open"
    CLOSED = "closed", "afgesloten door de penningmeester", "closed by the treasurer"
    AUDITED = "audited", "gecontroleerd, nog niet vastgesteld", "audited, not adopted yet"
    ADOPTED = "adopted", "vastgesteld door de bestuurders", "adopted by the executives"


class FlowLabel(Labelled):
    """What a class of money in or out is called; the codes are those of :class:`ledger.cash_flows.Flow`."""

    CONTRIBUTIONS = Flow.CONTRIBUTIONS.value, "bijdragen van partners", "contributions from partners"
    REPAYMENTS_PARTNERS = Flow.REPAYMENTS_PARTNERS.value, "terugbetaald door partners", "repaid by partners"
    REPAYMENTS_RESIDENTS = (
        Flow.REPAYMENTS_RESIDENTS.value,
        "terugbetaald door inwoners",
        "repaid by residents",
    )
    REPAYMENTS_OUTSIDE = (
        Flow.REPAYMENTS_OUTSIDE.value,
        "terugbetaald door partijen buiten het netwerk",
        "repaid by parties outside the network",
    )
    WRITTEN_OFF_RECEIVED = (
        Flow.WRITTEN_OFF_RECEIVED.value,
        "alsnog ontvangen na afboeken",
        "received after it was written off",
    )
    REFUNDS = Flow.REFUNDS.value, "teruggestort door ontvangers", "refunded by payees"
    OTHER_INCOME = Flow.OTHER_INCOME.value, "andere inkomsten", "other income"
    NOT_RECOGNISED = (
        Flow.NOT_RECOGNISED.value,
        "nog niet herkende ontvangsten (verandering)",
        "receipts not recognised (change)",
    )
    PAYOUTS = Flow.PAYOUTS.value, "uitbetaald aan casussen", "paid out to cases"
    CARDS = Flow.CARDS.value, "cadeaukaarten en betaalkaarten gekocht", "vouchers and cards bought"
    ADVANCES_REFUNDED = (
        Flow.ADVANCES_REFUNDED.value,
        "voorschotten van partners terugbetaald",
        "advances of partners refunded",
    )
    CONTRIBUTIONS_PAID_BACK = (
        Flow.CONTRIBUTIONS_PAID_BACK.value,
        "bijdragen teruggegeven",
        "contributions paid back",
    )
    BANK_COSTS = Flow.BANK_COSTS.value, "bankkosten", "bank costs"
    OTHER_COSTS = Flow.OTHER_COSTS.value, "andere kosten", "other costs"


@dataclass(frozen=True, slots=True)
class FundYear:
    """One year of the fund, in cents. ``position`` is how it stood on ``seen_on``: the year's last day, or
    the day of looking in a year that runs. ``flows_in`` and ``flows_out`` are positive for money that came
    in or went out, reversals taken off."""

    year: int
    seen_on: date
    state: YearState
    opening_cents: int
    flows_in: Mapping[Flow, int]
    flows_out: Mapping[Flow, int]
    closing_cents: int
    position: FundPosition
    gifts_cents: int
    write_offs_cents: int

    @property
    def in_cents(self) -> int:
        """Everything that came in."""
        return sum(self.flows_in.values())

    @property
    def out_cents(self) -> int:
        """Everything that went out."""
        return sum(self.flows_out.values())

    @property
    def repayments_cents(self) -> int:
        """What partners, residents and outside parties repaid, also after it was written off."""
        return sum(self.flows_in[flow] for flow in REPAID)

    @property
    def payouts_cents(self) -> int:
        """What was paid out to cases, less what was returned."""
        return self.flows_out[Flow.PAYOUTS]

    @property
    def claims_cents(self) -> int:
        """What the accounts of claims come to."""
        position = self.position
        owed = position.partner_claims_cents + position.resident_claims_cents
        return owed + position.outside_claims_cents

    @property
    def given_up_cents(self) -> int:
        """Gifts and write-offs of the year; no cash moves."""
        return self.gifts_cents + self.write_offs_cents

    @property
    def revolving_rate(self) -> Figure:
        """Repayments received in the year / payouts of the year."""
        return ratio(self.repayments_cents, self.payouts_cents, NOTHING_PAID)


REPAID = (
    Flow.REPAYMENTS_PARTNERS,
    Flow.REPAYMENTS_RESIDENTS,
    Flow.REPAYMENTS_OUTSIDE,
    Flow.WRITTEN_OFF_RECEIVED,
)
NOTHING_PAID = ReasonKind(
    "nothing_paid",
    "Er is dit jaar niets uitbetaald, dus hier valt niets te delen.",
    "Nothing was paid out this year, so there is nothing to divide by.",
)


class FundDoesNotAddUp(RuntimeError):
    """Two ways to one figure give two figures: rather no overview than a wrong one."""


def ratio(part: int | Fraction, whole: int | Fraction, why_not: ReasonKind) -> Figure:
    """``part / whole``, exactly; no figure where there is no whole."""
    return Figure(Fraction(part) / Fraction(whole)) if whole > 0 else Figure(None, why_not())


def fund_year(session: Session, *, network: str, year: int, seen_on: date) -> FundYear:
    """The year of the fund. Raises :class:`FundDoesNotAddUp`, and ``FlowUnclassified`` of the ledger."""
    cash = cash_flows(session, network=network, year=year)
    totals = statements.year_totals(session, network=network, year=year, with_closing=False)
    given_up = {account: totals[account] for account in (Account.GIFTS, Account.WRITE_OFFS)}
    found = FundYear(
        year=year,
        seen_on=seen_on,
        state=_state(session, network, year),
        opening_cents=cash.opening_cents,
        flows_in={flow: cash.flows[flow] for flow in Flow if flow not in OUT},
        flows_out={flow: cash.flows[flow] for flow in Flow if flow in OUT},
        closing_cents=cash.closing_cents,
        position=as_of.fund_position(session, network=network, on=date(year, 12, 31)),
        gifts_cents=given_up[Account.GIFTS].debit_cents - given_up[Account.GIFTS].credit_cents,
        write_offs_cents=_written_off(session, network, year),
    )
    if (
        found.opening_cents + found.in_cents - found.out_cents != found.closing_cents
        or found.position.cash_cents != found.closing_cents
    ):
        raise FundDoesNotAddUp(f"{network} {year}: {found}")
    return found


def _written_off(session: Session, network: str, year: int) -> int:
    """Claims written off in the year. What came in on them afterwards is money in, not less given up."""
    m = tables.month.c
    query = (
        select(m.debit_cents, m.credit_cents)
        .join(tables.fund, tables.fund.c.id == m.fund_id)
        .where(
            tables.fund.c.network == network,
            m.account == Account.WRITE_OFFS.value,
            m.kind == EntryKind.CLAIM_WRITTEN_OFF.value,
            m.month.between(year * 100 + 1, year * 100 + 12),
        )
    )
    return sum(debit - credit for debit, credit in session.connection().execute(query))


def _state(session: Session, network: str, year: int) -> YearState:
    y, f = tables.year.c, tables.fund.c
    found = session.connection().scalar(
        select(y.state).join(tables.fund, f.id == y.fund_id).where(f.network == network, y.book_year == year)
    )
    return YearState(found) if found else YearState.OPEN
