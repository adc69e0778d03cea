"""The sheets about savings: per case low, mid and high, and per party what it puts in and what it saves."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook

from casework.reports.annual import AnnualOverview
from casework.reports.sheet import Column, Exact, Formula, Setting, Sheet, Value, Words
from casework.reports.sheet_charts import COLOURS, add_bars
from rules.business_case import Range


@dataclass(frozen=True, slots=True)
class SavingCells:
    """Where the sums of the counted cases stand."""

    invested: str
    avoided: str
    saving_low: str
    saving: str
    saving_high: str


def savings_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> SavingCells:
    """The business case of every case approved in the year; those without a regular way are not summed."""
    columns = [
        Column(Words("Casus", "Case"), 24, figures=False),
        Column(Words("Partner", "Partner"), 28, figures=False),
        Column(Words("Telt mee (1) of niet (0)", "Counts (1) or not (0)"), 12),
        Column(Words("Geïnvesteerd, laag", "Invested, low"), 16),
        Column(Words("Geïnvesteerd", "Invested"), 16),
        Column(Words("Geïnvesteerd, hoog", "Invested, high"), 16),
        Column(Words("Vermeden, laag", "Avoided, low"), 16),
        Column(Words("Vermeden", "Avoided"), 16),
        Column(Words("Vermeden, hoog", "Avoided, high"), 16),
        Column(Words("Besparing, laag", "Saving, low"), 16),
        Column(Words("Besparing", "Saving"), 16),
        Column(Words("Besparing, hoog", "Saving, high"), 16),
    ]
    sheet = Sheet(book, setting, Words("Besparing", "Savings"), columns)
    first = sheet.next_row
    for one in overview.savings.cases:
        row = sheet.next_row
        sheet.add(
            one.number,
            one.partner_name,
            int(one.counted),
            *_ends(one.invested),
            *_ends(one.avoided),
            Formula(f"=G{row}-F{row}"),
            Formula(f"=H{row}-E{row}"),
            Formula(f"=I{row}-D{row}"),
        )
    if not overview.savings.cases:
        sheet.add()  # so that the sums below do not sum themselves
    last = sheet.next_row - 1
    sheet.filter(first)
    sums: list[Value] = [
        Formula(f"=SUMIFS({letter}{first}:{letter}{last},$C{first}:$C{last},1)") for letter in "DEFGHIJKL"
    ]
    total = sheet.add(
        setting.say("Samen (wat meetelt)", "Together (what counts)"),
        None,
        overview.savings.counted,
        *sums,
        bold=True,
        rule=True,
    )
    sheet.note(
        setting.say(
            "Verwachte besparing van wat in dit jaar is gehonoreerd. Een casus telt mee als er is ingevuld "
            "wat doorgaan zoals het ging had gekost. Een aanvulling telt mee met haar casus.",
            "Expected saving of what was approved in this year. A case counts if it was filled in what "
            "carrying on would have cost. A top-up counts with its case.",
        )
    )
    return SavingCells(*(f"{sheet.name}!{letter}{total}" for letter in "EHJKL"))


def parties_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> None:
    """Who invests and who collects, over the cases that count."""
    columns = [
        Column(Words("Partij", "Party"), 42, figures=False),
        Column(Words("Investeert", "Invests"), 18),
        Column(Words("Incasseert", "Collects"), 18),
        Column(Words("Per saldo", "Net"), 18),
        Column(Words("Incasseert, laag", "Collects, low"), 18),
        Column(Words("Incasseert, hoog", "Collects, high"), 18),
    ]
    sheet = Sheet(book, setting, Words("Investeert-incasseert", "Invests-collects"), columns)
    first = sheet.next_row
    for one in overview.savings.parties:
        row, result = sheet.next_row, one.result
        sheet.add(
            one.party.label(setting.language),
            Exact.euros(result.invests.mid),
            Exact.euros(result.collects.mid),
            Formula(f"=C{row}-B{row}"),
            Exact.euros(result.collects.low),
            Exact.euros(result.collects.high),
        )
    last = sheet.next_row - 1
    sheet.add_sums(setting.say("Samen", "Together"), (2, 3, 4, 5, 6), first)
    if last >= first:
        colours = (COLOURS["blue"], COLOURS["green"])
        add_bars(sheet, series=(2, 3), rows=(first, last), colours=colours, stacked=False)


def _ends(amount: Range) -> tuple[Value, Value, Value]:
    return Exact.euros(amount.low), Exact.euros(amount.mid), Exact.euros(amount.high)
