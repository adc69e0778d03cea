"""The sheets about cases: one line per case without its story, how fast, and how many of what."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook

from casework.reports.annual import AnnualOverview
from casework.reports.cases import FEWEST_SHOWN
from casework.reports.sheet import (
    HOURS,
    Cents,
    Column,
    Exact,
    Formula,
    Setting,
    Sheet,
    Value,
    Words,
)
from casework.reports.sheet_charts import COLOURS, add_bars
from rules.lifecycle import PaymentState, SettlementState


@dataclass(frozen=True, slots=True)
class SpeedCells:
    """Where the medians and the slowest tenth stand."""

    median_decision: str
    slowest_decision: str
    median_payment: str
    slowest_payment: str


def cases_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> None:
    """Every case the year touched: number, partner, dates, amounts, states; never its texts."""
    columns = [
        Column(Words("Casus", "Case"), 16, figures=False),
        Column(Words("Partner", "Partner"), 28, figures=False),
        Column(Words("Ingediend", "Submitted"), 17),
        Column(Words("Besloten", "Decided"), 17),
        Column(Words("Eerst betaald", "First paid"), 13),
        Column(Words("Gevraagd", "Asked"), 15),
        Column(Words("Toegezegd", "Promised"), 15),
        Column(Words("Uitbetaald", "Paid out"), 15),
        Column(Words("Besluit", "Decision"), 20, figures=False),
        Column(Words("Betaling", "Payment"), 18, figures=False),
        Column(Words("Verrekening", "Settlement"), 18, figures=False),
        Column(Words("Knelpunt", "Barrier"), 24, figures=False),
        Column(Words("Wet", "Law"), 24, figures=False),
    ]
    if overview.shows_residents:
        columns += [
            Column(Words("Leefgebieden", "Domains"), 26, figures=False),
            Column(Words("Huishouden", "Household"), 22, figures=False),
            Column(Words("Leeftijd", "Age"), 12, figures=False),
            Column(Words("Stadsdeel", "District"), 18, figures=False),
        ]
    sheet = Sheet(book, setting, Words("Casussen", "Cases"), columns)
    first = sheet.next_row
    language = setting.language
    for one in overview.facts:
        values: list[Value] = [
            one.number,
            one.partner_name,
            one.submitted_at_utc,
            one.decided_at_utc,
            one.first_paid_on,
            Cents(one.asked_cents),
            Cents(one.approved_cents),
            Cents(one.paid_cents),
            one.decision_state.label(language),
            PaymentState(one.payment_state).label(language),
            SettlementState(one.settlement_state).label(language),
            one.barrier_field,
            one.barrier_law,
        ]
        if overview.shows_residents:
            values += [", ".join(one.domains), one.household_type, one.age_band, one.district]
        sheet.add(*values)
    sheet.filter(first)
    sheet.add_sums(setting.say("Samen", "Together"), (6, 7, 8), first)


def speed_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> SpeedCells:
    """Hours per case, with median and slowest tenth as formulas over them."""
    columns = [
        Column(Words("Casus", "Case"), 34, figures=False),
        Column(Words("Partner", "Partner"), 28, figures=False),
        Column(Words("Ingediend", "Submitted"), 17),
        Column(Words("Besloten", "Decided"), 17),
        Column(Words("Uur tot besluit (klok loopt)", "Hours to decision (clock running)"), 16),
        Column(Words("Eerst betaald", "First paid"), 13),
        Column(Words("Uur tot betaling (hele dagen)", "Hours to payment (whole days)"), 16),
        Column(Words("Verrekend op", "Settled on"), 13),
    ]
    sheet = Sheet(book, setting, Words("Doorlooptijd", "Speed"), columns)
    first = sheet.next_row
    for one in overview.speed.cases:
        paid_in_year = one.first_paid_on is not None and one.first_paid_on.year == overview.year
        to_payment = one.hours_to_payment if paid_in_year else None
        sheet.add(
            one.number,
            one.partner_name,
            one.submitted_at_utc,
            one.decided_at_utc,
            None if one.hours_to_decision is None else Exact(one.hours_to_decision),
            one.first_paid_on,
            None if to_payment is None else Exact(to_payment),
            one.settled_on,
        )
    last = max(sheet.next_row - 1, first)
    sheet.filter(first)
    sheet.add()
    median, slowest = {}, {}
    for column in ("E", "G"):
        cells = f"{column}{first}:{column}{last}"
        median[column] = Formula(f'=IF(COUNT({cells})=0,"",MEDIAN({cells}))', HOURS)
        # The smallest value that at least nine in ten do not exceed, so that it is one of the cases.
        rank = f"ROUNDUP(COUNT({cells})*0.9,0)"
        slowest[column] = Formula(f'=IF(COUNT({cells})=0,"",SMALL({cells},{rank}))', HOURS)
    middle = sheet.add(
        setting.say("Mediaan", "Median"),
        None,
        None,
        None,
        median["E"],
        None,
        median["G"],
        bold=True,
        rule=True,
    )
    tenth = sheet.add(
        setting.say("Negen van de tien binnen", "Nine in ten within"),
        None, None, None, slowest["E"], None, slowest["G"], bold=True,
    )  # fmt: skip
    return SpeedCells(*(f"{sheet.name}!{column}{row}" for column in ("E", "G") for row in (middle, tenth)))


def counts_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> None:
    """How many: by decision, partner, settlement and, where they are not too few, by characteristics."""
    columns = [
        Column(Words("Aantallen", "Numbers"), 44, figures=False),
        Column(Words("Aantal", "Number"), 12),
        Column(Words("Bedrag", "Amount"), 18),
        Column(Words("Gehonoreerd", "Approved"), 14),
    ]
    sheet = Sheet(book, setting, Words("Aantallen", "Numbers"), columns)
    language, cases = setting.language, overview.cases
    sheet.section(Words("Ingediend in dit jaar, zoals ze nu staan", "Submitted this year, as they stand now"))
    first = sheet.next_row
    for state, count in cases.by_state:
        sheet.add(state.label(language), count)
    sheet.add_sums(setting.say("Samen", "Together"), (2,), first, number_format="#,##0")
    sheet.section(Words("Ingediend per partner", "Submitted by partner"))
    first = sheet.next_row
    for partner in cases.by_partner:
        sheet.add(partner.name, partner.submitted, Cents(partner.approved_cents), partner.approved)
    sheet.add_sums(setting.say("Samen", "Together"), (2, 4), first, number_format="#,##0")
    sheet.put(sheet.next_row - 1, 3, Formula(_sum("C", first, sheet.next_row - 2)))
    sheet.section(Words("Verrekend in dit jaar", "Settled this year"))
    first = sheet.next_row
    for kind in cases.settled:
        sheet.add(kind.kind.label(language), kind.settlements, Cents(kind.amount_cents))
    sheet.add_sums(setting.say("Samen", "Together"), (2,), first, number_format="#,##0")
    sheet.put(sheet.next_row - 1, 3, Formula(_sum("C", first, sheet.next_row - 2)))
    if cases.left_by_outside:
        sheet.section(
            Words("Niet betaald door partijen buiten het netwerk", "Not paid by parties outside the network")
        )
        for left in cases.left_by_outside:
            sheet.add(left.party, left.settlements, Cents(left.amount_cents))
    _breakdowns(sheet, setting, overview)


def _breakdowns(sheet: Sheet, setting: Setting, overview: AnnualOverview) -> None:
    few = setting.say(f"minder dan {FEWEST_SHOWN}, of daaruit af te leiden", f"fewer than {FEWEST_SHOWN}")
    for breakdown in overview.cases.breakdowns:
        what = breakdown.characteristic
        sheet.section(Words(f"Ingediend naar {what.nl}", f"Submitted by {what.en}"))
        for group in breakdown.groups:
            amount = None if group.approved_cents is None else Cents(group.approved_cents)
            sheet.add(
                group.choice.label(setting.language), few if group.cases is None else group.cases, amount
            )


def barriers_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> None:
    """What kept the usual route shut, for the cases approved in the year."""
    columns = [
        Column(Words("Knelpunt", "Barrier"), 34, figures=False),
        Column(Words("Wet", "Law"), 30, figures=False),
        Column(Words("Casussen", "Cases"), 12),
        Column(Words("Toegezegd", "Promised"), 18),
        Column(Words("Uitbetaald", "Paid out"), 18),
    ]
    sheet = Sheet(book, setting, Words("Knelpunten", "Barriers"), columns)
    first = sheet.next_row
    for one in overview.barriers:
        name = one.field.label(setting.language)
        sheet.add(name, one.law, one.cases, Cents(one.approved_cents), Cents(one.paid_cents))
    last = sheet.next_row - 1
    total = sheet.add_sums(setting.say("Samen", "Together"), (4, 5), first)
    sheet.put(total, 3, Formula(_sum("C", first, last), "#,##0"))
    if last >= first:
        colours = (COLOURS["stone"], COLOURS["amber"])
        add_bars(sheet, series=(4, 5), rows=(first, last), colours=colours, stacked=False)


def _sum(letter: str, first: int, last: int) -> str:
    return f"=SUM({letter}{first}:{letter}{last})" if last >= first else "=0"
