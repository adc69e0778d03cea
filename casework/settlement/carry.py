"""The carry of collective splits in the database: read and kept under a lock, handed over by leavers.

The arithmetic is :mod:`rules.allocation`; here it meets rows. Everything that changes carries locks the
network's row first, so that two splits at once see each other's outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import delete, select

from casework.context import Work
from casework.network.tables import Network, Partner
from casework.settlement.find import members_on
from casework.settlement.tables import AllocationCarry, AllocationChange
from rules import allocation


def lock_carries(work: Work) -> None:
    """Make others that split or leave wait until this transaction ends.

    FOR NO KEY UPDATE: a row that refers to the network holds a key share on it, and two transactions
    that both hold one could never both get the stronger lock.
    """
    row = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(row.with_for_update(key_share=True))


def carries(work: Work) -> dict[str, int]:
    """Each member's carry in millionths of a cent. A member without a row stands at 0."""
    rows = work.session.scalars(
        select(AllocationCarry)
        .where(AllocationCarry.network_id == work.network.id)
        .execution_options(populate_existing=True)
    )
    return {row.partner_code: row.carry_millionths for row in rows}


def weights_on(work: Work, day: date) -> Mapping[str, Fraction]:
    """The key in force on ``day`` over the members of that day."""
    return work.policy_on(day).allocation_key.weights_for(members_on(work, day))


@dataclass(frozen=True, slots=True)
class KeptSplit:
    """A collective split as it was kept: cents per member, the key, carries before and after (millionths)."""

    shares: Mapping[str, int]
    weights: Mapping[str, Fraction]
    before: Mapping[str, int]
    after: Mapping[str, int]


def split_collectively(work: Work, *, settlement_id: int, amount_cents: int) -> KeptSplit:
    """Split over today's members by today's key, and keep the carries and what this split added to them."""
    lock_carries(work)
    hand_over_departed(work)
    weights = weights_on(work, work.today)
    before = dict.fromkeys(weights, 0) | carries(work)
    split = allocation.collective(amount_cents, weights, before)
    _keep(work, split.carry)
    for code in weights:
        delta = split.carry[code] - before[code]
        work.session.add(
            AllocationChange(settlement_id=settlement_id, partner_code=code, delta_millionths=delta)
        )
    work.session.flush()
    return KeptSplit(shares=split.shares, weights=weights, before=before, after=split.carry)


def preview_split(work: Work, *, amount_cents: int) -> Mapping[str, int]:
    """The cents each member would be charged if it were decided now. Changes nothing."""
    weights = weights_on(work, work.today)
    present = carries(work)
    for code, left_on in _departed(work, present):
        present = _without(work, present, code, left_on)
    return allocation.collective(amount_cents, weights, present).shares


def reverse_split(work: Work, *, settlement_id: int) -> None:
    """Take away from each carry what this settlement's split had added; leavers' parts are handed over."""
    lock_carries(work)
    hand_over_departed(work)
    rows = work.session.scalars(
        select(AllocationChange).where(AllocationChange.settlement_id == settlement_id)
    ).all()
    if not rows:
        return
    delta = {row.partner_code: row.delta_millionths for row in rows}
    weights = weights_on(work, work.today)
    before = {code: carry for code, carry in carries(work).items() if code in weights}
    after = allocation.reverse(before | dict.fromkeys(set(weights) - set(before), 0), delta, weights)
    _keep(work, after)
    work.session.execute(delete(AllocationChange).where(AllocationChange.settlement_id == settlement_id))


def hand_over_carry(work: Work, partner: Partner) -> None:
    """Divide what a leaver's carry holds over the members of its first day outside, by the key of that day.

    Called when a partner's leaving is recorded. Where that day is still to come, nothing happens yet:
    the partner shares until then, and the next split or reversal after it hands over first.
    """
    if partner.left_on is None or partner.left_on > work.today:
        return
    lock_carries(work)
    hand_over_departed(work)


def hand_over_departed(work: Work) -> None:
    """Hand over the carry of everyone who left by today, in the order in which they left."""
    present = carries(work)
    departed = _departed(work, present)
    for code, left_on in departed:
        present = _without(work, present, code, left_on)
    if departed:
        _keep(work, present)


def _departed(work: Work, present: Mapping[str, int]) -> list[tuple[str, date]]:
    """Former members that still have a carry, first leaver first."""
    left = select(Partner.code, Partner.left_on).where(
        Partner.network_id == work.network.id, Partner.left_on <= work.today, Partner.code.in_(present)
    )
    rows = work.session.execute(left.order_by(Partner.left_on, Partner.code)).all()
    return [(code, left_on) for code, left_on in rows if left_on is not None]


def _without(work: Work, present: Mapping[str, int], leaver: str, left_on: date) -> dict[str, int]:
    """The carries after ``leaver`` handed over, by the key of the first day outside.

    Others who left on that same day and are still to hand over take their part first.
    """
    staying = (set(members_on(work, left_on)) | set(present)) - {leaver}
    weights = work.policy_on(left_on).allocation_key.weights_for(staying)
    return dict(allocation.hand_over(dict.fromkeys(staying, 0) | dict(present), leaver, weights))


def _keep(work: Work, after: Mapping[str, int]) -> None:
    rows = {
        row.partner_code: row
        for row in work.session.scalars(
            select(AllocationCarry).where(AllocationCarry.network_id == work.network.id)
        )
    }
    for code, row in rows.items():
        if code not in after:
            work.session.delete(row)
    for code, carry in after.items():
        if code in rows:
            rows[code].carry_millionths = carry
        else:
            work.session.add(
                AllocationCarry(network_id=work.network.id, partner_code=code, carry_millionths=carry)
            )
    work.session.flush()
