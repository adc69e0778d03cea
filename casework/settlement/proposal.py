"""What a proposal says: who repays, in which shares, in how many instalments. Checked before it is kept."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from casework.settlement.refusals import (
    FirstInstalmentNeeded,
    FirstInstalmentPast,
    InstalmentsNeeded,
    InstalmentsTooMany,
    OutsidePartyNeeded,
    PartnerNeeded,
    PartnerTwice,
    PartnerUnknown,
    ShareOfNothing,
    SharesNotWhole,
    SharesTooFew,
)
from rules import allocation
from rules.lifecycle import SettlementKind

MAX_INSTALMENTS = 120
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class PartyShare:
    """A partner, by code, and its part of the whole in percent."""

    partner: str
    percentage: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who should repay a case. Which fields count depends on ``kind``.

    ``parties`` for responsible (one, 100 percent) and shared; ``instalment_count`` and
    ``first_instalment_on`` for the resident; ``outside_party`` for an outside party.
    """

    kind: SettlementKind
    parties: tuple[PartyShare, ...] = field(default=())
    instalment_count: int | None = None
    first_instalment_on: date | None = None
    outside_party: str = ""
    motivation: str = ""


@dataclass(frozen=True, slots=True)
class PlannedInstalment:
    """One monthly instalment."""

    due_on: date
    amount_cents: int


def responsible(partner: str, motivation: str = "") -> Proposal:
    """One partner repays all."""
    parties = (PartyShare(partner, HUNDRED),) if partner else ()
    return Proposal(SettlementKind.RESPONSIBLE, parties=parties, motivation=motivation)


def check(proposal: Proposal, *, amount_cents: int, members: Sequence[str], today: date) -> None:
    """Raises the refusal that fits where the proposal cannot stand, with the form field it belongs to."""
    match proposal.kind:
        case SettlementKind.RESPONSIBLE:
            if len(proposal.parties) != 1:
                raise PartnerNeeded(field="partner")
            if proposal.parties[0].partner not in members:
                raise PartnerUnknown(field="partner")
        case SettlementKind.SHARED:
            _check_shares(proposal.parties, amount_cents=amount_cents, members=members)
        case SettlementKind.RESIDENT:
            _check_instalments(proposal, amount_cents=amount_cents, today=today)
        case SettlementKind.OUTSIDE:
            if not proposal.outside_party.strip():
                raise OutsidePartyNeeded(field="outside_party")
        case SettlementKind.COLLECTIVE | SettlementKind.GIFT:
            pass  # who repays follows from the key, or nobody does


def _check_shares(parties: Sequence[PartyShare], *, amount_cents: int, members: Sequence[str]) -> None:
    if len(parties) < 2:
        raise SharesTooFew(field="shares-0-partner")
    seen: set[str] = set()
    for index, party in enumerate(parties):
        if party.partner not in members:
            raise PartnerUnknown(field=f"shares-{index}-partner")
        if party.partner in seen:
            raise PartnerTwice(field=f"shares-{index}-partner")
        if party.percentage <= 0:
            raise ShareOfNothing(field=f"shares-{index}-percentage")
        seen.add(party.partner)
    total = sum((party.percentage for party in parties), Decimal(0))
    if total != HUNDRED:
        # The comma suits both languages poorly or well; the number itself is what matters.
        raise SharesNotWhole(field="shares-0-percentage", total=f"{total.normalize():f}".replace(".", ","))
    shares = shares_by_percentage(amount_cents, parties)
    for index, party in enumerate(parties):
        if shares[party.partner] == 0:
            raise ShareOfNothing(field=f"shares-{index}-percentage")


def _check_instalments(proposal: Proposal, *, amount_cents: int, today: date) -> None:
    count = proposal.instalment_count
    if count is None or count < 1:
        raise InstalmentsNeeded(field="instalment_count")
    maximum = min(MAX_INSTALMENTS, amount_cents)
    if count > maximum:
        raise InstalmentsTooMany(field="instalment_count", maximum=maximum)
    if proposal.first_instalment_on is None:
        raise FirstInstalmentNeeded(field="first_instalment_on")
    if proposal.first_instalment_on < today:
        raise FirstInstalmentPast(field="first_instalment_on")


def shares_by_percentage(amount_cents: int, parties: Sequence[PartyShare]) -> Mapping[str, int]:
    """The cents each party repays: :func:`rules.allocation.shared` with the percentages as weights."""
    return allocation.shared(amount_cents, {one.partner: f"{one.percentage:f}" for one in parties})


def instalments(amount_cents: int, count: int, first_on: date) -> tuple[PlannedInstalment, ...]:
    """``count`` monthly parts that sum to the amount; what does not divide goes to the first, a cent each.

    A month without the first one's day takes its last day: 31 January, 28 February, 31 March.
    """
    part, rest = divmod(amount_cents, count)
    return tuple(
        PlannedInstalment(months_later(first_on, number), part + (1 if number < rest else 0))
        for number in range(count)
    )


def months_later(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
