"""Recognising a household without knowing it: a keyed hash of postcode and house number.

The input is used once and then forgotten: it is not stored, not logged and not shown again. The hash
differs per network, so that two networks cannot lay their cases side by side.
"""

from __future__ import annotations

import re

from errors import Invalid
from storage.cipher import keyed_hash

_POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Za-z]{2})")
_HOUSE_NUMBER = re.compile(r"([0-9]{1,5})[\s\-/]*([0-9A-Za-z]{0,6})")


class PostcodeWrong(Invalid):
    """Not a Dutch postcode."""

    nl = "Schrijf een postcode als 5211 AB."
    en = "Write a postcode such as 5211 AB."


class HouseNumberWrong(Invalid):
    """Not a house number."""

    nl = "Schrijf een huisnummer, met toevoeging als die er is: 12 of 12-B."
    en = "Write a house number, with its addition if there is one: 12 or 12-B."


class HouseholdIncomplete(Invalid):
    """Only half of what is needed to recognise the household."""

    nl = "Vul postcode en huisnummer allebei in, of laat ze allebei leeg."
    en = "Fill in both postcode and house number, or leave both empty."


def household_hash(network: str, postcode: str, house_number: str) -> str | None:
    """The hash of a household in ``network``, or None when both parts are empty.

    Raises :class:`PostcodeWrong`, :class:`HouseNumberWrong` or :class:`HouseholdIncomplete`, each
    naming its field.
    """
    postcode, house_number = postcode.strip(), house_number.strip()
    if not postcode and not house_number:
        return None
    code = _POSTCODE.fullmatch(postcode)
    if postcode and code is None:
        raise PostcodeWrong(field="postcode")
    number = _HOUSE_NUMBER.fullmatch(house_number)
    if house_number and number is None:
        raise HouseNumberWrong(field="house_number")
    if code is None or number is None:
        raise HouseholdIncomplete(field="postcode" if code is None else "house_number")
    address = f"{code[1]}{code[2]}|{int(number[1])}{number[2]}".upper()
    return keyed_hash(f"{network}|{address}")
