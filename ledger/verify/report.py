"""What a verification found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``where`` names the row: an entry, a balance, a month, a claim."""

    network: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.network}: {self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The outcome: ``problems`` in the order found (at most some tens), every chain's head, and counts."""

    problems: tuple[Problem, ...]
    heads: Mapping[str, str]
    entry_count: int
    leg_count: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The first wrong row."""
        return self.problems[0] if self.problems else None
