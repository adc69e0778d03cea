"""The treasurer's pages, as a browser without JavaScript sees them."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.accounts.service import confirm_account, propose_account
from casework.cases.tables import Case
from casework.payout.queries import payouts_under_way
from casework.payout.tables import PaymentBatch, Payout
from ledger import book, events
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.pages import page_text, soup
from tests.integration.treasury.conftest import Site
from tests.integration.treasury.scene import an_approved_case, order


def _case(site: Site, **values: object) -> Case:
    with unit_of_work(site.engine) as session:
        return an_approved_case(session, site.cast, **values)  # type: ignore[arg-type]  # columns of Case


def _send(client: FlaskClient, response: TestResponse, action: str, **typed: object) -> TestResponse:
    """Send the form with this address as it stands on the page, with what was typed over it."""
    form = soup(response).find("form", action=action)
    assert form is not None, f"no form to {action}"
    data: dict[str, object] = {
        str(one["name"]): one.get("value", "")
        for one in form.find_all("input")
        if one.get("name") and one.get("type") not in {"checkbox", "radio"}
    }
    return client.post(action, data=data | typed)


def test_the_treasurer_orders_and_confirms_a_payout(site_on_both: Site) -> None:
    site = site_on_both
    case = _case(site, amounts=(50_000,))
    client = site.as_(site.cast.treasurer)
    page = client.get("/betalen")
    text = page_text(page)
    assert "NL91 ABNA 0417 1643 00" in text.replace("\xa0", " ")
    assert case.title not in text
    assert case.situation not in text

    asked = _send(client, page, "/betalen/klaarzetten", line=case.cost_lines[0].id)
    assert asked.status_code == 200
    assert "Klopt dit?" in page_text(asked)
    weekend = _send(client, asked, "/betalen/klaarzetten", execution_on="2026-06-06")
    assert weekend.status_code == 422
    assert "08-06-2026" in page_text(weekend)
    done = _send(client, weekend, "/betalen/klaarzetten", execution_on="2026-06-02")
    assert done.status_code == 302
    assert done.location == "/betalen/batches/B-2026-0001"
    with unit_of_work(site.engine, write=False) as session:
        work = make.work_as(session, site.cast.treasurer, site.cast.network)
        assert payouts_under_way(work) == ()

    own = client.get(done.location)
    assert "Een andere penningmeester kijkt haar na" in page_text(own)
    assert soup(own).find("form", action=f"{done.location}/vrijgeven") is None
    second = site.as_(site.cast.second_treasurer)
    seen = second.get(done.location)
    wrong = _send(second, seen, f"{done.location}/vrijgeven", count="1", total="500,01")
    assert wrong.status_code == 422
    assert "niet het totaal" in page_text(wrong)
    released = _send(second, wrong, f"{done.location}/vrijgeven", count="1", total="500")
    assert released.status_code == 302
    assert "Haal het betaalbestand op" in page_text(second.get(done.location))
    files = {second.get(f"{done.location}/bestand").data for _twice in range(2)}
    assert len(files) == 1
    assert b'<InstdAmt Ccy="EUR">500.00</InstdAmt>' in files.pop()
    noted = _send(second, second.get(done.location), f"{done.location}/aangeleverd")
    assert noted.status_code == 302

    address = f"/betalen/uitbetalingen/{case.number}-U1"
    shown = client.get(address)
    wrong = _send(client, shown, f"{address}/bevestigen", on="02-06-2026")
    assert wrong.status_code == 422
    assert "ligt in de toekomst" in page_text(wrong)
    assert soup(wrong).find("input", id="on")["value"] == "02-06-2026"
    assert _send(client, wrong, f"{address}/bevestigen", on="1-6-2026").status_code == 302
    assert "betaald" in page_text(client.get(address))
    assert f"{case.number}-U1" in page_text(client.get("/betalen/uitbetalingen"))


def test_the_same_pages_sent_twice_pay_once(site: Site) -> None:
    case = _case(site)
    client, second = site.as_(site.cast.treasurer), site.as_(site.cast.second_treasurer)
    asked = _send(client, client.get("/betalen"), "/betalen/klaarzetten", line=case.cost_lines[0].id)
    sent = {_send(client, asked, "/betalen/klaarzetten").location for _twice in range(2)}
    [address] = sent
    seen = second.get(address)
    for _twice in range(2):
        released = _send(second, seen, f"{address}/vrijgeven", count="1", total="500")
        assert released.status_code == 302
    with unit_of_work(site.engine, write=False) as session:
        assert session.query(Payout).count() == 1
        assert session.query(PaymentBatch).count() == 1


def test_nothing_ticked_says_what_to_do(site: Site) -> None:
    _case(site)
    client = site.as_(site.cast.treasurer)
    page = _send(client, client.get("/betalen"), "/betalen/klaarzetten")
    assert page.status_code == 422
    assert "Kies eerst wat u wilt betalen" in page_text(page)


def test_a_batch_is_cancelled_and_its_lines_come_back(site: Site) -> None:
    case = _case(site)
    client = site.as_(site.cast.treasurer)
    asked = _send(client, client.get("/betalen"), "/betalen/klaarzetten", line=case.cost_lines[0].id)
    address = _send(client, asked, "/betalen/klaarzetten").location
    assert case.number not in page_text(client.get("/betalen"))
    question = _send(client, client.get(address), f"{address}/intrekken")
    assert "intrekken?" in page_text(question)
    assert _send(client, question, f"{address}/intrekken").status_code == 302
    assert case.number in page_text(client.get("/betalen"))
    assert client.get(f"{address}/bestand").status_code == 409


def test_a_rejected_payment_asks_once_more(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        case = an_approved_case(session, site.cast)
        [reference] = order(session, site.cast, case)
    client = site.as_(site.cast.treasurer)
    address = f"/betalen/uitbetalingen/{reference}"
    asked = _send(client, client.get(address), f"{address}/geweigerd", ended_on="2026-06-01")
    assert "geweigerd?" in page_text(asked)
    assert _send(client, asked, f"{address}/geweigerd").status_code == 302
    assert "geweigerd door de bank" in page_text(client.get(address))
    again = _send(client, client.get("/betalen"), "/betalen/klaarzetten", line=case.cost_lines[0].id)
    assert again.status_code == 200


def test_a_mistaken_confirmation_asks_why_and_once_more(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        case = an_approved_case(session, site.cast)
        [reference] = order(session, site.cast, case)
    client = site.as_(site.cast.treasurer)
    address = f"/betalen/uitbetalingen/{reference}"
    assert _send(client, client.get(address), f"{address}/bevestigen", on="1-6-2026").status_code == 302
    refused = _send(client, client.get(address), f"{address}/terugdraaien")
    assert refused.status_code == 422
    asked = _send(client, refused, f"{address}/terugdraaien", reason="Niet op het afschrift.")
    assert "toch niet afgeschreven?" in page_text(asked)
    assert _send(client, asked, f"{address}/terugdraaien").status_code == 302
    assert "Niet op het afschrift." in page_text(client.get(address))


def test_a_promise_is_released_with_a_reason(site: Site) -> None:
    case = _case(site)
    client = site.as_(site.cast.treasurer)
    address = f"/betalen/kostenregels/{case.cost_lines[0].id}/vrijgeven"
    refused = _send(client, client.get(address), address)
    assert refused.status_code == 422
    assert "Vul dit in." in page_text(refused)
    assert _send(client, refused, address, reason="not_needed").status_code == 302
    assert client.get(address).status_code == 404


def test_contributions_are_booked_with_ticks(site_on_both: Site) -> None:
    site = site_on_both
    client = site.as_(site.cast.treasurer)
    page = client.get("/betalen/bijdragen")
    assert _send(client, page, "/betalen/bijdragen", on="2026-06-01").status_code == 422
    booked = _send(client, page, "/betalen/bijdragen", partner=["farent", "mee"], on="2026-06-01")
    assert booked.status_code == 302
    after = page_text(client.get("/betalen/bijdragen"))
    assert "2 bijdragen zijn geboekt" in after
    again = _send(client, page, "/betalen/bijdragen", partner=["farent", "mee"], on="2026-06-01")
    assert again.status_code == 302  # the same form, the same result
    later = _send(
        client, client.get("/betalen/bijdragen"), "/betalen/bijdragen", partner=["mee"], on="2026-06-01"
    )
    assert later.status_code == 409
    assert "wordt over 2026 niets meer verwacht" in page_text(later)


def test_one_contribution_keeps_what_was_typed(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    address = "/betalen/bijdragen/los"
    page = client.get(address, query_string={"partner": "zayaz", "jaar": "2026"})
    assert soup(page).find("input", id="amount")["value"] == "5000,00"
    wrong = _send(client, page, address, partner="zayaz", amount="10.005", on="2026-06-01", year="2026")
    assert wrong.status_code == 422
    assert soup(wrong).find("input", id="amount")["value"] == "10.005"
    assert soup(wrong).find("div", id="amount-error") is not None
    good = _send(client, wrong, address, partner="zayaz", amount="2.500,10", on="2026-06-01", year="2026")
    assert good.status_code == 302
    assert "€ 2.500,10" in page_text(client.get("/betalen/bijdragen"))


def test_other_bookings_and_their_correction(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    address = "/betalen/boeking"
    wrong = _send(
        client,
        client.get(address),
        address,
        kind="bank_costs",
        amount="12,50",
        on="2026-06-01",
        description="kosten van 111222333",
    )
    assert wrong.status_code == 422
    assert "burgerservicenummer" in page_text(wrong)
    good = _send(
        client,
        wrong,
        address,
        kind="bank_costs",
        amount="12,50",
        on="2026-06-01",
        description="kosten tweede kwartaal",
    )
    assert good.status_code == 302
    assert "Bankkosten" in page_text(client.get("/grootboek"))
    entry = client.get("/grootboek/2026/2")
    assert "kosten tweede kwartaal" in page_text(entry)

    undo = "/grootboek/2026/2/terugdraaien"
    assert _send(client, client.get(undo), undo, reason="").status_code == 422
    asked = _send(client, client.get(undo), undo, reason="Dubbel geboekt.")
    assert "terugdraaien?" in page_text(asked)
    assert _send(client, asked, undo).status_code == 302
    assert _send(client, asked, undo).status_code == 302
    after = page_text(client.get("/grootboek/2026/2"))
    assert "Deze boeking is teruggedraaid" in after
    assert "Dubbel geboekt." in page_text(client.get("/grootboek/2026/3"))
    assert "kunt u hier niet terugdraaien" in page_text(client.get(undo))


def test_a_pot_is_taken_over_after_a_question(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    address = "/betalen/pot-overnemen"
    asked = _send(client, client.get(address), address, partner="gemeente", amount="70000", on="2026-01-01")
    assert "70.000,00 overnemen?" in page_text(asked)
    assert _send(client, asked, address).status_code == 302
    assert "€ 80.000" in page_text(client.get("/betalen"))


def test_a_leaver_is_paid_back_and_a_member_is_not(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    address = "/betalen/bijdrage-terugbetalen"
    assert "Geen enkele partner vertrekt" in page_text(client.get(address))
    with unit_of_work(site.engine) as session:
        leaver = session.merge(site.cast.partners["gemeente"])
        leaver.left_on = date(2026, 7, 1)
    typed = {"partner": "gemeente", "amount": "1000", "on": "2026-06-01", "description": "vertrek"}
    asked = _send(client, client.get(address), address, **typed)
    assert _send(client, asked, address).status_code == 302
    assert "€ 9.000,00" in page_text(client.get("/betalen"))
    member = _send(client, client.get(address), address, **(typed | {"partner": "mee", "confirmed": "1"}))
    assert member.status_code == 409
    assert "doet nog mee" in page_text(member)
    too_much = _send(
        client, client.get(address), address, **(typed | {"amount": "9.000,01", "confirmed": "1"})
    )
    assert too_much.status_code == 409
    assert "niet genoeg beschikbaar" in page_text(too_much)


def test_only_treasurers_come_here(site: Site) -> None:
    cast = site.cast
    for person in (
        cast.applicant,
        cast.secretariat[0],
        cast.executive,
        cast.representative,
        cast.administrator,
    ):
        client = site.as_(person)
        for address in ("/betalen", "/betalen/bijdragen", "/betalen/boeking", "/betalen/uitbetalingen"):
            assert client.get(address).status_code == 403, f"{address} as {person.name}"
        assert client.post("/betalen/klaarzetten", data={"line": "1"}).status_code == 403
    auditor = site.as_(cast.auditor)
    assert auditor.get("/betalen").status_code == 403
    assert auditor.get("/betalen/uitbetalingen").status_code == 200
    assert auditor.get("/grootboek").status_code == 200


def test_what_is_owed_back_and_a_leavers_contribution_wait_for_a_batch(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        work = make.work_as(session, site.cast.treasurer, site.cast.network)
        draft = events.receipt_unrecognised(
            receipt="R-1", amount_cents=700, booked_on=work.today, cause="R-1", key="receipt-1"
        )
        book.post(session, network=site.cast.network.code, draft=draft, recorded_at_utc=make.NOW)
        mee = session.merge(site.cast.partners["mee"])
        mee.left_on = date(2026, 7, 1)
        account_id = propose_account(
            work, partner="mee", holder="Mee", iban="NL20INGB0001234567", from_on=work.today, reason=""
        )
        second = make.work_as(session, site.cast.second_treasurer, site.cast.network)
        confirm_account(second, account_id=account_id)
    client = site.as_(site.cast.treasurer)
    address = "/betalen/ontvangen/R-1"
    form = f"{address}/terugbetalen"
    typed = {"back_name": "Iemand", "back_iban": "NL20 INGB 0001 2345 68", "back_amount": "7"}
    wrong = _send(client, client.get(address), form, **typed)
    assert wrong.status_code == 422
    assert "er is een teken verkeerd of verwisseld" in page_text(wrong)
    assert _send(client, wrong, form, back_iban="NL20 INGB 0001 2345 67").status_code == 302
    assert (
        _send(client, client.get(address), form, **typed | {"back_iban": "NL20INGB0001234567"}).status_code
        == 422
    )
    back = "/betalen/bijdrage-terugbetalen"
    asked = _send(client, client.get(back), back, partner="mee", amount="12,50", way="batch")
    assert asked.status_code == 302
    text = page_text(client.get("/betalen"))
    assert "Ontvangst terugbetalen" in text
    assert "Bijdrage terugbetalen" in text
    prepared = _send(client, client.get("/betalen"), "/betalen/klaarzetten", payment=["1", "2"])
    assert "€ 19,50" in page_text(prepared).replace("\xa0", " ")


def test_a_change_of_account_and_an_invoice_on_the_pages(site: Site) -> None:
    client, second = site.as_(site.cast.treasurer), site.as_(site.cast.second_treasurer)
    form = "/betalen/rekeningen/wijzigen"
    typed = {"holder": "Stichting", "iban": "NL20INGB0001234567", "bic": "", "reason": "Teruggebeld."}
    page = _send(client, client.get(form), form, **typed)
    assert page.status_code == 302
    own = client.get("/betalen/rekeningen")
    assert soup(own).find("form", action=lambda one: one and one.endswith("/bevestigen")) is None
    there = second.get("/betalen/rekeningen")
    judge = soup(there).find("form", action=lambda one: one and one.endswith("/bevestigen"))
    assert judge is not None
    assert client.post(judge["action"]).status_code == 403
    assert second.post(judge["action"]).status_code == 302
    assert "NL20 INGB 0001 2345 67" in page_text(second.get("/betalen/rekeningen")).replace("\xa0", " ")
    asked = _send(client, client.get("/betalen/bijdragen"), "/betalen/bijdragen/facturen")
    assert "Voor 5 partners" in page_text(asked)
    assert _send(client, asked, "/betalen/bijdragen/facturen").status_code == 302
    assert "BF-2026-0005" in page_text(client.get("/betalen/bijdragen"))


def test_many_lines_stay_within_bounds(site: Site) -> None:
    """Five hundred lines: a page of them at a time, and all of them in one batch."""
    with unit_of_work(site.engine) as session:
        make.fund(make.work_as(session, site.cast.treasurer, site.cast.network), 1_000_000)
        for _case_of_many in range(50):
            an_approved_case(session, site.cast, amounts=(100,) * 10)
    client = site.as_(site.cast.treasurer)
    page = client.get("/betalen")
    assert len(soup(page).find_all("input", attrs={"name": "line"})) == 25
    assert "500 regels" in page_text(page)
    asked = _send(client, page, "/betalen/klaarzetten", all="1")
    lines = [one["value"] for one in soup(asked).find_all("input", attrs={"name": "line"})]
    assert len(lines) == 500
    done = _send(client, asked, "/betalen/klaarzetten", line=lines)
    assert done.status_code == 302
    second = site.as_(site.cast.second_treasurer)
    released = _send(
        second, second.get(done.location), f"{done.location}/vrijgeven", count="500", total="500"
    )
    assert released.status_code == 302
    with unit_of_work(site.engine, write=False) as session:
        assert session.query(Payout).count() == 500
