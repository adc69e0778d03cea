"""What may not be written about people: numbers that pass the test of a citizen service number (BSN)."""

from __future__ import annotations

from errors import Invalid
from ledger.citizen_number import contains_bsn

__all__ = ["BsnFound", "contains_bsn"]


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
