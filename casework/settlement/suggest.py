"""Who should have paid, as the rules propose it for one case, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from sqlalchemy import select

from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case
from casework.context import Work
from casework.network.tables import Partner
from casework.settlement.find import members_on, settlements_of
from casework.settlement.proposal import HUNDRED, PartyShare, Proposal, responsible
from rules import responsibility
from rules.lifecycle import SettlementKind
from rules.wording import Reason, ReasonKind

TABLE = Path(__file__).resolve().parents[2] / "config" / "responsibility.csv"

_EXPECTED = ReasonKind(
    "expected_by_applicant",
    "De aanvrager noemt {party} als partij die had moeten betalen.",
    "The applicant names {party} as the party that should have paid.",
)
_OUTSIDE_LEFT = ReasonKind(
    "outside_did_not_pay",
    "{party} betaalde niet binnen de termijn; dan betalen alle partners samen.",
    "{party} did not pay within the term; then all partners pay together.",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party that the rules point at. ``partner`` is a code, empty for all together and for outsiders."""

    kind: SettlementKind
    partner: str
    name: str
    reasons: tuple[Reason, ...]
    strongest: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rules propose. ``proposal`` is None where they point at nobody in particular.

    ``rule`` is the row of the table that fitted the case.
    """

    proposal: Proposal | None
    candidates: tuple[Candidate, ...]
    rule: responsibility.Rule | None = None

    def is_followed_by(self, proposal: Proposal) -> bool:
        """Whether ``proposal`` puts it on whom the rules point at most strongly."""
        if self.proposal is None:
            return True
        if proposal.kind is not self.proposal.kind:
            return False
        if proposal.kind is SettlementKind.RESPONSIBLE:
            strongest = {one.partner for one in self.candidates if one.strongest}
            return {party.partner for party in proposal.parties} <= strongest
        return {party.partner for party in proposal.parties} == {
            party.partner for party in self.proposal.parties
        }

    def as_facts(self) -> dict[str, object]:
        """What was proposed and why, to be kept with the settlement."""
        return {
            "kind": None if self.proposal is None else self.proposal.kind.value,
            "rule": None
            if self.rule is None
            else {
                "fields": list(self.rule.fields),
                "law": self.rule.law,
                "kinds": list(self.rule.kinds),
                "outside": self.rule.outside,
                "check": self.rule.check,
            },
            "candidates": [
                {
                    "kind": one.kind.value,
                    "party": one.partner or one.name,
                    "reasons": [
                        {"code": reason.code}
                        | {language: reason.sentence(language) for language in ("nl", "en")}
                        for reason in one.reasons
                    ],
                    "strongest": one.strongest,
                }
                for one in self.candidates
            ],
        }


def suggestion_for(work: Work, case: Case) -> Suggestion:
    """What the rules propose for ``case``, over the members of today."""
    left = [one for one in settlements_of(work, case) if one.facts.get("fell_back_on") == "outside"]
    if left:
        reason = _OUTSIDE_LEFT(party=left[-1].outside_party)
        return Suggestion(
            Proposal(SettlementKind.COLLECTIVE),
            (Candidate(SettlementKind.COLLECTIVE, "", "", (reason,), strongest=True),),
        )
    members = members_on(work, work.today)
    facts = responsibility.CaseFacts(
        field=case.barrier_field,
        law=case.barrier_law,
        domains=frozenset(case.domains),
        payee_partners=frozenset(
            line.payee_partner.code for line in case.cost_lines if line.payee_partner is not None
        ),
        regular_cents=_regular_cents(work, case, members),
    )
    rule = responsibility.rule_for(facts, _rules())
    proposed = responsibility.propose(facts, members.values(), _rules())
    if proposed[0].points == 0:
        return _by_applicant(case, members, proposed)
    strongest = proposed[0].points
    candidates = tuple(
        Candidate(
            one.kind,
            one.partner,
            members[one.partner].name if one.partner else one.outside,
            one.reasons,
            strongest=one.points == strongest,
        )
        for one in proposed
    )
    return Suggestion(_proposal_of(candidates), candidates, rule)


def _by_applicant(
    case: Case, members: Mapping[str, Partner], proposed: tuple[responsibility.Proposal, ...]
) -> Suggestion:
    """Where the rules know nobody: whom the applicant named, else nobody in particular."""
    named = [members[code] for code in sorted(set(case.expected_payers)) if code in members]
    if not named:
        candidates = tuple(Candidate(one.kind, "", "", one.reasons, strongest=False) for one in proposed)
        return Suggestion(None, candidates)
    candidates = tuple(
        Candidate(
            SettlementKind.RESPONSIBLE, one.code, one.name, (_EXPECTED(party=one.name),), strongest=True
        )
        for one in named
    )
    if len(named) == 1:
        return Suggestion(responsible(named[0].code), candidates)
    parts = _evenly([one.code for one in named])
    return Suggestion(Proposal(SettlementKind.SHARED, parties=parts), candidates)


def _evenly(codes: list[str]) -> tuple[PartyShare, ...]:
    """Percentages that sum to exactly 100; what does not divide goes to the first."""
    part = (HUNDRED / len(codes)).quantize(Decimal("0.01"))
    first = HUNDRED - part * (len(codes) - 1)
    return tuple(PartyShare(code, part if index else first) for index, code in enumerate(codes))


def _proposal_of(candidates: tuple[Candidate, ...]) -> Proposal:
    """The form's first filling. Of equally strong partners a person chooses, so none is filled in."""
    first = candidates[0]
    if first.kind is SettlementKind.OUTSIDE:
        return Proposal(SettlementKind.OUTSIDE, outside_party=first.name)
    if first.kind is not SettlementKind.RESPONSIBLE:
        return Proposal(first.kind)
    equals = [one for one in candidates if one.strongest]
    return responsible(first.partner if len(equals) == 1 else "")


def _regular_cents(work: Work, case: Case, members: Mapping[str, Partner]) -> dict[str, int]:
    """What each partner would have borne the regular way, in cents, by the mid price."""
    query = select(BusinessCaseLine).where(
        BusinessCaseLine.case_id == case.id, BusinessCaseLine.side == "regular"
    )
    found: dict[str, Decimal] = {}
    for line in work.session.scalars(query):
        if line.party in members:
            cost = line.quantity * line.mid_cents * line.probability
            found[line.party] = found.get(line.party, Decimal(0)) + cost
    return {code: int(cost) for code, cost in found.items() if cost >= 1}


@cache
def _rules() -> tuple[responsibility.Rule, ...]:
    return responsibility.load_responsibility(TABLE)
