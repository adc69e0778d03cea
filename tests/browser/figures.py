"""What a year comes to, as worked out by hand, compared with every way in which the program says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.browser.installation import flask_command
from tests.browser.office import TODAY, Office, menu, words
from tests.browser.spreadsheet import Workbook

SUMMARY = "Overzicht"


@dataclass(frozen=True)
class Year:
    """Amounts in cents; claims as (account, party) to what is open; parties as (invests, collects)."""

    contributions: int
    repaid_by_partners: int
    repaid_by_residents: int
    payouts: int
    closing: int
    available: int
    open_claims: dict[tuple[str, str], int]
    revolving_rate: Fraction
    invested: int
    avoided: int
    parties: dict[str, tuple[int, int]]

    @property
    def came_in(self) -> int:
        """All that came in."""
        return self.contributions + self.repaid_by_partners + self.repaid_by_residents

    @property
    def still_open(self) -> int:
        """All claims."""
        return sum(self.open_claims.values())


def euro(cents: int) -> str:
    """An amount as the Dutch write it, written out here once more and apart from the program."""
    whole, rest = divmod(cents, 100)
    return f"€ {whole:,}".replace(",", ".") + f",{rest:02d}"


def json_agrees(folder: Path, shift: timedelta, year: Year) -> None:
    """``flask overview YEAR --json`` says what was worked out by hand."""
    said = json.loads(flask_command(folder, "overview", str(TODAY.year), "--json", shift=shift))
    fund, claims, savings = said["fund"], said["claims"], said["savings"]
    flows_in = {name: cents for name, cents in fund["in"].items() if cents}
    assert flows_in == {
        name: cents
        for name, cents in {
            "contributions_cents": year.contributions,
            "repayments_partners_cents": year.repaid_by_partners,
            "repayments_residents_cents": year.repaid_by_residents,
        }.items()
        if cents
    }
    assert {name: cents for name, cents in fund["out"].items() if cents} == {"payouts_cents": year.payouts}
    assert fund["opening_cents"] == 0
    assert fund["in_cents"] == year.came_in
    assert fund["out_cents"] == year.payouts
    assert fund["closing_cents"] == fund["opening_cents"] + fund["in_cents"] - fund["out_cents"]
    assert fund["closing_cents"] == year.closing
    assert fund["closing"]["available_cents"] == year.available
    assert fund["closing"]["promised_cents"] == 0
    assert fund["closing"]["still_to_come_back_cents"] == year.still_open
    assert Fraction(fund["revolving_rate_exact"]) == year.revolving_rate
    assert claims["open_cents"] == year.still_open
    assert claims["late_cents"] == 0
    parties = claims["parties"]
    assert {(one["account"], one["party"]): one["open_cents"] for one in parties} == year.open_claims
    assert (said["cases"]["submitted"], said["cases"]["approved"]) == (1, 1)
    assert savings["invested_cents"]["mid"] == year.invested
    assert savings["avoided_cents"]["mid"] == year.avoided
    assert {
        one["party"]: (one["invests_cents"]["mid"], one["collects_cents"]["mid"])
        for one in savings["parties"]
    } == year.parties


def page_agrees(office: Office, year: Year) -> Workbook:
    """The page that an executive opens says the same; gives the workbook that is downloaded from it."""
    page = office.of("bestuurder.brabantwonen")
    menu(page, "Jaaroverzicht")
    said = words(page)
    assert "Het jaar begon met € 0,00." in said
    assert f"Er kwam {euro(year.came_in)} bij en er ging {euro(year.payouts)} af." in said
    assert f"Nu zit er {euro(year.closing)} in de pot." in said
    if year.still_open:
        assert f"Er staat nu {euro(year.still_open)} aan vorderingen open" in said
    else:
        assert "Er staat niets open: alles wat is uitbetaald en verrekend, is terug." in said
    assert page.locator("main svg").count() > 0
    with page.expect_download() as waited:
        page.get_by_role("link", name="Spreadsheet").click()
    return Workbook(Path(waited.value.path()).read_bytes())


def workbook_agrees(book: Workbook, year: Year) -> None:
    """The workbook works it out to the same cent, by its own formulas."""

    def cents(label: str, sheet: str = SUMMARY, column: str = "B") -> Any:
        return book.beside(sheet, label, column) * 100

    assert cents("Beginstand op 1 januari") == 0
    assert cents("Erbij") == year.came_in
    assert cents("Eraf") == year.payouts
    assert cents("Stand nu") == year.closing
    assert cents("beschikbaar") == year.available
    assert cents("Open vorderingen") == year.still_open
    assert cents("Terugbetaald in dit jaar") == year.repaid_by_partners + year.repaid_by_residents
    assert cents("Uitbetaald in dit jaar") == year.payouts
    assert book.beside(SUMMARY, "De pot draait rond") == year.revolving_rate
    assert cents("Geïnvesteerd") == year.invested
    assert round(cents("Vermeden")) == year.avoided  # kept to a millionth of a euro, rounded when shown
