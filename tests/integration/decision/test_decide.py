"""Voting and deciding: quorum by amount, words where they are needed, money promised exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from casework.audit.tables import LogRecord
from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case
from casework.decision.deciding import Outcome, promise, review
from casework.decision.queries import advice_of, decision_panel, decision_view
from casework.decision.refusals import (
    AlternativeMissing,
    AssessFirst,
    AssessmentsMissing,
    MotivationMissing,
    NotFirstInLine,
    NothingToReview,
    OverrideMotivationMissing,
    OwnSubmission,
    PotStillEmpty,
    ReviewByDecider,
)
from casework.decision.tables import Decision, DecisionReview, DecisionVote
from casework.decision.voting import Ballot, check_vote, vote
from errors import Forbidden, NotFound
from ledger.accounts import Account
from ledger.balances import balance_cents, fund_position
from rules.lifecycle import DecisionState, IllegalTransition
from rules.roles import Role
from rules.triangle import AdviceOutcome
from storage.unit_of_work import unit_of_work
from tests.integration.decision.helpers import NO, Round, a_round
from tests.integration.factories import NOW, a_case, appoint, fund, work_as


def _promised(it: Round, case: Case | None = None) -> int:
    number = (case or it.case).number
    return -balance_cents(
        it.session, network=it.cast.network.code, account=Account.COMMITMENTS, subject=number
    )


def _state(it: Round) -> DecisionState:
    return DecisionState(it.case.decision_state)


def test_two_members_decide_above_five_hundred_euros_and_the_money_is_promised(engine: Engine) -> None:
    with a_round(engine, amounts=(60_000, 40_000)) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.assess(second)
        assert it.vote(first) == Outcome(DecisionState.IN_ASSESSMENT, still_needed=1)
        assert _promised(it) == 0
        assert it.vote(second).state is DecisionState.APPROVED
        assert _promised(it) == 100_000
        assert fund_position(it.session, network="testnet").available_cents == 900_000
        assert it.case.decided_at_utc == NOW
        frozen = it.session.scalars(select(BusinessCaseLine).where(BusinessCaseLine.party == "pot")).one()
        assert frozen.mid_cents == 100_000


def test_the_decision_keeps_what_it_rests_on(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, third, _ = it.cast.secretariat
        it.assess(first, (4, 5, 3))
        it.assess(second, (4, 4, 4))
        it.assess(third, (1, 1, 1))
        it.vote(first)
        it.vote(second)
        decision = it.session.get_one(Decision, it.case.id)
        assert (decision.outcome, decision.advice, decision.quorum) == ("approve", "approve", 2)
        assert decision.policy_on == NOW.date()
        assert decision.facts["means"] == {"legitimacy": "4", "yield_": "9/2", "involvement": "7/2"}
        assert decision.facts["decided_by"] == [first.id, second.id]
        assert decision.facts["advised_by"] == [third.id]
        assert decision.facts["policy"]["mandate"] <= NOW.date().isoformat()
        assert not decision.reviewed_afterwards


def test_repeating_the_deciding_vote_gives_the_same_outcome_and_promises_once(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.assess(second)
        it.vote(first)
        assert it.vote(second).state is it.vote(second).state is DecisionState.APPROVED
        assert _promised(it) == 100_000
        with pytest.raises(IllegalTransition):
            it.vote(second, "decline", "Toch niet.", "Naar de gemeente.")


@pytest.mark.parametrize(("amount", "needed"), [(50_000, 1), (50_001, 2), (500_000, 2), (500_001, 3)])
def test_the_quorum_follows_the_amount(engine: Engine, amount: int, needed: int) -> None:
    with a_round(engine, amounts=(amount,)) as it:
        free = [it.cast.secretariat[0], it.cast.secretariat[1], it.cast.secretariat[3]]
        for person in free[: needed - 1]:
            it.assess(person)
        if needed > 1:
            with pytest.raises(AssessmentsMissing) as refused:
                it.vote(free[0])
            assert refused.value.facts == {"required": needed, "have": needed - 1}
        it.assess(free[needed - 1])
        outcomes = [it.vote(person).decided for person in free[:needed]]
        assert outcomes == [False] * (needed - 1) + [True]


def test_amounts_for_one_household_count_together(engine: Engine) -> None:
    with a_round(engine, amounts=(30_000,), household_hash="a" * 64) as it:
        a_case(
            it.session,
            it.cast.network,
            it.cast.other_applicant,
            amounts=(25_000,),
            at_utc=NOW - timedelta(days=60),
            household_hash="a" * 64,
        )
        panel = decision_panel(it.work(it.cast.secretariat[0]), it.case)
        assert panel.required == 2
        assert panel.mandate.counted_cents == 55_000


@pytest.mark.parametrize(("state", "days"), [("declined", 10), ("withdrawn", 10), ("approved", 200)])
def test_a_refused_or_old_request_does_not_count_with_it(engine: Engine, state: str, days: int) -> None:
    with a_round(engine, amounts=(30_000,), household_hash="a" * 64) as it:
        a_case(
            it.session,
            it.cast.network,
            it.cast.applicant,
            amounts=(25_000,),
            decision_state=state,
            at_utc=NOW - timedelta(days=days),
            household_hash="a" * 64,
        )
        assert decision_panel(it.work(it.cast.secretariat[0]), it.case).required == 1


def test_a_vote_needs_ones_own_assessment(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        with pytest.raises(AssessFirst):
            it.vote(it.cast.secretariat[1])


def test_a_member_in_conflict_votes_without_counting(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, of_farent, _ = it.cast.secretariat
        for person in (first, second, of_farent):
            it.assess(person)
        it.vote(of_farent)
        assert not it.vote(first).decided
        assert it.vote(second).decided


def test_assessments_in_conflict_do_not_open_the_vote(engine: Engine) -> None:
    with a_round(engine) as it:
        it.assess(it.cast.secretariat[0])
        it.assess(it.cast.secretariat[2])
        with pytest.raises(AssessmentsMissing):
            it.vote(it.cast.secretariat[0])


def test_following_the_advice_needs_no_words_and_departing_does(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first = it.cast.secretariat[0]
        it.assess(first, (2, 2, 2))  # the mean is under 3: the advice is to decline
        with pytest.raises(MotivationMissing) as refused:
            it.vote(first)
        assert refused.value.field == "motivation"
        assert it.vote(first, motivation="Dit huis mag niet verloren gaan.").state is DecisionState.APPROVED
        view = decision_view(it.work(it.cast.applicant), it.case)
        assert view is not None
        assert (view.approved, view.followed_advice, view.motivation) == (
            True,
            False,
            "Dit huis mag niet verloren gaan.",
        )


def test_declining_needs_a_motivation_and_another_route_even_as_advised(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first = it.cast.secretariat[0]
        it.assess(first, (1, 1, 1))
        with pytest.raises(MotivationMissing):
            it.vote(first, "decline", alternative="Naar schuldhulp.")
        with pytest.raises(AlternativeMissing) as refused:
            it.vote(first, "decline", "Het lost niets op.", "  ")
        assert refused.value.field == "alternative"
        assert it.vote(first, "decline", "Het lost niets op.", "Naar schuldhulp.").state is (
            DecisionState.DECLINED
        )
        assert _promised(it) == 0
        view = decision_view(it.work(it.cast.applicant), it.case)
        assert view is not None
        assert (view.approved, view.alternative) == (False, "Naar schuldhulp.")


def test_a_spread_of_two_is_discussed_and_deciding_then_needs_a_motivation(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, (5, 5, 5))
        it.assess(second, (5, 3, 5))
        advice = advice_of(it.work(first), it.case)
        assert advice is not None
        assert advice.outcome is AdviceOutcome.DISCUSS
        with pytest.raises(MotivationMissing):
            it.vote(first)
        it.vote(first, motivation="We spraken over de kosten.")
        assert it.vote(second, motivation="Ik ben overtuigd.").decided
        decision = it.session.get_one(Decision, it.case.id)
        assert decision.motivation == "We spraken over de kosten.\n\nIk ben overtuigd."


def test_a_vote_may_change_until_the_quorum_agrees(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.assess(second)
        it.vote(first, "decline", "Nog niet.", "Wachten.")
        assert not it.vote(second).decided  # one of each is no quorum for either
        assert it.vote(first).decided
        assert len(it.session.scalars(select(DecisionVote)).all()) == 2


def test_one_members_no_at_a_gate_takes_two_motivated_votes(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, gates=NO)
        it.assess(second)
        with pytest.raises(OverrideMotivationMissing) as refused:
            it.vote(second)
        assert "uitzicht op een duurzame oplossing" in refused.value.sentence("nl")
        it.vote(second, motivation="Het werk begint volgende maand.")
        with pytest.raises(OverrideMotivationMissing):
            it.vote(first)
        assert it.vote(first, motivation="Met deze toelichting wel.").state is DecisionState.APPROVED


def test_a_shut_gate_takes_two_members_even_where_one_may_decide(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first, gates=NO)
        alone = it.vote(first, motivation="Ik durf het aan.")
        assert alone == Outcome(DecisionState.IN_ASSESSMENT, gates_shut=True)
        assert _promised(it) == 0
        it.assess(second)
        assert it.vote(second, motivation="Ik ook.").state is DecisionState.APPROVED


def test_a_member_in_conflict_does_not_set_a_gate_aside(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first, _, of_farent, _ = it.cast.secretariat
        it.assess(first, gates=NO)
        it.assess(of_farent)
        it.vote(of_farent, motivation="Doen.")
        assert it.vote(first, motivation="Doen.").gates_shut


def test_an_empty_pot_puts_the_case_on_the_waiting_list(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=39_999) as it:
        first = it.cast.secretariat[0]
        it.assess(first)
        assert it.vote(first).state is DecisionState.WAITING
        assert _promised(it) == 0
        assert it.session.get_one(Decision, it.case.id).outcome == "approve"
    with unit_of_work(engine) as session, pytest.raises(PotStillEmpty):
        promise(work_as(session, first, it.cast.network), number=it.case.number)
    with unit_of_work(engine) as session:
        it = Round(session, it.cast, session.get_one(Case, it.case.id))
        assert _state(it) is DecisionState.WAITING
        fund(it.work(it.cast.treasurer), 1)
        assert promise(it.work(first), number=it.case.number).state is DecisionState.APPROVED
        assert _promised(it) == 40_000
        assert promise(it.work(first), number=it.case.number).state is DecisionState.APPROVED
        assert _promised(it) == 40_000


def _waiting(it: Round, amount: int, *, minutes: int, urgent: bool = False) -> Case:
    return a_case(
        it.session,
        it.cast.network,
        it.cast.applicant,
        amounts=(amount,),
        decision_state="waiting",
        at_utc=NOW + timedelta(minutes=minutes),
        urgent=urgent,
    )


def test_the_waiting_list_goes_by_urgency_then_date_and_nobody_is_passed(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=40_000, decision_state="waiting") as it:
        urgent = _waiting(it, 50_000, minutes=2, urgent=True)
        _waiting(it, 1_000, minutes=1)
        with pytest.raises(NotFirstInLine) as refused:
            promise(it.work(it.cast.secretariat[0]), number=it.case.number)
    assert urgent.number in refused.value.sentence("nl")


def test_all_that_fit_from_the_top_can_be_promised_in_any_order(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=60_000, decision_state="waiting") as it:
        second = _waiting(it, 20_000, minutes=1)
        work = it.work(it.cast.secretariat[0])
        assert promise(work, number=second.number).decided
        assert promise(work, number=it.case.number).decided
        assert (_promised(it), _promised(it, second)) == (40_000, 20_000)


def test_one_members_decision_is_reviewed_afterwards_by_another(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.vote(first)
        assert it.session.get_one(Decision, it.case.id).reviewed_afterwards
        with pytest.raises(ReviewByDecider):
            review(it.work(first), number=it.case.number)
        assert decision_panel(it.work(second), it.case).possible.review
        review(it.work(second), number=it.case.number, remark="Akkoord.")
        assert it.session.get_one(DecisionReview, it.case.id).person_id == second.id
        view = decision_view(it.work(second), it.case)
        assert view is not None
        assert (view.review_wanted, view.reviewed_by, view.review_remark) == (False, second.name, "Akkoord.")
        with pytest.raises(NothingToReview):
            review(it.work(second), number=it.case.number)


def test_a_decision_of_two_needs_no_review(engine: Engine) -> None:
    with a_round(engine) as it:
        first, second, _, fourth = it.cast.secretariat
        it.assess(first)
        it.assess(second)
        it.vote(first)
        it.vote(second)
        with pytest.raises(NothingToReview):
            review(it.work(fourth), number=it.case.number)


def test_the_applicant_does_not_vote_even_as_a_member(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        appoint(
            it.session, it.cast.applicant, it.cast.network, it.cast.partners["gemeente"], Role.SECRETARIAT
        )
        it.assess(it.cast.secretariat[0])
        for act in (
            lambda work: vote(work, number=it.case.number, ballot=Ballot("approve")),
            lambda work: promise(work, number=it.case.number),
            lambda work: review(work, number=it.case.number),
        ):
            with pytest.raises(OwnSubmission):
                act(it.work(it.cast.applicant))


def test_only_the_secretariat_votes(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        it.assess(it.cast.secretariat[0])
        for person, refusal in (
            (it.cast.applicant, Forbidden),
            (it.cast.ambassador, Forbidden),
            (it.cast.treasurer, NotFound),
            (it.cast.executive, NotFound),
        ):
            with pytest.raises(refusal):
                it.vote(person)


@pytest.mark.parametrize("state", ["information_requested", "declined", "withdrawn", "waiting", "approved"])
def test_no_vote_outside_assessment(engine: Engine, state: str) -> None:
    with a_round(engine, decision_state=state) as it, pytest.raises(IllegalTransition):
        it.vote(it.cast.secretariat[0])


def test_checking_a_vote_changes_nothing(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first = it.cast.secretariat[0]
        it.assess(first)
        check_vote(it.work(first), number=it.case.number, ballot=Ballot("approve"))
        with pytest.raises(AlternativeMissing):
            check_vote(it.work(first), number=it.case.number, ballot=Ballot("decline", "Nee."))
        assert _state(it) is DecisionState.IN_ASSESSMENT
        assert it.session.scalars(select(DecisionVote)).all() == []


def test_the_decision_stands_in_the_log_once(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,)) as it:
        first = it.cast.secretariat[0]
        it.assess(first)
        it.vote(first)
        it.vote(first)
        logged = it.session.scalars(select(LogRecord.action).order_by(LogRecord.id)).all()
        assert list(logged).count("case.approve") == 1
        assert list(logged).count("case.vote") == 1


def test_two_members_voting_at_once_promise_once(engine: Engine) -> None:
    with a_round(engine) as it:
        voters = it.cast.secretariat[:2]
        for person in voters:
            it.assess(person)
        number, network, people = it.case.number, it.cast.network, [one.id for one in voters]
    start = threading.Barrier(2)
    outcomes: list[bool] = []

    def cast_vote(person_id: int) -> None:
        start.wait()
        with unit_of_work(engine) as session:
            person = session.get_one(type(voters[0]), person_id)
            work = work_as(session, person, session.get_one(type(network), network.id))
            outcomes.append(vote(work, number=number, ballot=Ballot("approve")).decided)

    threads = [threading.Thread(target=cast_vote, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True]
    with unit_of_work(engine, write=False) as session:
        assert (
            balance_cents(session, network="testnet", account=Account.COMMITMENTS, subject=number) == -100_000
        )


def test_two_cases_at_once_never_promise_more_than_the_pot_holds(engine: Engine) -> None:
    with a_round(engine, amounts=(40_000,), fund_cents=60_000) as it:
        other = a_case(it.session, it.cast.network, it.cast.applicant, amounts=(40_000,))
        first, second, *_ = it.cast.secretariat
        it.assess(first)
        it.assess(second, number=other.number)
        jobs = [(first.id, it.case.number), (second.id, other.number)]
        network_id, person_type, network_type = it.cast.network.id, type(first), type(it.cast.network)
    start = threading.Barrier(2)
    states: list[DecisionState] = []

    def cast_vote(person_id: int, number: str) -> None:
        start.wait()
        with unit_of_work(engine) as session:
            person = session.get_one(person_type, person_id)
            work = work_as(session, person, session.get_one(network_type, network_id))
            states.append(vote(work, number=number, ballot=Ballot("approve")).state)

    threads = [threading.Thread(target=cast_vote, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == [DecisionState.APPROVED, DecisionState.WAITING]
    with unit_of_work(engine, write=False) as session:
        assert fund_position(session, network="testnet").available_cents == 20_000
