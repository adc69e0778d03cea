"""Long lists in pages of 25."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

PER_PAGE = 25
LAST_PAGE = 1_000_000  # a number from an address can be larger than a database can count to
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number from 1, and how many rows there are in all."""

    rows: tuple[Row, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; 1 for an empty list."""
        return max(1, -(-self.total // PER_PAGE))


def offset_of(number: int) -> int:
    """How many rows come before page ``number``."""
    return (min(max(number, 1), LAST_PAGE) - 1) * PER_PAGE
