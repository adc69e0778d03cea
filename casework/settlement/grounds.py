"""What a settlement rests on, read back from the facts that were frozen with it: rule, policy, figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.lifecycle import SettlementKind
from rules.wording import LocalText

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The row of the table of who should have paid that fitted the case."""

    fields: tuple[str, ...]
    law: str
    kinds: tuple[str, ...]
    outside: str
    check: str


@dataclass(frozen=True, slots=True)
class Pointed:
    """A party that the rules pointed at, and why. All partners together have no name."""

    name: str
    kind: SettlementKind
    strongest: bool
    reasons: tuple[LocalText, ...]


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One member's part of a collective split. All but ``share_cents`` in millionths of a cent.

    ``due`` is its part by the key; with what stood over (``before``) it is what it should pay; what is not
    in its whole cents stands over to the next split (``after``).
    """

    name: str
    weight: str
    due: int
    before: int
    share_cents: int
    after: int

    @property
    def wanted(self) -> int:
        """What it should pay this time, with what stood over."""
        return self.before + self.due


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a settlement rests on. Things can be missing before it is decided, and in old ones."""

    rule: RuleRow | None
    pointed: tuple[Pointed, ...]
    deviates: bool
    policy_from: Mapping[str, date]
    mandate_on: date | None
    terms: Mapping[str, int]
    split: tuple[SplitRow, ...]


def grounds_of(facts: Mapping[str, Any], *, names: Mapping[str, str], reference: str) -> Grounds:
    """The grounds in ``facts``. ``names`` are those of partners by code, ``reference`` the settlement's."""
    suggested: Mapping[str, Any] = facts.get("suggested", {})
    rule = suggested.get("rule")
    mandate_on = facts.get("mandate_on")
    return Grounds(
        rule=None
        if rule is None
        else RuleRow(
            tuple(rule["fields"]), rule["law"], tuple(rule["kinds"]), rule["outside"], rule["check"]
        ),
        pointed=tuple(
            Pointed(
                name=names.get(one["party"], one["party"]),
                kind=SettlementKind(one["kind"]),
                strongest=one["strongest"],
                # Reasons were kept as codes before they were kept as sentences.
                reasons=tuple(
                    LocalText(nl=reason["nl"], en=reason["en"])
                    for reason in one["reasons"]
                    if isinstance(reason, dict)
                ),
            )
            for one in suggested.get("candidates", ())
        ),
        deviates=bool(facts.get("deviates")),
        policy_from={
            section: date.fromisoformat(since) for section, since in facts.get("policy_from", {}).items()
        },
        mandate_on=None if mandate_on is None else date.fromisoformat(mandate_on),
        terms=facts.get("terms", {}),
        split=_split(facts, names, reference),
    )


def _split(facts: Mapping[str, Any], names: Mapping[str, str], reference: str) -> tuple[SplitRow, ...]:
    before, after = facts.get("carry_before_millionths", {}), facts.get("carry_after_millionths", {})
    claims = facts.get("claims", {})
    rows = []
    for code, weight in facts.get("weights", {}).items():
        share = int(claims.get(f"{reference}-{code}", 0))
        stood, stands = int(before.get(code, 0)), int(after.get(code, 0))
        due = stands + share * _MILLION - stood
        rows.append(SplitRow(names.get(code, code), weight, due, stood, share, stands))
    return tuple(rows)
