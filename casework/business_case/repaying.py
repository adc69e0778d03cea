"""With whom a case's payout ends: what each party repaid, or owes and is expected to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.business_case.prices import RESIDENT
from casework.cases.tables import Case
from casework.network.tables import Network
from casework.settlement.tables import Settlement
from ledger import tables
from ledger.accounts import CLAIMS, Account
from ledger.entries import EntryKind
from rules.lifecycle import SettlementKind, SettlementState

# A settlement that fell back counts as well: what was repaid on it before may have stayed repaid.
_CHARGED = (SettlementState.DECIDED.value, SettlementState.REPAID.value, "fallen_back")
_NOT_REPAID = (EntryKind.CLAIM_FELL_BACK, EntryKind.REPAID_PART_FELL_BACK, EntryKind.CLAIM_WRITTEN_OFF)


def repaid_by(session: Session, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Per case id what each party repaid or still owes, in cents: partner code, ``resident`` or a name.

    What fell back or was written off is with nobody, and so stays with the pot until it is settled anew.
    """
    wanted = list(ids)
    not_repaid = _not_repaid(session, wanted)
    rows = session.execute(
        select(
            Settlement.case_id, Settlement.kind, Settlement.amount_cents, Settlement.outside_party,
            Settlement.sequence, Settlement.facts, Case.number,
        )
        .join(Case, Case.id == Settlement.case_id)
        .where(Settlement.case_id.in_(wanted), Settlement.state.in_(_CHARGED))
        .order_by(Settlement.case_id, Settlement.sequence)
    )  # fmt: skip
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        lost = not_repaid.get(row.case_id, {})
        shares = found.setdefault(row.case_id, {})
        settlement = f"{row.number}-V{row.sequence}-"  # as the references of its claims begin
        for claim, cents in _claims(row.kind, row.amount_cents, row.facts).items():
            party = _party(row.kind, row.outside_party, claim.removeprefix(settlement))
            shares[party] = shares.get(party, 0) + cents - lost.get(claim, 0)
    return found


def _claims(kind: str, amount_cents: int, facts: Mapping[str, object]) -> dict[str, int]:
    """The claims of a settlement by reference, with what each was for."""
    if kind == SettlementKind.GIFT:
        return {}
    claims = facts.get("claims")
    if isinstance(claims, dict) and claims:
        return {str(reference): int(cents) for reference, cents in claims.items()}
    return {"": amount_cents} if kind in (SettlementKind.RESIDENT, SettlementKind.OUTSIDE) else {}


def _party(kind: str, outside_party: str, partner_code: str) -> str:
    if kind == SettlementKind.RESIDENT:
        return RESIDENT
    return outside_party if kind == SettlementKind.OUTSIDE else partner_code


def _not_repaid(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    """Per case id and claim reference what fell back or was written off, in cents, reversals taken off."""
    c, e, f, lg = tables.claim.c, tables.entry.c, tables.fund.c, tables.leg.c
    original = tables.entry.alias()
    kind = func.coalesce(original.c.kind, e.kind)
    accounts = [account.value for account in (*CLAIMS, Account.SUSPENSE)]
    rows = session.execute(
        select(Case.id, c.reference, func.sum(-lg.amount_cents))
        .select_from(Case)
        .join(Network, Network.id == Case.network_id)
        .join(tables.fund, f.network == Network.code)
        .join(tables.claim, (c.fund_id == f.id) & (c.case_number == Case.number))
        .join(tables.leg, lg.account.in_(accounts) & (lg.subject == c.reference))
        .join(tables.entry, (e.id == lg.entry_id) & (e.fund_id == f.id))
        .outerjoin(original, original.c.id == e.reverses)
        .where(Case.id.in_(ids), kind.in_([one.value for one in _NOT_REPAID]))
        .group_by(Case.id, c.reference)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for case_id, reference, cents in rows:
        found[case_id][reference] = int(cents)
    return found
