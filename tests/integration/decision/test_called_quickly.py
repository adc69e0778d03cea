"""The quick look before asking who decides: it may doubt too often, never too little."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from casework.decision.called import members_suffice
from casework.decision.members import bench
from casework.decision.weighing import policy_of, weigh
from rules.mandate import DecidingBody
from tests.integration.decision.helpers import a_round
from tests.integration.factories import a_case


@pytest.mark.parametrize("payers", [[], ["zayaz"], ["mee"], ["mee", "gemeente"]], ids=str)
@pytest.mark.parametrize("cents", [20_000, 600_000])
def test_where_the_quick_look_is_sure_the_members_decide(
    sqlite_engine: Engine, payers: list[str], cents: int
) -> None:
    with a_round(sqlite_engine) as it:
        cast, work = it.cast, it.work(it.cast.executive)
        cases = [
            a_case(it.session, cast.network, applicant, amounts=(cents,), expected_payers=payers)
            for applicant in (cast.applicant, cast.other_applicant)
        ]
        for case in cases:
            seating = weigh(work, case, assessments=(), votes=()).seating
            assert seating is not None
            sure = members_suffice(case, policy_of(work, case), bench(work), frozenset())
            assert not sure or seating.body is DecidingBody.MEMBERS


def test_it_is_sure_where_nobody_has_an_interest_and_in_doubt_where_too_few_are_left(
    sqlite_engine: Engine,
) -> None:
    with a_round(sqlite_engine) as it:
        work = it.work(it.cast.executive)
        people, policy = bench(work), policy_of(work, it.case)
        members = frozenset(one.person_id for one in people.members)
        assert members_suffice(it.case, policy, people, frozenset())
        assert not members_suffice(it.case, policy, people, members)
