"""The steps of a case's round, as people take them on the pages: from an empty pot to a full one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from config.settings import ROOT
from tests.browser.office import Office, confirm, menu, pot, press, told, words

IBAN = "NL91 ABNA 0417 1643 00"
ATTACHMENT = b"Een brief van de bank, zonder namen.\n"
Told = dict[str, Any]


def real_case(key: str) -> Told:
    """One of the four real cases, as its source tells it."""
    content = tomllib.loads((ROOT / "config" / "demo" / "real_cases.toml").read_text(encoding="utf-8"))
    return next(case for case in content["case"] if case["key"] == key)


@dataclass(frozen=True)
class RegularLine:
    """What would have been spent without the breakthrough: from the price list, or written out."""

    description: str
    party: str
    quantity: str
    chance: str
    price_code: str = ""
    unit: str = ""
    price: str = ""


def book_contributions(office: Office) -> None:
    """The treasurer books what all partners put in."""
    page = office.of("penningmeester")
    menu(page, "Betalen en innen")
    page.get_by_role("link", name="Bijdragen boeken").click()
    page.get_by_role("link", name="Zet overal een vinkje").click()
    press(page, "Boek de bijdragen met een vinkje")
    told(page, "16 bijdragen zijn geboekt.")


def fill_in_and_submit(
    office: Office, who: str, told_case: Told, regular: list[RegularLine], *, scripts: bool = True
) -> str:
    """The applicant writes the case in four steps, with a draft in between, and submits it; its number."""
    page = office.of(who, scripts=scripts)
    menu(page, "Casussen")
    page.get_by_role("link", name="Nieuwe casus").click()
    press(page, "Beginnen")
    number = re.search(r"/casussen/([^/]+)/", page.url)
    assert number
    _resident(page, told_case)
    if scripts:
        _leave_without_saving(page, told_case)
    press(page, "Bewaren en verder")
    _stuck(page, told_case)
    _breakthrough(page, told_case)
    _regular_way(page, regular)
    _attach(page)
    press(page, "Casus indienen")
    told(page, "Uw casus is ingediend. De klok loopt")
    return number.group(1)


def _resident(page: Page, told_case: Told) -> None:
    page.fill("#alias", told_case["assumed_alias"])
    page.check(f"input[name=household_type][value='{told_case['household']}']")
    page.check(f"input[name=age_band][value='{told_case['age_band']}']")
    for domain in told_case["domains"]:
        page.check(f"input[name=domains][value='{domain}']")
    page.fill("#grade_before", "3")
    page.fill("#consent_on", "2026-11-20")


def _leave_without_saving(page: Page, told_case: Told) -> None:
    """Nothing was pressed yet: what was typed is kept all the same, also when the page is left."""
    with page.expect_response(lambda answer: "grade_before=4" in (answer.request.post_data or "")):
        page.fill("#grade_before", "4")
    expect(page.locator("[data-autosave]")).to_have_text("Concept bewaard")
    expect(page.locator("#autosave-detail")).to_contain_text("Bewaard om")
    page.reload()
    expect(page.locator("#alias")).to_have_value(told_case["assumed_alias"])
    expect(page.locator("#consent_on")).to_have_value("2026-11-20")
    expect(page.locator("#grade_before")).to_have_value("4")


def _stuck(page: Page, told_case: Told) -> None:
    page.fill("#title", told_case["title"])
    page.fill("#situation", told_case["situation"])
    page.fill("#tried", "\n".join(told_case.get("tried") or told_case["assumed_tried"]))
    page.fill("#barrier", told_case["barrier"])
    page.select_option("#barrier_field", told_case["assumed_field"])
    press(page, "Concept bewaren")
    told(page, "Het concept is bewaard.")
    press(page, "Bewaren en verder")


def _breakthrough(page: Page, told_case: Told) -> None:
    page.fill("#breakthrough", told_case["breakthrough"])
    page.fill("#own_contribution", told_case["own_contribution"])
    page.fill("#costs-0-description", told_case["line"])
    page.fill("#costs-0-amount", told_case.get("amount") or told_case["assumed_amount"])
    page.fill("#costs-0-payee_name", told_case["payee"])
    page.fill("#costs-0-payee_iban", IBAN)
    if "payee_partner" in told_case:
        page.select_option("#costs-0-payee_partner", told_case["payee_partner"])
    for partner in expected_payers(told_case):
        page.check(f"input[name=expected_payers][value={partner}]")
    press(page, "Bewaren en verder")


def expected_payers(told_case: Told) -> list[str]:
    """The partners that the source names as who should have paid."""
    settlement = told_case["settlement"]
    return [*settlement.get("shares", {}), *([settlement["partner"]] if "partner" in settlement else [])]


def _regular_way(page: Page, regular: list[RegularLine]) -> None:
    for index, line in enumerate(regular):
        prefix = f"#regular-{index}-"
        if line.price_code:
            page.select_option("#price_list", line.price_code)
            press(page, "Regel met deze prijs toevoegen")
        else:
            press(page, "Nog een regel")
            page.fill(f"{prefix}unit", line.unit)
            page.fill(f"{prefix}price", line.price)
        page.fill(f"{prefix}description", line.description)
        page.select_option(f"{prefix}party", line.party)
        page.fill(f"{prefix}quantity", line.quantity)
        page.fill(f"{prefix}chance", line.chance)
    press(page, "Bewaren en verder")


def _attach(page: Page) -> None:
    page.set_input_files("#file", {"name": "brief.txt", "mimeType": "text/plain", "buffer": ATTACHMENT})
    press(page, "Toevoegen")
    expect(page.get_by_role("link", name="brief.txt")).to_be_visible()


def ask_and_answer(office: Office, number: str, *, member: str, applicant: str) -> None:
    """A member asks something; the clock stops until the applicant answers."""
    page = office.of(member)
    open_from_worklist(page, number)
    page.get_by_role("link", name="Iets vragen").click()
    page.fill("#question", "Wat gebeurt er als wij een week wachten?")
    press(page, "Vraag stellen")
    told(page, "De klok staat stil tot het antwoord er is.")
    page = office.of(applicant)
    menu(page, "Casussen")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    page.fill("#answer", "Dan komen er weer kosten bij.")
    press(page, "Antwoord versturen")
    told(page, "Uw antwoord is verstuurd. De klok loopt weer.")


def open_from_worklist(page: Page, number: str) -> None:
    """Follow the case's number on the worklist."""
    menu(page, "Werkvoorraad")
    page.get_by_role("link", name=number, exact=True).click()


def assess(office: Office, number: str, member: str, scores: tuple[int, int, int]) -> None:
    """A member gives scores, blind: others' scores and reasons are nowhere to be seen before."""
    page = office.of(member)
    page.goto(f"{office.address}/casussen/{number}/besluit")
    expect(page.get_by_role("heading", name="Eerst uw eigen scores")).to_be_visible()
    assert "Omdat het past" not in page.content()
    assert page.locator("figure.triangle").count() == 0
    page.locator("main").get_by_role("link", name="Beoordelen").click()
    for value, score in zip(("legitimacy", "yield_", "involvement"), scores, strict=True):
        page.check(f"input[name={value}][value='{score}']")
        page.fill(f"#{value}_reason", f"Omdat het past, zegt {member}.")
    for gate in ("alternatives_explored", "durable_solution"):
        page.check(f"input[name={gate}][value=yes]")
        page.fill(f"#{gate}_reason", "Alle andere wegen zijn geprobeerd.")
    press(page, "Beoordeling bewaren")
    told(page, "Uw beoordeling is bewaard.")


def vote(office: Office, number: str, member: str) -> Page:
    """A member votes to approve, and says yes to the question that comes where that can be decisive."""
    page = office.of(member)
    page.goto(f"{office.address}/casussen/{number}/besluit")
    page.check("input[name=outcome][value=approve]")
    press(page, "Stem uitbrengen")
    if page.locator("#confirm-dialog").is_visible():
        confirm(page)
    expect(page.locator(".flash")).to_be_visible()
    return page


def pay(office: Office, number: str, *, amount: str, payee: str) -> None:
    """One treasurer prepares the payment, another releases it and sees it on the statement."""
    send(office, number, amount=amount, payee=payee)
    page = office.of("penningmeester2")
    menu(page, "Betalen en innen")
    page.get_by_role("row").filter(has_text=payee).get_by_role("link", name="Bevestigen").click()
    press(page, "Betaling bevestigen")
    told(page, "De uitbetaling is bevestigd.")


def send(office: Office, number: str, *, amount: str, payee: str) -> bytes:
    """One treasurer prepares the payment, another releases it and brings it to the bank: the file."""
    page = office.of("penningmeester")
    menu(page, "Betalen en innen")
    page.get_by_role("row").filter(has_text=number).get_by_role("checkbox").check()
    press(page, "Gekozen betalingen klaarzetten")
    expect(page.get_by_role("heading", name="Klopt dit?")).to_be_visible()
    for part in (number, payee, IBAN, amount):
        assert part in words(page)
    press(page, "Ja, zet de betaling klaar")
    told(page, "Een andere penningmeester geeft haar vrij.")
    assert page.get_by_role("button", name="Vrijgeven").count() == 0
    batch = page.url
    page = office.of("penningmeester2")
    page.goto(batch)
    for part in (number, payee, IBAN, amount):
        assert part in words(page)
    page.fill("#count", "1")
    page.fill("#total", amount.removeprefix("€").strip())
    press(page, "Vrijgeven")
    told(page, "Vrijgegeven.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Betaalbestand ophalen").click()
    file = download.value.path().read_bytes()
    assert f"<EndToEndId>{number}-U1</EndToEndId>".encode() in file
    press(page, "Noteren")
    told(page, "Genoteerd.")
    return file


def open_settling(office: Office, number: str, member: str) -> Page:
    """The form on which a member proposes who repays, reached from the page of the case."""
    page = office.of(member)
    open_from_worklist(page, number)
    page.get_by_role("link", name="Verrekenen", exact=True).click()
    return page


def agree(office: Office, number: str, member: str) -> Page:
    """A second member agrees with the proposal."""
    page = office.of(member)
    page.goto(f"{office.address}/casussen/{number}/verrekening")
    press(page, "Instemmen")
    expect(page.locator(".flash")).to_be_visible()
    return page


def accept(office: Office, number: str, who: str) -> Page:
    """A representative accepts on behalf of a partner."""
    page = office.of(who)
    menu(page, "Uw antwoord")
    page.get_by_role("link", name=number).first.click()
    press(page, "Akkoord")
    confirm(page)
    expect(page.locator(".flash")).to_be_visible()
    return page


def repay(office: Office, party: str, amount: str = "") -> None:
    """The treasurer books what came in on the open claim of ``party``: all of it, or ``amount``."""
    page = office.of("penningmeester")
    menu(page, "Vorderingen")
    page.get_by_role("row").filter(has_text=party).get_by_role("link").click()
    if amount:
        page.fill("#amount", amount)
    press(page, "Ontvangst boeken")
    told(page, "De ontvangst is geboekt.")


def available(office: Office, member: str = "secretariaat.werk") -> str:
    """What the pot on the worklist says is available."""
    page = office.of(member)
    menu(page, "Werkvoorraad")
    return pot(page)
