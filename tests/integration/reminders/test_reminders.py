"""Reminders: one letter per partner, each step once, paused where it must be, and sent as shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.collections.batches import earliest_day, prepare_collections
from casework.context import Actor, Work
from casework.mail.tables import Mail
from casework.network.finance_contact import Contact, set_finance_contact
from casework.reminders.letters import due_letters, fingerprint, waiting
from casework.reminders.pauses import PauseReason
from casework.reminders.queries import reminders_of_claim, sent_letters
from casework.reminders.service import NothingToSend, RemindersChanged, send_all, send_letter
from casework.reminders.tables import Reminder
from casework.settlement.tables import Settlement, SettlementUndoing
from errors import Forbidden
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.collections.scene import a_mandate
from tests.integration.documents.papers import owed
from tests.integration.factories import NOW, Cast, a_cast, a_person, appoint, work_as
from tests.integration.settlement.paid import program, repay
from tests.integration.treasury.scene import a_funded_cast

TODAY = NOW.date()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with unit_of_work(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_funded_cast(session)


def send_due(work: Work) -> list[str]:
    """What the calendar sends at this moment: the keys of its letters."""
    keys = [one.key for one in due_letters(work) if one.recipients]
    for key in keys:
        assert send_letter(work, key) is not None
    return keys


def mails(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.kind == "reminder").order_by(Mail.id)))


def test_one_letter_per_partner_with_all_its_claims(session: Session, cast: Cast) -> None:
    a = owed(session, cast, ("zayaz", 30_000), ("mee", 20_000), due_on=TODAY - timedelta(days=14))
    b = owed(session, cast, ("zayaz", 12_345), due_on=TODAY + timedelta(days=7))
    assert send_due(program(session, cast)) == ["partner:mee", "partner:zayaz"]
    of_mee, of_zayaz = mails(session)
    assert of_zayaz.email == cast.representative.email
    assert a["zayaz"] in of_zayaz.body
    assert b["zayaz"] in of_zayaz.body
    assert a["mee"] not in of_zayaz.body
    assert "€ 300,00" in of_zayaz.body
    assert "Samen: € 423,45" in of_zayaz.body
    assert "kenmerk RF" in of_zayaz.body
    assert "verviel op 18-05-2026, 14 dagen geleden" in of_zayaz.body
    assert "vervalt op 08-06-2026" in of_zayaz.body
    assert of_mee.about == "H-2026-0001"
    assert due_letters(program(session, cast)) == ()


def test_the_finance_contact_comes_first_and_reads_its_language(session: Session, cast: Cast) -> None:
    owed(session, cast, ("zayaz", 30_000), due_on=TODAY - timedelta(days=14))
    admin = work_as(session, cast.administrator, cast.network)
    set_finance_contact(admin, code="zayaz", contact=Contact("A. Payer", "pay@zayaz.example", "en"))
    send_due(program(session, cast))
    (mail,) = mails(session)
    assert (mail.email, mail.language, mail.path) == ("pay@zayaz.example", "en", "")
    assert "Dear A. Payer," in mail.body
    assert mail.subject == "Reminder: to pay (H-2026-0001)"


def test_every_step_on_its_day_and_only_once(session: Session, cast: Cast) -> None:
    appoint(session, cast.ambassador, cast.network, cast.partners["zayaz"], Role.AMBASSADOR)
    due = TODAY + timedelta(days=7)
    reference = owed(session, cast, ("zayaz", 30_000), due_on=due)["zayaz"]
    sent = {}
    for day in range(95):
        work = program(session, cast, day)
        for _twice in range(2):
            for key in send_due(work):
                sent[(work.today - due).days] = key
    assert sent == {
        -7: "partner:zayaz",
        14: "partner:zayaz",
        30: "partner:zayaz",
        45: "ambassador:zayaz",
        75: "executives:zayaz",
    }
    assert len(mails(session)) == 5
    to_ambassador, to_executive = mails(session)[-2:]
    assert to_ambassador.email == cast.ambassador.email
    assert "€" not in to_ambassador.body
    assert to_executive.email == cast.executive.email
    steps = reminders_of_claim(work, reference)
    assert [one.kind.value for one in steps] == ["executives", "ambassador", "remind", "remind", "announce"]


def test_after_a_standstill_only_the_latest_step_goes(session: Session, cast: Cast) -> None:
    owed(session, cast, ("zayaz", 30_000), due_on=TODAY - timedelta(days=40))
    assert send_due(program(session, cast)) == ["partner:zayaz"]
    assert session.scalars(select(Reminder.step_on)).all() == [TODAY - timedelta(days=10)]


def test_what_was_paid_is_not_asked_again(session: Session, cast: Cast) -> None:
    one = owed(session, cast, ("zayaz", 30_000), due_on=TODAY - timedelta(days=14))
    treasurer = work_as(session, cast.treasurer, cast.network)
    repay(treasurer, one["zayaz"], 10_000)
    assert [line.open_cents for line in due_letters(treasurer)[0].lines] == [20_000]
    repay(treasurer, one["zayaz"])
    assert due_letters(treasurer) == ()


def test_a_residents_instalments_go_to_the_professional_and_are_no_matter_for_others(
    session: Session, cast: Cast
) -> None:
    owed(session, cast, ("inwoner", 30_000), due_on=TODAY - timedelta(days=14))
    assert send_due(program(session, cast)) == [f"resident:farent:{cast.applicant.id}"]
    (mail,) = mails(session)
    assert (mail.email, mail.path) == (cast.applicant.email, "/casussen")
    assert send_due(program(session, cast, 16)) == [f"resident:farent:{cast.applicant.id}"]
    assert due_letters(program(session, cast, 200)) == ()


@pytest.mark.parametrize("why", list(PauseReason))
def test_it_waits_while_something_is_the_matter(session: Session, cast: Cast, why: PauseReason) -> None:
    party = "inwoner" if why is PauseReason.PLAN else "zayaz"
    references = owed(session, cast, (party, 30_000), due_on=TODAY - timedelta(days=14))
    if why is PauseReason.COLLECTED:
        _collect(session, cast, references[party])
    elif why is PauseReason.UNDOING:
        session.add(
            SettlementUndoing(
                settlement_id=session.scalars(select(Settlement.id)).one(),
                ground="anew",
                motivation="Anders.",
                asked_by=cast.secretariat[0].id,
                asked_at_utc=NOW,
            )
        )
    elif why is PauseReason.DISPUTED:
        session.add(
            Settlement(
                network_id=cast.network.id,
                case_id=session.scalars(select(Settlement.case_id)).one(),
                sequence=2,
                kind="responsible",
                amount_cents=1,
                state="disputed",
                proposed_at_utc=NOW,
            )
        )
    else:
        change = {"on": "2026-05-30", "ground": "pause", "first_on": "2026-06-02"}
        session.execute(update(Settlement).values(facts={"plan_changes": [change]}))
    session.flush()
    session.expire_all()
    work = program(session, cast)
    assert due_letters(work) == ()
    assert [one.reason for one in waiting(work)] == [why]
    if why is PauseReason.PLAN:
        assert len(due_letters(program(session, cast, 1))) == 1


def _collect(session: Session, cast: Cast, reference: str) -> None:
    second = a_person(session, cast.network, cast.partners["gemeente"], Role.TREASURER)
    first = work_as(session, cast.treasurer, cast.network)
    a_mandate(first, work_as(session, second, cast.network), "zayaz")
    prepare_collections(first, claims=[reference], collect_on=earliest_day(TODAY), key="incasso-een")


def test_without_anyone_to_write_to_it_stays_due(session: Session, cast: Cast) -> None:
    owed(session, cast, ("brabantwonen", 30_000), due_on=TODAY - timedelta(days=14))
    work = program(session, cast)
    (letter,) = due_letters(work)
    assert letter.recipients == ()
    assert send_letter(work, letter.key) is None
    treasurer = work_as(session, cast.treasurer, cast.network)
    with pytest.raises(NothingToSend):
        send_all(treasurer, shown=fingerprint((letter,)), key="sleutel-een")
    assert session.scalars(select(Reminder.id)).all() == []


def test_what_is_sent_is_what_was_shown(session: Session, cast: Cast) -> None:
    one = owed(session, cast, ("zayaz", 30_000), ("mee", 20_000), due_on=TODAY - timedelta(days=14))
    treasurer = work_as(session, cast.treasurer, cast.network)
    shown = due_letters(treasurer)
    repay(treasurer, one["mee"], 1)
    with pytest.raises(RemindersChanged):
        send_all(treasurer, shown=fingerprint(shown), key="sleutel-een")
    assert mails(session) == []
    shown = due_letters(treasurer)
    for _twice in range(2):
        assert send_all(treasurer, shown=fingerprint(shown), key="sleutel-twee") == 2
    session.flush()
    sent = sent_letters(treasurer).rows
    assert {(each.partner_name, each.open_cents, each.by_calendar) for each in sent} == {
        (each.partner_name, each.total_cents, False) for each in shown
    }
    assert [mail.email for mail in mails(session)] == [
        to.email for letter in shown for to in letter.recipients
    ]
    logged = session.scalars(select(LogRecord).where(LogRecord.action == "reminder.send")).all()
    assert len(logged) == 2
    assert sent_letters(treasurer, search="zayaz").total == 1


def test_only_the_treasurer_by_hand_and_only_the_program_by_itself(session: Session, cast: Cast) -> None:
    treasurer = work_as(session, cast.treasurer, cast.network)
    with pytest.raises(Forbidden):
        send_letter(treasurer, "partner:zayaz")
    for person in (cast.auditor, cast.secretariat[0], cast.administrator):
        with pytest.raises(Forbidden):
            send_all(work_as(session, person, cast.network), shown="", key="sleutel-een")


def test_the_day_is_that_of_the_network_also_when_the_clock_is_changed(session: Session, cast: Cast) -> None:
    due = date(2026, 10, 11)
    owed(session, cast, ("zayaz", 30_000), due_on=due)
    actor = Actor.program(network_id=cast.network.id, network_code=cast.network.code)
    before = Work(session, actor, cast.network, datetime(2026, 10, 24, 21, 59, tzinfo=UTC))
    assert due_letters(before) == ()
    # Midnight in summer time; the night of 25 October has its hour from two to three twice.
    assert len(due_letters(at(before, datetime(2026, 10, 24, 22, 0, tzinfo=UTC)))) == 1
    first = at(before, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    again = at(before, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert send_due(first) == ["partner:zayaz"]
    assert send_due(again) == []


def at(work: Work, at_utc: datetime) -> Work:
    return Work(work.session, work.actor, work.network, at_utc)


def test_two_runs_at_once_send_one_letter(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        cast = a_funded_cast(session)
        owed(session, cast, ("zayaz", 30_000), due_on=TODAY - timedelta(days=14))
    start = threading.Barrier(2)
    found: list[str | None] = []

    def run() -> None:
        start.wait()
        with unit_of_work(engine) as session:
            found.append(send_letter(program(session, cast), "partner:zayaz"))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(one) for one in found) == ["H-2026-0001", "None"]


def test_another_networks_claims_are_left_alone(session: Session, cast: Cast) -> None:
    owed(session, cast, ("zayaz", 30_000), due_on=TODAY - timedelta(days=14))
    elsewhere = a_cast(session, code="ander", case_prefix="AN")
    assert due_letters(program(session, elsewhere)) == ()
    assert send_letter(program(session, elsewhere), "partner:zayaz") is None
