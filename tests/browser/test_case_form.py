"""The form of a case with JavaScript: it saves by itself, and says what it could not save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import axe_violations
from tests.browser.office import Office, empty_network, shift_to_opening, with_people

pytestmark = pytest.mark.browser
APPLICANT = "aanvrager.farent"


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network with people and without cases."""
    shift: timedelta = shift_to_opening()
    empty = empty_network(tmp_path_factory.mktemp("empty") / "instance", shift)
    return serve(with_people(empty, tmp_path_factory.mktemp("case-form") / "instance"), shift)


@pytest.fixture
def draft(browser: Browser, address: str) -> Iterator[Page]:
    """An applicant at the second step of a fresh draft."""
    office = Office(browser, address)
    page = office.of(APPLICANT)
    page.goto(f"{address}/casussen/nieuw")
    page.get_by_role("button", name="Beginnen").click()
    page.goto(page.url.replace("/inwoner", "/knelpunt"))
    yield page
    page.context.close()


def test_what_is_typed_is_saved_by_itself(draft: Page) -> None:
    draft.locator("#title").fill("Huurschuld")
    expect(draft.locator("#autosave-detail")).to_contain_text("Bewaard om")
    expect(draft.locator("#revision")).to_have_value("2")
    draft.locator("#situation").fill("Er dreigt een ontruiming.")
    expect(draft.locator("#revision")).to_have_value("3")
    draft.reload()
    expect(draft.locator("#title")).to_have_value("Huurschuld")
    expect(draft.locator("#situation")).to_have_value("Er dreigt een ontruiming.")


def test_what_cannot_be_saved_is_said_and_stays_on_screen(draft: Page) -> None:
    draft.locator("#tried").fill("Meneer 111222333")
    detail = draft.locator("#autosave-detail")
    expect(detail).to_contain_text("Dit is nog niet bewaard")
    expect(detail).to_contain_text("burgerservicenummer")
    expect(draft.locator("#tried")).to_have_value("Meneer 111222333")
    assert axe_violations(draft) == []
    draft.locator("#tried").fill("De bank")
    expect(detail).to_contain_text("Bewaard om")


def test_another_window_is_not_overwritten(draft: Page) -> None:
    draft.locator("#title").fill("Eerste venster")
    expect(draft.locator("#revision")).to_have_value("2")
    other = draft.context.new_page()
    other.goto(draft.url)
    other.locator("#title").fill("Tweede venster")
    expect(other.locator("#revision")).to_have_value("3")
    draft.locator("#tried").fill("Nog iets")
    expect(draft.locator("#autosave-detail")).to_contain_text("in een ander venster bewaard")
    draft.get_by_role("button", name="Concept bewaren").click()
    expect(draft.locator(".error-summary")).to_contain_text("in een ander venster bewaard")
    expect(draft.locator("#title")).to_have_value("Eerste venster")
    draft.get_by_role("button", name="Bewaar wat ik nu heb").click()
    expect(draft.get_by_role("status").first).to_contain_text("Het concept is bewaard.")
    expect(draft.locator("#title")).to_have_value("Eerste venster")


def test_a_row_is_added_and_saved_by_itself(draft: Page) -> None:
    draft.goto(draft.url.replace("/knelpunt", "/doorbraak"))
    draft.locator("#costs-0-description").fill("Huurschuld")
    draft.get_by_role("button", name="Nog een kostenregel").click()
    draft.locator("#costs-1-description").fill("Verhuizing")
    draft.locator("#costs-1-amount").fill("10.005")
    expect(draft.locator("#autosave-detail")).to_contain_text("Bedrag op regel 2")
    draft.locator("#costs-1-amount").fill("350")
    expect(draft.locator("#autosave-detail")).to_contain_text("Bewaard om")
    draft.reload()
    expect(draft.locator("#costs-1-amount")).to_have_value("350,00")
