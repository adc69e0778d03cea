"""Claims that were written off, of which something may come in all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import book, tables
from ledger.accounts import Account
from ledger.entries import EntryKind

_KINDS = (EntryKind.CLAIM_WRITTEN_OFF.value, EntryKind.WRITTEN_OFF_CLAIM_RECEIVED.value)


def written_off_left(session: Session, *, network: str) -> Mapping[str, int]:
    """By claim reference what was written off and did not come in since, in cents; only what is above zero.

    A reversal lessens what it reverses.
    """
    connection = session.connection()
    fund_id = book.fund_id_of(connection, network)
    e, lg, c = tables.entry.c, tables.leg.c, tables.claim.c
    original, other = tables.entry.alias(), tables.leg.alias()
    kind = func.coalesce(original.c.kind, e.kind)
    # Writing off names the claim by its leg, receiving by its cause: a reversal's is that of what it undoes.
    reference = func.coalesce(c.reference, original.c.cause, e.cause)
    rows = connection.execute(
        select(reference, func.sum(lg.amount_cents))
        .select_from(
            tables.leg.join(tables.entry, e.id == lg.entry_id)
            .outerjoin(original, original.c.id == e.reverses)
            .outerjoin(other, (other.c.entry_id == e.id) & (other.c.account != lg.account))
            .outerjoin(tables.claim, (c.fund_id == e.fund_id) & (c.reference == other.c.subject))
        )
        .where(e.fund_id == fund_id, lg.account == Account.WRITE_OFFS.value, kind.in_(_KINDS))
        .group_by(reference)
    )
    left: dict[str, int] = defaultdict(int)
    for claim, cents in rows:
        left[claim] += int(cents)
    return {claim: cents for claim, cents in left.items() if cents > 0}
