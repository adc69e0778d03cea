"""A network as it is shipped: one TOML file with its header, its partners and its dated policy.

::

    [network]            # code, name, case_prefix, time_zone, language, started_on, source or assumed
    [bank]               # holder, iban, from, source or assumed; bic and creditor_id if any; may be left out
    [[partner]]          # code, name, kind, domains, joined_on, left_on (if left), source or assumed
    [[mandate]]          # one table per version of each section of rules.policy.SectionName
    from = 2016-06-02    # the first day on which this version holds
    source = "…"         # who stated it; and/or
    assumed = "…"        # what was filled in

Loading checks everything and raises one :class:`~rules.policy_reader.PolicyWrong` that names every
problem with file, line and key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from errors import Invalid
from ledger.bank.iban import AccountNumber, read_creditor_id, read_iban
from rules.network_checks import problems_between
from rules.policy import SECTIONS, PolicyBook, PolicyVersion, SectionName
from rules.policy_reader import Path, PolicyProblem, PolicyWrong, Reader
from rules.toml_lines import line_at, lines_of

_CODE = r"[a-z][a-z0-9-]{0,39}"
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_VERSION_KEYS = ("from", "source", "assumed")


@dataclass(frozen=True, slots=True)
class NetworkHeader:
    """Who the network is. ``code`` is also the ledger's name for its fund."""

    code: str
    name: str
    case_prefix: str
    time_zone: str
    language: str
    started_on: date
    source: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """A partner as the file gives it; ``left_on`` is its first day outside."""

    code: str
    name: str
    kind: str
    domains: tuple[str, ...]
    joined_on: date
    left_on: date | None
    source: str = ""
    assumed: str = ""

    def takes_part_on(self, on: date) -> bool:
        """Whether it is a member on ``on``."""
        return self.joined_on <= on and (self.left_on is None or on < self.left_on)


@dataclass(frozen=True, slots=True)
class BankEntry:
    """The fund's own account, with which a new network starts; later changes are made on the page.

    ``bic`` and ``creditor_id`` (for collections) are empty where the file does not give them.
    """

    holder: str
    iban: str
    from_on: date
    bic: str = ""
    creditor_id: str = ""
    source: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """Everything a network's file says, checked."""

    network: NetworkHeader
    partners: tuple[PartnerEntry, ...]
    versions: tuple[PolicyVersion, ...]
    bank: BankEntry | None = None

    def book(self) -> PolicyBook:
        """The versions as a policy book."""
        return PolicyBook(self.versions)


def load_network(path: FilePath) -> NetworkFile:
    """Read and check the file at ``path``. Raises :class:`~rules.policy_reader.PolicyWrong`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        nl, en = f"dit bestand is niet te lezen ({why}).", f"this file cannot be read ({why})."
        raise PolicyWrong([PolicyProblem(path=(), nl=nl, en=en, file=str(path))]) from error
    return parse_network(text, file=str(path))


def parse_network(text: str, *, file: str = "") -> NetworkFile:
    """Check the TOML ``text``; ``file`` is the name that problems mention.

    Raises :class:`~rules.policy_reader.PolicyWrong` with every problem.
    """
    document = parse_document(text, file)
    root = Reader(document)
    header = root.table("network", _read_header)
    partners = root.tables("partner", _read_partner)
    bank = root.table("bank", _read_bank) if root.has("bank") else None
    versions = tuple(read_versions(root))
    root.finish()
    if not root.problems:
        root.problems.extend(problems_between(header.started_on, partners, versions))
    if root.problems:
        lines = lines_of(text)
        placed = [replace(one, file=file, line=line_at(lines, one.path)) for one in root.problems]
        raise PolicyWrong(sorted(placed, key=lambda one: one.line))
    return NetworkFile(
        network=header, partners=partners, versions=tuple(one for _, one in versions), bank=bank
    )


def parse_document(text: str, file: str) -> Mapping[str, object]:
    """The TOML ``text`` unchecked. Raises :class:`~rules.policy_reader.PolicyWrong` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _AT_LINE.search(message)
        line = int(found[1]) if found else text.count("\n") + 1
        problem = PolicyProblem(
            path=(),
            nl=f"dit is geen geldige TOML ({message}).",
            en=f"this is not valid TOML ({message}).",
            file=file,
            line=line,
        )
        raise PolicyWrong([problem]) from error


def _read_header(reader: Reader) -> NetworkHeader:
    return NetworkHeader(
        code=reader.text("code", pattern=_CODE),
        name=reader.text("name"),
        case_prefix=reader.text("case_prefix", pattern="[A-Z][A-Z0-9]{0,7}"),
        time_zone=_time_zone(reader),
        language=reader.text("language", pattern="nl|en"),
        started_on=reader.day("started_on"),
        **_origin(reader),
    )


def _time_zone(reader: Reader) -> str:
    name = reader.text("time_zone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        if name:
            nl, en = f"‘{name}’ is geen tijdzone.", f"‘{name}’ is not a time zone."
            reader.wrong("time_zone", nl, en)
    return name


def _read_partner(reader: Reader) -> PartnerEntry:
    partner = PartnerEntry(
        code=reader.text("code", pattern=_CODE),
        name=reader.text("name"),
        kind=reader.text("kind"),
        domains=reader.texts("domains"),
        joined_on=reader.day("joined_on"),
        left_on=reader.optional_day("left_on"),
        **_origin(reader),
    )
    if partner.left_on is not None and partner.left_on <= partner.joined_on:
        reader.wrong(
            "left_on", "weggaan komt na meedoen (joined_on).", "leaving comes after joining (joined_on)."
        )
    return partner


def _read_bank(reader: Reader) -> BankEntry:
    iban = reader.text("iban")
    try:
        number = read_iban(iban)
        creditor_id = read_creditor_id(reader.text("creditor_id", default=""))
    except Invalid as problem:
        reader.wrong(problem.field, problem.sentence("nl"), problem.sentence("en"))
        number, creditor_id = AccountNumber(iban, ""), ""
    entry = BankEntry(
        holder=reader.text("holder"),
        iban=number.iban,
        from_on=reader.day("from"),
        bic=reader.text("bic", default=number.bic),
        creditor_id=creditor_id,
        **_origin(reader),
    )
    if not entry.bic:
        reader.wrong("bic", "de BIC van deze bank is niet bekend: vul haar in.", "give this bank's BIC.")
    return entry


def _origin(reader: Reader) -> dict[str, str]:
    """Where a value comes from: nothing may be without a source or a note that it was assumed."""
    if not reader.has("source") and not reader.has("assumed"):
        reader.wrong(
            None,
            "zeg waar dit vandaan komt: source, assumed, of beide.",
            "say where this comes from: source, assumed, or both.",
        )
    return {key: reader.text(key, default="") for key in ("source", "assumed")}


def read_versions(root: Reader, *, all_needed: bool = True) -> Iterable[tuple[Path, PolicyVersion]]:
    """Every version of every section with its place; a section that is not there is a problem if needed."""
    for name in SectionName:
        if not root.has(name.value):
            if all_needed:
                root.wrong(None, f"de sectie [[{name}]] ontbreekt.", f"the section [[{name}]] is missing.")
            continue

        def read(reader: Reader, name: SectionName = name) -> tuple[Path, PolicyVersion]:
            valid_from = reader.day("from")
            origin = _origin(reader)
            inner = Reader(_without_frame(reader.document), path=reader.path, problems=reader.problems)
            content = SECTIONS[name].read(inner)
            reader.seen |= inner.seen
            return reader.path, PolicyVersion(name, valid_from, content, **origin)

        yield from root.tables(name.value, read)


def _without_frame(document: Mapping[str, object]) -> dict[str, object]:
    """The section's own keys: what an adopted version keeps as its document."""
    return {key: value for key, value in document.items() if key not in _VERSION_KEYS}
