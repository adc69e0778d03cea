"""A secretariat changes a threshold and a key by itself: new cases follow, earlier ones do not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import walk
from tests.browser.installation import server
from tests.browser.office import Office, confirm, menu, press, told, words

pytestmark = pytest.mark.browser

PROPOSER, SECOND, THIRD = "secretariaat.wonen", "secretariaat.schulden", "secretariaat.zorg"
APPLICANT = "aanvrager.springplank"
EQUAL = {"Gemeente 's-Hertogenbosch": "€ 40,00", "Farent": "€ 40,00"}  # 640 / 16
BY_WEIGHT = {"Gemeente 's-Hertogenbosch": "€ 160,00", "Farent": "€ 32,00"}  # 640 / 20, five and one of it


def test_a_threshold_and_the_key_are_changed_without_a_programmer(
    browser: Browser, folder: Path, shift: timedelta
) -> None:
    case = walk.real_case("paspoort-parijs")  # EUR 640: two members decide, above EUR 500
    with server(folder, shift) as address:
        office = Office(browser, address)
        walk.book_contributions(office)
        settled = walk.fill_in_and_submit(office, APPLICANT, case, [])
        for member in (PROPOSER, SECOND):
            walk.assess(office, settled, member, (4, 4, 4))
        _decide(office, settled, PROPOSER, decided=False)
        _decide(office, settled, SECOND, decided=True)
        _pay_and_split(office, settled, EQUAL, members=2)
        waiting = walk.fill_in_and_submit(office, APPLICANT, case, [])
        _change_threshold(office)
        _change_key(office)
        office.close()
    with server(folder, shift + timedelta(days=1)) as address:
        tomorrow = Office(browser, address)
        walk.assess(tomorrow, waiting, PROPOSER, (4, 4, 4))
        walk.assess(tomorrow, waiting, SECOND, (4, 4, 4))
        _decide(tomorrow, waiting, PROPOSER, decided=False)  # submitted yesterday: two members
        new = walk.fill_in_and_submit(tomorrow, APPLICANT, case, [])
        walk.assess(tomorrow, new, PROPOSER, (4, 4, 4))
        _decide(tomorrow, new, PROPOSER, decided=True)  # submitted today: one member
        _pay_and_split(tomorrow, new, BY_WEIGHT, members=1)
        _claims_are(tomorrow, settled, EQUAL)
        _told_to_everyone(tomorrow)
        tomorrow.close()
    assert office.complaints == []
    assert tomorrow.complaints == []


def _change_threshold(office: Office) -> None:
    page = office.of(PROPOSER)
    menu(page, "Beleid")
    page.locator("#mandate").get_by_role("link", name="Wijziging voorstellen").click()
    page.fill("#bands-0-up_to", "honderd")
    press(page, "Bekijk wat er verandert")
    expect(page.locator("#reason-error")).to_contain_text("Vul dit in.")
    expect(page.locator("#bands-0-up_to")).to_have_value("honderd")
    page.fill("#bands-0-up_to", "700")
    page.fill("#reason", "Kleine doorbraken gaan dan sneller.")
    press(page, "Bekijk wat er verandert")
    assert "Grens voor één lid: van € 500,00 naar € 700,00." in words(page)
    assert "Besluiten die zijn bekeken: 1. Daarvan had bij 1 iets anders gegolden" in words(page)
    press(page, "Terug naar het formulier")
    expect(page.locator("#bands-0-up_to")).to_have_value("700")
    press(page, "Bekijk wat er verandert")
    press(page, "Voorstellen")
    told(page, "Uw voorstel is gedaan.")
    expect(page.get_by_role("button", name="Vaststellen")).to_have_count(0)
    _adopt(office, "Wie over welk bedrag besluit")


def _change_key(office: Office) -> None:
    page = office.of(PROPOSER)
    menu(page, "Beleid")
    page.locator("#allocation_key").get_by_role("link", name="Wijziging voorstellen").click()
    page.get_by_label("Naar gewicht").check()
    page.get_by_label("Gemeente 's-Hertogenbosch").fill("5")
    page.fill("#reason", "De gemeente wint er het meest bij.")
    press(page, "Bekijk wat er verandert")
    row = page.get_by_role("row").filter(has_text="Gemeente 's-Hertogenbosch")
    assert "€ 160,00" in row.inner_text().replace("\xa0", " ")
    press(page, "Voorstellen")
    told(page, "Uw voorstel is gedaan.")
    _adopt(office, "Hoe samen wordt verrekend")


def _adopt(office: Office, title: str) -> None:
    """A second member finds the proposal on the page with policy and adopts it."""
    page = office.of(SECOND)
    menu(page, "Beleid")
    expect(page.locator("main")).to_contain_text("wacht 1 voorstel op een tweede persoon")
    page.locator(".utrecht-alert").get_by_role("link", name=title).click()
    press(page, "Vaststellen")
    confirm(page)
    told(page, "De wijziging is vastgesteld.")


def _decide(office: Office, number: str, member: str, *, decided: bool) -> None:
    page = walk.vote(office, number, member)
    page.goto(f"{office.address}/casussen/{number}")
    state = page.get_by_label("Hoe het staat").locator("dd").first
    if decided:
        expect(state).to_contain_text("gehonoreerd")
    else:
        expect(state).not_to_contain_text("gehonoreerd")


def _pay_and_split(office: Office, number: str, shares: dict[str, str], *, members: int) -> None:
    walk.pay(office, number, amount="€ 640,00", payee=walk.real_case("paspoort-parijs")["payee"])
    page = office.of(SECOND)
    page.goto(f"{office.address}/casussen/{number}")
    page.get_by_role("link", name="Verrekenen", exact=True).click()
    page.check("input[name=kind][value=collective]")
    page.fill("#motivation", "Geen partij is hiervoor aan de lat.")
    press(page, "Voorstellen")
    if members == 1:  # the threshold is also that of settling
        press(page, "Ja, stel vast")
        expect(page.locator(".flash")).to_be_visible()
    else:
        expect(page.locator(".flash")).to_be_visible()
        walk.agree(office, number, THIRD)
    _claims_are(office, number, shares)


def _claims_are(office: Office, number: str, shares: dict[str, str]) -> None:
    page = office.of(SECOND)
    page.goto(f"{office.address}/casussen/{number}/verrekening")
    claims = page.get_by_role("table", name="Vorderingen")
    for partner, amount in shares.items():
        row = claims.get_by_role("row").filter(has=page.get_by_text(partner, exact=False)).first
        expect(row).to_contain_text(re.compile(amount.replace(" ", r"\s")))


def _told_to_everyone(office: Office) -> None:
    """An applicant reads what changed when, who agreed on it and why."""
    page: Page = office.of(APPLICANT)
    menu(page, "Beleid")
    text = words(page)
    assert "Per 24 november 2026" in text
    assert "Grens voor één lid: van € 500,00 naar € 700,00." in text
    assert "Gemeente 's-Hertogenbosch krijgt gewicht 5." in text
    assert "Waarom: De gemeente wint er het meest bij." in text
    assert page.get_by_role("link", name="Wijziging voorstellen").count() == 0
