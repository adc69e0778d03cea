"""The outbox, the reminders and one's own choice, as pages; and ``flask work due``."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from casework.mail.kinds import MailKind
from casework.mail.queue import Recipient, tell
from casework.mail.tables import Mail, MailPreference
from storage.unit_of_work import unit_of_work
from tests.integration.documents.papers import owed
from tests.integration.factories import NOW, work_as
from tests.integration.mail.server import Box, running
from tests.integration.pages import page_text, soup
from tests.integration.treasury.conftest import Site, site, site_on_both

__all__ = ["site", "site_on_both"]


def a_mail(site: Site, state: str) -> int:
    with unit_of_work(site.engine) as session:
        work = work_as(session, site.cast.secretariat[0], site.cast.network)
        person = site.cast.applicant
        to = Recipient(person.name, person.email, "nl", person_id=person.id)
        tell(work, MailKind.CASE_ASKED, (to,), about="TN-2026-0009")
        mail = session.scalars(select(Mail)).one()
        mail.state = state
        return mail.id


def stand(site: Site) -> str:
    with unit_of_work(site.engine, write=False) as session:
        return session.scalars(select(Mail.state)).one()


def with_server(site: Site, server: object) -> None:
    settings = site.app.extensions["omloop_settings"]
    site.app.extensions["omloop_settings"] = replace(
        settings, mail=server, public_url="https://omloop.example"
    )


def test_an_uncertain_mail_is_sent_again_only_after_a_question(site: Site) -> None:
    mail_id = a_mail(site, "unknown")
    admin = site.as_(site.cast.administrator)
    page = page_text(admin.get("/mail"))
    assert "Er is geen mailserver ingesteld" in page
    assert "1 mail vraagt uw besluit" in page
    question = page_text(admin.post(f"/mail/{mail_id}/opnieuw"))
    assert "krijgt haar dan twee keer" in question
    assert stand(site) == "unknown"
    admin.post(f"/mail/{mail_id}/opnieuw", data={"confirmed": "1"})
    assert stand(site) == "queued"
    admin.post(f"/mail/{mail_id}/opnieuw", data={"confirmed": "1"})
    assert "staat intussen ergens anders" in page_text(admin.get("/mail"))


def test_mail_is_held_and_given_up(site: Site) -> None:
    mail_id = a_mail(site, "queued")
    admin = site.as_(site.cast.administrator)
    admin.post(f"/mail/{mail_id}/aanhouden")
    assert stand(site) == "held"
    admin.post(f"/mail/{mail_id}/vervallen", data={"confirmed": "1"})
    assert stand(site) == "dropped"
    assert "Niets gevonden" in page_text(admin.get("/mail?q=bestaat-niet"))
    assert site.cast.applicant.name in page_text(admin.get(f"/mail?q={site.cast.applicant.email}"))
    assert "TN-2026-0009" in page_text(admin.get("/mail?stand=dropped"))


def test_mail_of_another_network_does_not_exist(site: Site) -> None:
    mail_id = a_mail(site, "held")
    admin = site.as_(site.cast.administrator)
    assert admin.post(f"/mail/{mail_id + 1}/opnieuw", data={"confirmed": "1"}).status_code == 404


def test_the_page_shows_what_goes_and_sends_that(site_on_both: Site) -> None:
    site = site_on_both
    with unit_of_work(site.engine) as session:
        due = NOW.date() - timedelta(days=14)
        claims = owed(session, site.cast, ("zayaz", 30_000), ("brabantwonen", 20_000), due_on=due)
    treasurer = site.as_(site.cast.treasurer)
    assert "Er is geen mailserver ingesteld" in page_text(treasurer.get("/herinneringen"))
    refused = treasurer.post("/herinneringen/versturen", data={"idempotency_key": "sleutel-een"})
    assert (refused.status_code, "nog geen mailserver" in page_text(refused)) == (409, True)
    box = Box()
    with running(box) as server:
        with_server(site, server)
        page = treasurer.get("/herinneringen")
        assert "kan niet uit" in page_text(page)
        form = soup(page).select_one('form[action="/herinneringen/versturen"]')
        assert form is not None
        fields = {one["name"]: one["value"] for one in form.select("input")}
        for _twice in range(2):
            assert treasurer.post("/herinneringen/versturen", data=fields).status_code == 302
        stale = treasurer.post("/herinneringen/versturen", data=fields | {"idempotency_key": "sleutel-twee"})
        assert "intussen iets veranderd" in page_text(stale)
        done = site.app.test_cli_runner().invoke(args=["work", "due"])
        assert done.exit_code == 0, done.output
    (message,) = box.messages
    assert claims["zayaz"] in message.get_content()
    assert "https://omloop.example/onze-vorderingen" in message.get_content()
    shown = page_text(treasurer.get("/herinneringen?q=zayaz"))
    assert "H-2026-0001" in shown
    assert "verstuurd" in shown
    assert "H-2026-0001" in page_text(treasurer.get(f"/vorderingen/{claims['zayaz']}"))
    own = site.as_(site.cast.representative).get(f"/vorderingen/{claims['zayaz']}")
    assert "H-2026-0001" in page_text(own)


def test_the_calendar_reminds_and_sends_by_itself_once(site: Site) -> None:
    with unit_of_work(site.engine) as session:
        owed(session, site.cast, ("zayaz", 30_000), due_on=NOW.date() - timedelta(days=30))
    run = site.app.test_cli_runner()
    assert "reminder" not in run.invoke(args=["work", "due"]).output  # there is nothing to send through
    box = Box()
    with running(box) as server:
        with_server(site, server)
        first, second = (run.invoke(args=["work", "due"]) for _ in range(2))
    assert "reminder H-2026-0001 is in the outbox." in first.output
    assert "mail 1 was sent." in first.output
    assert second.output == ""
    assert len(box.messages) == 1
    with_server(site, replace(server, port=1))
    site.app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=45)
    assert "the mail server is away" in run.invoke(args=["work", "due"]).output


def test_someone_chooses_a_digest_and_gets_one_a_day(site: Site) -> None:
    treasurer = site.as_(site.cast.treasurer)
    treasurer.post("/account/mail", data={"how": "digest"})
    assert treasurer.post("/account/mail", data={"how": "nooit"}).status_code == 422
    assert "een keer per dag" in page_text(treasurer.get("/account")).lower()
    with unit_of_work(site.engine) as session:
        assert session.scalars(select(MailPreference.how)).all() == ["digest"]
        work = work_as(session, site.cast.second_treasurer, site.cast.network)
        person = site.cast.treasurer
        to = Recipient(person.name, person.email, "nl", person_id=person.id)
        for number in ("B-1", "B-2"):
            tell(work, MailKind.BATCH_TO_RELEASE, (to,), about=number)
    run = site.app.test_cli_runner()
    box = Box()
    with running(box) as server:
        with_server(site, server)
        run.invoke(args=["work", "due"])
        assert box.messages == []
        site.app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=1)
        run.invoke(args=["work", "due"])
        run.invoke(args=["work", "due"])
    (message,) = box.messages
    assert message["Subject"] == "Uw dagoverzicht: 2 berichten"
    assert "Betaalbatch B-1 vrij te geven" in message.get_content()
