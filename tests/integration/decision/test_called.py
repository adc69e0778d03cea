"""Substitutes, then executives: called where those before them cannot reach the quorum, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from casework.access import GRANTS, Permission, Relation, may, visible_cases
from casework.cases.find import case_for
from casework.cases.handing_over import hand_over
from casework.cases.listing import case_list
from casework.cases.tables import Case
from casework.decision.deciding import promise
from casework.decision.queries import decision_panel, decision_view, scores
from casework.decision.refusals import ScoresHidden
from casework.decision.tables import Assessment, Decision
from casework.people.tables import Appointment, Person
from casework.worklist.lines import Action, Section
from casework.worklist.queries import worklist
from errors import NotFound
from rules.lifecycle import DecisionState
from rules.mandate import DecidingBody
from rules.roles import Role
from tests.integration.decision.helpers import Round, a_round
from tests.integration.factories import NOW, a_case, a_person, appoint, fund
from tests.integration.pages import page_text, sign_in, soup

# Three must decide; of the four members one is of the submitting partner and one of an expected payer.
STUCK = {"amounts": (600_000,), "expected_payers": ["mee"], "fund_cents": 10_000_000}


@contextmanager
def a_stuck_round(
    engine: Engine, *, substitutes: int = 0, executives: int = 0
) -> Iterator[tuple[Round, list[Person], list[Person]]]:
    """A case that only two members can decide on while three are needed, with people to stand in.

    Substitutes are of brabantwonen; the first executive is the cast's own, of gemeente.
    """
    with a_round(engine, **STUCK) as it:  # type: ignore[arg-type]  # columns of a case
        home = it.cast.partners["brabantwonen"]

        def people(role: Role, count: int) -> list[Person]:
            return [
                a_person(it.session, it.cast.network, home, role, name=f"{role} {n + 1}")
                for n in range(count)
            ]

        yield (
            it,
            people(Role.SUBSTITUTE, substitutes),
            [it.cast.executive, *people(Role.EXECUTIVE, executives - 1)],
        )


def _sees(it: Round, person: Person) -> bool:
    work = it.work(person)
    try:
        case_for(work, it.case.number, Permission.CASE_VIEW)
    except NotFound:
        assert case_list(work).total == 0
        return False
    assert case_list(work).total == 1
    return True


def _body(it: Round) -> DecidingBody:
    return decision_panel(it.work(it.cast.secretariat[0]), it.case).body


def test_while_members_can_decide_nobody_else_is_called(engine: Engine) -> None:
    with a_round(engine) as it:
        substitute = a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SUBSTITUTE)
        assert _body(it) is DecidingBody.MEMBERS
        for person in (substitute, it.cast.executive):
            assert not _sees(it, person)
            assert worklist(it.work(person)).yours == 0
            with pytest.raises(NotFound):
                it.assess(person)


def test_a_substitute_makes_up_the_quorum(engine: Engine) -> None:
    with a_stuck_round(engine, substitutes=1) as (it, [substitute], _):
        first, second, *_ = it.cast.secretariat
        assert _body(it) is DecidingBody.SUBSTITUTES
        assert _sees(it, substitute)
        assert not _sees(it, it.cast.executive)
        for person in (first, second, substitute):
            it.assess(person)
        outcomes = [it.vote(person).decided for person in (first, second, substitute)]
        assert outcomes == [False, False, True]
        decision = it.session.get_one(Decision, it.case.id)
        assert decision.body == "substitutes"
        assert decision.facts["body"][0]["code"] == "substitutes_join"
        assert substitute.id in decision.facts["decided_by"]
        given_as = dict(it.session.execute(select(Assessment.person_id, Assessment.given_as)).all())
        assert given_as == {first.id: "secretariat", second.id: "secretariat", substitute.id: "substitute"}
        assert _sees(it, substitute)  # what came of it


def test_a_substitute_who_did_not_take_part_sees_nothing_once_it_is_decided(engine: Engine) -> None:
    with a_stuck_round(engine, substitutes=2) as (it, [one, other], _):
        for person in (*it.cast.secretariat[:2], one):
            it.assess(person)
        assert _sees(it, other)
        for person in (*it.cast.secretariat[:2], one):
            it.vote(person)
        assert it.case.decision_state == DecisionState.APPROVED
        assert not _sees(it, other)


def test_where_substitutes_are_too_few_the_executives_decide_and_members_advise(engine: Engine) -> None:
    with a_stuck_round(engine, executives=3) as (it, _, executives):
        member = it.cast.secretariat[0]
        it.assess(member, (1, 1, 1))
        assert _body(it) is DecidingBody.EXECUTIVES
        with pytest.raises(ScoresHidden):
            scores(it.work(executives[0]), it.case)
        for person in executives:
            it.assess(person)
        advice = decision_panel(it.work(executives[0]), it.case).advice
        assert advice is not None
        assert advice.outcome == "approve"  # the member's ones do not count
        assert not it.vote(member, motivation="Niet doen, zou ik zeggen.").decided
        assert [it.vote(person).decided for person in executives] == [False, False, True]
        decision = it.session.get_one(Decision, it.case.id)
        assert decision.body == "executives"
        assert decision.facts["advised_by"] == [member.id]
        counted = {one.person_id: one.counts for one in it.session.scalars(select(Assessment))}
        assert counted == {member.id: False} | {one.id: True for one in executives}


def test_what_was_decided_stays_as_it_was_when_members_come(engine: Engine) -> None:
    with a_stuck_round(engine, executives=3) as (it, _, executives):
        for person in executives:
            it.assess(person)
        for person in executives:
            it.vote(person)
        a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SECRETARIAT)
        panel = decision_panel(it.work(it.cast.secretariat[0]), it.case)
        assert panel.body is DecidingBody.EXECUTIVES
        assert all(one.counts for one in panel.members)
        assert panel.votes_for(approve=True) == 3


def test_a_new_member_takes_the_case_back(engine: Engine) -> None:
    with a_stuck_round(engine, substitutes=1) as (it, [substitute], _):
        assert _sees(it, substitute)
        a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SECRETARIAT)
        assert not _sees(it, substitute)
        assert _body(it) is DecidingBody.MEMBERS


def test_who_has_an_interest_is_not_called(engine: Engine) -> None:
    with a_stuck_round(engine) as (it, _, __):
        of_payer = a_person(it.session, it.cast.network, it.cast.partners["mee"], Role.SUBSTITUTE)
        assert not _sees(it, of_payer)
        assert _body(it) is DecidingBody.EXECUTIVES


def test_who_brought_the_case_is_not_called_for_it(engine: Engine) -> None:
    with a_stuck_round(engine) as (it, _, __):
        colleague = a_person(it.session, it.cast.network, it.cast.partners["farent"], Role.APPLICANT)
        hand_over(it.work(it.cast.applicant), number=it.case.number, person_id=colleague.id)
        for role in session_roles(it, it.cast.applicant):
            role.until_on = (NOW - timedelta(days=1)).date()
        appoint(
            it.session, it.cast.applicant, it.cast.network, it.cast.partners["brabantwonen"], Role.SUBSTITUTE
        )
        assert not _sees(it, it.cast.applicant)
        assert _body(it) is DecidingBody.EXECUTIVES


def session_roles(it: Round, person: Person) -> list[Appointment]:
    return list(it.session.scalars(select(Appointment).where(Appointment.person_id == person.id)))


def test_a_vote_keeps_counting_when_its_member_leaves(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        substitute = a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SUBSTITUTE)
        it.assess(first)
        it.assess(second)
        it.vote(first)
        for person in (first, fourth):
            for role in session_roles(it, person):
                role.until_on = (NOW - timedelta(days=1)).date()
        it.session.flush()
        assert not _sees(it, substitute)  # the vote that was cast and the one to come are enough
        assert it.vote(second).decided


def test_an_assessment_without_a_vote_does_not_hold_the_case(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        substitute = a_person(it.session, it.cast.network, it.cast.partners["zayaz"], Role.SUBSTITUTE)
        it.assess(first)
        it.assess(second)
        for person in (first, fourth):
            for role in session_roles(it, person):
                role.until_on = (NOW - timedelta(days=1)).date()
        it.session.flush()
        assert _sees(it, substitute)
        it.vote(second)
        it.assess(substitute)
        assert it.vote(substitute).decided


def test_too_few_executives_is_said_with_what_to_do(engine: Engine) -> None:
    with a_stuck_round(engine) as (it, _, __):
        panel = decision_panel(it.work(it.cast.secretariat[0]), it.case)
        assert "beheerder" in panel.body_reasons[-1].sentence("nl")
        (page, *_) = [one for one in worklist(it.work(it.cast.executive)).sections if one.lines]
        assert page.section is Section.OTHERS
        assert page.lines[0].turn.says.sentence("nl") == "Te weinig leden zonder eigen belang"


def test_the_worklist_says_whose_turn_it_is(engine: Engine) -> None:
    with a_stuck_round(engine, substitutes=1) as (it, [substitute], _):
        for person in (it.cast.secretariat[0], substitute):
            found = worklist(it.work(person))
            assert found.yours == 1
            (line,) = found.sections[0].lines
            assert line.turn.action is Action.ASSESS
            assert line.turn.note is not None
            assert line.turn.note.sentence("nl") == (
                "Te weinig leden zonder eigen belang: de plaatsvervangers zijn nu aan de beurt"
            )


def test_executives_promise_what_they_put_on_the_waiting_list(engine: Engine) -> None:
    with a_round(engine, amounts=(600_000,), expected_payers=["mee"], fund_cents=1) as it:
        home = it.cast.partners["brabantwonen"]
        others = [a_person(it.session, it.cast.network, home, Role.EXECUTIVE) for _ in range(2)]
        executives = [it.cast.executive, *others]
        for person in executives:
            it.assess(person)
        for person in executives:
            it.vote(person)
        assert it.case.decision_state == DecisionState.WAITING
        fund(it.work(it.cast.treasurer), 600_000)
        assert promise(it.work(executives[0]), number=it.case.number).decided
        decision = it.session.get_one(Decision, it.case.id)
        assert (decision.promised_by, decision.promised_at_utc) == (executives[0].id, NOW)
        view = decision_view(it.work(it.cast.applicant), it.case)
        assert view is not None
        assert view.promised_by == executives[0].name


def test_the_grant_on_one_case_and_the_condition_of_lists_agree(sqlite_engine: Engine) -> None:
    with a_stuck_round(sqlite_engine, substitutes=1, executives=3) as (it, substitutes, executives):
        a_case(it.session, it.cast.network, it.cast.applicant, amounts=(40_000,))
        a_case(it.session, it.cast.network, it.cast.applicant, decision_state="draft")
        cases = list(it.session.scalars(select(Case)))
        about_cases = [
            permission
            for permission, grants in GRANTS.items()
            if any(grant.relation is not Relation.ANY for grant in grants)
        ]
        assert Permission.CASE_DECIDE in about_cases
        for person in (
            *substitutes,
            *executives,
            *it.cast.secretariat,
            it.cast.applicant,
            it.cast.ambassador,
        ):
            actor = it.work(person).actor
            for permission in about_cases:
                seen = set(it.session.scalars(select(Case.id).where(visible_cases(actor, permission))))
                assert seen == {case.id for case in cases if may(actor, permission, case)}, permission


def test_an_executive_begins_at_the_worklist_only_when_called(
    app: Flask, client: FlaskClient, engine: Engine
) -> None:
    with a_round(engine) as it:
        executive = it.cast.executive
    sign_in(client, executive)
    home = client.get("/", follow_redirects=True)
    assert home.request.path != "/werkvoorraad"
    assert not soup(home).find("a", href="/werkvoorraad")
    assert "Er is nu geen casus" in page_text(client.get("/werkvoorraad"))
    with a_round_in(engine, executive) as number:
        pass
    page = client.get("/", follow_redirects=True)
    assert page.request.path == "/werkvoorraad"
    assert number in page_text(page)
    assert "de bestuurders zijn nu aan de beurt" in page_text(client.get(f"/casussen/{number}/beoordelen"))
    assert client.get(f"/casussen/{number}").status_code == 200


@contextmanager
def a_round_in(engine: Engine, executive: Person) -> Iterator[str]:
    """One more case in the network of ``executive``, on which only executives can decide."""
    from casework.network.tables import Network  # noqa: PLC0415  (only here)
    from storage.unit_of_work import unit_of_work  # noqa: PLC0415  (only here)

    with unit_of_work(engine) as session:
        network = session.scalars(select(Network)).one()
        applicant = session.scalars(
            select(Person).join(Appointment).where(Appointment.role == Role.APPLICANT.value)
        ).first()
        assert applicant is not None
        case = a_case(
            session, network, applicant, amounts=(600_000,), expected_payers=["mee"], title="Alleen hier"
        )
        yield case.number
