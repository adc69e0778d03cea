"""Putting it to the partners: agreeing, disputing, silence, deciding over a dispute, executives."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.settlement import by_time, service
from casework.settlement.proposal import PartyShare, Proposal, responsible
from casework.settlement.refusals import (
    AlreadyAnswered,
    AlreadyEscalated,
    CounterProposalNeeded,
    ForTheExecutives,
    MotivationNeeded,
    PartiesComeFirst,
    ReasonNeeded,
    TermNotOver,
)
from casework.settlement.tables import Settlement
from errors import Forbidden, NotFound
from rules.lifecycle import IllegalTransition, SettlementKind
from rules.roles import Role
from tests.integration.factories import NOW, Cast, a_cast, a_person, appoint, work_as
from tests.integration.settlement.paid import a_paid_case, fresh, open_claims, program

SHARED = Proposal(
    SettlementKind.SHARED,
    parties=(PartyShare("zayaz", Decimal(75)), PartyShare("mee", Decimal(25))),
)


def disputed(session: Session, cast: Cast, cents: int = 400_000, proposal: Proposal = SHARED) -> Settlement:
    """A case of which zayaz disputes the settlement."""
    case = a_paid_case(session, cast, cents)
    made = service.propose(
        work_as(session, cast.secretariat[0], cast.network), number=case.number, proposal=proposal, key="een"
    )
    service.dispute(
        work_as(session, cast.representative, cast.network),
        settlement_id=made.id,
        reason="Wij boden een regeling aan.",
        counter_proposal="Alle partners samen.",
    )
    return made


def number_of(session: Session, made: Settlement) -> str:
    return session.get_one(Case, made.case_id).number


def test_a_dispute_needs_a_reason_and_a_counter_proposal(
    session: Session, cast: Cast, member: Work, zayaz: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    with pytest.raises(ReasonNeeded):
        service.dispute(zayaz, settlement_id=made.id, reason=" ", counter_proposal="De gemeente.")
    with pytest.raises(CounterProposalNeeded):
        service.dispute(zayaz, settlement_id=made.id, reason="Niet van ons.", counter_proposal="")
    assert made.state == "put"


def test_disputing_and_agreeing_twice_is_once(
    session: Session, cast: Cast, member: Work, zayaz: Work, mee: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=SHARED, key="een")
    service.accept(mee, settlement_id=made.id)
    service.accept(mee, settlement_id=made.id)
    for _ in range(2):
        service.dispute(zayaz, settlement_id=made.id, reason="Nee.", counter_proposal="Mee.")
    assert (made.state, fresh(session, case).settlement_state) == ("disputed", "disputed")
    logged = session.scalars(select(LogRecord.action).where(LogRecord.object_ref == case.number)).all()
    assert sorted(logged) == ["settlement.accept", "settlement.dispute", "settlement.propose"]


def test_who_agreed_cannot_dispute_afterwards(session: Session, cast: Cast, member: Work, mee: Work) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=SHARED, key="een")
    service.accept(mee, settlement_id=made.id)
    with pytest.raises(AlreadyAnswered):
        service.dispute(mee, settlement_id=made.id, reason="Toch niet.", counter_proposal="Zayaz.")


def test_after_a_dispute_the_other_partner_has_nothing_to_answer(
    session: Session, cast: Cast, mee: Work
) -> None:
    made = disputed(session, cast)
    with pytest.raises(IllegalTransition):
        service.accept(mee, settlement_id=made.id)


def test_a_representative_of_another_partner_learns_nothing(
    session: Session, cast: Cast, member: Work, mee: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    for act in (
        lambda: service.accept(mee, settlement_id=made.id),
        lambda: service.dispute(mee, settlement_id=made.id, reason="x", counter_proposal="y"),
    ):
        with pytest.raises(NotFound):
            act()
    assert {party.response for party in made.parties} == {"pending"}


def test_a_representative_of_another_network_learns_nothing(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    other = a_cast(session, code="elders", case_prefix="EL")
    with pytest.raises(NotFound):
        service.accept(work_as(session, other.representative, other.network), settlement_id=made.id)


@pytest.mark.parametrize(
    "who", ["applicant", "treasurer", "ambassador", "executive", "auditor", "administrator"]
)
def test_other_roles_can_neither_propose_nor_vote_nor_answer(session: Session, cast: Cast, who: str) -> None:
    case = a_paid_case(session, cast)
    work = work_as(session, getattr(cast, who), cast.network)
    for act in (
        lambda: service.propose(work, number=case.number, proposal=responsible("zayaz"), key="een"),
        lambda: service.vote(work, number=case.number),
        lambda: service.drop(work, number=case.number),
        lambda: service.escalate(work, number=case.number),
        lambda: service.accept(work, settlement_id=1),
    ):
        with pytest.raises((Forbidden, NotFound)):
            act()
    assert session.scalars(select(Settlement)).all() == []


def test_members_do_not_vote_while_the_partners_can_answer(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    case = a_paid_case(session, cast)
    service.propose(member, number=case.number, proposal=SHARED, key="een")
    with pytest.raises(PartiesComeFirst):
        service.vote(second, number=case.number)


def test_silence_is_consent_after_the_term_and_not_on_its_last_day(
    session: Session, cast: Cast, member: Work, mee: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=SHARED, key="een")
    service.accept(mee, settlement_id=made.id)
    last_day = work_as(session, cast.secretariat[0], cast.network, at_utc=NOW + timedelta(days=21))
    assert by_time.silent(last_day) == ()
    daily = program(session, cast, 21)
    assert by_time.let_silence_decide(daily, str(made.id)) is None
    with pytest.raises(TermNotOver):
        service.consent_by_silence_of(last_day, number=case.number)
    after = program(session, cast, 22)
    assert by_time.silent(after) == (str(made.id),)
    assert by_time.let_silence_decide(after, str(made.id)) is not None
    assert by_time.let_silence_decide(after, str(made.id)) is None
    assert by_time.silent(after) == ()
    assert made.state == "decided"
    assert sorted(party.response for party in made.parties) == ["accepted", "silent"]
    assert open_claims(member, case) == {
        f"{case.number}-V1-zayaz": 300_000,
        f"{case.number}-V1-mee": 100_000,
    }
    assert made.facts["responses"] == {"mee": "accepted", "zayaz": "silent"}


def test_the_secretariat_can_record_silence_by_hand(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=SHARED, key="een")
    after = work_as(session, cast.secretariat[1], cast.network, at_utc=NOW + timedelta(days=22))
    service.consent_by_silence_of(after, number=case.number)
    assert made.state == "decided"


def test_a_partner_can_still_answer_after_the_term_while_nothing_was_recorded(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    late = work_as(session, cast.representative, cast.network, at_utc=NOW + timedelta(days=30))
    service.dispute(late, settlement_id=made.id, reason="Nee.", counter_proposal="De gemeente.")
    assert made.state == "disputed"


def test_over_a_dispute_the_quorum_decides_without_members_of_the_parties(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    made = disputed(session, cast)  # by zayaz, shared with mee; two members are needed
    number = number_of(session, made)
    of_mee = work_as(session, cast.secretariat[3], cast.network)
    with pytest.raises(MotivationNeeded):
        service.vote(member, number=number)
    assert service.vote(of_mee, number=number, motivation="Ik adviseer dit.").agreed == 0
    assert service.vote(member, number=number, motivation="De regels zijn duidelijk.").agreed == 1
    assert service.vote(member, number=number, motivation="Nog eens.").agreed == 1
    assert made.state == "disputed"
    outcome = service.vote(second, number=number, motivation="Mee eens.")
    assert (outcome.reached, made.state) == (True, "decided")
    assert {vote.person_id: vote.counts for vote in made.votes} == {
        cast.secretariat[3].id: False,
        cast.secretariat[0].id: True,
        cast.secretariat[1].id: True,
    }


def test_who_submitted_the_case_does_not_count(session: Session, cast: Cast, member: Work) -> None:
    made = disputed(session, cast)
    number = number_of(session, made)
    appoint(session, cast.applicant, cast.network, cast.partners["farent"], Role.SECRETARIAT)
    submitter = work_as(session, cast.applicant, cast.network)
    assert service.vote(submitter, number=number, motivation="Ja.").agreed == 0
    # Somebody else of the same organisation does count: who repays does not touch farent.
    colleague = work_as(session, cast.secretariat[2], cast.network)
    assert service.vote(colleague, number=number, motivation="Ja.").agreed == 1


def test_a_dispute_can_be_proposed_anew(session: Session, cast: Cast, member: Work, second: Work) -> None:
    made = disputed(session, cast)
    number = number_of(session, made)
    again = service.propose(member, number=number, proposal=Proposal(SettlementKind.COLLECTIVE), key="twee")
    assert (made.state, again.sequence, again.state) == ("replaced", 2, "proposed")
    service.vote(second, number=number)
    assert again.state == "decided"


def test_escalated_the_executives_decide_and_the_secretariat_does_not(
    session: Session, cast: Cast, member: Work, second: Work
) -> None:
    made = disputed(session, cast)
    number = number_of(session, made)
    executive = work_as(session, cast.executive, cast.network)
    with pytest.raises(NotFound):
        service.arbitrate(executive, settlement_id=made.id, motivation="Nog niet.")
    service.vote(member, number=number, motivation="Dit telt straks niet meer.")
    service.escalate(member, number=number)
    with pytest.raises(AlreadyEscalated):
        service.escalate(member, number=number)
    with pytest.raises(ForTheExecutives):
        service.vote(second, number=number, motivation="Te laat.")
    with pytest.raises(MotivationNeeded):
        service.arbitrate(executive, settlement_id=made.id, motivation="")
    of_zayaz = a_person(session, cast.network, cast.partners["zayaz"], Role.EXECUTIVE)
    other = a_person(session, cast.network, cast.partners["farent"], Role.EXECUTIVE)
    in_conflict = work_as(session, of_zayaz, cast.network)
    assert service.arbitrate(in_conflict, settlement_id=made.id, motivation="Niet wij.").agreed == 0
    assert service.arbitrate(executive, settlement_id=made.id, motivation="Zo is het.").agreed == 1
    assert made.state == "disputed"
    last = work_as(session, other, cast.network)
    assert service.arbitrate(last, settlement_id=made.id, motivation="Eens.").reached
    assert made.state == "decided"
    assert service.arbitrate(executive, settlement_id=made.id, motivation="Nog eens.").reached


def test_only_executives_arbitrate(session: Session, cast: Cast, member: Work) -> None:
    made = disputed(session, cast)
    service.escalate(member, number=number_of(session, made))
    with pytest.raises(Forbidden):
        service.arbitrate(member, settlement_id=made.id, motivation="Wij dan maar.")
    other = a_cast(session, code="elders", case_prefix="EL")
    with pytest.raises(NotFound):
        service.arbitrate(
            work_as(session, other.executive, other.network), settlement_id=made.id, motivation="Wij?"
        )


def test_an_escalated_dispute_can_be_proposed_anew(session: Session, cast: Cast, member: Work) -> None:
    made = disputed(session, cast)
    number = number_of(session, made)
    service.escalate(member, number=number)
    again = service.propose(member, number=number, proposal=responsible("mee"), key="twee")
    assert (made.state, again.state, again.escalated_at_utc) == ("replaced", "put", None)


def test_a_proposal_that_is_put_can_be_dropped_and_not_replaced(
    session: Session, cast: Cast, member: Work, zayaz: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    with pytest.raises(IllegalTransition):
        service.propose(member, number=case.number, proposal=responsible("mee"), key="twee")
    service.drop(member, number=case.number)
    assert (made.state, fresh(session, case).settlement_state) == ("dropped", "none")
    with pytest.raises(IllegalTransition):
        service.accept(zayaz, settlement_id=made.id)
    assert service.drop(member, number=case.number) is None


def test_the_same_form_sent_twice_is_one_proposal(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast)
    first = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    second = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    assert first.id == second.id
    assert len(session.scalars(select(Settlement)).all()) == 1
