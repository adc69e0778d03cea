"""On which line a key stands in a TOML text. ``tomllib`` does not say, and a person needs to know.

Only for messages: the text has been parsed by ``tomllib`` before, so this scanner may assume that it
is valid, and where it does not know an exact place it answers with the nearest enclosing one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.policy_reader import Path

_SEGMENT = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEY = re.compile(rf"\s*({_SEGMENT}(?:\s*\.\s*{_SEGMENT})*)\s*")
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_SEGMENT}(?:\s*\.\s*{_SEGMENT})*)\s*\]")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'", re.DOTALL
)


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table, key and list item that starts on a line of its own."""
    scan = _Scan(text.replace("\r\n", "\n"))
    scan.run()
    return scan.lines


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """The line of ``path``, or of the nearest thing around it that has one; 1 where nothing has."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


@dataclass
class _Scan:
    text: str
    position: int = 0
    table: Path = ()
    items: dict[Path, int] = field(default_factory=dict)  # arrays of tables: the index of the last one
    lines: dict[Path, int] = field(default_factory=dict)

    def run(self) -> None:
        while self.position < len(self.text):
            self._skip_blank()
            if self.position >= len(self.text):
                return
            if header := _HEADER.match(self.text, self.position):
                self._header(header)
            elif key := _KEY.match(self.text, self.position):
                path = (*self.table, *_segments(key[1]))
                self._note(path)
                self.position = key.end() + 1  # past the "="
                self._value(path)
            else:
                self._to_line_end()

    def _header(self, match: re.Match[str]) -> None:
        *outer, last = _segments(match[2])
        path: Path = ()
        for segment in outer:
            path = self._inside(path, segment)
        if match[1] == "[[":
            array = (*path, last)
            self.items[array] = self.items.get(array, -1) + 1
            path = (*array, self.items[array])
        else:
            path = self._inside(path, last)
        self._note(path)
        self.table = path
        self.position = match.end()
        self._to_line_end()

    def _inside(self, path: Path, segment: str) -> Path:
        inner = (*path, segment)
        return (*inner, self.items[inner]) if inner in self.items else inner

    def _value(self, path: Path) -> None:
        """Step over one value, noting where the items of a list begin."""
        depth, item, fresh, is_list = 0, 0, True, False
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == "\n" and depth == 0:
                return
            if char == "#":
                self._to_line_end()
                continue
            if char in ",]" and depth == 1:
                item, fresh = item + 1, True
            elif not char.isspace() and depth == 1 and is_list and fresh:
                self._note((*path, item))
                fresh = False
            if char in "\"'" and (string := _STRING.match(self.text, self.position)):
                self.position = string.end()
                continue
            if char in "[{":
                is_list = is_list or (depth == 0 and char == "[")
                depth += 1
            elif char in "]}":
                depth -= 1
            self.position += 1

    def _note(self, path: Path) -> None:
        self.lines[path] = self.text.count("\n", 0, self.position) + 1

    def _skip_blank(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1
        if self.text.startswith("#", self.position):
            self._to_line_end()
            self._skip_blank()

    def _to_line_end(self) -> None:
        end = self.text.find("\n", self.position)
        self.position = len(self.text) if end < 0 else end


def _segments(key: str) -> tuple[str, ...]:
    return tuple(segment.strip("\"'") for segment in re.findall(_SEGMENT, key))
