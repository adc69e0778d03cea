"""People at work, each in a browser of their own, and a network without any case for them to work in."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from casework.demo.cast import engage
from casework.network.tables import Network
from config.settings import ROOT
from storage.engine import build_engine
from storage.unit_of_work import unit_of_work
from tests.browser.installation import flask_command

NETWORK_FILE = ROOT / "config" / "networks" / "bossche_bond.toml"
PASSWORD = "een lang wachtwoord"
TODAY = date(2026, 11, 23)  # a Monday in the last year for which the network has a price index
OPENING_UTC = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def shift_to_opening() -> timedelta:
    """By how much clocks are moved so that the office opens now."""
    return OPENING_UTC - datetime.now(UTC)


def empty_network(folder: Path, shift: timedelta) -> Path:
    """An instance with partners and policy, without people, money or cases."""
    flask_command(folder, "db", "upgrade", shift=shift)
    flask_command(folder, "network", "load", str(NETWORK_FILE), shift=shift)
    return folder


def with_people(template: Path, folder: Path) -> Path:
    """A copy of an empty network in which the people of the demo have an account."""
    shutil.copytree(template, folder)
    engine = build_engine(f"sqlite:///{folder / 'omloop.db'}")
    with unit_of_work(engine) as session:
        network = session.scalars(select(Network)).one()
        engage(session, network, password=PASSWORD, at_utc=OPENING_UTC)
    engine.dispose()
    return folder


class Office:
    """Everyone's browser. ``of("penningmeester")`` is the signed-in page of the treasurer."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self.address = address
        self._contexts: dict[str, BrowserContext] = {}
        self._pages: dict[str, Page] = {}
        self.complaints: list[str] = []

    def of(self, who: str, *, scripts: bool = True) -> Page:
        """The page of the person whose address begins with ``who``; signs in the first time."""
        key = f"{who} {scripts}"
        if key not in self._pages:
            page = self.visitor(key, scripts=scripts)
            sign_in(page, self.address, f"{who}@omloop.example", PASSWORD)
            self._pages[key] = page
        return self._pages[key]

    def visitor(self, who: str, *, scripts: bool = True) -> Page:
        """A page of a browser of one's own, not signed in; one that runs no scripts, if asked."""
        context = self._browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="nl-NL", java_script_enabled=scripts
        )
        context.set_default_timeout(15_000)
        self._contexts[who] = context
        page = context.new_page()
        page.on("console", lambda said: self._heard(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda problem: self._heard(str(problem)))
        return page

    def _heard(self, complaint: str) -> None:
        # Chromium reports an answer of 422 as an error of the console: a form with errors is meant.
        if "status of 422" not in complaint:
            self.complaints.append(complaint)

    def close(self) -> None:
        """Close all browsers."""
        for context in self._contexts.values():
            context.close()


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    """Fill in the form of signing in."""
    page.goto(f"{address}/aanmelden")
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(re.compile("^(?!.*/aanmelden)"))


def menu(page: Page, name: str) -> None:
    """Choose a line of the main menu, which may stand under "Meer"."""
    lines = page.get_by_role("navigation", name="Hoofdmenu")
    if not lines.get_by_role("link", name=name, exact=True).is_visible():
        lines.get_by_role("button", name="Meer").click()
    lines.get_by_role("link", name=name, exact=True).click()


def press(page: Page, button: str) -> None:
    """Press the button with this text."""
    page.get_by_role("button", name=button, exact=True).click()


def confirm(page: Page) -> None:
    """Say yes to the question over the page."""
    page.locator("#confirm-dialog").get_by_role("button", name="Ja, doorgaan").click()


def told(page: Page, sentence: str) -> None:
    """Wait until the page says that something was done."""
    expect(page.locator(".flash")).to_contain_text(sentence)


def words(page: Page) -> str:
    """All words of the main part with single spaces, also for no-break spaces."""
    return " ".join(page.locator("main").inner_text().split())


def pot(page: Page) -> str:
    """What is available, as the pot on the page says."""
    return " ".join(page.locator(".pot-amount").inner_text().split())
