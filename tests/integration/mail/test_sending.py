"""Mail goes out once: with the server away, refusing, or cutting the connection; and with two senders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from casework.mail.kinds import MailKind, MailState
from casework.mail.queue import Recipient, tell
from casework.mail.sending import LEASE, PAUSES, STALE, Outbox, send_waiting
from casework.mail.smtp import ServerAway
from casework.mail.tables import Mail
from config.settings import MailServer
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, work_as
from tests.integration.mail.server import Box, outbox, running


@pytest.fixture
def cast(engine: Engine) -> Cast:
    with unit_of_work(engine) as session:
        return a_cast(session)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[MailServer]:
    with running(box) as started:
        yield started


def queue(engine: Engine, cast: Cast, about: str = "TN-2026-0001", *, to: Recipient | None = None) -> int:
    with unit_of_work(engine) as session:
        work = work_as(session, cast.secretariat[0], cast.network)
        person = cast.applicant
        recipient = to or Recipient(person.name, person.email, "nl", person_id=person.id)
        tell(work, MailKind.CASE_ASKED, (recipient,), about=about, path=f"/casussen/{about}")
        return session.scalars(select(Mail.id).order_by(Mail.id.desc())).first() or 0


def run(box_of: Outbox) -> list[MailState]:
    return [state for _id, state in send_waiting(box_of, lambda _name: nullcontext())]


def stands(engine: Engine) -> list[str]:
    with unit_of_work(engine, write=False) as session:
        return list(session.scalars(select(Mail.state).order_by(Mail.id)))


def row(engine: Engine, mail_id: int) -> Mail:
    with unit_of_work(engine, write=False) as session:
        found = session.get_one(Mail, mail_id)
        session.expunge(found)
        return found


def test_what_is_queued_is_sent_once(engine: Engine, cast: Cast, box: Box, server: MailServer) -> None:
    mail_id = queue(engine, cast)
    here = outbox(engine, cast.network.id, server, url="https://omloop.example")
    assert run(here) == [MailState.SENT]
    assert run(here) == []
    (message,) = box.messages
    assert message["To"] == f"{cast.applicant.name} <{cast.applicant.email}>"
    assert message["From"] == "Testnetwerk <omloop@netwerk.example>"
    assert message["Subject"] == "Vraag over casus TN-2026-0001"
    assert message["Message-ID"] == f"<{row(engine, mail_id).message_key}@netwerk.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "https://omloop.example/casussen/TN-2026-0001" in text
    assert "automatisch bericht van Testnetwerk" in text


def test_the_same_is_queued_once_however_often_it_is_told(engine: Engine, cast: Cast) -> None:
    queue(engine, cast)
    queue(engine, cast)
    queue(engine, cast, "TN-2026-0002")
    assert stands(engine) == ["queued", "queued"]


def test_what_is_rolled_back_was_never_told(engine: Engine, cast: Cast) -> None:
    def told_and_refused() -> None:
        with unit_of_work(engine) as session:
            work = work_as(session, cast.secretariat[0], cast.network)
            to = Recipient("A", "a@b.example", "nl", person_id=cast.applicant.id)
            assert tell(work, MailKind.CASE_ASKED, (to,), about="TN-1") == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        told_and_refused()
    assert stands(engine) == []


def test_with_the_server_away_it_waits_without_an_end(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    mail_id = queue(engine, cast)
    nobody = replace(server, port=1)
    moment = NOW
    for _ in range(len(PAUSES) + 3):
        with pytest.raises(ServerAway):
            run(outbox(engine, cast.network.id, nobody, moment))
        moment += timedelta(minutes=3)
    assert (row(engine, mail_id).state, row(engine, mail_id).attempts) == ("queued", 0)
    assert run(outbox(engine, cast.network.id, server, moment)) == [MailState.SENT]
    assert len(box.messages) == 1


def test_refused_for_now_it_is_tried_again_after_growing_pauses(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    mail_id = queue(engine, cast)
    moment = NOW
    box.rcpt = ["450 busy"] * (len(PAUSES) + 1)
    for pause in PAUSES:
        assert run(outbox(engine, cast.network.id, server, moment)) == [MailState.QUEUED]
        early = moment + pause - timedelta(seconds=1)
        assert run(outbox(engine, cast.network.id, server, early)) == []
        moment += pause
    assert run(outbox(engine, cast.network.id, server, moment)) == [MailState.FAILED]
    assert row(engine, mail_id).problem == "the server said 450"
    assert box.messages == []


def test_refused_after_the_text_it_was_not_sent(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    box.data = ["451 later"]
    assert run(outbox(engine, cast.network.id, server)) == [MailState.QUEUED]
    assert run(outbox(engine, cast.network.id, server, NOW + PAUSES[0])) == [MailState.SENT]
    assert len(box.messages) == 1


def test_refused_for_good_it_has_failed_and_the_next_one_goes(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    queue(engine, cast, "TN-2026-0002")
    box.rcpt = ["550 no such box"]
    assert run(outbox(engine, cast.network.id, server)) == [MailState.FAILED, MailState.SENT]
    assert [each["Subject"] for each in box.messages] == ["Vraag over casus TN-2026-0002"]


def test_cut_after_the_text_it_is_uncertain_and_is_not_sent_again(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    queue(engine, cast, "TN-2026-0002")
    box.cut_after_data = True
    assert run(outbox(engine, cast.network.id, server)) == [MailState.UNKNOWN, MailState.UNKNOWN]
    box.cut_after_data = False
    assert run(outbox(engine, cast.network.id, server, NOW + timedelta(days=1))) == []
    assert len(box.messages) == 2


@pytest.mark.parametrize(("begun", "stand"), [(False, "queued"), (True, "unknown")])
def test_what_a_stopped_run_left_waits_again_only_if_it_was_not_handed_over(
    engine: Engine, cast: Cast, server: MailServer, begun: bool, stand: str
) -> None:
    mail_id = queue(engine, cast)
    stopped = outbox(engine, cast.network.id, server)
    assert stopped.claim(mail_id)[0] is not None
    if begun:
        assert stopped.hand_over(mail_id)
    later = outbox(engine, cast.network.id, server, NOW + LEASE - timedelta(seconds=1))
    assert later.tidy() == 0
    assert outbox(engine, cast.network.id, server, NOW + LEASE).tidy() == 1
    assert stands(engine) == [stand]


def test_a_slow_run_that_lost_its_mail_sends_nothing(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    mail_id = queue(engine, cast)
    clock = [NOW]
    slow = Outbox(engine, cast.network.id, server, "", clock=lambda: clock[0])
    message, _address = slow.claim(mail_id)
    assert message is not None
    other = outbox(engine, cast.network.id, server, NOW + LEASE)
    assert run(other) == [MailState.SENT]
    clock[0] = NOW + LEASE
    assert not slow.hand_over(mail_id)
    assert len(box.messages) == 1


def test_certainty_wins_over_doubt(engine: Engine, cast: Cast, server: MailServer) -> None:
    mail_id = queue(engine, cast)
    slow = outbox(engine, cast.network.id, server)
    slow.claim(mail_id)
    slow.hand_over(mail_id)
    outbox(engine, cast.network.id, server, NOW + LEASE).tidy()
    assert stands(engine) == ["unknown"]
    slow.sent(mail_id)
    assert stands(engine) == ["sent"]


def test_two_senders_at_once_send_each_mail_once(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    for number in range(12):
        queue(engine, cast, f"TN-2026-{number:04d}")
    found: list[list[MailState]] = []
    start = threading.Barrier(2)

    def sender() -> None:
        here = outbox(engine, cast.network.id, server)
        start.wait()
        found.append(run(here))

    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(states) for states in found) == 12
    assert len({message["Message-ID"] for message in box.messages}) == len(box.messages) == 12


def test_what_waited_too_long_is_held_for_someone_to_look(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    late = NOW + STALE + timedelta(seconds=1)
    assert run(outbox(engine, cast.network.id, server, late)) == []
    assert (stands(engine), box.messages) == (["held"], [])


@pytest.mark.parametrize(
    "name",
    ["Jan\r\nBcc: dief@weg.example", "Jan\nSubject: x", "Jan\x00\u2028Q", 'A "B" <c@d.example>', "Ünal, J."],
)
def test_a_name_never_becomes_a_header(
    engine: Engine, cast: Cast, box: Box, server: MailServer, name: str
) -> None:
    queue(engine, cast, to=Recipient(name, "echt@partner.example", "nl", partner_id=1))
    assert run(outbox(engine, cast.network.id, server)) == [MailState.SENT]
    (message,), (envelope,) = box.messages, box.envelopes
    assert envelope.rcpt_tos == ["echt@partner.example"]
    assert message["Bcc"] is None
    assert message["Subject"] == "Vraag over casus TN-2026-0001"
    (to,) = message["To"].addresses
    assert (to.addr_spec, to.display_name) == (
        "echt@partner.example",
        " ".join("".join(each if each.isprintable() else " " for each in name).split()),
    )


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nDATA", "a b@c.example", "geen", "ü@b.example", "<a@b.c>"]
)
def test_an_address_that_is_none_fails_and_sends_nothing(
    engine: Engine, cast: Cast, box: Box, server: MailServer, address: str
) -> None:
    queue(engine, cast, to=Recipient("Naam", address, "nl", partner_id=1))
    assert run(outbox(engine, cast.network.id, server)) == []
    assert (stands(engine), box.envelopes) == (["failed"], [])


def test_a_line_with_only_a_dot_does_not_end_the_text(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    with unit_of_work(engine) as session:
        work = work_as(session, cast.secretariat[0], cast.network)
        to = Recipient("Naam", "a@b.example", "nl", partner_id=1)
        text = "Eerst.\n.\n..twee\nRCPT TO:<dief@weg.example>\nlaatst é€"
        tell(work, MailKind.REMINDER, (to,), about="H-1", subject="Over", text=text)
    assert run(outbox(engine, cast.network.id, server)) == [MailState.SENT]
    assert box.messages[0].get_content().replace("\r\n", "\n").startswith(text)


def test_without_encryption_on_offer_nothing_is_said(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    with pytest.raises(ServerAway):
        run(outbox(engine, cast.network.id, replace(server, security="starttls")))
    assert (stands(engine), box.envelopes) == (["queued"], [])


def test_another_networks_mail_is_left_alone(
    engine: Engine, cast: Cast, box: Box, server: MailServer
) -> None:
    queue(engine, cast)
    with unit_of_work(engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
    assert run(outbox(engine, other.network.id, server)) == []
