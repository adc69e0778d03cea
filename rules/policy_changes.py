"""A change of policy before it is adopted: is it right, and does it fit what is adopted already.

The checks are those of a network's file (:mod:`rules.network_checks`), so that a form and a file cannot
differ in what they allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rules.network_checks import PartnerLike, problems_between
from rules.network_file import parse_document, parse_network, read_versions
from rules.policy import SECTIONS, PolicyVersion, SectionName
from rules.policy_reader import Path, PolicyProblem, PolicyWrong, Reader
from rules.toml_lines import line_at, lines_of


def changed_version(
    section: SectionName,
    valid_from: date,
    document: Mapping[str, object],
    *,
    source: str,
    partners: Sequence[PartnerLike],
    adopted: Iterable[PolicyVersion],
) -> PolicyVersion:
    """``document`` as a new version of ``section`` beside what is ``adopted``.

    Raises :class:`~rules.policy_reader.PolicyWrong` with every problem; paths are those of the document.
    """
    reader = Reader(document)
    content = SECTIONS[section].read(reader)
    reader.finish()
    reader.raise_if_wrong()
    version = PolicyVersion(section, valid_from, content, source)
    place: Path = ("proposed",)
    problems = _between(partners, adopted, [(place, version)])
    if problems:
        raise PolicyWrong(replace(one, path=one.path[1:]) for one in problems)
    return version


def parse_changes(
    text: str,
    *,
    network: str,
    file: str = "",
    partners: Sequence[PartnerLike],
    adopted: Sequence[PolicyVersion],
) -> tuple[PolicyVersion, ...]:
    """The versions in the TOML ``text`` that are not adopted yet, oldest first.

    ``text`` is the whole file of ``network`` (its code), or only the sections that change: ``[[mandate]]``
    with its day and its source. Raises :class:`~rules.policy_reader.PolicyWrong` with every problem, by line.
    """
    document = parse_document(text, file)
    if "network" in document:
        whole = parse_network(text, file=file)
        if whole.network.code != network:
            nl, en = f"dit is niet het netwerk {network}.", f"this is not the network {network}."
            raise PolicyWrong([PolicyProblem(("network", "code"), nl, en, file)])
        found: Sequence[PolicyVersion] = whole.versions
    else:
        found = _parse_sections(text, document, file, partners, adopted)
    known = {(one.section, one.valid_from): one.to_document() for one in adopted}
    fresh = [one for one in found if known.get((one.section, one.valid_from)) != one.to_document()]
    return tuple(sorted(fresh, key=lambda one: one.valid_from))


def _parse_sections(
    text: str,
    document: Mapping[str, object],
    file: str,
    partners: Sequence[PartnerLike],
    adopted: Sequence[PolicyVersion],
) -> list[PolicyVersion]:
    root = Reader(document)
    placed = list(read_versions(root, all_needed=False))
    root.finish()
    problems = root.problems or _between(partners, adopted, placed)
    if problems:
        lines = lines_of(text)
        shown = [replace(one, file=file, line=line_at(lines, one.path)) for one in problems]
        raise PolicyWrong(sorted(shown, key=lambda one: one.line))
    return [version for _, version in placed]


def _between(
    partners: Sequence[PartnerLike],
    adopted: Iterable[PolicyVersion],
    placed: Sequence[tuple[Path, PolicyVersion]],
) -> list[PolicyProblem]:
    """The problems of the new versions only. What is adopted was checked before."""
    taken = {(one.section, one.valid_from) for _, one in placed}
    rest: list[tuple[Path, PolicyVersion]] = [
        (("adopted", number), one)
        for number, one in enumerate(adopted)
        if (one.section, one.valid_from) not in taken
    ]
    # No first version can come too late here: the network has started.
    every = problems_between(date.max, partners, [*rest, *placed])
    return [one for one in every if any(one.path[: len(path)] == path for path, _ in placed)]
