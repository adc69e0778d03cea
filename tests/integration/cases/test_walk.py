"""An applicant walks through the pages, from an empty list to a submitted case."""

from __future__ import annotations

from flask import Flask

from tests.integration.cases.scene import a_browser, fill_in
from tests.integration.pages import page_text, soup


def test_from_an_empty_list_to_a_submitted_case(app: Flask) -> None:
    browser = a_browser(app)
    assert "U hebt nog geen casussen" in page_text(browser.client.get("/casussen"))
    assert "Beginnen" in page_text(browser.client.get("/casussen/nieuw"))
    number = fill_in(browser)

    check = browser.client.get(f"/casussen/{number}/controleren")
    assert "Er ontbreekt" not in page_text(check)
    assert "€ 32.000" in page_text(check)  # 36,000 avoided, 4,000 invested
    answer = browser.client.post(f"/casussen/{number}/indienen")
    assert answer.location == f"/casussen/{number}"

    shown = page_text(browser.client.get(f"/casussen/{number}"))
    assert "Uw casus is ingediend" in shown
    for words in ("Huurschuld, ontruiming dreigt", "€ 4.000,00", "NL91 ABNA 0417 1643 00", "Woningwet"):
        assert words in shown
    case = browser.case(number)
    assert case.decision_state == "submitted"
    assert case.household_hash is not None
    assert case.expected_payers == ["gemeente", "zayaz"]
    listed = soup(browser.client.get("/casussen"))
    assert number in listed.get_text()
    figures = page_text(browser.client.get(f"/casussen/{number}/businesscase"))
    assert "Elke geïnvesteerde euro: € 9,00 terug." in figures
    assert "1,3 maanden" in figures
