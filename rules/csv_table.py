"""Reads a small CSV table of facts, with every problem named by file and line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rules.policy_reader import PolicyProblem, PolicyWrong, Reader

Row = TypeVar("Row")


def read_table(path: Path, columns: Sequence[str], read: Callable[[Reader], Row]) -> tuple[Row, ...]:
    """The rows of ``path``, each read by ``read``. Raises :class:`~rules.policy_reader.PolicyWrong`.

    The header must be exactly ``columns``; empty cells count as missing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyWrong(
            [_problem(path, 0, "dit bestand is niet te lezen.", "this file cannot be read.")]
        ) from error
    lines = csv.reader(text.splitlines())
    header = next(lines, [])
    if header != list(columns):
        named = ", ".join(columns)
        raise PolicyWrong([_problem(path, 1, f"de kolommen zijn: {named}.", f"the columns are: {named}.")])
    rows, problems = [], []
    for cells in lines:
        if len(cells) != len(columns):
            problems.append(
                _problem(path, lines.line_num, "het aantal kolommen klopt niet.", "wrong number of columns.")
            )
            continue
        reader = Reader(_filled(columns, cells))
        rows.append(read(reader))
        problems.extend(_problem(path, lines.line_num, one.nl, one.en, *one.path) for one in reader.problems)
    if problems:
        raise PolicyWrong(problems)
    return tuple(rows)


def _filled(columns: Sequence[str], cells: Sequence[str]) -> Mapping[str, object]:
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}


def _problem(path: Path, line: int, nl: str, en: str, *key: str | int) -> PolicyProblem:
    return PolicyProblem(path=key, nl=nl, en=en, file=str(path), line=line)
