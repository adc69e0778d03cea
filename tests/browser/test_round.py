"""The whole round in a browser, for each of the four real cases, with its own kind of settlement.

Sixteen partners put in € 5.000 each: € 80.000. The policy keeps a buffer of € 2.500, so € 77.500 is
available. Prices of the list are brought to 2026 with the price index in the network file: 138,11 in
2026, 130,31 in 2024, 121,43 in 2022, 101,70 in 2017.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import walk
from tests.browser.figures import Year, euro, json_agrees, page_agrees, workbook_agrees
from tests.browser.office import Office, press, words
from tests.browser.walk import RegularLine

pytestmark = pytest.mark.browser

FULL = "€ 77.500,00"  # 80.000 - 2.500


def test_resident_repays_in_instalments(office: Office, folder: Path, shift: timedelta) -> None:
    told = walk.real_case("geplunderde-rekening")
    walk.book_contributions(office)
    assert walk.available(office) == FULL
    regular = [
        RegularLine("Bewind met problematische schulden", "gemeente", "12", "50", "bewind-schuld"),
        RegularLine("Consulten huisarts door stress", "zorgverzekeraar", "10", "80", "zin-huisarts"),
    ]
    number = walk.fill_in_and_submit(office, "aanvrager.farent", told, regular)
    walk.ask_and_answer(office, number, member="secretariaat.werk", applicant="aanvrager.farent")
    walk.assess(office, number, "secretariaat.werk", (3, 4, 4))
    walk.assess(office, number, "secretariaat.zorg", (4, 4, 5))
    _decide(office, number, "secretariaat.werk", "secretariaat.zorg", means=("3,5", "4,0", "4,5"))
    assert walk.available(office) == "€ 75.000,00"  # promised at once: 77.500 - 2.500
    walk.pay(office, number, amount="€ 2.500,00", payee=told["payee"])
    page = walk.open_settling(office, number, "secretariaat.werk")
    page.check("input[name=kind][value=resident]")
    page.fill("#instalment_count", "50")
    page.fill("#motivation", "Meneer betaalt zelf terug.")
    press(page, "Voorstellen")
    walk.told(page, "Uw voorstel staat klaar.")
    page = walk.agree(office, number, "secretariaat.zorg")
    walk.told(page, "De verrekening is vastgesteld.")
    assert "50 keer € 50,00" in words(page)  # 2.500 / 50
    walk.repay(office, f"Inwoner {number}", "50")
    year = Year(
        contributions=8_000_000,
        repaid_by_partners=0,
        repaid_by_residents=5_000,
        payouts=250_000,
        closing=7_755_000,  # 80.000 + 50 - 2.500
        available=7_505_000,  # 77.550 - 2.500 buffer
        open_claims={("1310", "resident"): 245_000},  # 2.500 - 50
        revolving_rate=Fraction(1, 50),  # 50 / 2.500
        invested=250_000,
        # 12 x 172,12 x 0,5 = 1.032,72; x 138,11/130,31 = 1.094,5358
        # 10 x 30,87 x 0,8 = 246,96; x 138,11/121,43 = 280,8832; together 1.375,4190
        avoided=137_542,
        parties={"resident": (250_000, 0), "gemeente": (0, 109_454), "zorgverzekeraar": (0, 28_088)},
    )
    _all_agree(office, folder, shift, year)
    _business_case(office, number, costs="€ 2.500", otherwise="€ 1.375", per_euro="€ 0,55")
    walk.repay(office, f"Inwoner {number}", "2.450,00")
    assert walk.available(office) == FULL
    back = replace(
        year,
        repaid_by_residents=250_000,
        closing=8_000_000,
        available=7_750_000,
        open_claims={},
        revolving_rate=Fraction(1),
    )
    _all_agree(office, folder, shift, back)


def test_all_partners_share(office: Office, folder: Path, shift: timedelta) -> None:
    told = walk.real_case("paspoort-parijs")
    walk.book_contributions(office)
    regular = [
        RegularLine("Bijstandsuitkering alleenstaande", "gemeente", "6", "80", "bijstand-alleen"),
        RegularLine("Plek maatschappelijke opvang", "gemeente", "0,5", "50", "opvang-bossche-bond"),
    ]
    number = walk.fill_in_and_submit(office, "aanvrager.springplank", told, regular)
    walk.assess(office, number, "secretariaat.wonen", (4, 4, 4))
    walk.assess(office, number, "secretariaat.schulden", (4, 5, 4))
    _decide(office, number, "secretariaat.schulden", "secretariaat.wonen", means=("4,0", "4,5", "4,0"))
    assert walk.available(office) == "€ 76.860,00"  # 77.500 - 640
    walk.pay(office, number, amount="€ 640,00", payee=told["payee"])
    page = walk.open_settling(office, number, "secretariaat.wonen")
    page.check("input[name=kind][value=collective]")
    page.fill("#motivation", "Geen partij is hiervoor aan de lat.")
    press(page, "Eerst bekijken hoe het uitkomt")
    expect(page.locator("main")).to_contain_text("Zo komt het uit")
    press(page, "Voorstellen")
    page = walk.agree(office, number, "secretariaat.schulden")
    walk.told(page, "De verrekening is vastgesteld.")
    claims = page.get_by_role("table", name="Vorderingen")
    assert claims.locator("tbody tr:not(.total)").count() == 16
    names = [text.split("\n")[0] for text in claims.locator("tbody tr:not(.total) th").all_inner_texts()]
    walk.repay(office, "Farent")
    codes = {
        "gemeente", "brabantwonen", "cello", "brabantzorg", "ggd", "weenerxl", "mee", "oosterpoort",
        "linc", "reinier", "springplank", "mo", "joost", "vanneynsel", "zayaz",
    }  # fmt: skip
    collects = {"gemeente": (4_000, 1_769_230)}
    year = Year(
        contributions=8_000_000,
        repaid_by_partners=4_000,
        repaid_by_residents=0,
        payouts=64_000,
        closing=7_940_000,  # 80.000 + 40 - 640
        available=7_690_000,  # 79.400 - 2.500 buffer
        open_claims={("1300", code): 4_000 for code in codes},  # 640 / 16 = 40 each; Farent has paid
        revolving_rate=Fraction(1, 16),  # 40 / 640
        invested=64_000,
        # 6 x 1.564,00 x 0,8 = 7.507,20, a price of 2026
        # 0,5 x 30.000 x 0,5 = 7.500; x 138,11/101,70 = 10.185,1032; together 17.692,3032
        avoided=1_769_230,
        parties=dict.fromkeys(codes | {"farent"}, (4000, 0)) | collects,
    )
    _all_agree(office, folder, shift, year)
    # 17.692,3032 / 640 = 27,644
    _business_case(office, number, costs="€ 640", otherwise="€ 17.692", per_euro="€ 27,64")
    for name in names:
        if name != "Farent":
            walk.repay(office, name)
    assert walk.available(office) == FULL
    back = replace(
        year,
        repaid_by_partners=64_000,
        closing=8_000_000,
        available=7_750_000,
        open_claims={},
        revolving_rate=Fraction(1),
    )
    _all_agree(office, folder, shift, back)


def test_one_partner_repays(office: Office, folder: Path, shift: timedelta) -> None:
    told = walk.real_case("terug-naar-mexico")
    walk.book_contributions(office)
    regular = [RegularLine("Plek maatschappelijke opvang", "mo", "0,5", "100", "opvang-bossche-bond")]
    number = walk.fill_in_and_submit(office, "aanvrager.mo", told, regular)
    walk.assess(office, number, "secretariaat.zorg", (3, 5, 4))
    walk.assess(office, number, "secretariaat.welbevinden", (4, 5, 5))
    _decide(office, number, "secretariaat.zorg", "secretariaat.welbevinden", means=("3,5", "5,0", "4,5"))
    assert walk.available(office) == "€ 76.625,00"  # 77.500 - 875
    walk.pay(office, number, amount="€ 875,00", payee=told["payee"])
    page = walk.open_settling(office, number, "secretariaat.zorg")
    page.check("input[name=kind][value=responsible]")
    page.select_option("#partner", "mo")
    page.fill("#motivation", "Er kwam een plek vrij in de opvang.")
    press(page, "Voorstellen")
    walk.told(page, "Het voorstel is voorgelegd aan de partners.")
    walk.accept(office, number, "vertegenwoordiger.mo")
    walk.repay(office, number, "300")
    year = Year(
        contributions=8_000_000,
        repaid_by_partners=30_000,
        repaid_by_residents=0,
        payouts=87_500,
        closing=7_942_500,  # 80.000 + 300 - 875
        available=7_692_500,  # 79.425 - 2.500 buffer
        open_claims={("1300", "mo"): 57_500},  # 875 - 300
        revolving_rate=Fraction(12, 35),  # 300 / 875
        invested=87_500,
        avoided=2_037_021,  # 0,5 x 30.000 x 1 = 15.000; x 138,11/101,70 = 20.370,2065
        parties={"mo": (87_500, 2_037_021)},
    )
    _all_agree(office, folder, shift, year)
    # 20.370,2065 / 875 = 23,280
    _business_case(office, number, costs="€ 875", otherwise="€ 20.370", per_euro="€ 23,28")
    walk.repay(office, number)
    assert walk.available(office) == FULL
    back = replace(
        year,
        repaid_by_partners=87_500,
        closing=8_000_000,
        available=7_750_000,
        open_claims={},
        revolving_rate=Fraction(1),
    )
    _all_agree(office, folder, shift, back)


def test_two_partners_share(office: Office, folder: Path, shift: timedelta) -> None:
    told = walk.real_case("huurschuld-ontruiming")
    walk.book_contributions(office)
    regular = [
        RegularLine("Ontruiming", "zayaz", "1", "100", unit="keer", price="6000.00"),
        RegularLine("Opvang", "gemeente", "12", "100", unit="maand", price="2.500,00"),
    ]
    number = walk.fill_in_and_submit(office, "aanvrager.zayaz", told, regular)
    # The organisations of these two asked for it, are paid or should have paid: they advise and do not count.
    for member, ground in (("secretariaat.wonen", (5, 5, 5)), ("secretariaat.schulden", (5, 5, 5))):
        walk.assess(office, number, member, ground)
        assert "maar telt niet mee" in words(office.of(member))
    walk.assess(office, number, "secretariaat.werk", (3, 5, 4))
    walk.assess(office, number, "secretariaat.zorg", (4, 5, 4))
    walk.told(walk.vote(office, number, "secretariaat.schulden"), "Er zijn nog 2 stemmen nodig")
    _decide(office, number, "secretariaat.werk", "secretariaat.zorg", means=("3,5", "5,0", "4,0"))
    assert walk.available(office) == "€ 73.500,00"  # 77.500 - 4.000
    walk.pay(office, number, amount="€ 4.000,00", payee=told["payee"])
    page = walk.open_settling(office, number, "secretariaat.werk")
    page.check("input[name=kind][value=shared]")
    for index, partner in enumerate(("zayaz", "gemeente")):
        page.select_option(f"#shares-{index}-partner", partner)
        page.fill(f"#shares-{index}-percentage", "50")
    page.fill("#motivation", "Beide hadden dit kunnen voorkomen.")
    press(page, "Voorstellen")
    walk.told(page, "Het voorstel is voorgelegd aan de partners.")
    walk.accept(office, number, "vertegenwoordiger.zayaz")
    page = walk.accept(office, number, "vertegenwoordiger.gemeente")
    walk.repay(office, "Zayaz")
    year = Year(
        contributions=8_000_000,
        repaid_by_partners=200_000,
        repaid_by_residents=0,
        payouts=400_000,
        closing=7_800_000,  # 80.000 + 2.000 - 4.000
        available=7_550_000,  # 78.000 - 2.500 buffer
        open_claims={("1300", "gemeente"): 200_000},  # 50 % of 4.000
        revolving_rate=Fraction(1, 2),  # 2.000 / 4.000
        invested=400_000,
        avoided=3_600_000,  # 6.000 + 12 x 2.500 = 36.000
        parties={"zayaz": (200_000, 600_000), "gemeente": (200_000, 3_000_000)},
    )
    _all_agree(office, folder, shift, year)
    # 36.000 / 4.000 = 9, as in the worked case of the design
    _business_case(office, number, costs="€ 4.000", otherwise="€ 36.000", per_euro="€ 9,00")
    walk.repay(office, "Gemeente")
    assert walk.available(office) == FULL
    back = replace(
        year,
        repaid_by_partners=400_000,
        closing=8_000_000,
        available=7_750_000,
        open_claims={},
        revolving_rate=Fraction(1),
    )
    _all_agree(office, folder, shift, back)


def _decide(office: Office, number: str, first: str, second: str, *, means: tuple[str, str, str]) -> None:
    """Two members approve; the triangle is drawn with the means, and the advice beside it."""
    page = walk.vote(office, number, first)
    walk.told(page, "Er is nog 1 stem nodig")
    drawn = page.locator("figure.triangle svg[role=img]").get_attribute("aria-label") or ""
    legitimacy, yield_, involvement = means
    assert f"legitimiteit {legitimacy}, rendement {yield_}, betrokkenheid {involvement}" in drawn
    assert "Advies: honoreren" in words(page)
    walk.told(walk.vote(office, number, second), "De casus is gehonoreerd. Het geld is toegezegd.")


def _business_case(office: Office, number: str, *, costs: str, otherwise: str, per_euro: str) -> None:
    page = office.of("secretariaat.zorg")
    page.goto(f"{office.address}/casussen/{number}/businesscase")
    said = words(page)
    assert f"Elke geïnvesteerde euro: {per_euro} terug." in said
    assert costs in said
    assert otherwise in said


def _all_agree(office: Office, folder: Path, shift: timedelta, year: Year) -> None:
    """Pot, shell, page and workbook say what was worked out by hand."""
    assert walk.available(office) == euro(year.available)
    json_agrees(folder, shift, year)
    workbook_agrees(page_agrees(office, year), year)
