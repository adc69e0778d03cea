"""Conflict of interest: whose organisation gains or pays by a case advises on it, but does not count.

A member is in conflict whose organisation submitted the case, is its payee, or is named as
responsible or sharing party. A collective settlement or a gift puts nobody in conflict: all pay alike,
or none does. And whoever submitted a case never decides on it, whatever organisation they are with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rules.lifecycle import SettlementKind
from rules.wording import Labelled, Reason, ReasonKind


class ConflictGround(Labelled):
    """A ground on which a member is in conflict; policy says which ones hold."""

    SUBMITTED = "submitted", "diende de casus in", "submitted the case"
    PAYEE = "payee", "ontvangt het geld", "receives the money"
    RESPONSIBLE = "responsible", "staat aan de lat", "is named as responsible"
    SHARED = "shared", "betaalt een deel terug", "repays a share"


class ConflictTerms(Protocol):
    """What the conflict rule needs of policy; its ``conflict`` section has it."""

    @property
    def grounds(self) -> tuple[ConflictGround, ...]: ...


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who votes: a person's key, the code of the partner they come from ("" for none), and a name.

    Where there is no name, reasons show the key.
    """

    person: str
    partner: str
    name: str = ""

    @property
    def shown(self) -> str:
        """What reasons call this member."""
        return self.name or self.person


@dataclass(frozen=True, slots=True)
class CaseParties:
    """Who has to do with a case. ``settled_on`` are the partners named in a (proposed) settlement."""

    submitted_by_person: str = ""
    submitted_by_partner: str = ""
    payee_partners: frozenset[str] = frozenset()
    settlement_kind: SettlementKind | None = None
    settled_on: frozenset[str] = frozenset()


_SUBMITTER = ReasonKind(
    "submitted_self",
    "{person} diende de casus zelf in en telt daarom niet mee.",
    "{person} submitted the case and therefore does not count.",
)
_GROUND = ReasonKind(
    "organisation_in_conflict",
    "{person} telt niet mee: de eigen organisatie ({partner}) {ground}.",
    "{person} does not count: their organisation ({partner}) {ground}.",
)


def conflicts(member: Member, parties: CaseParties, terms: ConflictTerms) -> tuple[Reason, ...]:
    """Every reason why ``member`` is in conflict; empty where there is none."""
    reasons = []
    if member.person and member.person == parties.submitted_by_person:
        reasons.append(_SUBMITTER(person=member.shown))
    reasons.extend(
        _GROUND(person=member.shown, partner=member.partner, ground=ground)
        for ground in terms.grounds
        if member.partner and member.partner in _partners_on(ground, parties)
    )
    return tuple(reasons)


def _partners_on(ground: ConflictGround, parties: CaseParties) -> frozenset[str]:
    if ground is ConflictGround.SUBMITTED:
        return frozenset({parties.submitted_by_partner})
    if ground is ConflictGround.PAYEE:
        return parties.payee_partners
    # A settlement of another kind names partners too (all of them, by the key), without conflict.
    if parties.settlement_kind is None or not parties.settlement_kind.puts_in_conflict:
        return frozenset()
    named = SettlementKind.RESPONSIBLE if ground is ConflictGround.RESPONSIBLE else SettlementKind.SHARED
    return parties.settled_on if parties.settlement_kind is named else frozenset()
