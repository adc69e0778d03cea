"""Writes a network back as TOML, so that what was adopted in the program can be taken out and shipped.

``parse_network(network_toml(network))`` gives ``network`` again; comments of an earlier file are gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

from rules.network_file import NetworkFile
from rules.policy import PolicyVersion

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def network_toml(network: NetworkFile) -> str:
    """The whole file: header, partners, and every version of every section, oldest first."""
    header = network.network
    parts = [
        _table(
            "[network]",
            {
                "code": header.code,
                "name": header.name,
                "case_prefix": header.case_prefix,
                "time_zone": header.time_zone,
                "language": header.language,
                "started_on": header.started_on,
            }
            | _origin(header.source, header.assumed),
        )
    ]
    if (bank := network.bank) is not None:
        account: dict[str, object] = {"holder": bank.holder, "iban": bank.iban, "bic": bank.bic}
        if bank.creditor_id:
            account["creditor_id"] = bank.creditor_id
        parts.append(_table("[bank]", account | {"from": bank.from_on} | _origin(bank.source, bank.assumed)))
    for one in network.partners:
        entry: dict[str, object] = {
            "code": one.code,
            "name": one.name,
            "kind": one.kind,
            "domains": list(one.domains),
            "joined_on": one.joined_on,
        }
        if one.left_on is not None:
            entry["left_on"] = one.left_on
        parts.append(_table("[[partner]]", entry | _origin(one.source, one.assumed)))
    parts.extend(version_toml(version) for version in network.versions)
    return "\n".join(parts)


def version_toml(version: PolicyVersion) -> str:
    """One version of one section as a TOML table."""
    origin = _origin(version.source, version.assumed)
    return _table(f"[[{version.section}]]", {"from": version.valid_from} | origin | version.to_document())


def _origin(source: str, assumed: str) -> dict[str, object]:
    return {key: text for key, text in (("source", source), ("assumed", assumed)) if text}


def _table(header: str, values: Mapping[str, object]) -> str:
    lines = [header, *(f"{_key(key)} = {_value(value, top=True)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object, *, top: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Iterable):
        return _list([_value(one) for one in value], top=top)
    raise TypeError(f"a {type(value).__name__} has no place in a policy document")


def _list(items: list[str], *, top: bool) -> str:
    one_line = f"[{', '.join(items)}]"
    if not top or len(one_line) <= 80:
        return one_line
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped and JSON does not.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
