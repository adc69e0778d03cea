"""What was repaid on a settlement that was undone: who is owed it, and the two ways out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.claims.service import set_off_receipt
from casework.context import Work
from casework.fund.refusals import (
    BookedInFuture,
    MoreThanClaimed,
    MoreThanOwedBack,
    NotOwedYet,
    NotTheirClaim,
    ReceiptNotFound,
)
from casework.fund.reversal import correct
from casework.fund.service import pay_back_receipt
from casework.fund.suspense import claims_to_set_off, owed_back, owed_back_on
from casework.once import KeyReused
from casework.settlement import service as settlement
from casework.settlement.proposal import Proposal, responsible
from errors import Forbidden, NotFound
from ledger import book, events
from ledger.accounts import Account
from ledger.balances import subject_balances
from ledger.claims import claim
from ledger.refusals import ClaimNotFound
from ledger.statements import entries
from ledger.verify import verify
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration import factories as make
from tests.integration.factories import NOW, Cast
from tests.integration.pages import page_text, soup
from tests.integration.settlement.paid import a_paid_case, fresh, repay
from tests.integration.treasury.conftest import Site
from tests.integration.treasury.scene import position

TODAY = date(2026, 6, 1)
PAID = 64_000
MEE_PAID = 12_800  # a fifth, all of its share


@dataclass
class Undone:
    """A case of which the settlement was undone after mee paid its share and zayaz eight euros of it."""

    case: Case
    mee: str
    zayaz: str


def undone(session: Session, cast: Cast) -> Undone:
    """Settle collectively, let two partners repay, and undo it to be settled anew."""
    case = a_paid_case(session, cast, PAID)
    first, second = (make.work_as(session, one, cast.network) for one in cast.secretariat[:2])
    settlement.propose(
        first, number=case.number, proposal=Proposal(SettlementKind.COLLECTIVE), key="settle-1"
    )
    settlement.vote(second, number=case.number)
    treasurer = make.work_as(session, cast.treasurer, cast.network)
    found = Undone(case, f"{case.number}-V1-mee", f"{case.number}-V1-zayaz")
    repay(treasurer, found.mee)
    repay(treasurer, found.zayaz, 800)
    settlement.ask_undoing(first, number=case.number, sequence=1, ground="anew", motivation="Zayaz betaalt.")
    settlement.confirm_undoing(second, number=case.number, sequence=1)
    return found


def settled_on_zayaz(session: Session, cast: Cast, case: Case) -> str:
    """Settle the case anew on zayaz alone; the reference of its claim."""
    member = make.work_as(session, cast.secretariat[0], cast.network)
    made = settlement.propose(member, number=case.number, proposal=responsible("zayaz"), key="settle-2")
    settlement.accept(make.work_as(session, cast.representative, cast.network), settlement_id=made.id)
    return f"{case.number}-V2-zayaz"


def sound(work: Work) -> None:
    assert verify(work.session, network=work.network.code).problems == ()


def logged(session: Session, action: str) -> list[str]:
    return list(session.scalars(select(LogRecord.object_ref).where(LogRecord.action == action)))


def test_what_is_owed_back_says_to_whom_for_what_and_since_when(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network, at_utc=NOW + timedelta(days=9))
        assert [
            (one.subject, one.party_name, one.partner, one.case, one.amount_cents, one.since_on)
            for one in owed_back(work)
        ] == [
            (it.mee, "Mee", "mee", it.case.number, MEE_PAID, TODAY),
            (it.zayaz, "Zayaz", "zayaz", it.case.number, 800, TODAY),
        ]
        with pytest.raises(ReceiptNotFound):
            owed_back_on(work, f"{it.case.number}-V1-farent")


def test_a_receipt_of_which_nobody_knows_the_party_can_only_go_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        work = make.work_as(session, cast.treasurer, cast.network)
        draft = events.receipt_unrecognised(
            receipt="R-1", amount_cents=500, booked_on=TODAY, cause="R-1", key="receipt-1"
        )
        book.post(session, network=cast.network.code, draft=draft, recorded_at_utc=NOW)
        [owed] = owed_back(work)
        assert (owed.party_name, owed.case, owed.partner) == ("", "", "")
        assert claims_to_set_off(work, owed) == ()
        pay_back_receipt(work, subject="R-1", amount_cents=500, paid_on=TODAY, key="back-key-1")
        assert owed_back(work) == ()


def test_paying_back_leaves_by_the_bank_and_takes_nothing_that_is_available(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        before = position(work)
        first = pay_back_receipt(work, subject=it.mee, amount_cents=2_800, paid_on=TODAY, key="back-key-1")
        again = pay_back_receipt(work, subject=it.mee, amount_cents=2_800, paid_on=TODAY, key="back-key-1")
        assert first == again
        after = position(work)
        assert after.bank_cents == before.bank_cents - 2_800
        assert after.available_cents == before.available_cents
        assert after.in_transit_cents == 0
        assert owed_back_on(work, it.mee).amount_cents == MEE_PAID - 2_800
        pay_back_receipt(work, subject=it.mee, amount_cents=10_000, paid_on=TODAY, key="back-key-2")
        assert [one.subject for one in owed_back(work)] == [it.zayaz]
        assert (owed_back_on(work, it.mee).amount_cents, owed_back_on(work, it.mee).since_on) == (0, None)
        assert len(logged(session, "fund.receipt_sent_back")) == 2
        sound(work)


def test_setting_off_repays_the_claim_and_settles_the_case(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        claimed = settled_on_zayaz(session, cast, it.case)
        assert [one.reference for one in claims_to_set_off(work, owed_back_on(work, it.zayaz))] == [claimed]
        bank = position(work).bank_cents
        repay(work, claimed, PAID - 800)
        for _twice in range(2):
            given = set_off_receipt(
                work, subject=it.zayaz, reference=claimed, amount_cents=800, key="off-key-1"
            )
            assert given == claimed
        assert claim(session, network=cast.network.code, reference=claimed).open_cents == 0
        assert position(work).bank_cents == bank + PAID - 800
        assert [one.subject for one in owed_back(work)] == [it.mee]
        assert fresh(session, it.case).settlement_state == "repaid"
        assert logged(session, "claim.set_off") == [claimed]
        sound(work)


def test_what_is_refused(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        claimed = settled_on_zayaz(session, cast, it.case)
        for subject, cents, day, refusal in (
            (it.mee, MEE_PAID + 1, TODAY, MoreThanOwedBack),
            (it.mee, 1, TODAY + timedelta(days=1), BookedInFuture),
            (it.mee, 1, TODAY - timedelta(days=1), NotOwedYet),
            ("R-9", 1, TODAY, ReceiptNotFound),
        ):
            with pytest.raises(refusal):
                pay_back_receipt(work, subject=subject, amount_cents=cents, paid_on=day, key="back-key-9")
        other = f"{it.case.number}-V1-farent"
        for subject, reference, cents, wrong in (
            (it.zayaz, claimed, 801, MoreThanOwedBack),
            (it.mee, claimed, 1, NotTheirClaim),
            (it.zayaz, it.zayaz, 1, NotTheirClaim),  # their own, but nothing is open on it
            (it.zayaz, other, 1, NotTheirClaim),
            (it.zayaz, "TN-2026-9999-V1-zayaz", 1, ClaimNotFound),
        ):
            with pytest.raises(wrong):
                set_off_receipt(
                    work, subject=subject, reference=reference, amount_cents=cents, key="off-key-9"
                )
        repay(work, claimed, PAID - 300)
        with pytest.raises(MoreThanClaimed):
            set_off_receipt(work, subject=it.zayaz, reference=claimed, amount_cents=301, key="off-key-9")
        set_off_receipt(work, subject=it.zayaz, reference=claimed, amount_cents=300, key="off-key-9")
        with pytest.raises(KeyReused):
            set_off_receipt(work, subject=it.zayaz, reference=claimed, amount_cents=1, key="off-key-9")
        assert subject_balances(session, network=cast.network.code, account=Account.SUSPENSE) == {
            it.mee: -MEE_PAID,
            it.zayaz: -500,
        }
        sound(work)


def test_both_can_be_put_right(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        work = make.work_as(session, cast.treasurer, cast.network)
        claimed = settled_on_zayaz(session, cast, it.case)
        repay(work, claimed, PAID - 800)
        before = position(work)
        set_off_receipt(work, subject=it.zayaz, reference=claimed, amount_cents=800, key="off-key-1")
        newest = entries(session, network=cast.network.code, search=claimed).rows[0].entry
        correct(work, entry_id=newest.id, reason="Zij willen het terug.", key="correct-1")
        assert fresh(session, it.case).settlement_state == "decided"
        reference = pay_back_receipt(work, subject=it.mee, amount_cents=100, paid_on=TODAY, key="back-key-1")
        newest = entries(session, network=cast.network.code, search=reference).rows[0].entry
        correct(work, entry_id=newest.id, reason="Verkeerde partij.", key="correct-2")
        assert position(work) == before
        assert [one.amount_cents for one in owed_back(work)] == [MEE_PAID, 800]
        sound(work)


def test_who_does_not_keep_the_books_or_is_of_another_network_changes_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = make.a_cast(session)
        it = undone(session, cast)
        claimed = settled_on_zayaz(session, cast, it.case)
        elsewhere = make.a_cast(session, code="ander", case_prefix="AN")
        for person in (cast.secretariat[0], cast.auditor, cast.representative, cast.executive):
            work = make.work_as(session, person, cast.network)
            with pytest.raises(Forbidden):
                pay_back_receipt(work, subject=it.mee, amount_cents=1, paid_on=TODAY, key="back-key-1")
            with pytest.raises((Forbidden, NotFound)):  # a case that they may not see does not exist
                set_off_receipt(work, subject=it.zayaz, reference=claimed, amount_cents=1, key="off-key-1")
        foreign = make.work_as(session, elsewhere.treasurer, elsewhere.network)
        assert owed_back(foreign) == ()
        with pytest.raises(ReceiptNotFound):
            pay_back_receipt(foreign, subject=it.mee, amount_cents=1, paid_on=TODAY, key="back-key-1")
        with pytest.raises(ClaimNotFound):
            set_off_receipt(foreign, subject=it.zayaz, reference=claimed, amount_cents=1, key="off-key-1")
        assert position(make.work_as(session, cast.treasurer, cast.network)).suspense_cents == MEE_PAID + 800


def _send(client: FlaskClient, page: TestResponse, action: str, **typed: str) -> TestResponse:
    form = soup(page).find("form", action=action)
    assert form is not None, f"no form to {action}"
    data = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input") if one.get("name")}
    return client.post(action, data=data | typed)


def test_the_pages_list_it_pay_it_back_and_set_it_off(site: Site) -> None:
    client = site.as_(site.cast.treasurer)
    assert "Terug te betalen of te verrekenen" not in page_text(client.get("/betalen"))
    with unit_of_work(site.engine) as session:
        it = undone(session, site.cast)
    listed = page_text(client.get("/betalen"))
    assert "Terug te betalen of te verrekenen" in listed
    assert "€ 128,00" in listed

    address = f"/betalen/ontvangen/{it.mee}"
    back = f"{address}/terugbetaald"
    page = client.get(address)
    assert "Deze partij heeft geen open vordering" in page_text(page)
    wrong = _send(client, page, back, amount="128,01", on="2026-06-01", confirmed="1")
    assert wrong.status_code == 422
    assert "Er staat nog € 128,00" in soup(wrong).find(id="amount-error").get_text()
    assert soup(wrong).find("input", id="amount")["value"] == "128,01"
    future = _send(client, wrong, back, amount="128,00", on="2026-06-02", confirmed="1")
    assert "toekomst" in soup(future).find(id="on-error").get_text()
    asked = _send(client, page, back)
    assert "Is € 128,00 terugbetaald aan Mee?" in page_text(asked)
    for _twice in range(2):
        assert _send(client, asked, back).status_code == 302
    assert "Hier staat niets meer" in page_text(client.get(address))

    with unit_of_work(site.engine) as session:
        claimed = settled_on_zayaz(session, site.cast, it.case)
    address = f"/betalen/ontvangen/{it.zayaz}"
    off = f"{address}/verrekend"
    page = client.get(address)
    wrong = _send(client, page, off, set_off_claim=claimed, set_off_amount="9", confirmed="1")
    assert "Er staat nog € 8,00" in soup(wrong).find(id="set_off_amount-error").get_text()
    empty = _send(client, page, off, set_off_claim="")
    assert soup(empty).find(id="set_off_claim-error") is not None
    asked = _send(client, page, off, set_off_claim=claimed)
    assert f"€ 8,00 verrekenen met vordering {claimed}?" in page_text(asked)
    done = _send(client, asked, off)
    assert (done.status_code, done.location) == (302, f"/vorderingen/{claimed}")
    assert "€ 632,00 open" in page_text(client.get(f"/vorderingen/{claimed}"))
    assert "Terug te betalen of te verrekenen" not in page_text(client.get("/betalen"))
    journal = page_text(client.get("/grootboek"))
    assert "Ontvangst teruggestuurd" in journal


def test_only_the_treasurer_of_this_network_opens_the_page(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        it = undone(session, site.cast)
        elsewhere = make.a_cast(session, code="ander", case_prefix="AN")
    address = f"/betalen/ontvangen/{it.mee}"
    for person in (site.cast.auditor, site.cast.secretariat[0]):
        client = site.as_(person)
        assert client.get(address).status_code == 403
        assert client.post(f"{address}/terugbetaald").status_code == 403
    client = site.as_(elsewhere.treasurer)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/terugbetaald").status_code == 404
    assert client.post(f"{address}/verrekend").status_code == 404
