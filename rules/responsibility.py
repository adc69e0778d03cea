"""Who should have paid: proposals with their reasons, from the barrier's field and law.

The table ``config/responsibility.csv`` says which kinds of party a field makes responsible, in order
of preference, and who that is where no partner is of such a kind. Several partners of one kind are
several proposals, ranked by what else points at them: regular costs they would have borne, being the
landlord or provider that is paid, having the case's domain. People confirm, change, with reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledger.money import Money
from rules.csv_table import read_table
from rules.lifecycle import SettlementKind
from rules.policy_reader import Reader
from rules.wording import Reason, ReasonKind

_COLUMNS = ("field", "law", "kinds", "outside", "check")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: by this law, these fields are for a partner of the first kind that is there, else ``outside``.

    A row without kinds and outside party is for all partners together. ``check`` is where the rule was
    found, or that a lawyer must look at it.
    """

    fields: tuple[str, ...]
    law: str
    kinds: tuple[str, ...]
    outside: str
    check: str

    @property
    def needs_lawyer(self) -> bool:
        """Whether nobody with knowledge of the law has confirmed the row yet."""
        return not self.check.startswith("source")


class PartnerFacts(Protocol):
    """What is known of a partner that takes part on the day."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def domains(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a case. ``regular_cents`` is what each party would have borne the regular way."""

    field: str
    law: str = ""
    domains: frozenset[str] = frozenset()
    payee_partners: frozenset[str] = frozenset()
    regular_cents: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who should have paid. ``partner`` is a code, ``outside`` a party outside the network."""

    kind: SettlementKind
    partner: str
    outside: str
    points: int
    reasons: tuple[Reason, ...]


_BY_FIELD = ReasonKind(
    "by_field",
    "‘{field}’ hoort volgens {law} bij: {kind}. {party} is dat hier.",
    "By {law}, ‘{field}’ belongs to: {kind}. Here that is {party}.",
)
_BY_FIELD_ONLY = ReasonKind(
    "by_field_without_law",
    "‘{field}’ hoort bij: {kind}. {party} is dat hier.",
    "‘{field}’ belongs to: {kind}. Here that is {party}.",
)
_OUTSIDE = ReasonKind(
    "outside",
    "‘{field}’ hoort volgens {law} bij {party}; die doet niet mee in het netwerk.",
    "By {law}, ‘{field}’ belongs to {party}, which is not in the network.",
)
_OUTSIDE_ONLY = ReasonKind(
    "outside_without_law",
    "‘{field}’ hoort bij {party}; die doet niet mee in het netwerk.",
    "‘{field}’ belongs to {party}, which is not in the network.",
)
_WOULD_HAVE_BORNE = ReasonKind(
    "would_have_borne",
    "Zonder doorbraak had {party} {amount} aan kosten gehad.",
    "Without the breakthrough {party} would have had costs of {amount}.",
)
_IS_PAYEE = ReasonKind(
    "is_payee",
    "{party} ontvangt het geld van deze doorbraak.",
    "{party} receives the money of this breakthrough.",
)
_HAS_DOMAIN = ReasonKind(
    "has_domain",
    "{party} werkt in het domein van de casus: {domains}.",
    "{party} works in the case's domain: {domains}.",
)
_LAWYER = ReasonKind(
    "needs_lawyer",
    "Een jurist heeft deze regel nog niet bevestigd.",
    "A lawyer has not confirmed this rule yet.",
)
_NOBODY = ReasonKind(
    "no_clear_party",
    "Er is geen duidelijke partij; dan betalen alle partners samen.",
    "There is no clear party; then all partners pay together.",
)
_UNKNOWN_FIELD = ReasonKind(
    "unknown_field",
    "Voor ‘{field}’ is nog niet vastgelegd wie er aan de lat staat.",
    "It has not been laid down yet who is responsible for ‘{field}’.",
)


def load_responsibility(path: Path) -> tuple[Rule, ...]:
    """The rules in the CSV file at ``path``. Raises :class:`~rules.policy_reader.PolicyWrong`."""
    return read_table(path, _COLUMNS, _read)


def propose(case: CaseFacts, partners: Iterable[PartnerFacts], rules: Sequence[Rule]) -> tuple[Proposal, ...]:
    """Who should have paid, the strongest proposal first; never empty.

    ``partners`` are those that take part on the day. Where the field is unknown, only those who would
    have borne regular costs are proposed; where there is nobody at all, all partners together.
    """
    present = sorted(partners, key=lambda one: one.code)
    rule = rule_for(case, rules)
    proposals = [] if rule is None else _by_rule(case, rule, present)
    named = {one.partner for one in proposals}
    proposals += [_by_costs(case, one) for one in present if one.code not in named and _borne(case, one)]
    proposals.sort(key=lambda one: (-one.points, one.partner, one.outside))
    if proposals:
        return tuple(proposals)
    reasons = (_UNKNOWN_FIELD(field=case.field), _NOBODY())
    return (Proposal(SettlementKind.COLLECTIVE, partner="", outside="", points=0, reasons=reasons),)


def rule_for(case: CaseFacts, rules: Sequence[Rule]) -> Rule | None:
    """The row that fits: by field and law, else by field alone; None where the field is in no row."""
    fitting = [rule for rule in rules if case.field in rule.fields]
    by_law = [rule for rule in fitting if case.law and rule.law == case.law]
    return next(iter(by_law or fitting), None)


def _by_rule(case: CaseFacts, rule: Rule, partners: Sequence[PartnerFacts]) -> list[Proposal]:
    for kind in rule.kinds:
        of_kind = [one for one in partners if one.kind == kind]
        if of_kind:
            return [_partner_proposal(case, rule, one) for one in of_kind]
    if not rule.outside:
        return [Proposal(SettlementKind.COLLECTIVE, partner="", outside="", points=8, reasons=(_NOBODY(),))]
    why = _OUTSIDE if rule.law else _OUTSIDE_ONLY
    reasons = [why(field=case.field, law=rule.law, party=rule.outside)]
    if rule.needs_lawyer:
        reasons.append(_LAWYER())
    return [
        Proposal(SettlementKind.OUTSIDE, partner="", outside=rule.outside, points=8, reasons=tuple(reasons))
    ]


def _partner_proposal(case: CaseFacts, rule: Rule, partner: PartnerFacts) -> Proposal:
    """A partner of the rule's kind: the rule weighs heaviest, then costs, then being paid, then domain."""
    why = _BY_FIELD if rule.law else _BY_FIELD_ONLY
    reasons = [why(field=case.field, law=rule.law, kind=rule.kinds[0], party=partner.name)]
    points = 8
    if cents := _borne(case, partner):
        points += 4
        reasons.append(_WOULD_HAVE_BORNE(party=partner.name, amount=Money(cents)))
    if partner.code in case.payee_partners:
        points += 2
        reasons.append(_IS_PAYEE(party=partner.name))
    if shared := sorted(case.domains & set(partner.domains)):
        points += 1
        reasons.append(_HAS_DOMAIN(party=partner.name, domains=tuple(shared)))
    if rule.needs_lawyer:
        reasons.append(_LAWYER())
    return Proposal(
        SettlementKind.RESPONSIBLE, partner=partner.code, outside="", points=points, reasons=tuple(reasons)
    )


def _by_costs(case: CaseFacts, partner: PartnerFacts) -> Proposal:
    reason = _WOULD_HAVE_BORNE(party=partner.name, amount=Money(_borne(case, partner)))
    return Proposal(SettlementKind.RESPONSIBLE, partner=partner.code, outside="", points=4, reasons=(reason,))


def _borne(case: CaseFacts, partner: PartnerFacts) -> int:
    return (case.regular_cents or {}).get(partner.code, 0)


def _read(reader: Reader) -> Rule:
    return Rule(
        fields=_several(reader.text("field")),
        law=reader.text("law", default=""),
        kinds=_several(reader.text("kinds", default="")),
        outside=reader.text("outside", default=""),
        check=reader.text("check"),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
