"""For each section of policy the parts of its form, in plain words, and its name in addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from casework.web.policy_parts import DayOfYear, Document, Local, Numbers, Part, Reminders, Single, Ticks
from casework.web.policy_rows import Bands, Choices, Column, Rows, Weights, Years
from casework.web.policy_values import (
    AMOUNT,
    AMOUNT_ABOVE_ZERO,
    EXACT,
    LINE,
    SHARE,
    SHORT_LINE,
    WHOLE,
)
from casework.web.policy_words import TEXT_NAMES
from rules.conflict import ConflictGround
from rules.gates import Gate
from rules.policy import SectionName
from rules.triangle import Value

# In addresses: Dutch, as all addresses are, and never to be changed.
SLUGS: Mapping[SectionName, str] = {
    SectionName.CONTRIBUTION: "bijdragen",
    SectionName.ALLOCATION_KEY: "verdeelsleutel",
    SectionName.MANDATE: "mandaat",
    SectionName.ADVICE: "advies",
    SectionName.TRIANGLE: "waardendriehoek",
    SectionName.GATES: "poorten",
    SectionName.CONFLICT: "belangen",
    SectionName.TERMS: "termijnen",
    SectionName.RETENTION: "bewaren",
    SectionName.FUND: "pot",
    SectionName.BUSINESS_CASE: "businesscase",
    SectionName.CONSUMER_PRICE_INDEX: "prijsindex",
    SectionName.CASE_FORM: "keuzes",
    SectionName.TEXTS: "teksten",
}
OF_SLUG = {slug: name for name, slug in SLUGS.items()}
_DAYS, _MONTHS, _YEARS, _WEEKS = _l("dagen"), _l("maanden"), _l("jaar"), _l("weken")
_NL, _EN = _l("Nederlands"), _l("Engels")
_MEMBERS = _l("leden")

_TERMS: tuple[tuple[str, object], ...] = (
    ("settle_within", _l("Een betaalde casus is verrekend binnen")),
    ("object_to_settlement", _l("Een partner reageert op een voorstel binnen")),
    ("pay_claim", _l("Een vordering is betaald binnen")),
    ("outside_party_pays", _l("Een partij buiten het netwerk betaalt binnen")),
    ("commitment_expires", _l("Een toezegging die niet wordt gebruikt, vervalt na")),
    ("give_information", _l("De aanvrager beantwoordt een vraag binnen")),
    ("answer_evaluation", _l("Een evaluatie wordt beantwoord binnen")),
    ("escalate_to_ambassador", _l("De ambassadeur hoort van een vordering die te laat is na")),
    ("escalate_to_executives", _l("De bestuurders horen ervan na")),
)
_CHOICES: tuple[tuple[str, object, object], ...] = (
    ("domains", _l("Domeinen"), _l("Domein")),
    ("household_types", _l("Soorten huishouden"), _l("Soort huishouden")),
    ("age_bands", _l("Leeftijden"), _l("Leeftijd")),
    ("districts", _l("Wijken"), _l("Wijk")),
    ("barrier_fields", _l("Terreinen van het knelpunt"), _l("Terrein")),
)


def parts_of(section: SectionName, partners: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts of the form for ``section``; ``partners`` are names by code of who takes part."""
    if section is SectionName.ALLOCATION_KEY:
        return (Weights("weights", _l("Hoe wordt er verdeeld?"), partners),)
    return _PARTS[section]


# What a form leaves as it is.
FIXED: Mapping[SectionName, tuple[str, ...]] = {SectionName.ADVICE: ("score_min", "score_max")}


def differences(
    section: SectionName, before: Document, after: Document, partners: Mapping[str, str]
) -> Iterator[str]:
    """What changes from one document to the other, in sentences."""
    for part in parts_of(section, partners):
        yield from part.differences(before, after)


def _questions(value: Value, label: object, line: object) -> Rows:
    columns = (Column("nl", _NL, LINE), Column("en", _EN, LINE))
    return Rows(value.value, label, columns, line, _l("Nog een vraag"))


_PARTS: Mapping[SectionName, tuple[Part, ...]] = {
    SectionName.CONTRIBUTION: (
        Single("per_partner", _l("Wat elke partner per jaar inlegt"), AMOUNT),
        DayOfYear("pay_by", _l("Uiterste dag in het jaar")),
    ),
    SectionName.FUND: (
        Single(
            "buffer",
            _l("Wat altijd in de pot blijft"),
            AMOUNT,
            hint=_l("Dit bedrag wordt niet toegezegd."),
        ),
    ),
    SectionName.MANDATE: (
        Bands(
            "bands",
            _l("Grenzen"),
            (
                Column("up_to", _l("Tot en met"), AMOUNT_ABOVE_ZERO),
                Column("members", _l("Aantal leden"), WHOLE),
                Column("reviewed_afterwards", _l("Een ander lid kijkt het achteraf na")),
            ),
            _l("Grens"),
            _l("Nog een grens"),
            _l("Hoeveel leden van het secretariaat over welk bedrag besluiten."),
        ),
        Single("above", _l("Boven het hoogste bedrag besluiten"), WHOLE, _MEMBERS),
        Single(
            "household_window_days",
            _l("Aanvragen van hetzelfde huishouden tellen bij elkaar op binnen"),
            WHOLE,
            _DAYS,
            _l("Schrijf 0 als zij nooit bij elkaar optellen."),
        ),
    ),
    SectionName.ADVICE: (
        Single(
            "minimum_per_value",
            _l("Het gemiddelde van elke waarde is minstens"),
            EXACT,
            hint=_l(
                "Cijfers gaan van 1 tot en met 5. Is een gemiddelde lager, dan is het advies: niet honoreren."
            ),
        ),
        Single("minimum_mean", _l("Het gemiddelde van de drie waarden samen is minstens"), EXACT),
        Single(
            "discuss_from_spread",
            _l("Bespreken als twee leden op één waarde verschillen"),
            WHOLE,
            _l("punten of meer"),
        ),
    ),
    SectionName.TRIANGLE: (
        _questions(Value.LEGITIMACY, _l("Vragen bij legitimiteit"), _l("Vraag bij legitimiteit")),
        _questions(Value.YIELD, _l("Vragen bij rendement"), _l("Vraag bij rendement")),
        _questions(Value.INVOLVEMENT, _l("Vragen bij betrokkenheid"), _l("Vraag bij betrokkenheid")),
    ),
    SectionName.GATES: (
        Local(
            Gate.ALTERNATIVES_EXPLORED.value,
            _l("Andere wegen geprobeerd"),
            _l("Vragen of andere wegen zijn geprobeerd"),
        ),
        Local(
            Gate.DURABLE_SOLUTION.value,
            _l("Uitzicht op een duurzame oplossing"),
            _l("Vragen of er uitzicht is op een duurzame oplossing"),
        ),
        Single(
            "override_members",
            _l("Over een nee heen stappen vraagt"),
            WHOLE,
            _MEMBERS,
            _l("Elk van hen schrijft op waarom."),
        ),
    ),
    SectionName.CONFLICT: (
        Ticks(
            "grounds",
            _l("Een lid telt niet mee als de eigen organisatie:"),
            tuple(ConflictGround),
            _l(
                "Wie een casus zelf indiende, besluit er nooit over. Dat is geen beleid maar een vaste regel."
            ),
        ),
    ),
    SectionName.TERMS: (
        *(Single(f"{key}_days", label, WHOLE, _DAYS) for key, label in _TERMS),
        Reminders("remind_days", _l("Herinneringen aan een vordering")),
        Numbers(
            "evaluate_months",
            _l("Vragen hoe het gaat na"),
            _l("maanden na de betaling"),
            _l("Zet komma’s tussen de getallen, zoals 3, 6, 12."),
        ),
    ),
    SectionName.RETENTION: (
        Single("case_text_years", _l("Teksten van een casus worden gewist na"), WHOLE, _YEARS),
        Single("withdrawn_weeks", _l("Een ingetrokken aanvraag wordt gewist na"), WHOLE, _WEEKS),
        Single(
            "books_years",
            _l("De boekhouding wordt bewaard"),
            WHOLE,
            _YEARS,
            _l("De wet vraagt minstens zeven jaar."),
        ),
    ),
    SectionName.BUSINESS_CASE: (
        Single("term_months", _l("De nieuwe en de gewone weg worden vergeleken over"), WHOLE, _MONTHS),
        Single(
            "alpha",
            _l("Van kosten die elkaar overlappen telt behalve de hoogste ook mee"),
            SHARE,
            "%",
            _l("Schrijf 0 als alleen de hoogste telt, 100 als alles telt."),
        ),
        Single("deadweight", _l("Zonder de pot was ook vermeden"), SHARE, "%"),
        Single("hour_rate", _l("Een uur begeleiding kost"), AMOUNT),
        Single("hour_rate_price_year", _l("In prijzen van het jaar"), WHOLE),
    ),
    SectionName.CONSUMER_PRICE_INDEX: (
        Years(
            "index",
            _l("Cijfers per jaar"),
            (Column("year", _l("Jaar"), WHOLE), Column("value", _l("Cijfer"), EXACT)),
            _l("Jaar"),
            _l("Nog een jaar"),
            _l("De consumentenprijsindex, alle huishoudens. Eén jaar is 100."),
        ),
    ),
    SectionName.CASE_FORM: tuple(
        Choices(
            key,
            label,
            (Column("code", "", hidden=True), Column("nl", _NL, SHORT_LINE), Column("en", _EN, SHORT_LINE)),
            line,
            _l("Nog een keuze"),
        )
        for key, label, line in _CHOICES
    ),
    SectionName.TEXTS: tuple(Local(key, label) for key, label in TEXT_NAMES.items()),
}


def unchanged_note(section: SectionName) -> str:
    """What of a section cannot be changed here, and why; "" where everything can."""
    if section is SectionName.ADVICE:
        return _("De schaal van 1 tot en met 5 ligt vast: daarop zijn eerdere casussen beoordeeld.")
    return ""
