"""The treasurer's pages of bank lines, as a browser without JavaScript sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from ledger.accounts import Account
from ledger.bank.lines import BankLine
from storage.unit_of_work import unit_of_work
from tests.integration import pages
from tests.integration.bank.office import DAY, Office, a_claim, an_account, an_office
from tests.integration.bank.taken import take
from tests.integration.pages import page_text, soup

ZAYAZ, STRANGER = "NL91ABNA0417164300", "NL20INGB0001234567"


@dataclass
class Site:
    """The office with its pages, and two equal claims on zayaz that one receipt could pay."""

    office: Office
    treasurer: FlaskClient
    auditor: FlaskClient
    claims: list[str]


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Site]:
    office = an_office(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        work = office.work(session)
        an_account(session, office.cast, "zayaz", ZAYAZ)
        claims = [a_claim(work, office.cast, "zayaz", 25_000)[0] for _twice in range(2)]
        lines = [
            BankLine(DAY, 25_000, counter_iban=ZAYAZ, counter_name="Stichting Zayaz", text="=1+1 <b>mei</b>"),
            BankLine(DAY, 4_321, counter_iban=STRANGER, counter_name="Iemand", text="gift"),
            BankLine(DAY, -600, counter_name="Kantoor", text="papier"),
        ]
        take(work, lines)
    office.book()
    app = pages.make_app(sqlite_engine.url.render_as_string(hide_password=False), tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = False
    browsers = []
    for person in (office.cast.treasurer, office.cast.auditor):
        browsers.append(app.test_client())
        pages.sign_in(browsers[-1], person)
    yield Site(office, browsers[0], browsers[1], claims)
    app.extensions["omloop_engine"].dispose()


def _send(client: FlaskClient, page: TestResponse, action: str, **typed: object) -> TestResponse:
    """Send the form with this address as it stands on the page, with what was typed over it."""
    form = soup(page).find("form", action=action, method="post")
    assert form is not None, f"no form to {action}"
    data: dict[str, object] = {}
    for one in form.find_all("input"):
        if one.get("name") and one.get("type") not in {"checkbox", "radio"}:
            data.setdefault(str(one["name"]), []).append(one.get("value", ""))  # type: ignore[attr-defined]
    return client.post(action, data=data | typed)


def _tokens(page: TestResponse) -> list[str]:
    return [str(one["value"]) for one in soup(page).find_all("button", attrs={"name": "one"})]


def test_the_list_says_what_waits_and_why(site: Site) -> None:
    page = site.treasurer.get("/bank/regels")
    words = page_text(page)
    assert "€ 293,21 2 regels" in words
    assert "De rekening is bekend en het bedrag past precies." in words
    assert "=1+1 <b>mei</b>" in words, "shown as it is, never as markup"
    assert "Geen voorstel" in words
    only_out = page_text(site.treasurer.get("/bank/regels?kant=out"))
    assert "papier" in only_out
    assert "gift" not in only_out
    assert site.treasurer.get("/bank/regels?bladzijde=999999999").status_code == 200


def test_a_proposal_is_accepted_in_one_click_and_once(site: Site) -> None:
    page = site.treasurer.get("/bank/regels")
    [token] = _tokens(page)
    for _twice in range(2):
        assert _send(site.treasurer, page, "/bank/regels?bladzijde=1", one=token).status_code == 302
    assert sum(site.office.open_cents(one) for one in site.claims) == 25_000
    again = site.treasurer.get("/bank/regels")
    assert _tokens(again) == []
    assert "De regel is geboekt." in page_text(again)


def test_nothing_ticked_says_what_to_do(site: Site) -> None:
    page = site.treasurer.get("/bank/regels")
    refused = _send(site.treasurer, page, "/bank/regels?bladzijde=1")
    assert refused.status_code == 422
    assert "zet een vinkje" in page_text(refused)


def test_a_line_is_divided_by_hand_and_taken_back(site: Site) -> None:
    page = site.treasurer.get("/bank/regels/2?q=zayaz")
    purposes = [str(one["value"]) for one in soup(page).find_all("input", attrs={"name": "purpose"})]
    assert purposes[:2] == [f"repayment|{one}" for one in site.claims]
    amounts = ["20,00", "20,00"] + [""] * (len(purposes) - 3) + ["3,21"]
    action = "/bank/regels/2?q=zayaz"
    done = _send(site.treasurer, page, action, purpose=purposes, amount=amounts)
    assert done.status_code == 302
    assert [site.office.open_cents(one) for one in site.claims] == [23_000, 23_000]
    assert site.office.balance(Account.OTHER_INCOME) == -321
    shown = site.treasurer.get("/bank/regels/2")
    assert "Met de hand gekozen." in page_text(shown)
    empty = _send(site.treasurer, shown, "/bank/regels/2/ongedaan", reason="")
    assert empty.status_code == 422
    assert _send(site.treasurer, shown, "/bank/regels/2/ongedaan", reason="Verkeerd.").status_code == 302
    assert [site.office.open_cents(one) for one in site.claims] == [25_000, 25_000]
    assert "teruggedraaid" in page_text(site.treasurer.get("/bank/regels/2"))


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("twee", "Schrijf een bedrag"),
        ("999,00", "Verdeel hoogstens dat bedrag"),
        ("", "Kies eerst waarvoor deze regel is"),
    ],
)
def test_what_was_typed_wrong_is_said_and_kept(site: Site, amount: str, sentence: str) -> None:
    page = site.treasurer.get("/bank/regels/2")
    count = len(soup(page).find_all("input", attrs={"name": "purpose"}))
    refused = _send(site.treasurer, page, "/bank/regels/2", amount=[*[""] * (count - 1), amount])
    assert refused.status_code == 422
    assert sentence in page_text(refused)
    kept = soup(refused).find_all("input", attrs={"name": "amount"})
    assert str(kept[-1]["value"]) == amount


def test_money_is_sent_back_after_a_question(site: Site) -> None:
    page = site.treasurer.get("/bank/regels/2")
    asked = _send(site.treasurer, page, "/bank/regels/2/terugsturen")
    assert asked.status_code == 200
    assert "€ 43,21 terugbetalen aan Iemand?" in page_text(asked)
    assert _send(site.treasurer, asked, "/bank/regels/2/terugsturen").status_code == 302
    assert "Dit geld gaat terug" in page_text(site.treasurer.get("/bank/regels/2"))
    assert "gift" not in page_text(site.treasurer.get("/bank/regels"))


def test_the_page_says_that_book_and_bank_agree(site: Site) -> None:
    words = page_text(site.treasurer.get("/bank/klopt"))
    assert "Boek en bank zijn gelijk." in words
    assert "Er is niets onderweg" in words
    assert "Stichting Zayaz" in words
    assert "Afgeschreven en nog niet herkend: € 6,00" in words


def test_the_auditor_looks_and_changes_nothing(site: Site) -> None:
    for address in ("/bank/regels", "/bank/regels/1", "/bank/klopt"):
        page = site.auditor.get(address)
        assert page.status_code == 200
        assert soup(page).find("form", action=lambda to: bool(to) and "/bank/regels" in to) is None
    for address in (
        "/bank/regels",
        "/bank/regels/1",
        "/bank/regels/1/ongedaan",
        "/bank/regels/1/terugsturen",
    ):
        assert site.auditor.post(address).status_code == 403


def test_a_line_that_is_not_there(site: Site) -> None:
    assert site.treasurer.get("/bank/regels/99").status_code == 404
    assert site.treasurer.post("/bank/regels/99").status_code in {404, 422}
