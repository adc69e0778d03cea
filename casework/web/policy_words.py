"""Policy in plain sentences, a function per section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from casework.web.formatting import euros, number, percent
from rules.policy import PolicyVersion, SectionName
from rules.policy_sections import (
    AdviceSection,
    AllocationKey,
    BusinessCaseSection,
    Contribution,
    FundSection,
    MandateSection,
    PriceIndex,
    Retention,
    Section,
    Terms,
)
from rules.policy_words import CaseForm, ConflictSection, GatesSection, Texts, TriangleSection
from rules.wording import Choice, show_list

Names = Mapping[str, str]

TITLES: Mapping[SectionName, object] = {
    SectionName.CONTRIBUTION: _l("Wat partners inleggen"),
    SectionName.FUND: _l("Wat in de pot blijft"),
    SectionName.MANDATE: _l("Wie over welk bedrag besluit"),
    SectionName.TRIANGLE: _l("Vragen van de waardendriehoek"),
    SectionName.ADVICE: _l("Hoe het advies ontstaat"),
    SectionName.GATES: _l("Wat eerst duidelijk moet zijn"),
    SectionName.CONFLICT: _l("Wie niet meetelt"),
    SectionName.ALLOCATION_KEY: _l("Hoe samen wordt verrekend"),
    SectionName.TERMS: _l("Hoeveel tijd er is"),
    SectionName.BUSINESS_CASE: _l("Waar een mini-businesscase mee rekent"),
    SectionName.CONSUMER_PRICE_INDEX: _l("Prijsindex"),
    SectionName.RETENTION: _l("Hoe lang we bewaren"),
    SectionName.CASE_FORM: _l("Keuzes bij een casus"),
    SectionName.TEXTS: _l("Teksten van het netwerk"),
}


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A sentence that ends in a list."""

    sentence: str
    items: tuple[str, ...]


Line = str | Enumeration


def sentences(version: PolicyVersion, partner_names: Names) -> list[Line]:
    """What a version of a section says, in the reader's language."""
    return list(_WORDS[version.section](version.content, partner_names))


def _contribution(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, Contribution)
    month, day = map(int, content.pay_by.split("-"))
    # Any year will do: only day and month are shown.
    pay_by = format_date(date(2001, month, day), "d MMMM", locale=_language())
    yield _(
        "Elke partner legt per jaar %(amount)s in, uiterlijk op %(day)s.",
        amount=_euro(content.per_partner_cents),
        day=pay_by,
    )


def _fund(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, FundSection)
    yield _(
        "In de pot blijft altijd %(amount)s achter de hand. Dat bedrag wordt niet toegezegd.",
        amount=_euro(content.buffer_cents),
    )


def _mandate(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, MandateSection)
    for band in content.bands:
        yield ngettext(
            "Tot en met %(amount)s besluit %(num)d lid van het secretariaat.",
            "Tot en met %(amount)s besluiten %(num)d leden van het secretariaat.",
            band.members,
            amount=_euro(band.up_to_cents),
        )
        if band.reviewed_afterwards:
            yield _("Zo’n besluit wordt achteraf door een ander lid nagekeken.")
    yield ngettext(
        "Boven het hoogste bedrag besluit %(num)d lid.",
        "Boven het hoogste bedrag besluiten %(num)d leden.",
        content.members_above,
    )
    if content.household_window_days:
        yield ngettext(
            "Aanvragen voor hetzelfde huishouden binnen %(num)d dag tellen daarvoor bij elkaar op.",
            "Aanvragen voor hetzelfde huishouden binnen %(num)d dagen tellen daarvoor bij elkaar op.",
            content.household_window_days,
        )


def _triangle(content: Section, _names: Names) -> Iterable[Line]:
    assert isinstance(content, TriangleSection)
    for value, questions in content.questions.items():
        asked = tuple(question.label(_language()) for question in questions)
        yield Enumeration(_("Bij %(value)s:", value=value.label(_language())), asked)


def _advice(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, AdviceSection)
    yield _(
        "Elk lid geeft per waarde een cijfer van %(low)s tot en met %(high)s.",
        low=content.score_min,
        high=content.score_max,
    )
    yield ngettext(
        "Liggen twee leden op één waarde %(num)d punt of meer uit elkaar, dan is het advies: bespreken.",
        "Liggen twee leden op één waarde %(num)d punten of meer uit elkaar, dan is het advies: bespreken.",
        content.discuss_from_spread,
    )
    yield _(
        "Is elk gemiddelde minstens %(each)s en het gemiddelde van de drie minstens %(mean)s, dan is het "
        "advies: honoreren.",
        each=_number(content.minimum_per_value),
        mean=_number(content.minimum_mean),
    )
    yield _("Anders is het advies: niet honoreren, met een andere route.")


def _gates(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, GatesSection)
    for gate, question in content.questions.items():
        yield _(
            "%(gate)s: %(question)s",
            gate=gate.label(_language()).capitalize(),
            question=question.label(_language()),
        )
    yield ngettext(
        "Is het antwoord nee, dan kan %(num)d lid daar met een motivering overheen stappen.",
        "Is het antwoord nee, dan kunnen %(num)d leden daar samen met een motivering overheen stappen.",
        content.override_members,
    )


def _conflict(content: Section, _names: Names) -> Iterable[Line]:
    assert isinstance(content, ConflictSection)
    yield Enumeration(
        _("Een lid van het secretariaat adviseert wel, maar telt niet mee als de eigen organisatie:"),
        tuple(ground.label(_language()) for ground in content.grounds),
    )


def _allocation_key(content: Section, names: Names) -> Iterable[Line]:
    assert isinstance(content, AllocationKey)
    if content.weights is None:
        yield _("Wat samen wordt verrekend, wordt gelijk over alle partners verdeeld.")
        return
    total = sum(content.weights.values(), Fraction(0))
    yield Enumeration(
        _("Wat samen wordt verrekend, wordt zo verdeeld als alle partners meedoen:"),
        tuple(
            _(
                "%(partner)s: %(share)s",
                partner=names.get(code, code),
                share=percent(weight / total, 1, _language()),
            )
            for code, weight in content.weights.items()
        ),
    )


def _terms(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, Terms)
    yield ngettext(
        "Een betaalde casus is binnen %(num)d dag verrekend.",
        "Een betaalde casus is binnen %(num)d dagen verrekend.",
        content.settle_within_days,
    )
    yield ngettext(
        "Een partner heeft %(num)d dag om op een voorstel te reageren. Zwijgen is instemmen.",
        "Een partner heeft %(num)d dagen om op een voorstel te reageren. Zwijgen is instemmen.",
        content.object_to_settlement_days,
    )
    yield ngettext(
        "Een vordering is na %(num)d dag betaald.",
        "Een vordering is na %(num)d dagen betaald.",
        content.pay_claim_days,
    )
    yield ngettext(
        "Een partij buiten het netwerk krijgt %(num)d dag om te betalen.",
        "Een partij buiten het netwerk krijgt %(num)d dagen om te betalen.",
        content.outside_party_pays_days,
    )
    yield ngettext(
        "Een toezegging die niet wordt gebruikt, vervalt na %(num)d dag.",
        "Een toezegging die niet wordt gebruikt, vervalt na %(num)d dagen.",
        content.commitment_expires_days,
    )
    yield ngettext(
        "Op een vraag van het secretariaat antwoordt de aanvrager binnen %(num)d dag.",
        "Op een vraag van het secretariaat antwoordt de aanvrager binnen %(num)d dagen.",
        content.give_information_days,
    )
    yield ngettext(
        "Voor een evaluatie is %(num)d dag de tijd.",
        "Voor een evaluatie zijn %(num)d dagen de tijd.",
        content.answer_evaluation_days,
    )
    yield ngettext(
        "Is een vordering %(num)d dag te laat, dan hoort de ambassadeur van de partner het.",
        "Is een vordering %(num)d dagen te laat, dan hoort de ambassadeur van de partner het.",
        content.escalate_to_ambassador_days,
    )
    yield ngettext(
        "Na %(num)d dag horen de bestuurders het.",
        "Na %(num)d dagen horen de bestuurders het.",
        content.escalate_to_executives_days,
    )
    yield from _reminders(content.remind_days)
    months = show_list([str(month) for month in content.evaluate_months], _language())
    yield _("We vragen %(months)s maanden na de betaling hoe het gaat.", months=months)


def _reminders(remind_days: tuple[int, ...]) -> Iterable[str]:
    before = [str(-day) for day in remind_days if day < 0]
    after = [str(day) for day in remind_days if day > 0]
    if before:
        yield _(
            "Een herinnering gaat uit %(days)s dagen voordat een vordering betaald moet zijn.",
            days=show_list(before, _language()),
        )
    if after:
        yield _(
            "Nog een herinnering volgt als een vordering %(days)s dagen te laat is.",
            days=show_list(after, _language()),
        )


def _business_case(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, BusinessCaseSection)
    yield ngettext(
        "We vergelijken de nieuwe en de gewone weg over %(num)d maand.",
        "We vergelijken de nieuwe en de gewone weg over %(num)d maanden.",
        content.term_months,
    )
    if content.alpha == 0:
        yield _("Kosten die elkaar overlappen, tellen één keer.")
    else:
        yield _(
            "Van kosten die elkaar overlappen telt de hoogste helemaal en de rest voor %(share)s.",
            share=percent(content.alpha, 1, _language()),
        )
    if content.deadweight:
        yield _(
            "We rekenen dat %(share)s ook zonder de pot was vermeden.",
            share=percent(content.deadweight, 1, _language()),
        )
    else:
        yield _("Wat ook zonder de pot was vermeden, telt alleen als dat wordt uitgelegd.")
    yield _(
        "Een uur begeleiding kost %(amount)s, in prijzen van %(year)s.",
        amount=_euro(content.hour_rate_cents),
        year=content.hour_rate_price_year,
    )


def _consumer_price_index(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, PriceIndex)
    figures = [f"{year}: {number(value, 2, _language())}" for year, value in content.index.items()]
    yield _(
        "Prijzen uit een ander jaar rekenen we om met deze jaarcijfers: %(figures)s.",
        figures=" · ".join(figures),
    )


def _retention(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, Retention)
    yield ngettext(
        "Teksten van een casus wissen we na %(num)d jaar.",
        "Teksten van een casus wissen we na %(num)d jaar.",
        content.case_text_years,
    )
    yield ngettext(
        "Een ingetrokken aanvraag wissen we na %(num)d week.",
        "Een ingetrokken aanvraag wissen we na %(num)d weken.",
        content.withdrawn_weeks,
    )
    yield ngettext(
        "De boekhouding bewaren we %(num)d jaar.",
        "De boekhouding bewaren we %(num)d jaar.",
        content.books_years,
    )


def _case_form(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, CaseForm)
    lists: tuple[tuple[str, tuple[Choice, ...]], ...] = (
        (_("Domeinen"), content.domains),
        (_("Soorten huishouden"), content.household_types),
        (_("Leeftijden"), content.age_bands),
        (_("Wijken"), content.districts),
        (_("Terreinen van het knelpunt"), content.barrier_fields),
    )
    for name, choices in lists:
        if choices:
            words = show_list([choice.label(_language()) for choice in choices], _language())
            yield _("%(name)s: %(words)s.", name=name, words=words)


def _texts(content: Section, _names: Names) -> Iterable[str]:
    assert isinstance(content, Texts)
    for key, text in content.texts.items():
        yield _("%(name)s: ‘%(text)s’", name=TEXT_NAMES.get(key, key), text=text.label(_language()))


TEXT_NAMES: Mapping[str, object] = {
    "fund_name": _l("Naam van de pot"),
    "welcome": _l("Welkom"),
    "about_fund": _l("Over de pot"),
    "before_submitting": _l("Voor het indienen"),
    "consent": _l("Toestemming van de inwoner"),
    "privacy": _l("Privacy"),
    "settlement_note": _l("Bij een voorstel tot verrekening"),
    "claim_note": _l("Bij een vordering"),
    "outside_letter": _l("Brief aan een partij buiten het netwerk"),
    "contact": _l("Contact"),
}
_WORDS: Mapping[SectionName, Callable[[Section, Names], Iterable[Line]]] = {
    SectionName.CONTRIBUTION: _contribution,
    SectionName.FUND: _fund,
    SectionName.MANDATE: _mandate,
    SectionName.TRIANGLE: _triangle,
    SectionName.ADVICE: _advice,
    SectionName.GATES: _gates,
    SectionName.CONFLICT: _conflict,
    SectionName.ALLOCATION_KEY: _allocation_key,
    SectionName.TERMS: _terms,
    SectionName.BUSINESS_CASE: _business_case,
    SectionName.CONSUMER_PRICE_INDEX: _consumer_price_index,
    SectionName.RETENTION: _retention,
    SectionName.CASE_FORM: _case_form,
    SectionName.TEXTS: _texts,
}


def _language() -> str:
    return str(get_locale() or "nl")


def _euro(cents: int) -> str:
    return euros(cents, _language())


def _number(value: Fraction) -> str:
    decimals = 0 if value.denominator == 1 else 1
    return number(value, decimals, _language())
