"""Numbers that pass the test of a citizen service number (BSN): found in any text, and masked in texts of
others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from stdnum.nl import bsn

# Nine digits in a row or grouped as BSNs are, whatever follows: a date of birth or a telephone number often
# does. Grouped in any other way, only when they are not part of a longer number, such as an account number.
_CANDIDATE = re.compile(
    r"(?<![0-9])(?=("
    r"[0-9]{9}(?![0-9])"
    r"|[0-9]{4}[ .\-]{1,3}[0-9]{2}[ .\-]{1,3}[0-9]{3}(?![0-9])"
    r"|[0-9]{3}[ .\-]{1,3}[0-9]{3}[ .\-]{1,3}[0-9]{3}(?![0-9])"
    r"|[0-9](?:[ .\-]?[0-9]){8}(?![ .\-]?[0-9])"
    r"))"
)
_DIGIT = re.compile(r"\d")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def contains_bsn(text: str) -> bool:
    """Whether ``text`` holds nine digits, with or without dots, spaces or dashes, that pass the BSN test.

    A word processor's no-break spaces and long dashes count as spaces and dashes.
    """
    return next(_spans(_plain(text)), None) is not None


def masked(text: str) -> str:
    """``text`` with an asterisk for each digit of what looks like a BSN.

    For texts that come as they come, such as those of a bank. A creditor reference (``RF…``) is left alone:
    what follows those letters is no BSN, and without its digits nothing could be recognised by it.
    """
    if len(_DIGIT.findall(text)) < 9:  # most texts: spares them the rest
        return text
    plain = _plain(text)
    marks, found = list(plain), False
    for start, end in _spans(plain):
        if plain[max(0, start - 2) : start].upper() != "RF":
            found = True
            marks[start:end] = ["*" if mark.isdigit() else mark for mark in marks[start:end]]
    return "".join(marks) if found else text


def _plain(text: str) -> str:
    return _DASHES.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))


def _spans(plain: str) -> Iterator[tuple[int, int]]:
    for match in _CANDIDATE.finditer(plain):
        if bsn.is_valid(re.sub(r"[ .\-]", "", match.group(1))):
            yield match.start(1), match.end(1)
