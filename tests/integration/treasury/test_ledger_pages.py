"""The pages of claims and of the book, their spreadsheets, and the commands for the shell."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text
from werkzeug.test import TestResponse

from casework.fund import service
from casework.fund.refusals import BookingKind
from casework.reports.cells import put_cents, put_formula, put_text
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.pages import page_text, soup
from tests.integration.treasury.conftest import Site
from tests.integration.treasury.scene import an_approved_case
from tests.integration.treasury.test_claims import TODAY, Owed, owed
from tests.integration.treasury.test_treasury_pages import _send


def _owed(site: Site, *shares: tuple[str, int]) -> Owed:
    with unit_of_work(site.engine) as session:
        return owed(session, site.cast, *shares)


def _sheet(response: TestResponse) -> Worksheet:
    assert response.status_code == 200
    assert response.mimetype.endswith("spreadsheetml.sheet")
    return load_workbook(BytesIO(response.data)).active


def test_a_repayment_is_booked_from_the_claims_page(site_on_both: Site) -> None:
    site = site_on_both
    it = _owed(site, ("zayaz", 30_000))
    client = site.as_(site.cast.treasurer)
    assert it.references["zayaz"] in page_text(client.get("/vorderingen"))
    address = f"/vorderingen/{it.references['zayaz']}"
    shown = client.get(address)
    assert soup(shown).find("input", id="amount")["value"] == "300,00"
    refused = _send(client, shown, f"{address}/ontvangst", amount="300,01")
    assert refused.status_code == 409
    assert "staat nog € 300,00 open" in page_text(refused)
    assert soup(refused).find("input", id="amount")["value"] == "300,01"
    assert _send(client, refused, f"{address}/ontvangst", amount="1e3").status_code == 422
    for _twice in range(2):
        assert _send(client, refused, f"{address}/ontvangst", amount="300").status_code == 302
    assert "niets meer open" in page_text(client.get(address))
    assert "geen vorderingen open" in page_text(client.get("/vorderingen"))
    assert it.references["zayaz"] in page_text(client.get("/vorderingen?stand=paid"))


def test_a_claim_is_given_up_after_a_reason_and_a_question(site: Site) -> None:
    it = _owed(site, ("zayaz", 30_000))
    client = site.as_(site.cast.treasurer)
    address = f"/vorderingen/{it.references['zayaz']}/afboeken"
    assert _send(client, client.get(address), address, motivation="").status_code == 422
    asked = _send(client, client.get(address), address, motivation="Bestaat niet meer.")
    assert "€ 300,00 van Zayaz afboeken?" in page_text(asked)
    assert _send(client, asked, address).status_code == 302
    after = page_text(client.get(f"/vorderingen/{it.references['zayaz']}"))
    assert "Bestaat niet meer." in after
    # Given up is not paid: the page accounts for every cent of the claim without saying so.
    assert "Niet meer te innen € 300,00" in after
    assert "voldaan" not in after


def test_a_representative_sees_the_own_claims(site: Site) -> None:
    it = _owed(site, ("zayaz", 30_000), ("mee", 20_000))
    client = site.as_(site.cast.representative)
    listed = page_text(client.get("/onze-vorderingen"))
    assert it.references["zayaz"] in listed
    assert it.references["mee"] not in listed
    own = client.get(f"/vorderingen/{it.references['zayaz']}")
    assert own.status_code == 200
    assert "Ontvangst boeken" not in page_text(own)
    assert client.get(f"/vorderingen/{it.references['mee']}").status_code == 404
    assert client.get("/vorderingen").status_code == 403
    assert client.post(f"/vorderingen/{it.references['zayaz']}/ontvangst").status_code == 403


@pytest.mark.parametrize("role", ["applicant", "executive", "administrator", "ambassador"])
def test_others_see_no_claims_and_no_book(site: Site, role: str) -> None:
    it = _owed(site, ("zayaz", 30_000))
    client = site.as_(getattr(site.cast, role))
    assert client.get("/vorderingen").status_code == 403
    assert client.get(f"/vorderingen/{it.references['zayaz']}").status_code == 404
    for address in ("/grootboek", "/grootboek/2026/1", "/grootboek/rekening/1100", "/grootboek/balans"):
        assert client.get(address).status_code == 403
    for address in ("/grootboek/journaal.xlsx", "/grootboek/rekening/1100.xlsx", "/grootboek/balans.xlsx"):
        assert client.get(address).status_code == 403


def test_the_journal_is_searched_and_paged(site_on_both: Site) -> None:
    site = site_on_both
    with unit_of_work(site.engine) as session:
        cases = [an_approved_case(session, site.cast, amounts=(100 + n,)) for n in range(30)]
    client = site.as_(site.cast.auditor)
    first = client.get("/grootboek")
    assert "31 boekingen" in page_text(first)
    assert len(soup(first).select("tbody tr")) == 25
    assert len(soup(client.get("/grootboek?bladzijde=2")).select("tbody tr")) == 6
    found = client.get("/grootboek", query_string={"q": cases[3].number})
    assert [row.th.get_text() for row in soup(found).select("tbody tr")] == ["2026-5"]
    assert "1 boeking" in page_text(client.get("/grootboek?soort=contribution_received"))
    assert "1 boeking" in page_text(client.get("/grootboek?rekening=1100"))
    assert "Geen boeking gevonden" in page_text(client.get("/grootboek?tot=31-12-2025"))
    wrong = client.get("/grootboek?van=gisteren")
    assert "Schrijf een datum" in page_text(wrong)
    assert soup(wrong).find("input", id="van")["value"] == "gisteren"


def test_an_entry_leads_to_what_caused_it(site: Site) -> None:
    it = _owed(site, ("zayaz", 30_000))
    client = site.as_(site.cast.treasurer)
    rows = soup(client.get("/grootboek", query_string={"q": it.case.number})).select("tbody tr th a")
    pages = [client.get(str(row["href"])) for row in rows]
    links = {str(link["href"]) for page in pages for link in soup(page).select("main dd a")}
    assert f"/betalen/uitbetalingen/{it.case.number}-U1" in links
    assert any(f"Verrekening {it.case.number}-V1" in page_text(page) for page in pages)
    assert any(f"Casus {it.case.number}" in page_text(page) for page in pages)
    assert client.get("/grootboek/2026/999").status_code == 404
    assert client.get("/grootboek/rekening/9999").status_code == 404


def test_a_card_runs_and_the_balance_balances(site_on_both: Site) -> None:
    site = site_on_both
    it = _owed(site, ("zayaz", 30_000))
    client = site.as_(site.cast.treasurer)
    card = client.get("/grootboek/rekening/1100")
    balances = [row.select("td")[-1].get_text() for row in soup(card).select("tbody tr")]
    # A hundred days ago the case was paid, today the contribution came in.
    assert balances == ["€\xa0−300,00", "€\xa09.700,00"]
    sub = client.get("/grootboek/rekening/1300", query_string={"subject": it.references["zayaz"]})
    assert "€ 300,00" in page_text(sub)
    foot = soup(client.get("/grootboek/balans")).select("tfoot td")
    assert foot[0].get_text() == foot[1].get_text()
    before = page_text(client.get("/grootboek/balans?op=2025-12-31"))
    assert "Saldibalans op 31 december 2025" in before


def test_spreadsheets_hold_numbers_and_never_somebodys_formula(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        work = make.work_as(session, site.cast.treasurer, site.cast.network)
        service.book_other(
            work,
            kind=BookingKind.BANK_COSTS,
            amount_cents=1_250,
            booked_on=TODAY,
            description="=1+1",
            key="sheet-key-1",
        )
    client = site.as_(site.cast.auditor)
    journal = _sheet(client.get("/grootboek/journaal.xlsx"))
    assert [cell.value for cell in journal[1]][:3] == ["Boeking", "Datum", "Wat"]
    amounts = {row[7].value for row in journal.iter_rows(min_row=2, max_row=5) if row[7].value is not None}
    assert amounts == {12.5, 10_000}
    assert journal["H6"].value == "=SUM(H2:H5)"
    assert journal["B2"].is_date
    only = _sheet(client.get("/grootboek/journaal.xlsx?soort=bank_costs"))
    assert only.max_row == 4
    card = _sheet(client.get("/grootboek/rekening/1100.xlsx"))
    assert (card["E3"].value, card["E4"].value, card["F4"].value) == (10_000, -12.5, "=F3+E4")
    balance = _sheet(client.get("/grootboek/balans.xlsx"))
    assert balance["C19"].value == "=SUM(C2:C18)"
    assert sum(balance.cell(row, 3).value for row in range(2, 19)) == sum(
        balance.cell(row, 4).value for row in range(2, 19)
    )


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\x00=1", "\r=1"])
def test_text_is_never_a_formula(typed: str) -> None:
    book = Workbook()
    put_text(book.active["A1"], typed)
    written = BytesIO()
    book.save(written)
    cell = load_workbook(BytesIO(written.getvalue())).active["A1"]
    assert cell.data_type == "s"
    assert not any(ord(character) < 32 for character in cell.value)


def test_amounts_are_exact_and_only_own_formulas_run() -> None:
    sheet = Workbook().active
    with pytest.raises(TypeError):
        put_cents(sheet["A1"], 1.5)  # type: ignore[arg-type]  # what must be refused
    with pytest.raises(ValueError, match="starts with ="):
        put_formula(sheet["A1"], "1+1")


def test_verify_and_balances_from_the_shell(site_on_both: Site) -> None:
    site = site_on_both
    it = _owed(site, ("zayaz", 30_000))
    run = site.app.test_cli_runner().invoke
    good = run(args=["ledger", "verify"])
    assert good.exit_code == 0, good.output
    assert "The book is right: 5 entries" in good.output

    shown = run(args=["ledger", "balances", "--json"])
    assert shown.exit_code == 0, shown.output
    document = json.loads(shown.output)
    assert document["network"] == site.cast.network.code
    assert document["accounts"]["1100"]["balance_cents"] == 970_000
    assert document["accounts"]["1300"]["balance_cents"] == 30_000
    assert sum(one["balance_cents"] for one in document["accounts"].values()) == 0
    assert document["fund"]["available_cents"] == 970_000
    earlier = run(args=["ledger", "balances", "--json", "--on", "2026-05-31"])
    assert json.loads(earlier.output)["accounts"]["1100"]["balance_cents"] == -30_000
    assert "Available" in run(args=["ledger", "balances"]).output

    with site.engine.begin() as connection:
        connection.execute(
            text("UPDATE ledger_balance SET balance_cents = balance_cents + 1 WHERE subject = :claim"),
            {"claim": it.references["zayaz"]},
        )
    bad = run(args=["ledger", "verify"])
    assert bad.exit_code == 1
    assert it.references["zayaz"] in bad.output


def test_several_networks_must_be_named(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        make.a_network(session, code="ander", case_prefix="AN")
    run = site.app.test_cli_runner().invoke
    asked = run(args=["ledger", "balances"])
    assert asked.exit_code == 1
    assert "--network: ander, testnet" in asked.output
    assert run(args=["ledger", "balances", "--network", "ander"]).exit_code == 0
    assert run(args=["ledger", "balances", "--network", "nergens"]).exit_code == 1
