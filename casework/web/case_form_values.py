"""What the steps of the case form show: options, labels, and values as they are typed or stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from casework.business_case.prices import parties
from casework.cases.form_query import DraftForm, partners_today
from casework.cases.reference import laws
from casework.context import Work
from casework.web.case_form import (
    BREAKTHROUGH,
    LISTS_OF_STEP,
    REGULAR_WAY,
    RESIDENT,
    ROWS_OF_STEP,
    STUCK,
    Choices,
    typed_rows,
)
from casework.web.formatting import euro_input
from casework.web.price_choices import decimal_input, party_options, price_options
from rules.wording import Choice

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen on the form, as (code, label) pairs."""

    household_types: Pairs
    age_bands: Pairs
    districts: Pairs
    domains: Pairs
    barrier_fields: Pairs
    laws: Pairs
    partners: Pairs
    parties: dict[str, Pairs]
    prices: dict[str, Pairs]
    texts: dict[str, str]
    codes: Choices


def options_of(work: Work, draft: DraftForm) -> Options:
    """The options of today, with what this draft chose before even when it is offered no more."""
    locale = str(get_locale() or "nl")
    form = work.policy.case_form
    partners = list(partners_today(work))
    bearers = parties(work)
    lists = {
        "household_types": _pairs(form.household_types, locale),
        "age_bands": _pairs(form.age_bands, locale),
        "districts": _pairs(form.districts, locale),
        "domains": _pairs(form.domains, locale),
        "barrier_fields": _pairs(form.barrier_fields, locale),
        "laws": [(law, law) for law in laws()],
        "partners": partners,
    }
    codes = {name: frozenset(code for code, _label in pairs) for name, pairs in lists.items()}
    used = frozenset(line.party for line in draft.regular_lines)
    texts = {key: work.policy.texts.text(key, locale) for key in ("before_submitting", "consent", "privacy")}
    return Options(
        **lists,
        parties=party_options(bearers),
        prices=price_options(locale),
        texts=texts,
        codes=Choices(**codes, parties=bearers.codes | used),
    )


def filled_from_draft(draft: DraftForm, step: str) -> dict[str, Any]:
    """The values of ``step`` as stored. The household's address is never among them."""
    if step == RESIDENT:
        names: tuple[str, ...] = ("alias", "household_type", "age_band", "district", "consent_on")
        values = {name: getattr(draft, name) for name in names}
        grade = draft.grade_before
        return values | {"grade_before": "" if grade is None else grade, "domains": draft.domains}
    if step == STUCK:
        names = ("title", "situation", "tried", "barrier", "barrier_field", "barrier_law")
        return {name: getattr(draft, name) for name in names}
    if step == BREAKTHROUGH:
        names = ("breakthrough", "own_contribution", "urgent", "expected_payers")
        return {name: getattr(draft, name) for name in names} | {"rows": cost_rows(draft)}
    return {"rows": regular_rows(draft)}


def cost_rows(draft: DraftForm) -> list[dict[str, str]]:
    """The cost lines as rows of the form."""
    return [
        {
            "description": line.description,
            "amount": euro_input(line.amount_cents) if line.amount_cents else "",
            "payee_name": line.payee_name,
            "payee_iban": grouped_iban(line.payee_iban),
            "payee_partner": line.payee_partner,
        }
        for line in draft.cost_lines
    ]


def regular_rows(draft: DraftForm) -> list[dict[str, str]]:
    """The costs of the regular way as rows of the form."""
    return [
        {
            "id": str(line.id),
            "party": line.party,
            "description": line.description,
            "quantity": decimal_input(Fraction(line.quantity)),
            "unit": line.unit,
            "price": euro_input(line.mid_cents) if line.mid_cents else "",
            "chance": decimal_input(Fraction(line.probability) * 100),
            "source": line.source,
        }
        for line in draft.regular_lines
    ]


def filled_from_typed(
    draft: DraftForm, step: str, form: MultiDict[str, str], rows: list[dict[str, str]] | None
) -> dict[str, Any]:
    """The values of ``step`` as they were typed, so that nothing is lost on screen."""
    values: dict[str, Any] = {name: form.get(name, "") for name in filled_from_draft(draft, step)}
    if name := LISTS_OF_STEP.get(step):
        values[name] = form.getlist(name)
    if step == RESIDENT:
        values |= {name: form.get(name, "") for name in ("postcode", "house_number")}
    if step in ROWS_OF_STEP:
        values["rows"] = typed_rows(form, ROWS_OF_STEP[step]) if rows is None else rows
    return values


def grouped_iban(iban: str) -> str:
    """An account number in groups of four, as it is printed."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def step_list(number: str) -> list[tuple[str, str]]:
    """The steps with their addresses, for the bar on top."""
    made = [
        (label, url_for("cases.edit_step", number=number, step=step))
        for step, label in (
            (RESIDENT, _("De inwoner")),
            (STUCK, _("Wat vastloopt")),
            (BREAKTHROUGH, _("De doorbraak")),
            (REGULAR_WAY, _("De gewone weg")),
        )
    ]
    return [*made, (_("Controleren en indienen"), url_for("cases.check", number=number))]


def labels_for(errors: Iterable[str], step: str) -> dict[str, str]:
    """The labels of the fields of ``step`` that are named in ``errors``; of a row with its number."""
    made = labels_of_step(step)
    words = {
        "description": _("Omschrijving"),
        "amount": _("Bedrag"),
        "payee_name": _("Aan wie"),
        "payee_iban": _("Rekeningnummer"),
        "payee_partner": _("Partner"),
        "party": _("Wie betaalt"),
        "quantity": _("Aantal"),
        "unit": _("Per"),
        "price": _("Prijs"),
        "chance": _("Kans"),
    }
    for name in errors:
        if match := re.fullmatch(r"[a-z]+-([0-9]+)-([a-z_]+)", name):
            word = words.get(match[2], "")
            made[name] = _("%(field)s op regel %(number)d", field=word, number=int(match[1]) + 1)
    return made


def labels_of_step(step: str) -> dict[str, str]:
    """The labels of the single fields of ``step``."""
    return {
        RESIDENT: {
            "alias": _("Schuilnaam"),
            "household_type": _("Huishouden"),
            "age_band": _("Leeftijd"),
            "district": _("Wijk"),
            "domains": _("Leefgebieden"),
            "consent_on": _("Toestemming"),
            "grade_before": _("Cijfer"),
            "postcode": _("Postcode"),
            "house_number": _("Huisnummer"),
        },
        STUCK: {
            "title": _("Titel"),
            "situation": _("Situatie"),
            "tried": _("Al geprobeerd"),
            "barrier": _("Knelpunt"),
            "barrier_field": _("Terrein"),
            "barrier_law": _("Wet"),
        },
        BREAKTHROUGH: {
            "breakthrough": _("Doorbraak"),
            "own_contribution": _("Eigen inzet"),
            "expected_payers": _("Wie had moeten betalen"),
        },
    }.get(step, {})


def _pairs(choices: tuple[Choice, ...], locale: str) -> Pairs:
    return [(choice.code, choice.label(locale)) for choice in choices]
