"""Reading balances: each is one row that posting keeps, so it costs the same however long the book is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ledger import tables
from ledger.accounts import Account
from ledger.refusals import FundNotOpen


@dataclass(frozen=True, slots=True)
class FundPosition:
    """How the fund stands, in cents. Liabilities are positive numbers; so is money in transit when it is
    still to be debited (``in_transit_cents`` is the balance of 1150 and is then negative)."""

    bank_cents: int
    in_transit_cents: int
    cards_cents: int
    commitments_cents: int
    advances_cents: int
    suspense_cents: int
    buffer_cents: int
    unsettled_cents: int
    partner_claims_cents: int
    resident_claims_cents: int
    outside_claims_cents: int

    @property
    def cash_cents(self) -> int:
        """What the bank says, less what is ordered and not yet debited (1100 + 1150)."""
        return self.bank_cents + self.in_transit_cents

    @property
    def available_cents(self) -> int:
        """What can still be promised: 1100 + 1150 − 2100 − 2200 − 2900 − the buffer."""
        owed = self.commitments_cents + self.advances_cents + self.suspense_cents
        return self.cash_cents - owed - self.buffer_cents

    @property
    def still_to_come_back_cents(self) -> int:
        """What was paid and did not come back yet: claims, and paid cases that are not settled."""
        paid_not_settled = self.unsettled_cents - self.commitments_cents
        claims = self.partner_claims_cents + self.resident_claims_cents + self.outside_claims_cents
        return claims + paid_not_settled


def position_of(totals: dict[Account, int], buffer_cents: int) -> FundPosition:
    """The position that follows from the main accounts' balances (debit positive)."""
    return FundPosition(
        bank_cents=totals.get(Account.BANK, 0),
        in_transit_cents=totals.get(Account.IN_TRANSIT, 0),
        cards_cents=totals.get(Account.CARDS, 0),
        commitments_cents=-totals.get(Account.COMMITMENTS, 0),
        advances_cents=-totals.get(Account.PARTNER_ADVANCES, 0),
        suspense_cents=-totals.get(Account.SUSPENSE, 0),
        buffer_cents=buffer_cents,
        unsettled_cents=totals.get(Account.UNSETTLED_CASES, 0),
        partner_claims_cents=totals.get(Account.PARTNER_CLAIMS, 0),
        resident_claims_cents=totals.get(Account.RESIDENT_CLAIMS, 0),
        outside_claims_cents=totals.get(Account.OUTSIDE_CLAIMS, 0),
    )


def balance_cents(session: Session, *, network: str, account: Account, subject: str = "") -> int:
    """The balance of a sub-account, or of the whole main account without ``subject``; debit positive.

    0 for what was never posted to. An unknown network has no balances either.
    """
    b, f = tables.balance.c, tables.fund.c
    found = session.connection().scalar(
        select(b.balance_cents)
        .join(tables.fund, f.id == b.fund_id)
        .where(f.network == network, b.account == account.value, b.subject == subject)
    )
    return found or 0


def subject_balances(
    session: Session, *, network: str, account: Account, nonzero: bool = True
) -> dict[str, int]:
    """The balances of all sub-accounts of ``account``, by subject; without those at zero unless asked."""
    b, f = tables.balance.c, tables.fund.c
    query = (
        select(b.subject, b.balance_cents)
        .join(tables.fund, f.id == b.fund_id)
        .where(f.network == network, b.account == account.value, b.subject != "")
        .order_by(b.subject)
    )
    if nonzero:
        query = query.where(b.balance_cents != 0)
    return dict(session.connection().execute(query).all())


def _totals_query(network: str) -> Select[tuple[str, int, int]]:
    b, f = tables.balance.c, tables.fund.c
    joined = tables.fund.outerjoin(
        tables.balance,
        # Naming the accounts makes this one look-up each, past the sub-accounts.
        (b.fund_id == f.id) & (b.subject == "") & b.account.in_([account.value for account in Account]),
    )
    return select(b.account, b.balance_cents, f.buffer_cents).select_from(joined).where(f.network == network)


def main_balances(session: Session, *, network: str) -> dict[Account, int]:
    """The balance of every main account (0 where nothing was posted), debit positive."""
    return _totals_and_buffer(session, network)[0]


def _totals_and_buffer(session: Session, network: str) -> tuple[dict[Account, int], int]:
    rows = session.connection().execute(_totals_query(network)).all()
    if not rows:
        raise FundNotOpen(network=network)
    totals = dict.fromkeys(Account, 0)
    totals.update({Account(row.account): row.balance_cents for row in rows if row.account is not None})
    return totals, rows[0].buffer_cents


def fund_position(session: Session, *, network: str) -> FundPosition:
    """How the fund of ``network`` stands now. Raises :class:`FundNotOpen`."""
    return position_of(*_totals_and_buffer(session, network))
