"""What may not be written about people: numbers that pass the test of a citizen service number (BSN)."""

from __future__ import annotations

import re
import unicodedata

from stdnum.nl import bsn

from errors import Invalid

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
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


class BsnFound(Invalid):
    """Free text holds a number that looks like a BSN."""

    nl = (
        "Hier staat een getal dat op een burgerservicenummer lijkt. Haal het weg: schrijf bijvoorbeeld "
        "'meneer' of 'het gezin'. Een kenmerk van een brief kan met letters ertussen."
    )
    en = (
        "This holds a number that looks like a citizen service number. Take it out: write for instance "
        "'the man' or 'the family'. A letter's reference can be written with letters in between."
    )


def contains_bsn(text: str) -> bool:
    """Whether ``text`` holds nine digits, with or without dots, spaces or dashes, that pass the BSN test.

    A word processor's no-break spaces and long dashes count as spaces and dashes.
    """
    plain = _DASHES.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    return any(bsn.is_valid(re.sub(r"[ .\-]", "", match.group(1))) for match in _CANDIDATE.finditer(plain))
