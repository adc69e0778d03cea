"""Ways to a settlement: through its case for the secretariat, by its id for a party or an executive."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.payout.tables import Payout
from casework.settlement.tables import Settlement, SettlementParty
from errors import NotFound
from ledger.accounts import Account
from ledger.balances import balance_cents
from rules.lifecycle import SettlementState
from rules.roles import Role

# In these states a proposal is on its way; there is at most one per case.
UNDER_WAY = frozenset(
    {
        SettlementState.PROPOSED.value,
        SettlementState.PUT.value,
        SettlementState.ACCEPTED.value,
        SettlementState.DISPUTED.value,
    }
)
STANDING = frozenset({SettlementState.DECIDED.value, SettlementState.REPAID.value})


def settlements_of(work: Work, case: Case) -> list[Settlement]:
    """Every settlement of ``case``, oldest first, also those that did not stand."""
    query = select(Settlement).where(Settlement.case_id == case.id).order_by(Settlement.sequence)
    return list(work.session.scalars(query.execution_options(populate_existing=True)))


def under_way(work: Work, case: Case) -> Settlement | None:
    """The proposal of ``case`` that is not decided yet."""
    return next((one for one in settlements_of(work, case) if one.state in UNDER_WAY), None)


def settleable_cents(work: Work, case: Case) -> int:
    """What was paid for ``case`` and is not settled yet, in cents. Never negative.

    1400 less 2100, less what is ordered and not yet on a statement: that can still be rejected.
    """
    owed = balance_cents(
        work.session, network=work.network.code, account=Account.UNSETTLED_CASES, subject=case.number
    )
    promised = balance_cents(
        work.session, network=work.network.code, account=Account.COMMITMENTS, subject=case.number
    )
    ordered = select(func.coalesce(func.sum(Payout.amount_cents), 0)).where(
        Payout.case_id == case.id, Payout.state == "ordered"
    )
    # 2100 is a liability: its balance is credit, so adding it takes the unpaid part off.
    return max(0, owed + promised - int(work.session.scalar(ordered) or 0))


def members_on(work: Work, day: date) -> dict[str, Partner]:
    """The partners that take part on ``day``, by code."""
    query = select(Partner).where(
        Partner.network_id == work.network.id,
        Partner.joined_on <= day,
        (Partner.left_on.is_(None)) | (Partner.left_on > day),
    )
    return {partner.code: partner for partner in work.session.scalars(query.order_by(Partner.code))}


def settlement_of_party(work: Work, settlement_id: int, *, lock: bool = False) -> tuple[Settlement, Case]:
    """A settlement that was put to a partner for whom the actor answers.

    Others, also representatives of other partners, learn nothing: raises :class:`NotFound`.
    """
    partners = work.actor.partner_ids(Role.REPRESENTATIVE)
    put = select(SettlementParty.settlement_id).where(SettlementParty.partner_id.in_(partners))
    return settlement_by_id(work, settlement_id, Settlement.id.in_(put), lock=lock)


def settlement_of_executives(
    work: Work, settlement_id: int, *, lock: bool = False
) -> tuple[Settlement, Case]:
    """A settlement that was put to the executives. Raises :class:`NotFound` for any other."""
    return settlement_by_id(work, settlement_id, Settlement.escalated_at_utc.is_not(None), lock=lock)


def settlement_by_id(
    work: Work, settlement_id: int, *conditions: ColumnElement[bool], lock: bool = False
) -> tuple[Settlement, Case]:
    """A settlement of the network with its case. The caller sees to it who may. Raises :class:`NotFound`."""
    query = select(Settlement.case_id).where(
        Settlement.id == settlement_id, Settlement.network_id == work.actor.network_id, *conditions
    )
    case_id = work.session.scalar(query)
    if case_id is None:
        raise NotFound()
    found = select(Case).where(Case.id == case_id)
    if lock:
        found = found.with_for_update(of=Case)
    case = work.session.scalars(found).one()
    # Read after the lock: what another just decided must be seen.
    settlement = work.session.scalars(
        select(Settlement).where(Settlement.id == settlement_id).execution_options(populate_existing=True)
    ).one()
    return settlement, case
