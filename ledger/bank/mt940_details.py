"""What stands in ``:86:`` of an MT940 file, in the ways in which Dutch banks write it.

- codes between slashes (ABN AMRO, ING, Rabobank, Knab): ``/EREF/…/IBAN/…/NAME/…/REMI/…``; ING puts the other
  party in one: ``/CNTP/account/BIC/name/place/``;
- numbered sub-fields (Triodos, and banks of German make): ``?20text?31account?32name``, also with ``>``;
- words with a colon (ABN AMRO of old): ``IBAN: … NAAM: … OMSCHRIJVING: … KENMERK: …``;
- or an account, a name and free text (SNS).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.citizen_number import masked

_CODES = (
    "TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|CNTP|RTRN|RTYP|MARF|CSID|PREF|KREF|BREF|PURP|ULTD|ULTC|ULTB|"
    "SVCL|ISDT|ADDR|ID|EXCH|OCMT|CHGS|CDTR|DBTR|TEXT|CREF|NRTX|BEXC|USTD|STRD|ISSUER"
)
_SLASHED = re.compile(rf"/({_CODES})/")
_NUMBERED = re.compile(r"(?:^[0-9]{3})?[?>]([0-9]{2})")
_PLUS = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|PURP|IBAN|BIC)\+")
_LABELS = re.compile(r"(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT)\s*: ?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
_LEADING_ACCOUNT = re.compile(r"([A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}|[0-9]{5,10})(?:\s+|$)(.*)", re.DOTALL)
_STRUCTURED = re.compile(
    r"(?:STRD/)?(?:CUR|ISO)/\s*([A-Z0-9 ]{4,35})|ISSUER: ?(?:CUR|ISO)\s*REF: ?([A-Z0-9 ]{4,35})"
)
_REASON = re.compile(r"[A-Z]{2}[0-9]{2}")
_NOTHING = {"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"}


@dataclass(frozen=True, slots=True)
class Details:
    """What was found; ``""`` where nothing was."""

    iban: str = ""
    name: str = ""
    text: str = ""
    end_to_end_id: str = ""
    reference: str = ""
    return_reason: str = ""


def details_of(value: str, *, credit: bool) -> Details:
    """What ``value`` says, in whichever way it is written. Nothing in it is wrong: it is a text.

    ``credit`` says which of two parties is the other one, where a bank names both.
    """
    # A bank breaks the line where it is full, in the middle of a word or code.
    joined = "".join(value.split("\n"))
    if _SLASHED.search(joined) and joined.lstrip().startswith("/"):
        return _slashed(joined, credit=credit)
    if _NUMBERED.match(joined):
        return _numbered(joined)
    if len(_LABELS.findall(joined)) >= 2:
        return _labelled(joined)
    return _free(value)


def _slashed(joined: str, *, credit: bool) -> Details:
    roles = {"ORDP": joined.find("/ORDP/"), "BENM": joined.find("/BENM/")}
    ours, other = ("BENM", "ORDP") if credit else ("ORDP", "BENM")
    if roles[ours] >= 0 and roles[other] >= 0:
        # Both are named: leave out the stretch that is about ourselves.
        end = roles[other] if roles[ours] < roles[other] else joined.find("/REMI/", roles[ours])
        joined = joined[: roles[ours]] + (joined[end:] if end >= 0 else "")
    found = _sections(_SLASHED, joined)
    iban, name = found.get("IBAN", ""), found.get("NAME", "")
    if "CNTP" in found:
        account, _, rest = found["CNTP"].partition("/")
        parts = rest.split("/")
        iban, name = iban or account, name or (parts[1] if len(parts) > 1 else "")
    text = found.get("REMI") or found.get("USTD") or found.get("TEXT") or found.get("TRTP", "")
    structured = "STRD" in found or _STRUCTURED.search(text)
    reference = _reference(found.get("STRD", "") or text) if structured else ""
    if reference and not found.get("USTD"):
        text = "" if "STRD" in found or text.startswith("STRD") else text
    reason = _REASON.search(found.get("RTRN", ""))
    return Details(
        iban=_account(iban),
        name=_plain(name or found.get("BENM", "") or found.get("ORDP", "")),
        text=_plain(text.removeprefix("USTD//").strip("/")),
        end_to_end_id=_known(found.get("EREF", "")),
        reference=reference,
        return_reason=reason[0] if reason else ("RTRN" if "RTRN" in found else ""),
    )


def _numbered(joined: str) -> Details:
    parts: dict[str, str] = {}
    pieces = _NUMBERED.split(joined)
    for code, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        parts[code] = parts.get(code, "") + piece
    text = "".join(parts.get(f"{code:02d}", "") for code in (*range(20, 30), *range(60, 64)))
    plus = _sections(_PLUS, text) if _PLUS.search(text) else {}
    account = next(
        (one for one in (parts.get("31", ""), plus.get("IBAN", ""), parts.get("10", "")) if _account(one)), ""
    )
    reason = (
        _REASON.search(parts.get("34", "") + " " + plus.get("SVWZ", "")) if "RETOUR" in text.upper() else None
    )
    return Details(
        iban=_account(account),
        name=_plain(parts.get("32", "") + parts.get("33", "")),
        text=_plain(plus.get("SVWZ", "") if plus else text) or _plain(parts.get("00", "")),
        end_to_end_id=_known(plus.get("EREF", "") or plus.get("KREF", "")),
        return_reason=reason[0] if reason else "",
    )


def _labelled(joined: str) -> Details:
    found = _sections(_LABELS, joined)
    text = found.get("OMSCHRIJVING", "")
    return Details(
        iban=_account(found.get("IBAN", "")),
        name=_plain(found.get("NAAM", "")),
        text=_plain(text),
        end_to_end_id=_known(found.get("KENMERK", "")),
        reference=_reference(text) if _STRUCTURED.search(text) else "",
    )


def _free(value: str) -> Details:
    first, _, rest = value.partition("\n")
    match = _LEADING_ACCOUNT.fullmatch(first.strip())
    if match and rest.strip():
        return Details(iban=_account(match[1]), name=_plain(match[2]), text=_plain(rest.replace("\n", " ")))
    return Details(text=_plain(value.replace("\n", " ")))


def _sections(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    """The text behind each code; of a code that comes twice the first that says something."""
    pieces = pattern.split(text)
    found: dict[str, str] = {}
    for code, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not found.get(code):
            found[code] = piece.strip().strip("/").strip()
    return found


def _account(text: str) -> str:
    plain = re.sub(r"[\s.]", "", text.partition("/")[0]).upper()
    if _IBAN.fullmatch(plain):
        return plain
    return masked(plain) if plain.isdigit() and 5 <= len(plain) <= 18 else ""


def _reference(text: str) -> str:
    found = _STRUCTURED.search(text)
    return "".join((found[1] or found[2] or "").split()) if found else ""


def _known(text: str) -> str:
    plain = _plain(text)
    return "" if plain.upper() in _NOTHING else plain


def _plain(text: str) -> str:
    return " ".join(text.split())
