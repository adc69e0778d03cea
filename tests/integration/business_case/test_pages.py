"""The page of a mini-business-case and the forms behind it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.integration.cases.scene import a_browser, fill_in
from tests.integration.pages import page_text, soup

LINE: dict[str, Any] = {
    "side": "new",
    "party": "mee",
    "description": "Begeleiding",
    "quantity": "6",
    "unit": "uur",
    "mid": "64,00",
    "low": "50,00",
    "high": "80,00",
    "confidence": "B",
    "source": "Eigen tarief",
}


def test_the_page_says_it_in_sentences_and_in_a_table(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    page = browser.client.get(f"/casussen/{number}/businesscase")
    words = page_text(page)
    for said in (
        "Elke geïnvesteerde euro: € 9,00 terug.",
        "€ 32.000",
        "1,3 maanden",
        "Uitbetaling uit de pot",
    ):
        assert said in words
    rows = {
        row.th.get_text(strip=True): " ".join(row.get_text(" ").split())
        for row in soup(page).select("table.bars tbody tr")
        if row.th
    }
    assert "€ 30.000" in rows["Gemeente"]
    assert "€ −4.000" in rows["De pot"]
    assert soup(page).select_one("[data-print]") is not None


def test_without_the_regular_way_it_says_so(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    words = page_text(browser.client.get(f"/casussen/{number}/businesscase"))
    assert "Er is niets geïnvesteerd" in words
    assert "Geen kosten" not in words


def test_a_line_is_added_changed_and_removed(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    base = f"/casussen/{number}/businesscase"
    assert "Regel toevoegen" in page_text(browser.client.get(f"{base}/regel?kant=new"))
    assert browser.client.post(f"{base}/regel", data=LINE).status_code == 302
    words = page_text(browser.client.get(base))
    assert "tussen € 31.520 en € 31.700" in words  # 36,000 less 4,000 less 6 hours of 50 to 80
    links = [a["href"] for a in soup(browser.client.get(base)).select(".act a")]
    form = soup(browser.client.get(links[0]))
    field = form.find(id="mid")
    assert field is not None
    assert field["value"] == "64,00"
    browser.client.post(links[0], data=LINE | {"quantity": "10", "low": "", "high": ""})
    assert "€ 640" in page_text(browser.client.get(base))
    asked = browser.client.post(f"{links[0]}/weghalen")
    assert "Wilt u de regel ‘Begeleiding’ weghalen?" in page_text(asked)
    browser.client.post(f"{links[0]}/weghalen", data={"confirmed": "1"})
    assert links[0] not in [a["href"] for a in soup(browser.client.get(base)).select(".act a")]


def test_bad_lines_come_back_filled_in(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    address = f"/casussen/{number}/businesscase/regel"
    bad = {"mid": "10.005", "quantity": "-1", "chance": "101", "price_year": "1980", "party": "niemand"}
    answer = browser.client.post(address, data=LINE | bad)
    assert answer.status_code == 422
    page = soup(answer)
    for name, typed in bad.items():
        assert page.find(id=f"{name}-error") is not None, name
        if name != "party":
            field = page.find(id=name)
            assert field is not None
            assert field["value"] == typed
    crossed = browser.client.post(address, data=LINE | {"low": "70,00"})
    assert "moeten oplopen" in page_text(crossed)


def test_a_price_of_the_list_fills_the_form(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    page = soup(browser.client.get(f"/casussen/{number}/businesscase/regel?kant=regular&prijs=zin-seh"))
    filled = {"description": "Bezoek spoedeisende hulp", "mid": "258,00", "price_year": "2022"}
    for name, value in filled.items():
        field = page.find(id=name)
        assert field is not None
        assert field["value"] == value
    chosen = page.select_one("#party option[selected]")
    assert chosen is not None
    assert chosen["value"] == "zorgverzekeraar"


def test_assumptions_need_a_reason(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    address = f"/casussen/{number}/businesscase/uitgangspunten"
    refused = browser.client.post(address, data={"term_months": "12", "deadweight": "20"})
    assert refused.status_code == 422
    assert "ook zonder de pot" in page_text(refused)
    field = soup(refused).find(id="deadweight")
    assert field is not None
    assert field["value"] == "20"
    browser.client.post(
        address, data={"term_months": "12", "deadweight": "20", "deadweight_reason": "Een deel lost zelf op."}
    )
    words = page_text(browser.client.get(f"/casussen/{number}/businesscase"))
    assert "20 %" in words
    assert "Een deel lost zelf op." in words


def test_an_ambassador_reads_and_changes_nothing(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    browser.client.post(f"/casussen/{number}/indienen")
    browser.as_(browser.cast.ambassador)
    page = soup(browser.client.get(f"/casussen/{number}/businesscase"))
    assert page.select(".act a") == []
    assert page.select_one("form[action$=uitgangspunten]") is None
    assert browser.client.get(f"/casussen/{number}/businesscase/regel").status_code == 403
