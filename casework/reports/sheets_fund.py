"""The sheets about money: the year's entries, the cash flow that sums them, and the open claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from casework.fund.wording import account_label, kind_label
from casework.reports.annual import AnnualOverview
from casework.reports.claims import RESIDENTS
from casework.reports.fund import REPAID, FlowLabel
from casework.reports.journal import BookedLeg
from casework.reports.sheet import FIRST_ROW, Cents, Column, Formula, Setting, Sheet, Value, Words
from casework.reports.sheet_charts import COLOURS, add_bars
from ledger.accounts import CASH
from ledger.cash_flows import Flow
from rules.clock import AgeBucket

_AMOUNT, _FLOW = 7, 8  # columns of the entries that formulas read


@dataclass(frozen=True, slots=True)
class JournalCells:
    """Where the entries stand, for sums over them."""

    amounts: str
    flows: str
    accounts: str


@dataclass(frozen=True, slots=True)
class CashCells:
    """Where the cash flow's figures stand."""

    opening: str
    came_in: str
    went_out: str
    closing: str
    repaid: tuple[str, ...]
    paid_out: str


def journal_sheet(
    book: Workbook, setting: Setting, legs: Sequence[BookedLeg], *, with_subjects: bool
) -> JournalCells:
    """Every leg of every entry of the year. Without ``with_subjects`` it does not say of which case."""
    columns = [
        Column(Words("Boeking", "Entry"), 12, figures=False),
        Column(Words("Datum", "Date"), 12),
        Column(Words("Wat", "What"), 28, figures=False),
        Column(Words("Rekening", "Account"), 10, figures=False),
        Column(Words("Naam", "Name"), 30, figures=False),
        Column(Words("Van", "Of"), 30, figures=False),
        Column(Words("Bedrag (credit is negatief)", "Amount (credit is negative)"), 18),
        Column(Words("Kasstroom", "Cash flow"), 38, figures=False),
    ]
    sheet = Sheet(book, setting, Words("Boekingen", "Entries"), columns)
    language = setting.language
    for leg in legs:
        sheet.add(
            leg.number,
            leg.booked_on,
            kind_label(leg.kind, language),
            leg.account.value,
            account_label(leg.account, language),
            leg.subject if with_subjects else None,
            Cents(leg.amount_cents),
            FlowLabel(leg.flow.value).label(language) if leg.flow else None,
        )
    last = max(sheet.next_row - 1, FIRST_ROW)
    sheet.filter(FIRST_ROW)

    def column(number: int) -> str:
        letter = get_column_letter(number)
        return f"{sheet.name}!${letter}${FIRST_ROW}:${letter}${last}"

    return JournalCells(amounts=column(_AMOUNT), flows=column(_FLOW), accounts=column(4))


def closing_label(setting: Setting, overview: AnnualOverview) -> str:
    """What the closing is called: in a year that runs it is how the fund stands now."""
    if overview.is_running:
        return setting.say("Stand nu", "Balance now")
    return setting.say("Eindstand op 31 december", "Closing on 31 December")


def cash_sheet(
    book: Workbook, setting: Setting, overview: AnnualOverview, entries: JournalCells
) -> CashCells:
    """Opening, in, out and closing: every flow is a sum over the entries, and the bank is the proof."""
    columns = [
        Column(Words("Kasstroom", "Cash flow"), 46, figures=False),
        Column(Words("Bedrag", "Amount"), 18),
        Column(Words("In de pot daarna", "Cash after it"), 18),
        Column(Words("(onder de balk)", "(below the bar)"), 16),
        Column(Words("Stand", "Balance"), 16),
        Column(Words("Erbij", "In"), 16),
        Column(Words("Eraf", "Out"), 16),
    ]
    sheet = Sheet(book, setting, Words("Kasstroom", "Cash flow"), columns)
    fund = overview.fund
    begin = sheet.add(
        setting.say("Beginstand op 1 januari", "Opening on 1 January"), Cents(fund.opening_cents), bold=True
    )
    came_in = {flow: _flow_row(sheet, entries, flow, sign="-") for flow in fund.flows_in}
    went_out = {flow: _flow_row(sheet, entries, flow, sign="") for flow in fund.flows_out}
    ins, outs = list(came_in.values()), list(went_out.values())
    end = sheet.next_row
    total_in, total_out, proof = end + 2, end + 3, end + 4
    sheet.add(
        closing_label(setting, overview),
        Formula(f"=B{begin}+B{total_in}-B{total_out}"),
        bold=True,
        rule=True,
    )
    sheet.add()
    sheet.add(setting.say("Erbij", "In"), Formula(f"=SUM(B{ins[0]}:B{ins[-1]})"))
    sheet.add(setting.say("Eraf", "Out"), Formula(f"=SUM(B{outs[0]}:B{outs[-1]})"))
    sums = "+".join(f'SUMIFS({entries.amounts},{entries.accounts},"{account.value}")' for account in CASH)
    sheet.add(
        setting.say("Eindstand volgens bank en onderweg", "Closing by bank and in transit"),
        Formula(f"=B{begin}+{sums}"),
    )
    sheet.add(
        setting.say("Verschil (moet nul zijn)", "Difference (must be zero)"), Formula(f"=B{end}-B{proof}")
    )
    _waterfall(sheet, begin, len(ins), end)
    return CashCells(
        opening=f"{sheet.name}!B{begin}",
        came_in=f"{sheet.name}!B{total_in}",
        went_out=f"{sheet.name}!B{total_out}",
        closing=f"{sheet.name}!B{end}",
        repaid=tuple(f"{sheet.name}!B{came_in[flow]}" for flow in REPAID),
        paid_out=f"{sheet.name}!B{went_out[Flow.PAYOUTS]}",
    )


def _flow_row(sheet: Sheet, entries: JournalCells, flow: Flow, *, sign: str) -> int:
    row = sheet.next_row
    sums = f"={sign}SUMIFS({entries.amounts},{entries.flows},A{row})"
    return sheet.add(FlowLabel(flow.value).label(sheet.language), Formula(sums))


def _waterfall(sheet: Sheet, begin: int, ins: int, end: int) -> None:
    """Helper columns and the chart on them: each bar floats between cash before and cash after."""
    sheet.put(begin, 3, Formula(f"=B{begin}"))
    sheet.put(begin, 5, Formula(f"=B{begin}"))
    for row in range(begin + 1, end):
        sign = "+" if row <= begin + ins else "-"
        sheet.put(row, 3, Formula(f"=C{row - 1}{sign}B{row}"))
        sheet.put(row, 4, Formula(f"=MIN(C{row - 1},C{row})"))
        sheet.put(row, 6, Formula(f"=MAX(0,C{row}-C{row - 1})"))
        sheet.put(row, 7, Formula(f"=MAX(0,C{row - 1}-C{row})"))
    sheet.put(end, 3, Formula(f"=B{end}"))
    sheet.put(end, 5, Formula(f"=B{end}"))
    add_bars(
        sheet,
        series=(4, 7),
        rows=(begin, end),
        colours=(None, COLOURS["stone"], COLOURS["green"], COLOURS["amber"]),
        stacked=True,
    )


def claims_sheet(book: Workbook, setting: Setting, overview: AnnualOverview) -> str:
    """Open claims per party by age; the cell of their total."""
    ages = list(AgeBucket)
    columns = [
        Column(Words("Wie", "Who"), 40, figures=False),
        Column(Words("Soort", "Kind"), 38, figures=False),
        *[Column(Words(age.nl, age.en), 16) for age in ages],
        Column(Words("Samen open", "Open in all"), 18),
        Column(Words("Oudste: dagen te laat", "Oldest: days late"), 14),
        Column(Words("Daarvan nu nog open", "Of which still open"), 18),
    ]
    sheet = Sheet(book, setting, Words("Vorderingen", "Claims"), columns)
    first, total = sheet.next_row, 3 + len(ages)
    letters = get_column_letter(3), get_column_letter(total - 1)
    for one in overview.claims.parties:
        row = sheet.next_row
        name = setting.say("Inwoners", "Residents") if one.party == RESIDENTS else one.name
        amounts: list[Value] = [Cents(one.by_age[age]) for age in ages]
        sheet.add(
            name,
            account_label(one.account, setting.language),
            *amounts,
            Formula(f"=SUM({letters[0]}{row}:{letters[1]}{row})"),
            one.oldest_days,
            Cents(one.open_now_cents),
        )
    last = sheet.next_row - 1
    summed = [*range(3, total + 1), total + 2]
    row = sheet.add_sums(setting.say("Samen", "Together"), summed, first)
    on = overview.claims.on
    sheet.note(
        setting.say(
            f"Zoals open op {on:%d-%m-%Y}, naar dagen na de vervaldag. Een termijn heeft een eigen dag.",
            f"As open on {on:%d-%m-%Y}, by days after the due date. Each instalment has its own.",
        )
    )
    if last >= first:
        add_bars(
            sheet,
            series=(3, total - 1),
            rows=(first, last),
            colours=tuple(COLOURS[name] for name in ("stone", "green", "yellow", "amber", "red")),
            stacked=True,
        )
    return f"{sheet.name}!{get_column_letter(total)}{row}"
