"""The price list on a form: to choose from, to fill a row with, to recognise a row that kept its price."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from flask_babel import gettext as _

from casework.business_case.prices import Parties, bearer, price_of, prices
from casework.business_case.regular import RegularLine
from casework.context import Work
from casework.web.formatting import NO_BREAK, euro_input, euros
from rules.price_list import Price
from rules.wording import show_number


def price_options(locale: str) -> dict[str, list[tuple[str, str]]]:
    """The price list as options, grouped by domain."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in prices():
        label = _(
            "%(what)s: %(price)s per %(unit)s (%(year)d)",
            what=one.description,
            price=euros(one.amount_cents, locale).replace(NO_BREAK, " "),
            unit=one.unit,
            year=one.price_year,
        )
        groups.setdefault(one.domain.capitalize(), []).append((one.code, label))
    return groups


def party_options(found: Parties) -> dict[str, list[tuple[str, str]]]:
    """Who can bear a cost, as options: the partners, then others."""
    return {
        _("Partners"): list(found.partners),
        _("Buiten het netwerk"): [(kind, party_label(kind)) for kind in found.outside],
    }


def party_label(party: str, names: dict[str, str] | None = None) -> str:
    """The name of a party of a business case: a partner's, the pot's, or that of an outside kind."""
    special = {"pot": _("De pot"), "resident": _("De inwoner"), "": _("Nog geen partij gekozen")}
    return (names or {}).get(party) or special.get(party) or party[:1].upper() + party[1:]


def row_from_price_list(work: Work, code: str) -> dict[str, str]:
    """A form row filled with a price of the list; an empty row where the code is unknown."""
    price = price_of(code)
    if price is None:
        return {}
    return {
        "party": bearer(work, price),
        "description": price.description,
        "unit": price.unit,
        "price": euro_input(price.amount_cents),
        "price_code": price.code,
        "chance": "100",
    }


def filled_from_price_list(line: RegularLine, code: str) -> RegularLine:
    """``line`` with year, source and confidence of the list, as long as its price is the one of the list."""
    price: Price | None = price_of(code) if code else None
    if price is None or price.amount_cents != line.mid_cents:
        return line
    return replace(line, price_year=price.price_year, source=price.source, confidence=price.confidence)


def decimal_input(value: Fraction) -> str:
    """An exact number as one types it: ``1,5``."""
    return show_number(value, "nl", 6).replace(".", "")
