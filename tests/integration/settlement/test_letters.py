"""Claim letters: who gets them, the term that begins, the paper, and what comes of it in the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.reports.annual import annual_overview
from casework.reports.cases import LeftByOutside
from casework.reports.journal import journal_of
from casework.reports.sheet import Words
from casework.reports.workbook import annual_workbook
from casework.settlement import by_time, letters, service
from casework.settlement.proposal import Proposal, responsible
from casework.settlement.refusals import (
    AddressNeeded,
    LetterDayPast,
    LetterInFuture,
    LetterKeyMissing,
    NoLetter,
    RecipientNeeded,
)
from casework.settlement.tables import ClaimLetter, Settlement
from errors import NotFound
from ledger import claims
from rules.lifecycle import SettlementKind
from storage.unit_of_work import unit_of_work
from tests.integration.documents.papers import text_of
from tests.integration.factories import NOW, Cast, a_cast, work_as
from tests.integration.pages import page_text, sign_in, soup
from tests.integration.reports.spreadsheet import Sheets
from tests.integration.settlement.paid import a_paid_case, program, repay

OUTSIDE = Proposal(SettlementKind.OUTSIDE, outside_party="Verzekeraar", motivation="Hoort daar.")
ADDRESS = "Postbus 12\n\n  5200 AA 's-Hertogenbosch  "


def decided(session: Session, cast: Cast, cents: int = 64_000, **values: object) -> Case:
    case = a_paid_case(session, cast, cents, **values)
    first, second = (work_as(session, one, cast.network) for one in cast.secretariat[:2])
    service.propose(first, number=case.number, proposal=OUTSIDE, key="een")
    service.vote(second, number=case.number)
    return case


def send(work: Work, number: str, **other: object) -> ClaimLetter:
    wanted: dict[str, object] = {
        "sequence": 1,
        "reason": "first",
        "recipient": "Verzekeraar, debiteuren",
        "address": ADDRESS,
        "language": "nl",
        "sent_on": work.today,
        "key": "brief-1",
    }
    return letters.register_letter(work, number=number, **(wanted | other))  # type: ignore[arg-type]  # as given


def due_on(work: Work, number: str) -> date:
    reference = f"{number}-V1-verzekeraar"
    return claims.claim(work.session, network=work.network.code, reference=reference).due_on


def test_the_term_runs_from_the_day_the_letter_is_sent(session: Session, cast: Cast) -> None:
    number = decided(session, cast).number
    later = work_as(session, cast.secretariat[0], cast.network, at_utc=NOW + timedelta(days=10))
    letter = send(later, number, sent_on=later.today - timedelta(days=3))
    assert (letter.number, letter.reason, letter.amount_cents) == (1, "first", 64_000)
    assert letter.address == "Postbus 12\n5200 AA 's-Hertogenbosch"
    assert letter.due_on == due_on(later, number) == NOW.date() + timedelta(days=67)
    logged = session.scalars(select(LogRecord).where(LogRecord.action == "settlement.letter")).one()
    assert logged.facts["due_on"] == letter.due_on.isoformat()
    assert "Postbus" not in str(logged.facts)


def test_a_reminder_keeps_the_term_and_sending_again_gives_a_new_one(session: Session, cast: Cast) -> None:
    number = decided(session, cast).number
    member = work_as(session, cast.secretariat[0], cast.network)
    first = send(member, number)
    later = work_as(session, cast.secretariat[1], cast.network, at_utc=NOW + timedelta(days=20))
    reminder = send(later, number, reason="reminder", key="brief-2")
    assert (reminder.number, reminder.due_on) == (2, first.due_on)
    again = send(later, number, reason="again", key="brief-3")
    assert (again.number, again.due_on) == (3, later.today + timedelta(days=60))
    assert due_on(later, number) == again.due_on
    # A second letter is never the first.
    assert send(later, number, reason="first", key="brief-4").reason == "again"


def test_the_same_form_twice_is_one_letter(session: Session, cast: Cast) -> None:
    number = decided(session, cast).number
    member = work_as(session, cast.secretariat[0], cast.network)
    assert send(member, number).id == send(member, number).id
    assert len(session.scalars(select(ClaimLetter)).all()) == 1


def test_a_letter_asks_for_what_is_still_open(session: Session, cast: Cast, treasurer: Work) -> None:
    number = decided(session, cast).number
    repay(treasurer, f"{number}-V1-verzekeraar", 14_000)
    member = work_as(session, cast.secretariat[0], cast.network)
    assert send(member, number).amount_cents == 50_000
    repay(treasurer, f"{number}-V1-verzekeraar")
    with pytest.raises(NoLetter):
        send(member, number, reason="reminder", key="brief-2")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"recipient": " "}, RecipientNeeded),
        ({"address": " \n "}, AddressNeeded),
        ({"sent_on": NOW.date() + timedelta(days=1)}, LetterInFuture),
        ({"sent_on": NOW.date() - timedelta(days=1)}, LetterDayPast),
        ({"key": ""}, LetterKeyMissing),
        ({"sequence": 9}, NotFound),
    ],
)
def test_what_a_letter_needs(
    session: Session, cast: Cast, member: Work, wrong: dict[str, object], refusal: type[Exception]
) -> None:
    number = decided(session, cast).number
    with pytest.raises(refusal):
        send(member, number, **wrong)
    assert session.scalars(select(ClaimLetter)).all() == []


def test_a_letter_from_long_ago_is_sent_again_instead(session: Session, cast: Cast) -> None:
    number = decided(session, cast).number
    later = work_as(session, cast.secretariat[0], cast.network, at_utc=NOW + timedelta(days=30))
    with pytest.raises(LetterDayPast):
        send(later, number, sent_on=later.today - timedelta(days=15))
    send(later, number, sent_on=later.today - timedelta(days=14))


def test_partners_get_no_letter(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    service.accept(work_as(session, cast.representative, cast.network), settlement_id=made.id)
    with pytest.raises(NoLetter):
        send(member, case.number)


def test_another_network_finds_nothing(session: Session, cast: Cast) -> None:
    number = decided(session, cast).number
    other = a_cast(session, code="elders", case_prefix="EL")
    with pytest.raises(NotFound):
        send(work_as(session, other.secretariat[0], other.network), number)


@pytest.mark.parametrize(
    "change",
    ["reason = 'reminder'", "reason = 'other'", "amount_cents = 0", "language = 'de'"],
)
def test_the_database_keeps_letters_right(session: Session, cast: Cast, member: Work, change: str) -> None:
    send(member, decided(session, cast).number)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE claim_letter SET {change}"))


def test_to_whom_a_letter_went_is_encrypted(session: Session, cast: Cast, member: Work) -> None:
    send(member, decided(session, cast).number)
    row = session.execute(text("SELECT recipient, address FROM claim_letter")).one()
    assert all(b"Postbus" not in bytes(one) and b"Verzekeraar" not in bytes(one) for one in row)


@pytest.fixture
def number(app: Flask, client: FlaskClient) -> str:
    """A case whose settlement on an outside party is decided; a member is signed in."""
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        cast = a_cast(session)
        found = decided(session, cast, situation="Een geheim verhaal.").number
    sign_in(client, cast.secretariat[0])
    return found


FORM = {
    "recipient": "Verzekeraar, debiteuren",
    "address": "Postbus 12\r\n5200 AA 's-Hertogenbosch",
    "language": "nl",
    "reason": "first",
    "sent_on": "01-06-2026",
    "idempotency_key": "formulier-1",
}


def test_from_the_worklist_to_a_letter_on_paper(number: str, client: FlaskClient) -> None:
    assert "Brief sturen aan Verzekeraar" in page_text(client.get("/werkvoorraad"))
    shown = page_text(client.get(f"/casussen/{number}/verrekening"))
    assert "Er is nog geen brief verstuurd. De termijn begint pas met de brief." in shown
    address = f"/casussen/{number}/verrekening/1/brief"
    page = soup(client.get(address))
    assert page.select_one("#recipient")["value"] == "Verzekeraar"
    looked = client.post(address, data=FORM | {"action": "preview"})
    assert looked.mimetype == "application/pdf"
    words = text_of(looked.get_data())
    for wanted in (
        "Verzekeraar, debiteuren",
        "5200 AA 's-Hertogenbosch",
        f"{number}-V1-verzekeraar",
        "640,00",
        "uiterlijk op 31-07-2026",
        "Het netwerk betaalde een oplossing die naar zijn oordeel bij uw organisatie hoort.",
        "NL44 RABO 0123 4567 89",
    ):
        assert wanted in words, wanted
    assert "geheim verhaal" not in words
    assert "Brief sturen aan" in page_text(client.get("/werkvoorraad"))  # looking registers nothing
    asked = page_text(client.post(address, data=FORM | {"action": "register"}))
    assert "Is de brief verstuurd?" in asked
    assert "tot en met 31-07-2026" in asked
    client.post(address, data=FORM | {"action": "register", "confirmed": "1"})
    shown = page_text(client.get(f"/casussen/{number}/verrekening"))
    assert "eerste brief" in shown
    assert "Brief sturen aan" not in page_text(client.get("/werkvoorraad"))
    kept = client.get(f"{address}/1.pdf")
    assert text_of(kept.get_data()) == words
    assert client.get(f"{address}/1.pdf").get_data() == kept.get_data()
    assert client.get(f"{address}/2.pdf").status_code == 404


def test_a_letter_in_english(number: str, client: FlaskClient) -> None:
    address = f"/casussen/{number}/verrekening/1/brief"
    looked = client.post(address, data=FORM | {"action": "preview", "language": "en"})
    assert "Please pay the amount by 31-07-2026" in text_of(looked.get_data())


def test_bad_input_comes_back_beside_its_field(number: str, client: FlaskClient) -> None:
    address = f"/casussen/{number}/verrekening/1/brief"
    wrong = client.post(address, data=FORM | {"address": "", "sent_on": "02-06-2026"})
    assert wrong.status_code == 422
    assert soup(wrong).select_one("#address-error") is not None
    wrong = client.post(address, data=FORM | {"sent_on": "02-06-2026"})
    assert "kan niet na vandaag verstuurd zijn" in page_text(wrong)
    assert soup(wrong).select_one("#recipient")["value"] == "Verzekeraar, debiteuren"


def test_what_outside_parties_left_stands_apart_in_the_year(
    session: Session, cast: Cast, second: Work
) -> None:
    for cents in (64_000, 10_000):
        case = decided(session, cast, cents)
        send(work_as(session, cast.secretariat[0], cast.network), case.number)
        made = session.scalars(select(Settlement).where(Settlement.case_id == case.id)).one()
        by_time.let_outside_fall_back(program(session, cast, 61), str(made.id))
        service.vote(second, number=case.number)
        service.vote(work_as(session, cast.secretariat[0], cast.network), number=case.number)
    overview = annual_overview(
        session, network=cast.network.code, year=2026, as_of_utc=NOW + timedelta(days=70)
    )
    assert overview.cases.left_by_outside == (LeftByOutside("Verzekeraar", 2, 74_000),)
    legs = journal_of(session, network=cast.network.code, fund=overview.fund)
    sheets = Sheets(annual_workbook(overview, legs, language="nl", with_subjects=True))
    rows = [[cell.value for cell in row] for row in sheets.book["Aantallen"].iter_rows()]
    title = Words("Niet betaald door partijen buiten het netwerk", "").nl
    [at] = [index for index, row in enumerate(rows) if row[0] == title]
    assert rows[at + 1][:3] == ["Verzekeraar", 2, 740]
