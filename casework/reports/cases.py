"""The year's cases in numbers: by state, partner and settlement, and by who the residents are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.network.tables import Network
from casework.reports.facts import CaseFact, Span
from casework.settlement.tables import Settlement
from rules.lifecycle import DecisionState, SettlementKind, SettlementState
from rules.policy_words import CaseForm
from rules.wording import Choice, Labelled

FEWEST_SHOWN = 5  # fewer residents than this can be recognised
_STANDING = (SettlementState.DECIDED.value, SettlementState.REPAID.value)
NOT_SAID = Choice("", "niet ingevuld", "not filled in")


class Characteristic(Labelled):
    """By what of the residents the cases are broken down."""

    HOUSEHOLD = "household", "huishouden", "household"
    AGE = "age", "leeftijd", "age"
    DISTRICT = "district", "stadsdeel", "district"
    DOMAIN = "domain", "leefgebied", "domain"


@dataclass(frozen=True, slots=True)
class Group:
    """The cases that share a characteristic; ``None`` where they are too few to be shown."""

    choice: Choice
    cases: int | None
    approved_cents: int | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The cases submitted in the year by one characteristic, most cases first.

    With ``several`` a case can be in more than one group, so that the groups do not sum to the whole.
    """

    characteristic: Characteristic
    several: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class PartnerCases:
    """What one partner submitted in the year."""

    code: str
    name: str
    submitted: int
    approved: int
    approved_cents: int


@dataclass(frozen=True, slots=True)
class SettledKind:
    """Settlements of one kind that were decided in the year and stand."""

    kind: SettlementKind
    settlements: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class LeftByOutside:
    """What a party outside the network did not pay, so that all partners did: for executives to take up."""

    party: str
    settlements: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CasesOverview:
    """The cases of the year. ``by_state`` is how those submitted in the year stand now."""

    submitted: int
    approved: int
    declined: int
    approved_cents: int
    first_paid: int
    by_state: tuple[tuple[DecisionState, int], ...]
    by_partner: tuple[PartnerCases, ...]
    settled: tuple[SettledKind, ...]
    left_by_outside: tuple[LeftByOutside, ...]
    breakdowns: tuple[Breakdown, ...]

    @property
    def decided(self) -> int:
        """How many were decided in the year."""
        return self.approved + self.declined


def cases_overview(
    session: Session, network: Network, span: Span, facts: Sequence[CaseFact], form: CaseForm
) -> CasesOverview:
    """Count ``facts``, the requests that the year touched. Labels are those of ``form``.

    Top-ups are in the amounts and not in the numbers of cases.
    """
    asked = [one for one in facts if span.has_moment(one.submitted_at_utc)]
    submitted = [one for one in asked if not one.top_up]
    decided = [one for one in facts if one.is_decided and span.has_moment(one.decided_at_utc)]
    promised = [one for one in decided if one.is_approved]
    approved = [one for one in promised if not one.top_up]
    declined = [one for one in decided if not one.is_approved and not one.top_up]
    settlements = _settlements(session, network, span)
    return CasesOverview(
        submitted=len(submitted),
        approved=len(approved),
        declined=len(declined),
        approved_cents=sum(one.approved_cents for one in promised),
        first_paid=sum(span.has_day(one.first_paid_on) for one in facts if not one.top_up),
        by_state=_by_state(submitted),
        by_partner=_by_partner(asked),
        settled=_settled(settlements),
        left_by_outside=_left_by_outside(settlements),
        breakdowns=_breakdowns(asked, form),
    )


def masked(overview: CasesOverview) -> CasesOverview:
    """The same without groups of fewer than five residents: what executives see."""
    return replace(overview, breakdowns=tuple(_masked(one) for one in overview.breakdowns))


def _masked(breakdown: Breakdown) -> Breakdown:
    hidden = {one.choice.code for one in breakdown.groups if (one.cases or 0) < FEWEST_SHOWN}
    shown = [one for one in breakdown.groups if one.choice.code not in hidden]
    if len(hidden) == 1 and shown and not breakdown.several:
        # One hidden group would follow from the total: the smallest of the others goes with it.
        hidden.add(min(shown, key=lambda one: (one.cases or 0, one.choice.code)).choice.code)
    return replace(
        breakdown,
        groups=tuple(
            replace(one, cases=None, approved_cents=None) if one.choice.code in hidden else one
            for one in breakdown.groups
        ),
    )


def _by_state(submitted: Iterable[CaseFact]) -> tuple[tuple[DecisionState, int], ...]:
    counts: dict[DecisionState, int] = defaultdict(int)
    for one in submitted:
        counts[one.decision_state] += 1
    return tuple((state, counts[state]) for state in DecisionState if counts[state])


def _count(found: Iterable[CaseFact]) -> int:
    """How many cases: a top-up belongs to a case that is counted already."""
    return sum(not one.top_up for one in found)


def _by_partner(submitted: Iterable[CaseFact]) -> tuple[PartnerCases, ...]:
    grouped: dict[tuple[str, str], list[CaseFact]] = defaultdict(list)
    for one in submitted:
        grouped[one.partner_code, one.partner_name].append(one)
    rows = [
        PartnerCases(
            code=code,
            name=name,
            submitted=_count(found),
            approved=_count(one for one in found if one.is_approved),
            approved_cents=sum(one.approved_cents for one in found),
        )
        for (code, name), found in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.submitted, row.name)))


@dataclass(frozen=True, slots=True)
class _Settlement:
    kind: SettlementKind
    amount_cents: int
    after_outside: str


def _settlements(session: Session, network: Network, span: Span) -> tuple[_Settlement, ...]:
    """The settlements that were decided in the year and stand."""
    rows = session.execute(
        select(Settlement.kind, Settlement.amount_cents, Settlement.facts).where(
            Settlement.network_id == network.id,
            Settlement.state.in_(_STANDING),
            Settlement.decided_on.between(span.first_on, span.last_on),
        )
    )
    return tuple(
        _Settlement(SettlementKind(kind), cents, str(facts.get("after_outside", "")))
        for kind, cents, facts in rows
    )


def _settled(settlements: Iterable[_Settlement]) -> tuple[SettledKind, ...]:
    grouped: dict[SettlementKind, list[int]] = defaultdict(list)
    for one in settlements:
        grouped[one.kind].append(one.amount_cents)
    present = [kind for kind in SettlementKind if kind in grouped]
    return tuple(SettledKind(kind, len(grouped[kind]), sum(grouped[kind])) for kind in present)


def _left_by_outside(settlements: Iterable[_Settlement]) -> tuple[LeftByOutside, ...]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for one in settlements:
        if one.after_outside:
            grouped[one.after_outside].append(one.amount_cents)
    rows = [LeftByOutside(party, len(amounts), sum(amounts)) for party, amounts in grouped.items()]
    return tuple(sorted(rows, key=lambda row: (-row.amount_cents, row.party)))


def _breakdowns(submitted: Sequence[CaseFact], form: CaseForm) -> tuple[Breakdown, ...]:
    def plain(get: Callable[[CaseFact], str]) -> Callable[[CaseFact], tuple[str, ...]]:
        return lambda fact: (get(fact),)

    return (
        _breakdown(Characteristic.DOMAIN, submitted, lambda fact: fact.domains or ("",), form.domains),
        _breakdown(
            Characteristic.HOUSEHOLD, submitted, plain(lambda fact: fact.household_type), form.household_types
        ),
        _breakdown(Characteristic.AGE, submitted, plain(lambda fact: fact.age_band), form.age_bands),
        _breakdown(Characteristic.DISTRICT, submitted, plain(lambda fact: fact.district), form.districts),
    )


def _breakdown(
    characteristic: Characteristic,
    submitted: Iterable[CaseFact],
    codes_of: Callable[[CaseFact], tuple[str, ...]],
    choices: Iterable[Choice],
) -> Breakdown:
    grouped: dict[str, list[CaseFact]] = defaultdict(list)
    for one in submitted:
        for code in codes_of(one):
            grouped[code].append(one)
    labels = {choice.code: choice for choice in choices} | {"": NOT_SAID}
    groups = [
        Group(
            # A choice that policy no longer has keeps its code as its name.
            choice=labels.get(code, Choice(code, code, code)),
            cases=_count(found),
            approved_cents=sum(one.approved_cents for one in found),
        )
        for code, found in grouped.items()
    ]
    groups.sort(key=lambda group: (-(group.cases or 0), group.choice.code))
    return Breakdown(characteristic, several=characteristic is Characteristic.DOMAIN, groups=tuple(groups))
