"""Facts that come with the program and that a case can be described with: the laws of the barriers."""

from __future__ import annotations

from functools import cache

from config.settings import ROOT
from rules.responsibility import load_responsibility

RESPONSIBILITY = ROOT / "config" / "responsibility.csv"


@cache
def laws() -> tuple[str, ...]:
    """The laws of the table of responsibilities, by name; read once, for it only changes with the program."""
    return tuple(sorted({rule.law for rule in load_responsibility(RESPONSIBILITY) if rule.law}))
