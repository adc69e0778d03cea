"""An XML element while it is being read, and how values are found in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.bank.camt_schema import Type


@dataclass(slots=True)
class Node:
    """An element with its text, its children so far, and how far it is in the order of its schema."""

    name: str
    line: int
    attributes: dict[str, str]
    type: Type
    text: str = ""
    children: list[Node] = field(default_factory=list)
    place: int = -1
    count: int = 0

    def all(self, path: str) -> Iterator[Node]:
        """Every element at ``path`` (``"RmtInf/Ustrd"``)."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, path: str) -> Node | None:
        """The first element at ``path``."""
        return next(self.all(path), None)

    def words(self, *paths: str) -> str:
        """The text of the first of ``paths`` that has any, with single spaces; ``""`` when none has."""
        for path in paths:
            for found in self.all(path):
                if plain := " ".join(found.text.split()):
                    return plain
        return ""
