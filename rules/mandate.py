"""How many members decide on an amount, and which members count.

Amounts for one household within the policy's window count together, so that splitting a request does
not lower the quorum. Members in conflict (:mod:`rules.conflict`) advise but do not count. Where the
members who are left cannot reach the quorum, substitutes join; where that is not enough, executives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from errors import Invalid
from ledger.money import Money
from rules.conflict import CaseParties, ConflictTerms, Member, conflicts
from rules.roles import Role
from rules.wording import Labelled, Reason, ReasonKind


@dataclass(frozen=True, slots=True)
class MandateBand:
    """Up to and including ``up_to_cents``, ``members`` members decide."""

    up_to_cents: int
    members: int
    reviewed_afterwards: bool = False


class MandateTerms(Protocol):
    """What the mandate needs of policy; its ``mandate`` section has it."""

    @property
    def bands(self) -> tuple[MandateBand, ...]: ...
    @property
    def members_above(self) -> int: ...
    @property
    def household_window_days(self) -> int: ...


class DecidingBody(Labelled):
    """Who can reach the quorum."""

    MEMBERS = "members", "het secretariaat", "the secretariat"
    SUBSTITUTES = "substitutes", "het secretariaat met plaatsvervangers", "the secretariat with substitutes"
    EXECUTIVES = "executives", "de bestuurders", "the executives"

    @property
    def roles(self) -> frozenset[Role]:
        """In which roles people count for a case that this body decides. Others advise."""
        if self is DecidingBody.EXECUTIVES:
            return frozenset({Role.EXECUTIVE})
        if self is DecidingBody.SUBSTITUTES:
            return frozenset({Role.SECRETARIAT, Role.SUBSTITUTE})
        return frozenset({Role.SECRETARIAT})


class AmountNotPositive(Invalid):
    """A mandate is asked for an amount of nothing, or less."""

    nl = "Vraag een bedrag boven nul."
    en = "Ask for an amount above zero."


@dataclass(frozen=True, slots=True)
class HouseholdRequest:
    """An earlier request of the same household: what was asked or promised, and the day it was submitted."""

    reference: str
    submitted_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Mandate:
    """The quorum of a request. ``counted_cents`` includes the household's other requests in the window."""

    required_members: int
    reviewed_afterwards: bool
    counted_cents: int
    counted_with: tuple[HouseholdRequest, ...]
    reasons: tuple[Reason, ...]


_BAND = ReasonKind(
    "mandate_band",
    "Het bedrag is {amount}; tot en met {limit} zijn {members} leden nodig.",
    "The amount is {amount}; up to {limit} takes {members} members.",
)
_BAND_ONE = ReasonKind(
    "mandate_one",
    "Het bedrag is {amount}; tot en met {limit} mag één lid besluiten.",
    "The amount is {amount}; up to {limit} one member may decide.",
)
_ABOVE = ReasonKind(
    "mandate_above",
    "Het bedrag is {amount}; boven {limit} zijn {members} leden nodig.",
    "The amount is {amount}; above {limit} takes {members} members.",
)
_REVIEWED = ReasonKind(
    "reviewed_afterwards",
    "De andere leden toetsen dit besluit achteraf.",
    "The other members review this decision afterwards.",
)
_TOGETHER = ReasonKind(
    "household_together",
    "Dit huishouden vroeg in de {days} dagen ervoor ook {other} ({references}); dat telt samen.",
    "In the {days} days before, this household also asked {other} ({references}); it counts together.",
)
_MEMBERS_DECIDE = ReasonKind(
    "members_decide",
    "Het secretariaat besluit: leden zonder eigen belang zijn er {members}, nodig zijn er {needed}.",
    "The secretariat decides: {members} members have no interest, {needed} are needed.",
)
_SUBSTITUTES_JOIN = ReasonKind(
    "substitutes_join",
    "Te weinig leden zonder eigen belang ({members} van {needed}): de plaatsvervangers zijn nu aan de beurt.",
    "Too few members without an interest ({members} of {needed}): it is now the substitutes' turn.",
)
_EXECUTIVES_DECIDE = ReasonKind(
    "executives_decide",
    "Te weinig leden en plaatsvervangers zonder eigen belang ({members} van {needed}): "
    "de bestuurders zijn nu aan de beurt.",
    "Too few members and substitutes without an interest ({members} of {needed}): "
    "it is now the executives' turn.",
)
_TOO_FEW_EXECUTIVES = ReasonKind(
    "too_few_executives",
    "Ook de bestuurders zonder eigen belang zijn met te weinig ({executives} van {needed}). "
    "Vraag de beheerder om een plaatsvervanger van een andere organisatie.",
    "The executives without an interest are too few as well ({executives} of {needed}). "
    "Ask the administrator for a substitute from another organisation.",
)


def quorum(amount_cents: int, terms: MandateTerms) -> int:
    """How many members decide on ``amount_cents``. Raises :class:`AmountNotPositive`."""
    if type(amount_cents) is not int or amount_cents <= 0:
        raise AmountNotPositive(field="amount_cents")
    band = _band(amount_cents, terms)
    return terms.members_above if band is None else band.members


def mandate(
    amount_cents: int,
    terms: MandateTerms,
    *,
    submitted_on: date,
    household: Iterable[HouseholdRequest] = (),
) -> Mandate:
    """The quorum for a request of ``amount_cents`` submitted on ``submitted_on``.

    ``household`` are the same household's other requests (found by the keyed hash; declined and
    withdrawn ones left out by the caller). Those submitted at most ``household_window_days`` before
    count together with this one; later ones do not, they will count this one.
    """
    quorum(amount_cents, terms)
    window_from = submitted_on - timedelta(days=terms.household_window_days)
    within = sorted(
        (one for one in household if window_from <= one.submitted_on <= submitted_on),
        key=lambda one: (one.submitted_on, one.reference),
    )
    other = sum(one.amount_cents for one in within)
    counted = amount_cents + other
    band = _band(counted, terms)
    reviewed = band is not None and band.reviewed_afterwards
    reasons = [_size_reason(counted, band, terms)]
    if reviewed:
        reasons.append(_REVIEWED())
    if within:
        together = _TOGETHER(
            days=terms.household_window_days,
            other=Money(other),
            references=tuple(one.reference for one in within),
        )
        reasons.append(together)
    return Mandate(
        required_members=terms.members_above if band is None else band.members,
        reviewed_afterwards=reviewed,
        counted_cents=counted,
        counted_with=tuple(within),
        reasons=tuple(reasons),
    )


def deciding_body(
    required_members: int,
    *,
    members: Sequence[Member],
    substitutes: Sequence[Member],
    parties: CaseParties,
    terms: ConflictTerms,
) -> DecidingBody:
    """Who can reach the quorum: the members, else with substitutes, else the executives."""
    free = _free(members, parties, terms)
    if free >= required_members:
        return DecidingBody.MEMBERS
    if free + _free(substitutes, parties, terms) >= required_members:
        return DecidingBody.SUBSTITUTES
    return DecidingBody.EXECUTIVES


def why_this_body(
    body: DecidingBody, required_members: int, *, members: int, substitutes: int, executives: int
) -> tuple[Reason, ...]:
    """Why ``body`` decides, with how many of each have no interest in the case."""
    if body is DecidingBody.MEMBERS:
        return (_MEMBERS_DECIDE(members=members, needed=required_members),)
    if body is DecidingBody.SUBSTITUTES:
        return (_SUBSTITUTES_JOIN(members=members, needed=required_members),)
    reasons: tuple[Reason, ...] = (
        _EXECUTIVES_DECIDE(members=members + substitutes, needed=required_members),
    )
    if executives < required_members:
        reasons += (_TOO_FEW_EXECUTIVES(executives=executives, needed=required_members),)
    return reasons


def body_reason(code: str, **facts: object) -> Reason:
    """A reason of :func:`why_this_body` again, from the code and facts that were kept of it."""
    kinds = (_MEMBERS_DECIDE, _SUBSTITUTES_JOIN, _EXECUTIVES_DECIDE, _TOO_FEW_EXECUTIVES)
    return {kind.code: kind for kind in kinds}[code](**facts)


def _free(people: Sequence[Member], parties: CaseParties, terms: ConflictTerms) -> int:
    return sum(1 for member in people if not conflicts(member, parties, terms))


def _band(amount_cents: int, terms: MandateTerms) -> MandateBand | None:
    fitting = [band for band in terms.bands if amount_cents <= band.up_to_cents]
    return min(fitting, key=lambda band: band.up_to_cents, default=None)


def _size_reason(counted_cents: int, band: MandateBand | None, terms: MandateTerms) -> Reason:
    amount = Money(counted_cents)
    if band is None:
        limit = max((one.up_to_cents for one in terms.bands), default=0)
        return _ABOVE(amount=amount, limit=Money(limit), members=terms.members_above)
    kind = _BAND_ONE if band.members == 1 else _BAND
    return kind(amount=amount, limit=Money(band.up_to_cents), members=band.members)
