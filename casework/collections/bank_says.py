"""What the bank's statements say of collections: one that was ordered is money only when it is there.

Statements are matched by end-to-end id (:mod:`ledger.bank.references`); what was booked on a line is the
truth, also when it was undone. So a collection is never told by anybody what became of it: it looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casework.collections.refusals import CollectionState
from casework.collections.tables import Collection
from casework.context import Work
from ledger import tables as ledger_tables
from ledger.bank.matching_facts import MatchKind
from ledger.bank.tables import bank_booking, bank_line, bank_statement

_SAYS = {
    MatchKind.REPAYMENT.value: CollectionState.COLLECTED,
    MatchKind.COLLECTION_REVERSED.value: CollectionState.REVERSED,
}
# What statements can still change. What was refused before it was debited never comes on one.
_FOLLOWED = frozenset({CollectionState.ORDERED, CollectionState.COLLECTED, CollectionState.REVERSED})


@dataclass(frozen=True, slots=True)
class BankWord:
    """The last thing a statement said of a collection; ``reason`` is the bank's code for a reversal."""

    state: CollectionState
    on: date
    reason: str


def said_by_bank(work: Work, end_to_end_ids: Iterable[str]) -> dict[str, BankWord]:
    """Per end-to-end id what the statements say, as far as it is booked; nothing for those not on one."""
    b, ln, s, f = bank_booking.c, bank_line.c, bank_statement.c, ledger_tables.fund.c
    rows = work.session.execute(
        select(ln.end_to_end_id, b.kind, ln.booked_on, ln.return_reason)
        .select_from(bank_booking)
        .join(bank_line, ln.id == b.line_id)
        .join(bank_statement, s.id == ln.statement_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(
            f.network == work.network.code,
            ln.end_to_end_id.in_(list(end_to_end_ids)),
            b.kind.in_(_SAYS),
            b.undone_by.is_(None),
        )
        .order_by(ln.booked_on, b.id)
    )
    return {row.end_to_end_id: BankWord(_SAYS[row.kind], row.booked_on, row.return_reason) for row in rows}


def state_of(row: Collection, word: BankWord | None) -> tuple[CollectionState, date | None, str]:
    """How far a collection is, since when, and the bank's reason: by the statements, else by its row.

    What a statement said and was undone since is under way again; what was noted by hand stays.
    """
    state = CollectionState(row.state)
    if state not in _FOLLOWED or (word is None and row.noted_by is not None):
        return state, row.bank_on, row.bank_reason
    if word is None:
        return CollectionState.ORDERED, None, ""
    return word.state, word.on, word.reason


def follow_bank(work: Work) -> int:
    """Let the rows follow the statements, so that what came back can be collected again; how many changed."""
    rows = work.session.scalars(
        select(Collection)
        .where(Collection.network_id == work.network.id, Collection.state.in_(_FOLLOWED))
        .order_by(Collection.id)
        .with_for_update(of=Collection)
    ).all()
    words = said_by_bank(work, [row.end_to_end_id for row in rows])
    changed = 0
    for row in rows:
        state, on, reason = state_of(row, words.get(row.end_to_end_id))
        if (state, on, reason) != (row.state, row.bank_on, row.bank_reason):
            row.state, row.bank_on, row.bank_reason = state.value, on, reason
            row.live = state is CollectionState.ORDERED
            changed += 1
    work.session.flush()
    return changed
