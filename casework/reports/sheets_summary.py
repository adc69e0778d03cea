"""The first sheet: the year's figures in one column, each a reference to where it is worked out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from openpyxl import Workbook

from casework.reports.annual import AnnualOverview
from casework.reports.sheet import (
    HOURS,
    PER_EURO,
    RATE,
    Cents,
    Column,
    Exact,
    Formula,
    Setting,
    Sheet,
    Value,
    Words,
)
from casework.reports.sheets_cases import SpeedCells
from casework.reports.sheets_fund import CashCells, closing_label
from casework.reports.sheets_savings import SavingCells


@dataclass(frozen=True, slots=True)
class Traces:
    """Where the figures of the other sheets stand."""

    cash: CashCells
    claims: str
    speed: SpeedCells
    savings: SavingCells


def summary_sheet(book: Workbook, setting: Setting, overview: AnnualOverview, traces: Traces) -> Sheet:
    """Everything on one page."""
    before = overview.previous
    columns = [
        Column(Words("Cijfer", "Figure"), 46, figures=False),
        Column(Words(str(overview.year), str(overview.year)), 18),
        Column(Words(*(2 * (str(before.year) if before else "",))), 18),
        Column(Words("Hoe het is bepaald", "How it was worked out"), 70, figures=False),
    ]
    sheet = Sheet(book, setting, Words("Overzicht", "Overview"), columns)
    _fund(sheet, setting, overview, traces)
    _rates(sheet, setting, overview, traces)
    _cases(sheet, setting, overview, traces)
    _savings(sheet, setting, overview, traces)
    sheet.fit_on_one_page()
    return sheet


def _fund(sheet: Sheet, setting: Setting, overview: AnnualOverview, traces: Traces) -> None:
    say, cash, position = setting.say, traces.cash, overview.fund.position
    sheet.section(Words("De pot", "The fund"))
    begin = sheet.add(say("Beginstand op 1 januari", "Opening on 1 January"), Formula(f"={cash.opening}"))
    sheet.add(say("Erbij", "In"), Formula(f"={cash.came_in}"))
    sheet.add(say("Eraf", "Out"), Formula(f"={cash.went_out}"))
    end = sheet.add(
        closing_label(setting, overview),
        Formula(f"=B{begin}+B{begin + 1}-B{begin + 2}"),
        None,
        say("begin + erbij − eraf", "opening + in − out"),
        bold=True,
        rule=True,
    )
    sheet.add(say("  toegezegd", "  promised"), Cents(position.commitments_cents))
    sheet.add(say("  voorgeschoten door partners", "  advanced by partners"), Cents(position.advances_cents))
    sheet.add(
        say("  nog niet herkend of terug te betalen", "  not recognised, or to be paid back"),
        Cents(position.suspense_cents),
    )
    sheet.add(say("  buffer", "  buffer"), Cents(position.buffer_cents))
    sheet.add(
        say("  beschikbaar", "  available"),
        Formula(f"=B{end}-SUM(B{end + 1}:B{end + 4})"),
        None,
        say("eindstand − al het bovenstaande", "closing − all of the above"),
        bold=True,
    )
    sheet.section(Words("Weggegeven (er beweegt geen geld)", "Given up (no money moves)"))
    gifts = sheet.add(say("Giften", "Gifts"), Cents(overview.fund.gifts_cents))
    sheet.add(say("Afgeboekte vorderingen", "Claims written off"), Cents(overview.fund.write_offs_cents))
    sheet.add(say("Samen", "Together"), Formula(f"=B{gifts}+B{gifts + 1}"), bold=True, rule=True)
    sheet.section(Words("Nog terug te komen", "Still to come back"))
    claims = sheet.add(say("Open vorderingen", "Open claims"), Formula(f"={traces.claims}"))
    unsettled = position.unsettled_cents - position.commitments_cents
    sheet.add(say("Betaald, nog niet verrekend", "Paid, not settled yet"), Cents(unsettled))
    sheet.add(say("Samen", "Together"), Formula(f"=B{claims}+B{claims + 1}"), bold=True, rule=True)


def _rates(sheet: Sheet, setting: Setting, overview: AnnualOverview, traces: Traces) -> None:
    say, before, found = setting.say, overview.previous, overview.cohort
    sheet.section(Words("Hoe de pot rondgaat", "How the fund revolves"))
    repaid = sheet.add(
        say("Terugbetaald in dit jaar", "Repaid in this year"),
        Formula("=" + "+".join(traces.cash.repaid)),
        Cents(before.repayments_cents) if before else None,
    )
    sheet.add(
        say("Uitbetaald in dit jaar", "Paid out in this year"),
        Formula(f"={traces.cash.paid_out}"),
        Cents(before.payouts_cents) if before else None,
    )
    sheet.add(
        say("De pot draait rond", "The fund revolves"),
        _share(f"B{repaid}", f"B{repaid + 1}"),
        _exact(before.revolving_rate.value if before else None, RATE),
        say("terugbetaald / uitbetaald, in dit jaar", "repaid / paid out, in this year"),
        bold=True,
    )
    paid = sheet.add(
        say("Betaald op casussen in dit jaar", "Paid on cases in this year"), Cents(found.paid_cents)
    )
    sheet.add(
        say("  daarvan nu terug", "  of which back by now"),
        Exact.euros(found.returned_cents),
        None,
        say(
            "wat op die casussen is terugbetaald of teruggestort, tot vandaag",
            "what was repaid or refunded on those cases, until today",
        ),
    )
    sheet.add(
        say("Teruggekomen van dit jaar", "Come back of this year"),
        _share(f"B{paid + 1}", f"B{paid}"),
        bold=True,
    )
    days = overview.speed.settle_within_days
    due = sheet.add(
        say(f"Casussen, minstens {days} dagen geleden betaald", f"Cases paid at least {days} days ago"),
        overview.speed.due,
    )
    sheet.add(
        say(f"  daarvan verrekend binnen {days} dagen", f"  of which settled within {days} days"),
        overview.speed.in_time,
    )
    sheet.add(
        say("Op tijd verrekend", "Settled in time"),
        _share(f"B{due + 1}", f"B{due}"),
        _exact(before.settled_in_time.value if before else None, RATE),
        bold=True,
    )


def _cases(sheet: Sheet, setting: Setting, overview: AnnualOverview, traces: Traces) -> None:
    say, before, cases, speed = setting.say, overview.previous, overview.cases, traces.speed
    sheet.section(Words("Casussen", "Cases"))
    sheet.add(say("Ingediend", "Submitted"), cases.submitted)
    sheet.add(say("Gehonoreerd", "Approved"), cases.approved, before.approved if before else None)
    sheet.add(say("Niet gehonoreerd", "Declined"), cases.declined)
    clock = say(
        "de klok staat stil terwijl de aanvrager een vraag beantwoordt", "the clock stops while we ask"
    )
    sheet.add(
        say("Uur van vraag tot besluit: mediaan", "Hours to the decision: median"),
        Formula(f"={speed.median_decision}", HOURS),
        _exact(before.median_hours if before else None, HOURS),
        clock,
    )
    sheet.add(
        say("  negen van de tien binnen", "  nine in ten within"),
        Formula(f"={speed.slowest_decision}", HOURS),
        _exact(before.slowest_hours if before else None, HOURS),
    )
    sheet.add(
        say("Uur van besluit tot betaling: mediaan", "Hours to the payment: median"),
        Formula(f"={speed.median_payment}", HOURS),
        None,
        say("hele dagen, want de bank geeft dagen", "whole days, as the bank gives days"),
    )
    sheet.add(
        say("  negen van de tien binnen", "  nine in ten within"), Formula(f"={speed.slowest_payment}", HOURS)
    )


def _savings(sheet: Sheet, setting: Setting, overview: AnnualOverview, traces: Traces) -> None:
    say, before, savings = setting.say, overview.previous, traces.savings
    sheet.section(Words("Verwachte besparing", "Expected saving"))
    sheet.add(say("Casussen die meetellen", "Cases that count"), overview.savings.counted)
    invested = sheet.add(say("Geïnvesteerd", "Invested"), Formula(f"={savings.invested}"))
    sheet.add(say("Vermeden", "Avoided"), Formula(f"={savings.avoided}"))
    sheet.add(say("Besparing", "Saving"), Formula(f"={savings.saving}"), bold=True)
    sheet.add(say("  laag", "  low"), Formula(f"={savings.saving_low}"))
    sheet.add(say("  hoog", "  high"), Formula(f"={savings.saving_high}"))
    sheet.add(
        say("Elke geïnvesteerde euro", "Each euro invested"),
        _share(f"B{invested + 1}", f"B{invested}", PER_EURO),
        _exact(before.return_per_euro.value if before else None, PER_EURO),
        say("vermeden / geïnvesteerd", "avoided / invested"),
        bold=True,
    )


def _share(part: str, whole: str, number_format: str = RATE) -> Formula:
    """A quotient that stays empty where there is nothing to divide by."""
    return Formula(f'=IF({whole}<=0,"",{part}/{whole})', number_format)


def _exact(value: Fraction | None, number_format: str) -> Value:
    return None if value is None else Exact(value, number_format)
