"""The gates before a positive decision: each answered, explained, and passed or overridden.

A gate that is answered "no" can still be passed, by a motivated override of as many members as policy
asks (two, unless it says otherwise), so that nobody sets a gate aside alone or silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from rules.wording import Labelled, Reason, ReasonKind


class Gate(Labelled):
    """What must be clear before a case can be approved."""

    ALTERNATIVES_EXPLORED = (
        "alternatives_explored",
        "andere wegen geprobeerd",
        "alternatives explored",
    )
    DURABLE_SOLUTION = (
        "durable_solution",
        "uitzicht op een duurzame oplossing",
        "prospect of a durable solution",
    )


class GateTerms(Protocol):
    """What the gates need of policy; its ``gates`` section has it."""

    @property
    def required(self) -> tuple[Gate, ...]: ...
    @property
    def override_members(self) -> int: ...


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The answer at one gate. ``overridden_by`` are the members who each motivated passing a "no"."""

    gate: Gate
    yes: bool
    explanation: str
    overridden_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GateCheck:
    """Whether a positive decision may be taken, and why (not)."""

    passed: bool
    reasons: tuple[Reason, ...]


_UNANSWERED = ReasonKind(
    "gate_unanswered",
    "De vraag ‘{gate}’ is nog niet beantwoord.",
    "The question ‘{gate}’ has not been answered yet.",
)
_UNEXPLAINED = ReasonKind(
    "gate_unexplained",
    "Bij ‘{gate}’ ontbreekt de toelichting.",
    "The explanation of ‘{gate}’ is missing.",
)
_YES = ReasonKind(
    "gate_yes",
    "‘{gate}’ is met ja beantwoord en toegelicht.",
    "‘{gate}’ was answered yes, with an explanation.",
)
_SHUT = ReasonKind(
    "gate_shut",
    "‘{gate}’ is met nee beantwoord. Toch doorgaan kan als {needed} leden dat motiveren; nu {have}.",
    "‘{gate}’ was answered no. Going on is possible if {needed} members motivate it; now {have}.",
)
_OVERRIDDEN = ReasonKind(
    "gate_overridden",
    "‘{gate}’ is met nee beantwoord; {have} leden hebben gemotiveerd waarom het toch kan.",
    "‘{gate}’ was answered no; {have} members motivated why it can be done all the same.",
)


def check_gates(
    answers: Iterable[GateAnswer], terms: GateTerms, *, in_conflict: Collection[str] = ()
) -> GateCheck:
    """Whether every gate that policy requires is open. Overrides of members in conflict do not count."""
    given = {answer.gate: answer for answer in answers}
    outcomes = [_judge(gate, given.get(gate), terms, in_conflict) for gate in terms.required]
    return GateCheck(
        passed=all(passed for passed, _ in outcomes), reasons=tuple(reason for _, reason in outcomes)
    )


def _judge(
    gate: Gate, answer: GateAnswer | None, terms: GateTerms, in_conflict: Collection[str]
) -> tuple[bool, Reason]:
    if answer is None:
        return False, _UNANSWERED(gate=gate)
    if not answer.explanation.strip():
        return False, _UNEXPLAINED(gate=gate)
    if answer.yes:
        return True, _YES(gate=gate)
    have = len(answer.overridden_by - frozenset(in_conflict))
    if have >= terms.override_members:
        return True, _OVERRIDDEN(gate=gate, have=have)
    return False, _SHUT(gate=gate, needed=terms.override_members, have=have)
