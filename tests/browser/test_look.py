"""The look in a real Chromium: WCAG with axe, phone width, the content security policy, the small script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.conftest import axe_violations, scrolls_sideways
from tests.browser.look.application import build

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}  # WCAG 1.4.10
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def look() -> Iterator[tuple[Flask, str]]:
    """The application and its address."""
    app = build()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture
def received(look: tuple[Flask, str]) -> list[dict[str, list[str]]]:
    """The forms that arrived, emptied before each test."""
    forms: list[dict[str, list[str]]] = look[0].extensions["received"]
    forms.clear()
    return forms


def complaints(page: Page) -> list[str]:
    """What the browser says in its console, such as a refusal of the content security policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("requestfailed", lambda request: said.append(request.url))
    return said


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROWEST], ids=["desktop", "phone", "narrowest"])
@pytest.mark.parametrize("path", ["/?flash=1", "/?errors=1&short=120000&lang=en", "/error/503"])
def test_pages_meet_wcag_and_fit(page: Page, look: tuple[Flask, str], path: str, size: Any) -> None:
    page.set_viewport_size(size)
    said = complaints(page)
    page.goto(look[1] + path)
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    assert [line for line in said if "503" not in line] == []


def test_the_letters_are_our_own_and_loaded(page: Page, look: tuple[Flask, str]) -> None:
    page.goto(look[1])
    page.wait_for_function("document.fonts.status === 'loaded'")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family + f.weight)"
    )
    assert any("Source Sans 3" in face for face in loaded)


def test_amounts_never_wrap_on_a_phone(page: Page, look: tuple[Flask, str]) -> None:
    page.set_viewport_size(NARROWEST)
    page.goto(look[1])
    wrapped = page.evaluate(
        "[...document.querySelectorAll('.amount')]"
        ".filter(amount => amount.getClientRects().length > 1).map(amount => amount.textContent)"
    )
    assert wrapped == []


def test_everything_to_press_is_large_enough(page: Page, look: tuple[Flask, str]) -> None:
    page.set_viewport_size(PHONE)
    page.goto(look[1])
    pressed = "button, input:not([type=hidden]), select, .sort, summary"
    small = page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
        .filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, r]) => r.width < 24 || r.height < 24).map(([html]) => html)""",
        pressed,
    )
    assert small == []


def test_the_keyboard_finds_the_content_first_and_sees_where_it_is(
    page: Page, look: tuple[Flask, str]
) -> None:
    page.goto(look[1])
    page.keyboard.press("Tab")
    skip = page.locator(".utrecht-skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_after_a_refused_form_the_focus_is_on_what_is_wrong(page: Page, look: tuple[Flask, str]) -> None:
    page.goto(look[1] + "/?errors=1")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a[href='#amount']").click()
    expect(page.locator("#amount")).to_be_focused()


def test_the_menu_opens_on_a_phone_and_stands_open_on_a_desk(page: Page, look: tuple[Flask, str]) -> None:
    page.set_viewport_size(PHONE)
    page.goto(look[1])
    menu = page.get_by_role("navigation", name="Hoofdmenu")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.set_viewport_size(DESKTOP)
    expect(menu).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()


def test_a_question_is_asked_before_and_only_yes_sends(
    page: Page, look: tuple[Flask, str], received: list[dict[str, list[str]]]
) -> None:
    page.goto(look[1])
    page.get_by_role("button", name="Casus intrekken").click()
    dialog = page.get_by_role("dialog", name="Wilt u deze casus intrekken?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Nee, terug")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert received == []
    page.get_by_role("button", name="Casus intrekken").click()
    dialog.get_by_role("button", name="Ja, doorgaan").click()
    page.wait_for_url("**/sent")
    assert [(form["confirmed"], form["case"], form["idempotency_key"]) for form in received] == [
        (["1"], ["47"], ["key-2"])
    ]


def test_two_clicks_are_one_request(
    page: Page, look: tuple[Flask, str], received: list[dict[str, list[str]]]
) -> None:
    page.goto(look[1])
    page.locator("#title").fill("traag")  # the server takes a while: time enough for a second click
    press = "() => document.querySelector('button[value=submit]').click()"
    page.evaluate(f"for (const after of [0, 200, 400]) setTimeout({press}, after)")
    page.wait_for_url("**/sent")
    assert [form["action"] for form in received] == [["submit"]]
    page.go_back()
    expect(page.locator("button[value=submit]")).not_to_have_attribute("aria-disabled", "true")
    page.locator("button[value=submit]").click()
    page.wait_for_url("**/sent")
    assert len(received) == 2


def test_lines_are_added_and_taken_away_and_numbers_not_used_twice(
    page: Page, look: tuple[Flask, str], received: list[dict[str, list[str]]]
) -> None:
    page.goto(look[1])
    add = page.get_by_role("button", name="Nog een kostenregel")
    add.click()
    expect(page.locator("[name=costs-1-payee]")).to_be_focused()
    page.locator("[name=costs-1-payee]").fill("Hotel")
    add.click()
    page.locator("[data-line]").nth(2).get_by_role("button", name="Weghalen").click()
    add.click()
    page.locator("[name=costs-3-payee]").fill("Taxi")
    assert axe_violations(page) == []
    page.locator("button[value=submit]").click()
    page.wait_for_url("**/sent")
    names = {name: values for name, values in received[0].items() if name.endswith("-payee")}
    assert names == {"costs-0-payee": ["Reisbureau"], "costs-1-payee": ["Hotel"], "costs-3-payee": ["Taxi"]}


def test_a_draft_is_saved_while_typing_and_a_failure_is_said(page: Page, look: tuple[Flask, str]) -> None:
    said = complaints(page)
    page.goto(look[1])
    status = page.locator("[data-autosave]")
    page.locator("#title").press_sequentially(" halen")
    expect(status).to_have_text("Concept bewaard")
    assert said == []
    page.locator("#title").fill("stuk")
    expect(status).to_contain_text("Bewaren lukte niet")
    expect(page.locator("#title")).to_have_value("stuk")


def test_the_menu_is_one_line_and_keeps_the_rest_under_more(page: Page, look: tuple[Flask, str]) -> None:
    page.set_viewport_size(DESKTOP)
    page.goto(look[1])
    menu = page.get_by_role("navigation", name="Hoofdmenu")
    first = menu.get_by_role("link", name="Werkvoorraad").bounding_box()
    button = menu.get_by_role("button", name="Meer")
    last = button.bounding_box()
    assert first
    assert last
    assert abs(first["y"] - last["y"]) < first["height"] / 2
    policy = menu.get_by_role("link", name="Beleid")
    expect(policy).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(policy).to_be_visible()
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Jaaroverzicht")).to_be_focused()
    page.keyboard.press("Escape")
    expect(policy).to_be_hidden()
    expect(button).to_be_focused()
    page.set_viewport_size(PHONE)  # a list already: everything stands in it
    page.get_by_role("button", name="Menu").click()
    expect(policy).to_be_visible()
    expect(button).to_be_hidden()
    assert axe_violations(page) == []


def test_everything_is_there_without_javascript(browser: Browser, look: tuple[Flask, str]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(look[1])
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Hoofdmenu")).to_be_visible()
    expect(page.get_by_role("button", name="Nog een kostenregel")).to_be_visible()
    expect(page.get_by_role("button", name="Afdrukken")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Indienen").click()
    page.wait_for_url("**/sent")
    context.close()


def test_paper_has_no_menu_and_no_buttons(page: Page, look: tuple[Flask, str]) -> None:
    page.goto(look[1])
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Hoofdmenu")).to_be_hidden()
    expect(page.get_by_role("button", name="Indienen")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".pot-amount")).to_be_visible()
