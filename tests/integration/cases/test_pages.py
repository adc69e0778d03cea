"""The pages of a case: bad input never costs work, and everything works without JavaScript."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from casework.audit.tables import LogRecord
from casework.decision.inquiry import ask
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.cases.scene import BREAKTHROUGH_FORM, REGULAR_FORM, Browser, a_browser, fill_in
from tests.integration.factories import NOW, a_case, a_person, work_as
from tests.integration.pages import page_text, soup


def send(
    browser: Browser, number: str, step: str, *, revision: int | None = None, **typed: Any
) -> TestResponse:
    sent = {"revision": str(revision or browser.case(number).revision), "opened": "venster", **typed}
    return browser.client.post(f"/casussen/{number}/bewerken/{step}", data=sent)


def value_of(answer: TestResponse, name: str) -> str:
    found = soup(answer).find(id=name)
    assert found is not None, f"no field {name}"
    return str(found.get("value") or found.get_text().strip("\n"))


def error_of(answer: TestResponse, name: str) -> str:
    found = soup(answer).find(id=f"{name}-error")
    return " ".join(found.get_text(" ").split()) if found else ""


def submitted(browser: Browser) -> str:
    number = fill_in(browser)
    assert browser.client.post(f"/casussen/{number}/indienen").status_code == 302
    return number


def test_a_bad_amount_comes_back_beside_its_field_and_the_rest_is_saved(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    typed = BREAKTHROUGH_FORM | {"costs-0-amount": "10.005", "costs-0-payee_iban": "NL00 FOUT"}
    answer = send(browser, number, "doorbraak", **typed)
    assert answer.status_code == 422
    assert "duizendtallen of centen" in error_of(answer, "costs-0-amount")
    assert "rekeningnummer klopt niet" in error_of(answer, "costs-0-payee_iban")
    assert "Bedrag op regel 1" in page_text(answer)
    for name in ("costs-0-amount", "costs-0-payee_iban", "costs-0-description", "breakthrough"):
        assert value_of(answer, name) == typed[name]
    summary = soup(answer).select_one(".error-summary")
    assert summary is not None
    assert {link["href"] for link in summary.select("a")} == {"#costs-0-amount", "#costs-0-payee_iban"}
    case = browser.case(number)
    assert case.breakthrough == typed["breakthrough"]
    assert [(line.description, line.amount_cents, line.payee_iban) for line in case.cost_lines] == [
        ("Huurschuld", 0, "")
    ]


def test_amounts_that_are_understood_and_refused(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    for amount in ("-5", "1e3", "٣", "10,5", "veel", "0"):
        answer = send(browser, number, "doorbraak", **(BREAKTHROUGH_FORM | {"costs-0-amount": amount}))
        assert answer.status_code == 422
        assert error_of(answer, "costs-0-amount")
        assert value_of(answer, "costs-0-amount") == amount
    for amount, cents in (("2.500,10", 250_010), ("2500.10", 250_010), ("2500", 250_000)):
        send(browser, number, "doorbraak", **(BREAKTHROUGH_FORM | {"costs-0-amount": amount}))
        assert browser.case(number).amount_cents == cents


def test_a_citizen_number_is_refused_with_what_to_write_instead(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    answer = send(browser, number, "knelpunt", title="Huur", situation="Meneer 111222333 is ziek")
    assert answer.status_code == 422
    assert "burgerservicenummer" in error_of(answer, "situation")
    assert value_of(answer, "situation") == "Meneer 111222333 is ziek"
    case = browser.case(number)
    assert (case.title, case.situation) == ("Huur", "")


def test_a_refusal_of_the_service_also_stands_beside_its_field(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    answer = send(browser, number, "inwoner", alias="het gezin", consent_on="2027-01-01", grade_before="11")
    assert "niet na vandaag" in error_of(answer, "consent_on")
    assert "van 1 tot en met 10" in error_of(answer, "grade_before")
    assert browser.case(number).alias == "het gezin"


def test_the_address_is_turned_into_a_code_and_forgotten(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    send(browser, number, "inwoner", postcode="5211 AB", house_number="12")
    found = browser.case(number).household_hash
    assert found is not None
    again = browser.client.get(f"/casussen/{number}/bewerken/inwoner")
    assert "De code van dit huishouden is bekend" in page_text(again)
    assert value_of(again, "postcode") == ""
    send(browser, number, "inwoner", alias="x")
    assert browser.case(number).household_hash == found
    with unit_of_work(app.extensions["omloop_engine"], write=False) as session:
        facts = str(session.scalars(text("SELECT facts FROM log_record")).all())
    assert "5211" not in facts
    half = send(browser, number, "inwoner", postcode="5211 AB")
    assert "allebei" in error_of(half, "house_number")


def test_rows_come_and_go_without_javascript(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    more = send(browser, number, "doorbraak", **BREAKTHROUGH_FORM, action="add:costs")
    assert more.status_code == 200
    assert value_of(more, "costs-0-amount") == "4.000,00"
    assert soup(more).find(id="costs-1-amount") is not None
    second = BREAKTHROUGH_FORM | {
        "costs-3-description": "Verhuizing",
        "costs-3-amount": "350",
        "costs-3-payee_name": "De Kar",
    }
    less = send(browser, number, "doorbraak", **second, action="remove:costs:0")
    assert value_of(less, "costs-0-description") == "Verhuizing"
    assert [(line.description, line.amount_cents) for line in browser.case(number).cost_lines] == [
        ("Verhuizing", 35_000)
    ]


def test_a_price_of_the_list_fills_a_row_and_keeps_its_source(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    answer = send(
        browser, number, "gewone-weg", **REGULAR_FORM, action="add_price", price_list="zin-huisarts"
    )
    assert value_of(answer, "regular-2-description") == "Consult huisarts"
    assert value_of(answer, "regular-2-price") == "30,87"
    row = {
        field["name"]: field.get("value", "") for field in soup(answer).select("input[name^=regular-2-]")
    } | {"regular-2-party": "zorgverzekeraar", "regular-2-quantity": "6"}
    send(browser, number, "gewone-weg", **REGULAR_FORM, **row)
    page = page_text(browser.client.get(f"/casussen/{number}/businesscase"))
    assert "Kostenhandleiding 2024" in page
    assert "prijs van 2022" in page


def test_autosave_keeps_what_is_valid_and_says_what_is_not(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    sent = {"revision": "1", "opened": "venster", "title": "Huur", "tried": "nummer 111222333"}
    answer = browser.client.post(f"/casussen/{number}/bewaren/knelpunt", data=sent)
    assert answer.status_code == 200
    assert "Dit is nog niet bewaard" in page_text(answer)
    revision = soup(answer).select_one("#revision")
    assert revision is not None
    assert (revision["value"], revision["hx-swap-oob"]) == ("2", "true")
    assert browser.case(number).title == "Huur"
    clean = browser.client.post(f"/casussen/{number}/bewaren/knelpunt", data=sent | {"tried": "De bank"})
    assert "Bewaard om 10.00 uur." in page_text(clean)


def test_two_windows_do_not_overwrite_each_other_unseen(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    send(browser, number, "knelpunt", title="Eerste venster", opened="een")
    late = send(browser, number, "knelpunt", revision=1, title="Tweede venster", opened="twee")
    assert late.status_code == 409
    assert "in een ander venster bewaard" in page_text(late)
    assert value_of(late, "title") == "Tweede venster"
    assert browser.case(number).title == "Eerste venster"
    automatic = browser.client.post(
        f"/casussen/{number}/bewaren/knelpunt", data={"revision": "1", "opened": "twee", "title": "Tweede"}
    )
    assert automatic.status_code == 409
    wanted = send(
        browser, number, "knelpunt", revision=1, title="Tweede venster", opened="twee", action="overwrite"
    )
    assert wanted.status_code == 302
    assert browser.case(number).title == "Tweede venster"


def test_submitting_too_early_says_what_is_missing_and_where(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    answer = browser.client.post(f"/casussen/{number}/indienen")
    assert answer.status_code == 422
    assert "Er ontbreken nog 11 dingen" in page_text(answer)
    links = [link["href"] for link in soup(answer).select(".error-summary a")]
    assert f"/casussen/{number}/bewerken/knelpunt#title" in links
    assert f"/casussen/{number}/bewerken/inwoner#domains" in links


def test_files_are_added_downloaded_and_removed(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    address = f"/casussen/{number}/bijlagen"
    sent = browser.client.post(address, data={"file": (BytesIO(b"%PDF-1.7"), "offerte.pdf")})
    assert sent.status_code == 302
    assert "offerte.pdf" in page_text(browser.client.get(f"/casussen/{number}/controleren"))
    got = browser.client.get(f"{address}/1")
    assert got.data == b"%PDF-1.7"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    wrong = browser.client.post(address, data={"file": (BytesIO(b"MZ\x90\x00"), "virus.pdf")})
    assert wrong.status_code == 422
    assert "Dit bestand kan niet mee" in error_of(wrong, "file")
    nothing = browser.client.post(address, data={})
    assert "Kies een bestand" in error_of(nothing, "file")
    large = browser.client.post(address, data={"file": (BytesIO(b"%PDF-" + b"x" * 1024 * 1024), "a.pdf")})
    assert "te groot" in error_of(large, "file")
    asked = browser.client.post(f"{address}/1/weghalen")
    assert "Wilt u de bijlage offerte.pdf weghalen?" in page_text(asked)
    browser.client.post(f"{address}/1/weghalen", data={"confirmed": "1"})
    assert browser.client.get(f"{address}/1").status_code == 404


def test_throwing_away_is_asked_first(app: Flask) -> None:
    browser = a_browser(app)
    number = browser.begin()
    asked = browser.client.post(f"/casussen/{number}/verwijderen")
    assert f"Wilt u concept {number} weggooien?" in page_text(asked)
    assert browser.case(number).decision_state == "draft"
    browser.client.post(f"/casussen/{number}/verwijderen", data={"confirmed": "1"})
    assert browser.client.get(f"/casussen/{number}").status_code == 404


def test_withdrawing_is_asked_first(app: Flask) -> None:
    browser = a_browser(app)
    number = submitted(browser)
    assert "Wilt u casus" in page_text(browser.client.post(f"/casussen/{number}/intrekken"))
    assert browser.case(number).decision_state == "submitted"
    browser.client.post(f"/casussen/{number}/intrekken", data={"confirmed": "1"})
    assert browser.case(number).decision_state == "withdrawn"
    assert "er komt geen besluit" in page_text(browser.client.get(f"/casussen/{number}"))


def test_a_question_is_answered_on_the_page_of_the_case(app: Flask) -> None:
    browser = a_browser(app)
    number = submitted(browser)
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        member = work_as(session, browser.cast.secretariat[0], browser.cast.network)
        ask(member, number=number, question="Wanneer is de zitting?")
    page = browser.client.get(f"/casussen/{number}")
    assert "Wanneer is de zitting?" in page_text(page)
    assert "klok staat stil" in page_text(page)
    form = soup(page).select_one("form[action*=antwoorden]")
    assert form is not None
    bad = browser.client.post(form["action"], data={"answer": "nummer 111222333"})
    assert bad.status_code == 422
    assert "burgerservicenummer" in error_of(bad, "answer")
    assert value_of(bad, "answer") == "nummer 111222333"
    browser.client.post(form["action"], data={"answer": "Op 3 juni."})
    assert browser.case(number).decision_state == "in_assessment"
    assert "Op 3 juni." in page_text(browser.client.get(f"/casussen/{number}"))


def test_handing_over_on_the_page(app: Flask) -> None:
    browser = a_browser(app)
    number = submitted(browser)
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        partner = browser.cast.partners["farent"]
        colleague = a_person(session, browser.cast.network, partner, Role.APPLICANT, name="Collega")
    assert "Collega" in page_text(browser.client.get(f"/casussen/{number}"))
    wrong = browser.client.post(f"/casussen/{number}/overdragen", data={"colleague": "99999"})
    assert wrong.status_code == 422
    assert "Kies een collega" in error_of(wrong, "colleague")
    done = browser.client.post(f"/casussen/{number}/overdragen", data={"colleague": str(colleague.id)})
    assert done.location == "/casussen"
    assert browser.client.get(f"/casussen/{number}").status_code == 404


def test_the_secretariat_reads_and_the_look_is_logged(app: Flask) -> None:
    browser = a_browser(app)
    number = submitted(browser)
    member = browser.cast.secretariat[0]
    browser.as_(member)
    page = page_text(browser.client.get(f"/casussen/{number}"))
    for words in ("Waardendriehoek", "Beschikbaar in de pot", "Beoordelen", "begon de casus"):
        assert words in page
    assert "Casus intrekken" not in page
    with unit_of_work(app.extensions["omloop_engine"], write=False) as session:
        looks = [
            (row.person_id, row.object_ref)
            for row in session.query(LogRecord).filter(LogRecord.action == "case.view")
        ]
    assert (member.id, number) in looks
    assert browser.client.get(f"/casussen/{number}/bewerken/knelpunt").status_code == 403


def test_who_may_not_see_a_case_does_not_learn_that_it_exists(app: Flask) -> None:
    browser = a_browser(app)
    number = submitted(browser)
    for person in (browser.cast.other_applicant,):
        browser.as_(person)
        for page in ("", "/businesscase", "/controleren", "/bijlagen/1", "/bewerken/knelpunt"):
            assert browser.client.get(f"/casussen/{number}{page}").status_code == 404
    browser.as_(browser.cast.executive)  # who sees only cases for which they are called
    assert browser.client.get(f"/casussen/{number}").status_code == 404
    for person in (browser.cast.treasurer, browser.cast.auditor, browser.cast.administrator):
        browser.as_(person)
        assert browser.client.get("/casussen").status_code == 403
        assert browser.client.get(f"/casussen/{number}").status_code == 403


def test_the_list_searches_sorts_and_turns_pages(app: Flask) -> None:
    browser = a_browser(app)
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        for at in range(27):
            a_case(session, browser.cast.network, browser.cast.applicant, title=f"Geval {at:02d}", at_utc=NOW)
    first = browser.client.get("/casussen?sorteer=title&richting=op")
    assert "Geval 00" in page_text(first)
    assert "Geval 26" not in page_text(first)
    second = soup(first).select_one("a[rel=next]")
    assert second is not None
    assert "Geval 26" in page_text(browser.client.get(second["href"]))
    assert "Niets gevonden" in page_text(browser.client.get("/casussen?q=fiets"))
    found = soup(browser.client.get("/casussen?q=geval+13&stand=submitted"))
    assert len(found.select("tbody tr")) == 1
    field = found.find(id="q")
    assert field is not None
    assert field["value"] == "geval 13"


def test_a_draft_opens_in_the_form_and_a_submitted_case_does_not(app: Flask) -> None:
    browser = a_browser(app)
    number = fill_in(browser)
    assert browser.client.get(f"/casussen/{number}/bewerken").location.endswith("/bewerken/inwoner")
    browser.client.post(f"/casussen/{number}/indienen")
    assert browser.client.get(f"/casussen/{number}/bewerken").location == f"/casussen/{number}"
    assert browser.client.get(f"/casussen/{number}/controleren").location == f"/casussen/{number}"
    late = send(browser, number, "knelpunt", title="Te laat")
    assert late.status_code == 409
    assert browser.case(number).title == "Huurschuld, ontruiming dreigt"
