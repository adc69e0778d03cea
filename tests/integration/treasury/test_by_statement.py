"""Once statements say what the bank did, no page offers to book that by hand; links lead to the bank."""

from __future__ import annotations

import pytest

from ledger.bank.lines import BankLine
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.bank.taken import take
from tests.integration.documents.papers import owed
from tests.integration.factories import NOW
from tests.integration.pages import page_text, soup
from tests.integration.treasury.conftest import Site


@pytest.fixture
def told(site: Site) -> Site:
    """A network that took in a statement."""
    with unit_of_work(site.engine) as session:
        work = make.work_as(session, site.cast.treasurer, site.cast.network)
        take(work, [BankLine(booked_on=NOW.date(), amount_cents=100)])
    return site


@pytest.mark.parametrize("path", ["/betalen/boeking", "/betalen/bijdragen/los", "/betalen/bijdragen"])
def test_what_only_books_by_hand_gives_way_to_the_bank(told: Site, path: str) -> None:
    page = told.as_(told.cast.treasurer).get(path)
    assert page.status_code == 200
    assert "De bank zegt het zelf." in page_text(page)
    main = soup(page).find("main")
    assert main is not None
    assert main.find("a", href="/bank/regels") is not None
    assert main.find("input", {"type": "checkbox"}) is None
    assert main.find("input", {"name": "amount"}) is None


def test_before_the_first_statement_the_forms_are_there(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    for path in ("/betalen/boeking", "/betalen/bijdragen/los"):
        page = client.get(path)
        assert "De bank zegt het zelf." not in page_text(page)
        assert soup(page).find("input", {"name": "amount"}) is not None


def test_the_treasurers_page_leads_to_the_bank_and_to_collections(told: Site) -> None:
    page = told.as_(told.cast.treasurer).get("/betalen")
    links = {str(one["href"]) for one in soup(page).find_all("a", href=True)}
    assert {"/bank/regels", "/incasso", "/rekeningoverzichten"} <= links
    assert "/betalen/boeking" not in links


def test_cards_are_then_bought_in_a_batch_only(told: Site, site: Site) -> None:
    page = soup(told.as_(told.cast.treasurer).get("/betalen/kaarten/kopen"))
    assert len(page.find_all("input", {"name": "way"})) == 1
    assert page.find("input", {"name": "on"}) is None


def test_a_claim_is_then_repaid_by_the_bank_only(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        claim = owed(session, site.cast, ("zayaz", 1_000))["zayaz"]
    client = site.as_(site.cast.treasurer)
    assert soup(client.get(f"/vorderingen/{claim}")).find(id="repay") is not None
    with unit_of_work(site.engine) as session:
        work = make.work_as(session, site.cast.treasurer, site.cast.network)
        take(work, [BankLine(booked_on=NOW.date(), amount_cents=100)])
    page = client.get(f"/vorderingen/{claim}")
    assert soup(page).find(id="repay") is None
    assert "De bank zegt het zelf." in page_text(page)
    assert soup(page).find("a", href="#repay") is None


def test_an_auditor_is_led_to_no_page_that_is_the_treasurers(site: Site) -> None:
    client = site.as_(site.cast.auditor)
    for path in ("/betalen/batches", "/betalen/uitbetalingen", "/betalen/rekeningen"):
        page = client.get(path)
        assert page.status_code == 200
        assert soup(page).find("a", href="/betalen") is None
