"""Changed policy run over past cases: which advice, quorum, gate and split would have been another."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from casework.people.tables import Person
from casework.policy import proposals
from casework.policy.past import Past
from casework.policy.preview import (
    AdviceDiffers,
    Available,
    Effects,
    GatesDiffer,
    QuorumDiffers,
    ShareDiffers,
    effects_of,
)
from casework.policy.queries import preview
from rules.policy import SectionName
from rules.triangle import AdviceOutcome
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_case, a_cast, fund, work_as
from tests.integration.policy.decided import a_decided_case, a_split
from tests.integration.policy.scene import TOMORROW, bands, document


def run(
    session: Session, cast: Cast, section: SectionName, *, by: Person | None = None, **changed: Any
) -> Effects:
    """What changing ``section`` would have meant, for the first member of the secretariat."""
    member = work_as(session, cast.secretariat[0], cast.network)
    change = proposals.check_change(
        member,
        section=section,
        valid_from=TOMORROW,
        document=document(member, section, **changed),
        base_id=proposals.newest_version_id(member, section),
    )
    return preview(work_as(session, by or cast.secretariat[0], cast.network), change)


def test_another_threshold_gives_another_advice(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        three = a_decided_case(session, cast, scores=((3, 3, 3), (3, 3, 3)))
        a_decided_case(session, cast, scores=((5, 5, 5), (4, 4, 4)))
        effects = run(session, cast, SectionName.ADVICE, minimum_mean="3.5")
        assert effects.advice is not None
        assert (effects.advice.looked_at, effects.advice.count) == (2, 1)
        assert effects.advice.seen == (
            AdviceDiffers(three.number, AdviceOutcome.APPROVE, AdviceOutcome.DECLINE, "approve"),
        )
        narrower = run(session, cast, SectionName.ADVICE, discuss_from_spread=1)
        assert narrower.advice is not None
        assert [one.after for one in narrower.advice.seen] == [AdviceOutcome.DISCUSS]


def test_only_assessments_that_counted_and_only_decided_cases(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_decided_case(
            session,
            cast,
            scores=((3, 3, 3), (5, 5, 5)),
            counts=(True, False),
            conflict="payee",
        )
        a_case(session, cast.network, cast.applicant)  # scores of an open case stay out of sight
        effects = run(session, cast, SectionName.ADVICE, minimum_mean="3.5")
        assert effects.advice is not None
        assert (effects.advice.looked_at, effects.advice.count) == (1, 1)


def test_other_limits_take_more_or_fewer_members(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        larger = a_decided_case(session, cast, cents=300_000)
        small = a_decided_case(
            session, cast, cents=40_000, quorum=1, reviewed_afterwards=True, scores=((4, 4, 4),)
        )
        a_decided_case(session, cast, cents=120_000)
        effects = run(session, cast, SectionName.MANDATE, bands=bands(("300.00", 1), ("2000.00", 2)))
        assert effects.quorum is not None
        assert (effects.quorum.looked_at, effects.quorum.count) == (3, 2)
        assert set(effects.quorum.seen) == {
            QuorumDiffers(larger.number, 2, 3, 2, False, False),
            QuorumDiffers(small.number, 1, 2, 1, True, False),
        }
        assert not any(one.enough for one in effects.quorum.seen)


def test_a_longer_window_counts_more_of_a_household_together(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        first = a_decided_case(
            session, cast, cents=400_000, household_hash="h" * 64, at_utc=NOW - timedelta(days=120)
        )
        second = a_decided_case(session, cast, cents=200_000, household_hash="h" * 64)
        a_case(
            session,
            cast.network,
            cast.applicant,
            amounts=(900_000,),
            decision_state="declined",
            household_hash="h" * 64,
            at_utc=NOW - timedelta(days=110),
        )
        assert run(session, cast, SectionName.MANDATE, household_window_days=30).quorum is not None
        effects = run(session, cast, SectionName.MANDATE, household_window_days=180)
        assert effects.quorum is not None
        assert [(one.number, one.before, one.after) for one in effects.quorum.seen] == [(second.number, 2, 3)]
        assert first.number not in {one.number for one in effects.quorum.seen}


def test_gates_that_are_left_out_or_take_more_members(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        passed = a_decided_case(session, cast, durable=False, motivation="Toch wel.")
        stopped = a_decided_case(
            session, cast, durable=False, motivation="Nee.", outcome="decline", advice="approve"
        )
        a_decided_case(session, cast)
        stricter = run(session, cast, SectionName.GATES, override_members=3)
        assert stricter.gates is not None
        assert stricter.gates.seen == (GatesDiffer(passed.number, True, False, "approve"),)
        member = work_as(session, cast.secretariat[0], cast.network)
        wider = document(member, SectionName.GATES)
        del wider["durable_solution"]
        change = proposals.check_change(
            member,
            section=SectionName.GATES,
            valid_from=TOMORROW,
            document=wider,
            base_id=proposals.newest_version_id(member, SectionName.GATES),
        )
        assert preview(member, change).gates is not None
        assert [one.number for one in preview(member, change).gates.seen] == [stopped.number]  # type: ignore[union-attr]  # asserted above


def test_other_grounds_of_conflict_change_who_counts(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        # The third and fourth members work for farent (which submitted) and mee.
        both = (cast.secretariat[2], cast.secretariat[3])
        case = a_decided_case(
            session,
            cast,
            members=both,
            scores=((3, 3, 3), (5, 5, 5)),
            counts=(False, True),
            conflict="submitted",
            advice="approve",
            quorum=1,
            expected_payers=["mee"],
        )
        fewer = run(session, cast, SectionName.CONFLICT, grounds=["payee"])
        assert fewer.advice is not None
        assert [(one.number, one.after) for one in fewer.advice.seen] == [
            (case.number, AdviceOutcome.DISCUSS)
        ]
        assert fewer.quorum is not None
        assert fewer.quorum.count == 0


def test_a_ground_that_is_added_takes_a_member_out(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        member = work_as(session, cast.secretariat[0], cast.network)
        proposal = proposals.propose(
            member,
            section=SectionName.CONFLICT,
            valid_from=NOW.date(),
            document={"grounds": ["payee"]},
            reason="Eerst ruimer.",
            base_id=proposals.newest_version_id(member, SectionName.CONFLICT),
        )
        proposals.adopt(work_as(session, cast.executive, cast.network), proposal_id=proposal.id)
        case = a_decided_case(session, cast, members=(cast.secretariat[2], cast.secretariat[3]))
        effects = run(session, cast, SectionName.CONFLICT, grounds=["payee", "submitted"])
        assert effects.quorum is not None
        assert effects.quorum.seen == (QuorumDiffers(case.number, 2, 2, 1, False, False),)


def test_another_key_splits_otherwise(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        case = a_decided_case(session, cast)
        a_split(session, cast, case, 50_000)
        weights = {code: "2" if code == "gemeente" else "1" for code in cast.partners}
        effects = run(session, cast, SectionName.ALLOCATION_KEY, weights=weights)
        assert effects.splits is not None
        assert [one.number for one in effects.splits.seen] == [case.number]
        shares = {one.partner: one for one in effects.shares}
        assert shares["gemeente"] == ShareDiffers("gemeente", 10_000, 16_667)
        assert sum(one.after_cents for one in effects.shares) == 50_000
        assert sum(one.before_cents for one in effects.shares) == 50_000


def test_a_split_with_a_member_who_is_not_in_the_key_is_left_out(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_split(session, cast, a_decided_case(session, cast), 50_000)
        cast.partners["zayaz"] = session.merge(cast.partners["zayaz"])
        cast.partners["zayaz"].left_on = NOW.date()
        session.flush()
        weights = {code: "1" for code in cast.partners if code != "zayaz"}
        effects = run(session, cast, SectionName.ALLOCATION_KEY, weights=weights)
        assert effects.splits is not None
        assert (effects.splits.count, effects.splits.left_out) == (0, 1)


def test_a_larger_buffer_leaves_less_available(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        work = work_as(session, cast.treasurer, cast.network)
        fund(work, 1_000_000)
        # The test network's fund was opened without a buffer; the policy says 2,500 euros.
        effects = run(session, cast, SectionName.FUND, buffer="12000.00")
        assert effects.available == Available(before_cents=750_000, after_cents=-200_000)


@pytest.mark.parametrize(
    ("section", "changed"),
    [
        (SectionName.RETENTION, {"withdrawn_weeks": 8}),
        (SectionName.TERMS, {"pay_claim_days": 45}),
        (SectionName.CONTRIBUTION, {"per_partner": "1.00"}),
    ],
)
def test_other_sections_touch_no_outcome(engine: Engine, cast: Cast, section: SectionName, changed: Any):
    with unit_of_work(engine) as session:
        a_decided_case(session, cast)
        assert run(session, cast, section, **changed).none


def test_who_may_not_see_the_case_gets_a_count_without_its_number(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        a_decided_case(session, cast, scores=((3, 3, 3), (3, 3, 3)))
        for person in (cast.executive, cast.treasurer, cast.auditor):
            effects = run(session, cast, SectionName.ADVICE, by=person, minimum_mean="3.5")
            assert effects.advice is not None
            assert (effects.advice.count, effects.advice.seen) == (1, ())


def test_another_network_is_not_looked_at(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        other = a_cast(session, code="ander", case_prefix="AN")
        a_split(session, other, a_decided_case(session, other, durable=False), 50_000)
        mine = Past(session, cast.network)
        assert (mine.cases, mine.splits, dict(mine.parties), dict(mine.households)) == ((), (), {}, {})
        assert (dict(mine.assessments), dict(mine.votes), dict(mine.overrides)) == ({}, {}, {})


def test_a_thousand_cases_take_a_few_queries_and_under_two_seconds(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        for number in range(1_000):
            case = a_decided_case(
                session,
                cast,
                cents=100_000 + number,
                at_utc=NOW - timedelta(days=number),
                durable=number % 10 != 0,
                motivation="Toch wel.",
                household_hash=f"{number % 400:064d}",
            )
            if number % 4 == 0:
                a_split(session, cast, case, 100_000)
    weights = {code: "2" if code == "gemeente" else "1" for code in cast.partners}
    asked: list[str] = []
    for section, changed in (
        (SectionName.ADVICE, {"minimum_mean": "4.5"}),
        (SectionName.MANDATE, {"household_window_days": 3000}),
        (SectionName.GATES, {"override_members": 3}),
        (SectionName.CONFLICT, {"grounds": ["payee"]}),
        (SectionName.ALLOCATION_KEY, {"weights": weights}),
    ):
        with unit_of_work(engine, write=False) as session:
            event.listen(session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
            started = time.perf_counter()
            effects = run(session, cast, section, **changed)
            seconds = time.perf_counter() - started
        assert not effects.none
        print(f"{section}: {seconds:.2f} s, {len(asked)} queries")  # shown with -s
        assert seconds < 2, f"{section}: {seconds:.2f} s"
        assert len(asked) < 25, section
        asked.clear()


def test_the_operator_sees_every_number(engine: Engine, cast: Cast):
    with unit_of_work(engine) as session:
        case = a_decided_case(session, cast, scores=((3, 3, 3), (3, 3, 3)))
        member = work_as(session, cast.secretariat[0], cast.network)
        change = proposals.check_change(
            member,
            section=SectionName.ADVICE,
            valid_from=TOMORROW,
            document=document(member, SectionName.ADVICE, minimum_mean="4"),
            base_id=proposals.newest_version_id(member, SectionName.ADVICE),
        )
        effects = effects_of(Past(session, cast.network), change)
        assert effects.advice is not None
        assert [one.number for one in effects.advice.seen] == [case.number]
