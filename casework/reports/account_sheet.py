"""A statement of account as a workbook: the lines as numbers, and a total that a controller can follow."""

from __future__ import annotations

from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from casework.fund.wording import kind_label
from casework.reports.account_statement import AccountFlow, AccountStatement, Card
from casework.reports.sheet import Cents, Column, Formula, Setting, Sheet, Words

_LINES = (
    Column(Words("Datum", "Date"), 14),
    Column(Words("Wat", "What"), 34, figures=False),
    Column(Words("Vordering", "Claim"), 32, figures=False),
    Column(Words("Casus", "Case"), 16, figures=False),
    Column(Words("Erbij of eraf", "Added or taken off"), 18),
    Column(Words("Stand", "Balance"), 18),
)


def account_workbook(statement: AccountStatement, *, language: str) -> bytes:
    """The workbook: a summary, what was owed, what was contributed, what was advanced."""
    zone = ZoneInfo(statement.time_zone)
    seen = statement.as_of_utc.astimezone(zone)
    title = "Statement of account" if language == "en" else "Rekeningoverzicht"
    as_of = "as of" if language == "en" else "stand van"
    subtitle = f"{statement.network_name} · {statement.partner_name} · {title} {statement.year}"
    setting = Setting(language, zone, f"{subtitle} · {as_of} {seen:%d-%m-%Y %H:%M}")
    book = Workbook()
    book.remove(book.worksheets[0])
    summary = Sheet(
        book,
        setting,
        Words("Samenvatting", "Summary"),
        (Column(Words("Wat", "What"), 44, figures=False), Column(Words("Bedrag", "Amount"), 18)),
    )
    owed, places = _card(book, setting, Words("Vorderingen", "Claims"), statement.owed)
    _card(book, setting, Words("Inleg", "Contributions"), statement.contributed)
    if statement.advanced.lines or statement.advanced.opening_cents:
        _card(book, setting, Words("Voorschotten", "Advances"), statement.advanced)
    _summary(summary, setting, statement, owed, places)
    if statement.open_claims:
        _open(book, setting, statement)
    book.active = 0
    book.properties.title = f"{title} {statement.year}"
    book.properties.subject = f"{statement.network_name} · {statement.partner_name}"
    book.properties.creator = "Omloop"
    book.properties.language = language
    book.properties.created = book.properties.modified = statement.as_of_utc.replace(tzinfo=None)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _card(book: Workbook, setting: Setting, title: Words, card: Card) -> tuple[Sheet, tuple[int, int, int]]:
    """A sheet of movements; each balance is a formula over the one before. Its first, last and sum row."""
    sheet = Sheet(book, setting, title, _LINES)
    first = sheet.add(
        None, setting.say("Beginstand", "Opening balance"), None, None, None, Cents(card.opening_cents)
    )
    for line in card.lines:
        one = line.movement
        what = kind_label(one.kind, setting.language)
        row = sheet.next_row
        sheet.add(
            one.booked_on,
            setting.say(f"Teruggedraaid: {what}", f"Reversed: {what}") if one.reversal else what,
            one.subject if line.case else None,
            line.case or None,
            Cents(one.amount_cents),
            Formula(f"=F{row - 1}+E{row}"),
        )
    last = sheet.next_row - 1
    total = sheet.add(
        None,
        setting.say("Eindstand", "Closing balance"),
        None,
        None,
        Formula(f"=SUM(E{first}:E{last})"),
        Formula(f"=F{first}+E{last + 1}"),
        bold=True,
        rule=True,
    )
    return sheet, (first, last, total)


def _summary(
    sheet: Sheet, setting: Setting, statement: AccountStatement, owed: Sheet, places: tuple[int, int, int]
) -> None:
    first, _last, total = places
    begin = sheet.add(
        setting.say("Open aan het begin", "Open at the start"), Formula(f"={owed.name}!F{first}")
    )
    for flow in AccountFlow:
        if statement.flows[flow]:
            sheet.add(flow.label(setting.language).capitalize(), Cents(statement.flows[flow]))
    end = sheet.next_row - 1
    sheet.add(
        setting.say("Open aan het eind", "Open at the end"),
        Formula(f"=SUM(B{begin}:B{end})"),
        bold=True,
        rule=True,
    )
    # The two ways to the same figure stand beside each other, for whoever wants to see that they agree.
    sheet.add(
        setting.say("Volgens het blad met vorderingen", "According to the sheet of claims"),
        Formula(f"={owed.name}!F{total}"),
    )


def _open(book: Workbook, setting: Setting, statement: AccountStatement) -> None:
    sheet = Sheet(
        book,
        setting,
        Words("Nu te betalen", "To pay now"),
        (
            Column(Words("Vordering", "Claim"), 32, figures=False),
            Column(Words("Casus", "Case"), 16, figures=False),
            Column(Words("Vervalt op", "Due on"), 14),
            Column(Words("Open", "Open"), 18),
        ),
    )
    first = sheet.next_row
    for one in statement.open_claims:
        sheet.add(one.reference, one.case, one.due_on, Cents(one.open_cents))
    sheet.add_sums(setting.say("Samen", "Together"), (4,), first)
