"""Bad input never costs work: what was typed stays, each error is beside its field, nothing is doubled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser import walk
from tests.browser.office import Office, menu, pot, press, told, with_people, words
from tests.browser.walk import RegularLine

pytestmark = pytest.mark.browser

WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
REFUSED = ("10.005", "1e3", "-5", "٣", "10,5 euro", "0", "1.2.3", "12,345", "1.250")
UNDERSTOOD = {"2.500,10": 250_010, "2500.10": 250_010, "2500": 250_000}


@pytest.fixture(scope="module")
def at_work(
    browser: Browser,
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[..., str],
    shift: timedelta,
) -> Iterator[Office]:
    """A network with people, shared by the tests of this module."""
    folder = with_people(template, tmp_path_factory.mktemp("bad-input") / "instance")
    office = Office(browser, serve(folder, shift))
    yield office
    office.close()


def _unchecked(page: Page) -> None:
    """Let the browser send what it would stop itself: the server must say what is wrong."""
    page.evaluate("document.querySelectorAll('main form').forEach(form => form.noValidate = true)")


def _complaint(page: Page, field: str) -> str:
    """The sentence beside a field, which the field itself refers to."""
    control = page.locator(f"#{field}")
    described = (control.get_attribute("aria-describedby") or "").split()
    assert f"{field}-error" in described, f"{field} has no error beside it"
    assert control.get_attribute("aria-invalid") == "true"
    sentence = page.locator(f"#{field}-error").inner_text()
    assert page.locator(f".error-summary a[href='#{field}']").count() == 1
    return sentence.strip()


@WITH_AND_WITHOUT
def test_amounts_are_read_or_refused_beside_their_field(at_work: Office, scripts: bool) -> None:
    page = at_work.of("penningmeester", scripts=scripts)
    page.goto(f"{at_work.address}/betalen")
    before = _cents(pot(page))
    for typed in REFUSED:
        _other_income(page, at_work, typed)
        assert _complaint(page, "amount").endswith((".", "schrijft u als 2.500,10.")), typed
        expect(page.locator("#amount")).to_have_value(typed)
        expect(page.locator("#description")).to_have_value("Rente")
        expect(page.locator("#on")).to_have_value("2026-11-20")
        expect(page.locator("input[name=kind]:checked")).to_have_value("other_income")
    for typed in UNDERSTOOD:
        _other_income(page, at_work, typed)
        told(page, "Geboekt onder")
    page.goto(f"{at_work.address}/betalen")
    assert _cents(pot(page)) - before == sum(UNDERSTOOD.values())


def _other_income(page: Page, office: Office, amount: str) -> None:
    page.goto(f"{office.address}/betalen/boeking")
    page.check("input[name=kind][value=other_income]")
    page.fill("#amount", amount)
    page.fill("#on", "2026-11-20")
    page.fill("#description", "Rente")
    press(page, "Boeken")


def _cents(shown: str) -> int:
    return int(re.sub(r"[^\d\u2212]", "", shown).replace("\u2212", "-"))


@dataclass(frozen=True)
class Form:
    """A form as someone fills it in, and the fields that are wrong."""

    who: str
    path: str
    button: str
    typed: dict[str, str]
    wrong: tuple[str, ...]


CONTRIBUTION = ("penningmeester", "/betalen/bijdragen/los", "Bijdrage boeken")
PERSON = ("beheerder", "/mensen/toevoegen", "Persoon toevoegen")
ROLE = {"role": "auditor", "partner": "ggd"}
FORMS = (
    Form(*CONTRIBUTION, {"partner": "zayaz", "amount": "5000,001", "on": "2026-11-20"}, ("amount",)),
    Form(*CONTRIBUTION, {"partner": "", "amount": "", "on": ""}, ("partner", "amount", "on")),
    Form(
        "penningmeester",
        "/betalen/pot-overnemen",
        "Verder",
        {"partner": "mo", "amount": "veel", "on": "2026-11-20"},
        ("amount",),
    ),
    Form(*PERSON, {"name": "", "email": "iemand@", "from_on": "2026-12-01"} | ROLE, ("name", "email")),
    Form(
        *PERSON,
        {"name": "An", "email": "an@omloop.example", "from_on": "2026-12-01", "until_on": "2026-11-25"}
        | ROLE,
        ("until_on",),
    ),
    Form(
        "beheerder",
        "/partners/toevoegen",
        "Partner toevoegen",
        {"name": "Zayaz twee", "kind": "", "code": "zayaz2"},
        ("kind",),
    ),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.path} {' '.join(form.wrong)}")
def test_forms_come_back_filled_in(at_work: Office, form: Form) -> None:
    page = at_work.of(form.who)
    page.goto(at_work.address + form.path)
    for field, text in form.typed.items():
        if page.locator(f"select#{field}").count():
            page.select_option(f"#{field}", text)
        else:
            page.fill(f"#{field}", text)
    _unchecked(page)
    press(page, form.button)
    expect(page.locator(".error-summary")).to_be_focused()
    for field in form.wrong:
        assert len(_complaint(page, field)) > 5
    for field, text in form.typed.items():
        expect(page.locator(f"#{field}")).to_have_value(text)


def test_a_whole_case_without_scripts(at_work: Office) -> None:
    told_case = walk.real_case("terug-naar-mexico")
    regular = [
        RegularLine("Plek maatschappelijke opvang", "mo", "0,5", "100", "opvang-bossche-bond"),
        RegularLine("Politie aan de deur", "gemeente", "2", "50", unit="keer", price="300"),
    ]
    number = walk.fill_in_and_submit(at_work, "aanvrager.mo", told_case, regular, scripts=False)
    page = at_work.of("aanvrager.mo", scripts=False)
    said = words(page)
    assert number in said
    assert "€ 875,00" in said
    press(page, "Casus intrekken")  # asks first, on a page of its own
    expect(page.get_by_role("heading", level=1)).to_contain_text("intrekken")
    page.get_by_role("main").get_by_role("button").first.click()
    told(page, "De casus is ingetrokken.")


@WITH_AND_WITHOUT
def test_lines_of_a_case_keep_what_was_typed(at_work: Office, scripts: bool) -> None:
    page = at_work.of("aanvrager.zayaz", scripts=scripts)
    page.goto(f"{at_work.address}/casussen/nieuw")
    press(page, "Beginnen")
    page.goto(page.url.replace("/inwoner", "/doorbraak"))
    page.fill("#breakthrough", "De huur betalen. Mijn nummer is 123456782.")
    page.fill("#costs-0-description", "Huur")
    page.fill("#costs-0-amount", "1e3")
    page.fill("#costs-0-payee_iban", "NL91 ABNA 0417 1643 01")
    press(page, "Nog een kostenregel")
    page.fill("#costs-1-description", "Deurwaarder")
    page.fill("#costs-1-amount", "2.500,10")
    press(page, "Bewaren en verder")
    assert "kenmerk" in _complaint(page, "breakthrough") or "nummer" in _complaint(page, "breakthrough")
    assert _complaint(page, "costs-0-amount")
    assert "rekeningnummer" in _complaint(page, "costs-0-payee_iban")
    for field, text in {
        "breakthrough": "De huur betalen. Mijn nummer is 123456782.",
        "costs-0-description": "Huur",
        "costs-0-amount": "1e3",
        "costs-0-payee_iban": "NL91 ABNA 0417 1643 01",
        "costs-1-description": "Deurwaarder",
    }.items():
        expect(page.locator(f"#{field}")).to_have_value(text)
    expect(page.locator("#costs-1-amount")).to_have_value(re.compile("2.?500,10"))


def test_a_form_waits_for_the_save_that_is_under_way(at_work: Office) -> None:
    page = at_work.of("aanvrager.farent")
    page.goto(f"{at_work.address}/casussen/nieuw")
    press(page, "Beginnen")
    saves: list[Route] = []
    page.route("**/bewaren/**", lambda route: saves.append(route))  # noqa: PLW0108  (it must be a function)
    page.wait_for_load_state("networkidle")  # a change before the script stands ready saves nothing by itself
    page.fill("#alias", "Meneer Vliert")
    page.locator("#alias").press("Tab")
    expect(page.locator("[data-autosave]")).to_have_text("Bezig met bewaren…")
    press(page, "Bewaren en verder")
    page.wait_for_timeout(500)
    assert page.url.endswith("/inwoner")
    saves[0].continue_()
    page.wait_for_url("**/knelpunt")
    page.unroute("**/bewaren/**")
    # What follows is not taken for somebody else's version.
    page.fill("#title", "Een titel")
    expect(page.locator("[data-autosave]")).to_have_text("Concept bewaard")


@WITH_AND_WITHOUT
def test_a_double_click_books_once(at_work: Office, scripts: bool) -> None:
    partner, name = ("cello", "Cello") if scripts else ("ggd", "GGD")
    page = at_work.of("penningmeester", scripts=scripts)
    page.goto(f"{at_work.address}/betalen/bijdragen/los?partner={partner}")
    page.fill("#amount", "1250")
    page.get_by_role("button", name="Bijdrage boeken").dblclick()
    told(page, "De bijdrage is geboekt.")
    page.goto(f"{at_work.address}/betalen/bijdragen")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    assert "€ 1.250,00" in " ".join(row.inner_text().split())


def test_a_form_with_the_keyboard_alone(at_work: Office) -> None:
    page = at_work.of("penningmeester2")
    page.goto(f"{at_work.address}/betalen")
    page.keyboard.press("Tab")
    expect(page.locator(".utrecht-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _tab_to(page, page.get_by_role("link", name="Overige boeking"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/betalen/boeking")
    _tab_to(page, page.locator("input[name=kind]").first)
    page.keyboard.press("Space")
    _tab_to(page, page.locator("#amount"))
    page.keyboard.type("12,50")
    _tab_to(page, page.locator("#description"))
    page.keyboard.type("Kosten van de bank")
    page.keyboard.press("Enter")
    told(page, "Geboekt onder")
    menu(page, "Grootboek")
    assert "12,50" in words(page)


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus; every stop on the way can be seen.

    The button inside a date field is the browser's own, and so is its outline.
    """
    for _stop in range(60):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || !document.activeElement.matches(':focus'); })()"
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not get there")
