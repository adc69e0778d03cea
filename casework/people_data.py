"""What may not be written about people: numbers that pass the test of a citizen service number (BSN)."""

from __future__ import annotations

import re

from stdnum.nl import bsn

from errors import Invalid

# Nine digits, however they are spaced, that are not part of a longer number.
_CANDIDATE = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){8}(?![ .\-]?[0-9])")


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
    """Whether ``text`` holds nine digits, with or without dots, spaces or dashes, that pass the BSN test."""
    return any(bsn.is_valid(re.sub(r"[ .\-]", "", match.group())) for match in _CANDIDATE.finditer(text))
