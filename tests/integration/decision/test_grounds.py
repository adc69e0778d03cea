"""Each outcome unfolds into the rule, the policy with its date, and the facts it used."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.decision.deciding import promise, review
from casework.decision.grounds import Ground, Topic
from casework.decision.queries import decision_panel
from casework.people.tables import Person
from rules.policy import SectionName
from rules.roles import Role
from tests.integration.decision.helpers import NO, Round, a_round
from tests.integration.factories import NOW, a_case, a_person, fund
from tests.integration.pages import page_text, sign_in, soup


def _grounds(it: Round, person: Person) -> dict[Topic, Ground]:
    return {one.topic: one for one in decision_panel(it.work(person), it.case).grounds}


def _facts(ground: Ground) -> str:
    return " ".join(one.sentence("nl") for one in ground.facts)


def test_nothing_unfolds_before_ones_own_scores(engine: Engine) -> None:
    with a_round(engine) as it:
        it.assess(it.cast.secretariat[0])
        assert _grounds(it, it.cast.secretariat[1]) == {}


def test_what_is_known_unfolds_with_policy_and_date(engine: Engine) -> None:
    with a_round(engine, household_hash="a" * 64) as it:
        earlier = a_case(
            it.session,
            it.cast.network,
            it.cast.other_applicant,
            amounts=(25_000,),
            at_utc=NOW - timedelta(days=30),
            household_hash="a" * 64,
        )
        first, _, of_farent, _ = it.cast.secretariat
        it.assess(of_farent)
        it.assess(first, gates=NO)
        found = _grounds(it, first)
        assert list(found) == [Topic.ADVICE, Topic.GATES, Topic.QUORUM, Topic.BODY, Topic.COUNTED]
        assert [one.section for one in found.values()] == [
            SectionName.ADVICE,
            SectionName.GATES,
            SectionName.MANDATE,
            None,
            SectionName.CONFLICT,
        ]
        assert all(one.valid_from is None or one.valid_from <= NOW.date() for one in found.values())
        assert earlier.number in _facts(found[Topic.QUORUM])
        assert "met nee beantwoord" in _facts(found[Topic.GATES])
        counted = _facts(found[Topic.COUNTED])
        assert f"{first.name} telt mee (secretariaat)" in counted
        assert (
            f"{of_farent.name} adviseert en telt niet mee: de eigen organisatie diende de casus in" in counted
        )


def test_a_decision_keeps_the_household_it_was_taken_on(engine: Engine) -> None:
    with a_round(engine, amounts=(30_000,), household_hash="a" * 64) as it:
        earlier = a_case(
            it.session,
            it.cast.network,
            it.cast.other_applicant,
            amounts=(25_000,),
            at_utc=NOW - timedelta(days=30),
            household_hash="a" * 64,
        )
        for person in it.cast.secretariat[:2]:
            it.assess(person)
        for person in it.cast.secretariat[:2]:
            it.vote(person)
        earlier.decision_state = "declined"
        later = a_case(
            it.session, it.cast.network, it.cast.applicant, amounts=(90_000,), household_hash="a" * 64
        )
        told = _facts(_grounds(it, it.cast.secretariat[0])[Topic.QUORUM])
        assert earlier.number in told
        assert later.number not in told
        assert decision_panel(it.work(it.cast.secretariat[0]), it.case).required == 2


def test_deviation_waiting_list_promise_and_review_are_told(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=30_000) as it:
        first, second, *_ = it.cast.secretariat
        before = a_case(
            it.session,
            it.cast.network,
            it.cast.applicant,
            amounts=(35_000,),
            decision_state="waiting",
            at_utc=NOW - timedelta(days=1),
        )
        it.assess(first, (2, 2, 2))
        it.vote(first, motivation="Toch doen.")
        found = _grounds(it, first)
        assert "wijkt af van het advies" in _facts(found[Topic.DEVIATION])
        waiting = _facts(found[Topic.WAITING])
        assert "was € 300,00 beschikbaar; gevraagd was € 400,00" in waiting
        assert f"plek 2 van 2; beschikbaar is € 300,00. Eerder aan de beurt: {before.number}" in waiting
        assert _facts(found[Topic.REVIEW]) == "Dat moet nog gebeuren."
        before.decision_state = "withdrawn"
        fund(it.work(it.cast.treasurer), 10_000)
        promise(it.work(second), number=it.case.number)
        review(it.work(second), number=it.case.number)
        found = _grounds(it, first)
        assert f"Toegezegd door {second.name} op 1 juni 2026." in _facts(found[Topic.WAITING])
        assert _facts(found[Topic.REVIEW]) == f"Bekeken door {second.name} op 1 juni 2026."


def test_who_decided_instead_is_told_afterwards_too(engine: Engine) -> None:
    with a_round(engine, amounts=(600_000,), expected_payers=["mee"], fund_cents=10_000_000) as it:
        substitute = a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SUBSTITUTE)
        people = (*it.cast.secretariat[:2], substitute)
        for person in people:
            it.assess(person)
        before = _facts(_grounds(it, substitute)[Topic.BODY])
        for person in people:
            it.vote(person)
        a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SECRETARIAT)
        assert _facts(_grounds(it, substitute)[Topic.BODY]) == before
        assert before == (
            "Te weinig leden zonder eigen belang (2 van 3): de plaatsvervangers zijn nu aan de beurt."
        )


def test_every_sentence_is_there_in_english(engine: Engine) -> None:
    with a_round(engine) as it:
        it.assess(it.cast.secretariat[0])
        for ground in _grounds(it, it.cast.secretariat[0]).values():
            for one in (ground.rule, *ground.facts):
                assert one.sentence("en") != one.sentence("nl")
                assert "{" not in one.sentence("en")


def test_the_pages_show_it(app: Flask, client: FlaskClient, engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        it.vote(it.cast.secretariat[0])
        number, member, applicant = it.case.number, it.cast.secretariat[1], it.cast.applicant
    sign_in(client, member)
    for page in (f"/casussen/{number}/besluit", f"/casussen/{number}"):
        shown = soup(client.get(page))
        summaries = [one.get_text(strip=True) for one in shown.find_all("summary")]
        assert {"Het advies", "De vragen vooraf", "Hoeveel leden", "Wie besluit", "Wie meetelt"} <= set(
            summaries
        )
        assert "geldt sinds" in shown.get_text()
    sign_in(client, applicant)
    assert "Wie meetelt" not in page_text(client.get(f"/casussen/{number}"))
