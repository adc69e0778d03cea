"""Claims as they stand, and which parts of them are due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select
from sqlalchemy.orm import Session

from ledger import tables
from ledger.accounts import Account
from ledger.entries import EntryKind
from ledger.refusals import ClaimNotFound

# The events that bring money back on a claim, in cash or by setting off.
REPAYING = (
    EntryKind.REPAYMENT_RECEIVED,
    EntryKind.RECEIPT_RECOGNISED,
    EntryKind.PAYEE_REFUND_SETTLED,
    EntryKind.ADVANCE_SET_OFF,
)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One agreed part of a claim."""

    due_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What ``party`` owes for ``case`` after ``settlement``; ``open_cents`` is what it still owes.

    ``instalments`` is the plan in force (empty: everything on ``due_on``); it divides ``planned_cents``,
    what was open when the plan was made.
    """

    reference: str
    account: Account
    case: str
    settlement: str
    party: str
    party_name: str
    amount_cents: int
    open_cents: int
    raised_on: date
    due_on: date
    entry_id: int
    planned_cents: int
    instalments: tuple[Instalment, ...] = ()


def open_parts(claim: Claim) -> tuple[tuple[date, int], ...]:
    """The parts of ``claim`` that are still open, oldest first, as ``(due_on, open_cents)``.

    What came in fills the oldest instalments first.
    """
    if not claim.instalments:
        return ((claim.due_on, claim.open_cents),) if claim.open_cents else ()
    received = claim.planned_cents - claim.open_cents
    parts = []
    for part in sorted(claim.instalments, key=lambda one: one.due_on):
        filled = min(received, part.amount_cents)
        received -= filled
        if part.amount_cents > filled:
            parts.append((part.due_on, part.amount_cents - filled))
    return tuple(parts)


def due_parts(claim: Claim, on: date) -> tuple[tuple[date, int], ...]:
    """The open parts of ``claim`` whose due date is ``on`` or earlier, oldest first."""
    return tuple(part for part in open_parts(claim) if part[0] <= on)


def oldest_due_on(claim: Claim) -> date | None:
    """The due date of the oldest open part, ``None`` when nothing is open."""
    parts = open_parts(claim)
    return parts[0][0] if parts else None


def open_claims(
    session: Session, *, network: str, account: Account | None = None, party: str | None = None
) -> tuple[Claim, ...]:
    """Every claim with an open part, by due date and reference; on one account or party if asked."""
    conditions = [tables.balance.c.balance_cents > 0]
    if account is not None:
        conditions.append(tables.claim.c.account == account.value)
    if party is not None:
        conditions.append(tables.claim.c.party == party)
    return _find(session.connection(), network, *conditions)


def claims_of_case(session: Session, *, network: str, case: str) -> tuple[Claim, ...]:
    """Every claim that arose from ``case``, open or not."""
    return _find(session.connection(), network, tables.claim.c.case_number == case)


def claims_of_settlement(session: Session, *, network: str, settlement: str) -> tuple[Claim, ...]:
    """Every claim raised under this settlement reference, open or not."""
    return _find(session.connection(), network, tables.claim.c.settlement == settlement)


def claim(session: Session, *, network: str, reference: str) -> Claim:
    """The claim with this reference. Raises :class:`ClaimNotFound`."""
    found = _find(session.connection(), network, tables.claim.c.reference == reference)
    if not found:
        raise ClaimNotFound(reference=reference)
    return found[0]


def repaid_cents(session: Session, *, network: str, reference: str) -> int:
    """What came back on a claim, in cash or set off, less what of that was reversed."""
    one = claim(session, network=network, reference=reference)
    e, lg = tables.entry, tables.leg.c
    original = e.alias()
    kind = func.coalesce(original.c.kind, e.c.kind)
    query = (
        select(func.coalesce(func.sum(-lg.amount_cents), 0))
        .select_from(
            tables.leg.join(e, e.c.id == lg.entry_id)
            .join(tables.fund, tables.fund.c.id == e.c.fund_id)
            .outerjoin(original, original.c.id == e.c.reverses)
        )
        .where(
            lg.account == one.account.value,
            lg.subject == reference,
            tables.fund.c.network == network,
            kind.in_([each.value for each in REPAYING]),
        )
    )
    return int(session.connection().scalar(query) or 0)


def _find(connection: Connection, network: str, *conditions: ColumnElement[bool]) -> tuple[Claim, ...]:
    c, b, f = tables.claim.c, tables.balance.c, tables.fund.c
    joined = tables.claim.join(tables.fund, f.id == c.fund_id).join(
        tables.balance, (b.fund_id == c.fund_id) & (b.account == c.account) & (b.subject == c.reference)
    )
    rows = connection.execute(
        select(tables.claim, b.balance_cents)
        .select_from(joined)
        .where(f.network == network, *conditions)
        .order_by(c.due_on, c.reference)
    ).all()
    plans = _plans(connection, joined, network, conditions) if rows else {}
    return tuple(_claim_of(row, plans.get(row.id, ())) for row in rows)


def _plans(
    connection: Connection, joined: Any, network: str, conditions: tuple[ColumnElement[bool], ...]
) -> dict[int, tuple[Instalment, ...]]:
    c, i = tables.claim.c, tables.instalment.c
    rows = connection.execute(
        select(i.claim_id, i.due_on, i.amount_cents)
        .select_from(joined.join(tables.instalment, (i.claim_id == c.id) & (i.plan == c.plan)))
        .where(tables.fund.c.network == network, *conditions)
        .order_by(i.claim_id, i.number)
    )
    found: dict[int, list[Instalment]] = defaultdict(list)
    for claim_id, due_on, amount_cents in rows:
        found[claim_id].append(Instalment(due_on, amount_cents))
    return {claim_id: tuple(parts) for claim_id, parts in found.items()}


def _claim_of(row: Row[Any], instalments: tuple[Instalment, ...]) -> Claim:
    return Claim(
        reference=row.reference,
        account=Account(row.account),
        case=row.case_number,
        settlement=row.settlement,
        party=row.party,
        party_name=row.party_name,
        amount_cents=row.amount_cents,
        open_cents=row.balance_cents,
        raised_on=row.raised_on,
        due_on=row.due_on,
        entry_id=row.entry_id,
        planned_cents=row.planned_cents,
        instalments=instalments,
    )
