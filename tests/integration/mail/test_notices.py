"""What happens is told to who must know, once, and without what they may not read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from casework.decision import inquiry
from casework.mail import notices
from casework.mail.kinds import How, MailKind
from casework.mail.manage import prefer
from casework.mail.tables import Mail
from casework.mail.texts import TEXTS, subject_and_body
from casework.settlement import service
from casework.settlement.proposal import responsible
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import Cast, a_case, a_cast, appoint, work_as
from tests.integration.settlement.paid import a_paid_case

SECRET = "De achterstand van Fatima"


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with unit_of_work(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def told(session: Session, kind: MailKind) -> list[str]:
    query = select(Mail).where(Mail.kind == kind.value).order_by(Mail.id)
    return sorted(mail.email for mail in session.scalars(query))


def test_a_question_reaches_the_applicant_without_its_text(session: Session, cast: Cast) -> None:
    case = a_case(session, cast.network, cast.applicant, situation=SECRET)
    member = work_as(session, cast.secretariat[0], cast.network)
    inquiry.ask(member, number=case.number, question="Waarom is Fatima verhuisd?")
    assert told(session, MailKind.CASE_ASKED) == [cast.applicant.email]
    (mail,) = session.scalars(select(Mail))
    assert (mail.subject, mail.path) == (f"Vraag over casus {case.number}", f"/casussen/{case.number}")
    assert "Fatima" not in mail.body


def test_a_settlement_is_put_to_representative_and_ambassador(session: Session, cast: Cast) -> None:
    appoint(session, cast.ambassador, cast.network, cast.partners["zayaz"], Role.AMBASSADOR)
    case = a_paid_case(session, cast, situation=SECRET)
    member = work_as(session, cast.secretariat[0], cast.network)
    settlement = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    asked = sorted([cast.representative.email, cast.ambassador.email])
    assert told(session, MailKind.SETTLEMENT_PUT) == asked
    mails = list(session.scalars(select(Mail).where(Mail.kind == MailKind.SETTLEMENT_PUT.value)))
    assert settlement.respond_by_on is not None
    for mail in mails:
        assert f"{settlement.respond_by_on:%d-%m-%Y}" in mail.subject
        assert "4.000" not in mail.body
    assert {mail.path for mail in mails} == {"/uw-antwoord", ""}
    zayaz = work_as(session, cast.representative, cast.network)
    service.dispute(zayaz, settlement_id=settlement.id, reason="Nee.", counter_proposal="Samen.")
    assert told(session, MailKind.SETTLEMENT_DISPUTED) == sorted(one.email for one in cast.secretariat)
    service.escalate(member, number=case.number)
    assert told(session, MailKind.SETTLEMENT_ESCALATED) == [cast.executive.email]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("approved", MailKind.CASE_APPROVED),
        ("declined", MailKind.CASE_DECLINED),
        ("waiting", MailKind.CASE_WAITING),
    ],
)
def test_the_applicant_hears_the_decision_and_treasurers_what_to_pay(
    session: Session, cast: Cast, state: str, kind: MailKind
) -> None:
    case = a_case(session, cast.network, cast.applicant, decision_state=state)
    member = work_as(session, cast.secretariat[0], cast.network)
    notices.case_decided(member, case, urgent=True)
    notices.case_decided(member, case, urgent=True)
    assert told(session, kind) == [cast.applicant.email]
    pays = sorted([cast.treasurer.email, cast.second_treasurer.email])
    assert told(session, MailKind.PAYMENT_DUE) == (pays if state == "approved" else [])
    assert told(session, MailKind.REVIEW_DUE) == sorted(one.email for one in cast.secretariat[1:])


def test_who_prepares_a_batch_is_not_told_to_release_it(session: Session, cast: Cast) -> None:
    notices.batch_prepared(work_as(session, cast.treasurer, cast.network), "B-2026-0001")
    assert told(session, MailKind.BATCH_TO_RELEASE) == [cast.second_treasurer.email]


def test_people_choose_but_not_where_a_term_runs(session: Session, cast: Cast) -> None:
    case = a_case(session, cast.network, cast.applicant)
    applicant = work_as(session, cast.applicant, cast.network)
    member = work_as(session, cast.secretariat[0], cast.network)
    prefer(applicant, how=How.OFF)
    notices.case_paid(member, case)
    assert told(session, MailKind.CASE_PAID) == []
    notices.question_asked(member, case)
    assert told(session, MailKind.CASE_ASKED) == [cast.applicant.email]
    prefer(applicant, how=How.DIGEST)
    notices.case_paid(member, case)
    assert session.scalars(select(Mail.state).where(Mail.kind == MailKind.CASE_PAID.value)).all() == [
        "gathered"
    ]


def test_closed_accounts_and_ended_roles_are_not_told(session: Session, cast: Cast) -> None:
    member = work_as(session, cast.secretariat[0], cast.network)
    cast.second_treasurer.deactivated_at_utc = member.now_utc
    notices.batch_prepared(member, "B-2026-0001")
    assert told(session, MailKind.BATCH_TO_RELEASE) == [cast.treasurer.email]


@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_kind_has_words_in_both_languages(kind: MailKind, language: str) -> None:
    facts = dict.fromkeys(("about", "day", "partner", "subject", "text", "count"), "X\r\nBcc: y")
    subject, body = subject_and_body(kind, language, facts)
    assert subject.isprintable()
    assert body
    assert TEXTS["nl"].keys() == TEXTS["en"].keys() == set(MailKind)
