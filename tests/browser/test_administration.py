"""Who may work here: an administrator adds and ends partners and people, each with roles and dates."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import flask_command
from tests.browser.office import PASSWORD, Office, menu, press, sign_in, told

pytestmark = pytest.mark.browser


def test_from_the_first_administrator_to_everyone(
    browser: Browser, template: Path, tmp_path: Path, serve: Callable[..., str], shift: timedelta
) -> None:
    folder = tmp_path / "instance"
    shutil.copytree(template, folder)
    said = flask_command(
        folder, "network", "add-administrator", "bossche-bond", "gemeente", "a@omloop.example", "Aafke",
        shift=shift,
    )  # fmt: skip
    office = Office(browser, serve(folder, shift))
    page = office.visitor("administrator")
    _first_time(page, office, "a@omloop.example", said.split()[-1])
    _partner_joins_and_another_leaves(page)
    temporary = _add_person(page, "Bas Blok", "b@omloop.example", role="secretariat", partner="nieuw")
    newcomer = office.visitor("newcomer")
    _first_time(newcomer, office, "b@omloop.example", temporary)
    expect(newcomer.get_by_role("heading", name="Werkvoorraad")).to_be_visible()
    menu(page, "Mensen")
    page.get_by_role("link", name="Bas Blok").click()
    page.get_by_role("link", name="Beëindigen").click()
    press(page, "Nu intrekken")
    told(page, "De rol is beëindigd.")
    expect(page.get_by_role("heading", name="Mensen", exact=True)).to_be_visible()  # it was the only one
    newcomer.reload()
    expect(newcomer.get_by_role("heading", name="Aanmelden")).to_be_visible()
    office.close()
    assert office.complaints == []


def _first_time(page: Page, office: Office, email: str, temporary: str) -> None:
    """Sign in with a temporary password; nothing can be done before one's own is chosen."""
    sign_in(page, office.address, email, temporary)
    expect(page.get_by_text("Kies eerst een eigen wachtwoord")).to_be_visible()
    page.goto(f"{office.address}/mensen")
    expect(page).to_have_url(f"{office.address}/account")
    page.fill("#present", temporary)
    page.fill("#password", "te kort")
    page.fill("#again", "te kort")
    press(page, "Wachtwoord wijzigen")
    expect(page.locator("#password-error")).to_contain_text("minstens 12 tekens")
    for field, text in (("present", temporary), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"#{field}", text)
    press(page, "Wachtwoord wijzigen")
    told(page, "Uw wachtwoord is gewijzigd.")


def _partner_joins_and_another_leaves(page: Page) -> None:
    menu(page, "Partners")
    page.get_by_role("link", name="Partner toevoegen").first.click()
    page.fill("#name", "Nieuw Begin")
    page.fill("#kind", "welzijn")
    page.fill("#code", "nieuw")
    press(page, "Partner toevoegen")
    told(page, "Nieuw Begin is toegevoegd.")
    page.get_by_role("link", name="Cello", exact=True).click()
    page.get_by_role("link", name="Vertrek vastleggen").click()
    page.fill("#left_on", "2027-01-01")
    press(page, "Verder")
    press(page, "Ja, leg het vertrek vast")
    told(page, "Het vertrek van Cello is vastgelegd.")
    expect(page.locator("main")).to_contain_text("2027")


def _add_person(page: Page, name: str, email: str, *, role: str, partner: str) -> str:
    """Someone new; the temporary password, which is shown once."""
    menu(page, "Mensen")
    page.get_by_role("link", name="Persoon toevoegen").first.click()
    page.fill("#name", name)
    page.fill("#email", "geen adres")
    page.select_option("#role", role)
    page.select_option("#partner", partner)
    page.evaluate("document.querySelector('main form.card').noValidate = true")  # what the server says of it
    press(page, "Persoon toevoegen")
    expect(page.locator("#email-error")).to_contain_text("Schrijf een e-mailadres")
    expect(page.locator("#name")).to_have_value(name)
    expect(page.locator("#role")).to_have_value(role)
    page.fill("#email", email)
    press(page, "Persoon toevoegen")
    expect(page.get_by_role("heading", name=f"Geef dit door aan {name}")).to_be_visible()
    found = page.locator("dl.facts div").filter(has_text="Tijdelijk wachtwoord").locator("dd")
    return found.inner_text().strip()
