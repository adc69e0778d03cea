"""What time does to settlements: silence, falling back after a letter, executives by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.cases.tables import Case
from casework.context import Work
from casework.people.tables import Appointment
from casework.settlement import by_time, letters, service
from casework.settlement.find import settleable_cents
from casework.settlement.proposal import PartyShare, Proposal, responsible
from casework.settlement.refusals import EnoughMembers, ForTheExecutives
from casework.settlement.tables import Settlement
from errors import Forbidden
from rules.lifecycle import SettlementKind
from rules.roles import Role
from tests.integration.factories import NOW, Cast, work_as
from tests.integration.settlement.paid import (
    a_paid_case,
    fresh,
    open_claims,
    pay,
    program,
    repay,
    unsettled,
)

OUTSIDE = Proposal(SettlementKind.OUTSIDE, outside_party="Verzekeraar")


def settlements(session: Session, case: Case) -> list[Settlement]:
    query = select(Settlement).where(Settlement.case_id == case.id).order_by(Settlement.sequence)
    return list(session.scalars(query))


def at(session: Session, cast: Cast, days: int) -> Work:
    """A member of the secretariat, later."""
    return work_as(session, cast.secretariat[0], cast.network, at_utc=NOW + timedelta(days=days))


def on_outside(session: Session, cast: Cast, cents: int = 64_000, *, later: int = 0) -> Case:
    """A case whose settlement on an outside party is decided today."""
    case = a_paid_case(session, cast, cents, later=later)
    first, second = (work_as(session, one, cast.network) for one in cast.secretariat[:2])
    service.propose(first, number=case.number, proposal=OUTSIDE, key="een")
    service.vote(second, number=case.number)
    return case


def write(work: Work, case: Case, *, reason: str = "first", key: str = "brief-1") -> None:
    letters.register_letter(
        work,
        number=case.number,
        sequence=1,
        reason=reason,
        recipient="Verzekeraar, afdeling debiteuren",
        address="Postbus 1\n5200 AA 's-Hertogenbosch",
        language="nl",
        sent_on=work.today,
        key=key,
    )


def last_record(session: Session) -> LogRecord:
    return session.scalars(select(LogRecord).order_by(LogRecord.id.desc()).limit(1)).one()


@pytest.mark.parametrize(
    "act", [by_time.let_silence_decide, by_time.let_outside_fall_back, by_time.let_executives_decide]
)
def test_only_the_program_does_what_time_brings(
    session: Session, cast: Cast, member: Work, act: Callable[[Work, str], str | None]
) -> None:
    with pytest.raises(Forbidden):
        act(member, "1")


def test_silence_is_logged_as_the_program(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("zayaz"), key="een")
    by_time.let_silence_decide(program(session, cast, 22), str(made.id))
    session.flush()
    logged = last_record(session)
    assert (logged.action, logged.person_id, logged.object_ref) == ("settlement.silence", None, case.number)


def test_a_disputed_proposal_is_not_decided_by_silence(session: Session, cast: Cast, member: Work) -> None:
    case = a_paid_case(session, cast)
    both = Proposal(
        SettlementKind.SHARED, parties=(PartyShare("zayaz", Decimal(50)), PartyShare("mee", Decimal(50)))
    )
    made = service.propose(member, number=case.number, proposal=both, key="een")
    zayaz = work_as(session, cast.representative, cast.network)
    service.dispute(zayaz, settlement_id=made.id, reason="Nee.", counter_proposal="Allen.")
    after = program(session, cast, 60)
    assert by_time.silent(after) == ()
    assert by_time.let_silence_decide(after, str(made.id)) is None
    assert made.state == "disputed"


def test_what_an_outside_party_leaves_falls_back_and_is_proposed_to_all(
    session: Session, cast: Cast, second: Work, treasurer: Work
) -> None:
    case = on_outside(session, cast)
    write(at(session, cast, 5), case)
    repay(treasurer, f"{case.number}-V1-verzekeraar", 4_000)
    assert by_time.left_by_outside(program(session, cast, 65)) == ()  # the last day of its term
    after = program(session, cast, 66)
    [item] = by_time.left_by_outside(after)
    assert by_time.let_outside_fall_back(after, item) == (
        f"{case.number}: what the outside party left fell back, a collective settlement is proposed."
    )
    assert by_time.let_outside_fall_back(after, item) is None
    left, proposed = settlements(session, case)
    assert (left.state, left.facts["fell_back_on"], left.facts["fell_back_cents"]) == (
        "fallen_back",
        "outside",
        60_000,
    )
    assert (proposed.kind, proposed.amount_cents, proposed.state) == ("collective", 60_000, "proposed")
    assert (proposed.proposed_by, proposed.votes, proposed.facts["deviates"]) == (None, [], False)
    assert proposed.facts["after_outside"] == "Verzekeraar"
    assert fresh(session, case).settlement_state == "proposed"
    assert unsettled(second, case) == 60_000
    # The quorum decides: two members, neither of whom is the program.
    service.vote(second, number=case.number)
    assert proposed.state == "proposed"
    service.vote(at(session, cast, 67), number=case.number)
    assert proposed.state == "decided"
    assert sum(open_claims(second, case).values()) == 60_000
    logged = session.scalars(select(LogRecord).where(LogRecord.action == "settlement.outside_left")).one()
    assert (logged.person_id, logged.facts["amount_cents"], logged.facts["proposed"]) == (None, 60_000, 2)


def test_a_party_that_was_never_written_to_keeps_its_claim(session: Session, cast: Cast) -> None:
    case = on_outside(session, cast)
    late = program(session, cast, 400)
    assert by_time.left_by_outside(late) == ()
    [settlement] = settlements(session, case)
    assert by_time.let_outside_fall_back(late, str(settlement.id)) is None
    assert settlement.state == "decided"


def test_a_letter_sent_again_gives_the_whole_term_and_a_reminder_does_not(
    session: Session, cast: Cast
) -> None:
    case = on_outside(session, cast)
    write(at(session, cast, 0), case)
    write(at(session, cast, 50), case, reason="reminder", key="brief-2")
    assert by_time.left_by_outside(program(session, cast, 61)) != ()
    write(at(session, cast, 55), case, reason="again", key="brief-3")
    [settlement] = settlements(session, case)
    item = str(settlement.id)
    assert by_time.let_outside_fall_back(program(session, cast, 115), item) is None
    assert by_time.let_outside_fall_back(program(session, cast, 116), item) is not None


def test_a_request_to_undo_is_left_to_people(session: Session, cast: Cast) -> None:
    case = on_outside(session, cast)
    write(at(session, cast, 0), case)
    service.ask_undoing(
        at(session, cast, 61), number=case.number, sequence=1, ground="outside", motivation="Betaalt niet."
    )
    [item] = by_time.left_by_outside(program(session, cast, 62))
    assert by_time.let_outside_fall_back(program(session, cast, 62), item) is None


def test_with_a_later_payment_in_a_proposal_nothing_is_proposed_beside_it(
    session: Session, cast: Cast, member: Work, treasurer: Work
) -> None:
    case = on_outside(session, cast, later=10_000)
    write(member, case)
    pay(treasurer, case, 10_000, line=1)
    service.propose(
        at(session, cast, 60), number=case.number, proposal=responsible("zayaz", "Anders."), key="twee"
    )
    [item] = by_time.left_by_outside(program(session, cast, 61))
    assert by_time.let_outside_fall_back(program(session, cast, 61), item) == (
        f"{case.number}: what the outside party left fell back."
    )
    assert [one.state for one in settlements(session, case)] == ["fallen_back", "put"]
    assert settleable_cents(member, case) == 74_000


def leave(session: Session, cast: Cast, *indexes: int) -> None:
    """These members of the secretariat stop."""
    ids = [cast.secretariat[index].id for index in indexes]
    session.execute(
        update(Appointment)
        .where(Appointment.person_id.in_(ids), Appointment.role == Role.SECRETARIAT.value)
        .values(until_on=NOW.date() - timedelta(days=1))
    )


def test_a_dispute_goes_to_the_executives_by_itself_where_too_few_can_decide(
    session: Session, cast: Cast, member: Work
) -> None:
    leave(session, cast, 1, 2)  # gemeente and mee are left, and mee is a party: one can vote, two are needed
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("mee", "Anders."), key="een")
    mee = work_as(session, cast.other_representative, cast.network)
    service.dispute(mee, settlement_id=made.id, reason="Nee.", counter_proposal="Allen.")
    assert (made.state, made.escalated_at_utc) == ("disputed", NOW)
    session.flush()
    logged = last_record(session)
    assert (logged.action, logged.facts["to_executives"]) == ("settlement.dispute", True)
    with pytest.raises(ForTheExecutives):
        service.vote(member, number=case.number, motivation="Ik alleen.")


def test_a_dispute_with_enough_members_stays_with_the_secretariat(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(member, number=case.number, proposal=responsible("mee", "Anders."), key="een")
    mee = work_as(session, cast.other_representative, cast.network)
    service.dispute(mee, settlement_id=made.id, reason="Nee.", counter_proposal="Allen.")
    assert made.escalated_at_utc is None
    assert by_time.let_executives_decide(program(session, cast), str(made.id)) is None


def test_members_who_leave_later_make_it_the_executives_turn(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(
        member, number=case.number, proposal=Proposal(SettlementKind.COLLECTIVE), key="een"
    )
    with pytest.raises(EnoughMembers):
        service.escalate(member, number=case.number)
    leave(session, cast, 1, 2, 3)
    after = program(session, cast, 1)
    assert by_time.short_of_quorum(after) == (str(made.id),)
    assert by_time.let_executives_decide(after, str(made.id)) is not None
    assert by_time.let_executives_decide(after, str(made.id)) is None
    assert (made.state, made.escalated_at_utc) == ("proposed", after.now_utc)
    assert by_time.short_of_quorum(after) == ()


def test_a_vote_that_was_given_counts_on_when_its_member_leaves(
    session: Session, cast: Cast, member: Work
) -> None:
    case = a_paid_case(session, cast)
    made = service.propose(
        member, number=case.number, proposal=Proposal(SettlementKind.COLLECTIVE), key="een"
    )
    leave(session, cast, 0, 2, 3)  # who proposed and voted left; one member can give the second vote
    assert by_time.let_executives_decide(program(session, cast), str(made.id)) is None
    service.vote(work_as(session, cast.secretariat[1], cast.network), number=case.number)
    assert made.state == "decided"
