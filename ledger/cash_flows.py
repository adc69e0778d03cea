"""What came in and went out in a year: every entry that touches cash, classified by its other legs.

It comes from the months, so it costs the same however many entries there are. A reversal counts under
the kind it reverses and so lessens the same flow. Opening + in − out = closing, always.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ledger import as_of, book, tables
from ledger.accounts import CASH, Account
from ledger.entries import EntryKind


class Flow(StrEnum):
    """A class of money in or out."""

    CONTRIBUTIONS = "contributions"
    REPAYMENTS_PARTNERS = "repayments_partners"
    REPAYMENTS_RESIDENTS = "repayments_residents"
    REPAYMENTS_OUTSIDE = "repayments_outside"
    WRITTEN_OFF_RECEIVED = "written_off_received"
    REFUNDS = "refunds"
    OTHER_INCOME = "other_income"
    NOT_RECOGNISED = "not_recognised"  # change of what is not recognised; negative when more went back
    PAYOUTS = "payouts"  # less what was rejected or returned
    CARDS = "cards"
    ADVANCES_REFUNDED = "advances_refunded"
    CONTRIBUTIONS_PAID_BACK = "contributions_paid_back"
    BANK_COSTS = "bank_costs"
    OTHER_COSTS = "other_costs"


OUT = frozenset(
    {
        Flow.PAYOUTS,
        Flow.CARDS,
        Flow.ADVANCES_REFUNDED,
        Flow.CONTRIBUTIONS_PAID_BACK,
        Flow.BANK_COSTS,
        Flow.OTHER_COSTS,
    }
)
REPAYMENTS = (
    Flow.REPAYMENTS_PARTNERS,
    Flow.REPAYMENTS_RESIDENTS,
    Flow.REPAYMENTS_OUTSIDE,
    Flow.WRITTEN_OFF_RECEIVED,
)

# Per kind that touches cash: the class of each account that can stand against it.
CLASSES: dict[EntryKind, dict[Account, Flow]] = {
    EntryKind.CONTRIBUTION_RECEIVED: {Account.CONTRIBUTIONS: Flow.CONTRIBUTIONS},
    EntryKind.CONTRIBUTION_PAID_BACK: {Account.CONTRIBUTIONS: Flow.CONTRIBUTIONS_PAID_BACK},
    EntryKind.PAYMENT_ORDERED: {Account.COMMITMENTS: Flow.PAYOUTS},
    EntryKind.PAYMENT_REJECTED: {Account.COMMITMENTS: Flow.PAYOUTS},
    EntryKind.PAYMENT_RETURNED: {Account.COMMITMENTS: Flow.PAYOUTS},
    EntryKind.PAYMENT_SEEN: {},
    EntryKind.CARDS_BOUGHT: {Account.CARDS: Flow.CARDS},
    EntryKind.ADVANCE_REFUNDED: {Account.PARTNER_ADVANCES: Flow.ADVANCES_REFUNDED},
    EntryKind.REPAYMENT_RECEIVED: {
        Account.PARTNER_CLAIMS: Flow.REPAYMENTS_PARTNERS,
        Account.RESIDENT_CLAIMS: Flow.REPAYMENTS_RESIDENTS,
        Account.OUTSIDE_CLAIMS: Flow.REPAYMENTS_OUTSIDE,
    },
    EntryKind.PAYEE_REFUND_UNSETTLED: {Account.UNSETTLED_CASES: Flow.REFUNDS},
    EntryKind.PAYEE_REFUND_SETTLED: {
        Account.PARTNER_CLAIMS: Flow.REFUNDS,
        Account.RESIDENT_CLAIMS: Flow.REFUNDS,
        Account.OUTSIDE_CLAIMS: Flow.REFUNDS,
        Account.SUSPENSE: Flow.NOT_RECOGNISED,
    },
    EntryKind.WRITTEN_OFF_CLAIM_RECEIVED: {Account.WRITE_OFFS: Flow.WRITTEN_OFF_RECEIVED},
    EntryKind.RECEIPT_UNRECOGNISED: {Account.SUSPENSE: Flow.NOT_RECOGNISED},
    EntryKind.RECEIPT_SENT_BACK: {Account.SUSPENSE: Flow.NOT_RECOGNISED},
    EntryKind.BANK_COSTS: {Account.BANK_COSTS: Flow.BANK_COSTS},
    # A counted difference of cards is cost or income without cash: both its legs are in the one class, where
    # they come to nothing.
    EntryKind.OTHER_COSTS: {Account.OTHER_COSTS: Flow.OTHER_COSTS, Account.CARDS: Flow.OTHER_COSTS},
    EntryKind.OTHER_INCOME: {Account.OTHER_INCOME: Flow.OTHER_INCOME, Account.CARDS: Flow.OTHER_INCOME},
    # A pot comes as it stands: all the cash it brings is the contribution of the partner that brings it.
    EntryKind.POT_TAKEN_OVER: dict.fromkeys(
        (account for account in Account if account not in CASH), Flow.CONTRIBUTIONS
    ),
}
Turnover = Mapping[tuple[EntryKind, Account], int]


class FlowUnclassified(RuntimeError):
    """Cash moved against an account that is in no class: the overview would not add up."""


@dataclass(frozen=True, slots=True)
class CashFlows:
    """The year's cash: ``flows`` holds a positive amount for money in (in ``Flow``) or out (in ``OUT``)."""

    year: int
    opening_cents: int
    closing_cents: int
    flows: Mapping[Flow, int]

    @property
    def in_cents(self) -> int:
        """Everything that came in."""
        return sum(cents for flow, cents in self.flows.items() if flow not in OUT)

    @property
    def out_cents(self) -> int:
        """Everything that went out."""
        return sum(cents for flow, cents in self.flows.items() if flow in OUT)

    @property
    def repayments_cents(self) -> int:
        """What partners, residents and outside parties repaid."""
        return sum(self.flows[flow] for flow in REPAYMENTS)


def cash_flows(
    session: Session, *, network: str, year: int, recorded_until_utc: datetime | None = None
) -> CashFlows:
    """The cash of ``year``. ``recorded_until_utc`` shows it as the book stood at that moment (a scan).

    Raises :class:`FlowUnclassified` rather than showing figures that do not add up.
    """
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    if recorded_until_utc is None:
        opening = _cash_before(connection, fund_id, year)
        turnover = _turnover(connection, fund_id, year)
    else:
        totals = as_of.main_balances(
            session, network=network, on=date(year - 1, 12, 31), recorded_until_utc=recorded_until_utc
        )
        opening = sum(totals[account] for account in CASH)
        turnover = as_of.turnover_by_kind(
            session,
            network=network,
            date_from=date(year, 1, 1),
            date_to=date(year, 12, 31),
            recorded_until_utc=recorded_until_utc,
        )
    return CashFlows(year, opening, opening + _cash(turnover), classify(turnover))


def classify(turnover: Turnover) -> dict[Flow, int]:
    """The flows that ``turnover`` (debit less credit per kind and account, in cents) amounts to."""
    by_kind: dict[EntryKind, dict[Account, int]] = defaultdict(dict)
    for (kind, account), cents in turnover.items():
        by_kind[kind][account] = cents
    flows = dict.fromkeys(Flow, 0)
    for kind, accounts in by_kind.items():
        cash = sum(accounts.get(account, 0) for account in CASH)
        others = {account: cents for account, cents in accounts.items() if account not in CASH and cents}
        if not any(account in accounts for account in CASH):
            continue
        classes = CLASSES.get(kind, {})
        unclassified = [account for account in others if account not in classes]
        if unclassified or cash != -sum(others.values()):
            raise FlowUnclassified(f"{kind}: {cash} cents of cash against {others}")
        for account, cents in others.items():
            flow = classes[account]
            flows[flow] += cents if flow in OUT else -cents
    return flows


def _cash(turnover: Turnover) -> int:
    return sum(cents for (_, account), cents in turnover.items() if account in CASH)


def _cash_before(connection: Connection, fund_id: int, year: int) -> int:
    m = tables.month.c
    query = select(func.sum(m.debit_cents) - func.sum(m.credit_cents)).where(
        m.fund_id == fund_id, m.month < year * 100, m.account.in_([account.value for account in CASH])
    )
    return int(connection.scalar(query) or 0)


def _turnover(connection: Connection, fund_id: int, year: int) -> Turnover:
    m = tables.month.c
    rows: Iterable[tuple[str, str, int]] = connection.execute(
        select(m.kind, m.account, func.sum(m.debit_cents) - func.sum(m.credit_cents))
        .where(m.fund_id == fund_id, m.month.between(year * 100 + 1, year * 100 + 12))
        .group_by(m.kind, m.account)
    )
    return {(EntryKind(kind), Account(account)): int(cents) for kind, account, cents in rows}
