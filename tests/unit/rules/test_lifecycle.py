"""The state tables, cell by cell: every state × action × role, against tables written out again here."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from rules.lifecycle import (
    AXES,
    DECISION,
    EVALUATION,
    PAYMENT,
    SETTLEMENT,
    DecisionAction,
    DecisionState,
    EvaluationState,
    IllegalTransition,
    PaymentState,
    SettlementKind,
    SettlementState,
    WrongRole,
    advance,
    is_closed,
    may,
    next_state,
    possible_actions,
)
from rules.roles import Role

# One line per cell: axis, state, action, next state, who may. Whatever is not here must be refused.
CELLS = """
decision draft submit submitted applicant
decision draft withdraw withdrawn applicant
decision submitted take_up in_assessment secretariat substitute executive
decision submitted withdraw withdrawn applicant
decision in_assessment request_information information_requested secretariat substitute executive
decision in_assessment approve approved secretariat substitute executive
decision in_assessment wait waiting secretariat substitute executive
decision in_assessment decline declined secretariat substitute executive
decision in_assessment withdraw withdrawn applicant
decision information_requested give_information in_assessment applicant
decision information_requested resume in_assessment secretariat substitute executive
decision information_requested withdraw withdrawn applicant
decision waiting promise approved secretariat substitute executive
decision waiting withdraw withdrawn applicant
payment none order ordered treasurer
payment none book_part_as_paid ordered treasurer
payment none book_as_paid paid treasurer
payment none expire none treasurer secretariat
payment ordered order ordered treasurer
payment ordered confirm_part ordered treasurer
payment ordered confirm paid treasurer
payment ordered reject_part ordered treasurer
payment ordered reject none treasurer
payment ordered return_part ordered treasurer
payment ordered return none treasurer
payment ordered reopen ordered treasurer
payment ordered book_part_as_paid ordered treasurer
payment ordered book_as_paid paid treasurer
payment paid order ordered treasurer
payment paid return_part paid treasurer
payment paid return none treasurer
payment paid reopen ordered treasurer
payment paid book_part_as_paid ordered treasurer
payment paid book_as_paid paid treasurer
payment paid expire paid treasurer secretariat
settlement none propose proposed secretariat
settlement proposed propose proposed secretariat
settlement proposed drop_proposal none secretariat
settlement proposed put_to_parties put secretariat
settlement proposed decide decided secretariat executive
settlement proposed escalate proposed secretariat
settlement put accept accepted representative
settlement put consent_by_silence accepted secretariat
settlement put dispute disputed representative
settlement put drop_proposal none secretariat
settlement accepted decide decided secretariat executive
settlement disputed propose proposed secretariat
settlement disputed escalate disputed secretariat
settlement disputed decide decided secretariat executive
settlement decided record_repaid repaid treasurer
settlement decided reverse none secretariat
settlement decided fall_back none secretariat
settlement repaid reopen_claim decided treasurer
settlement repaid fall_back none secretariat
evaluation none invite invited secretariat
evaluation invited answer answered applicant
evaluation invited lapse unanswered secretariat
evaluation unanswered answer answered applicant
evaluation answered invite invited secretariat
evaluation unanswered invite invited secretariat
"""
EXPECTED = {
    (axis, state, action): (to, frozenset(roles))
    for axis, state, action, to, *roles in (line.split() for line in CELLS.strip().splitlines())
}


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)
def test_every_state_action_and_role(axis: Any) -> None:
    for state, action in product(axis.states, axis.actions):
        expected = EXPECTED.get((axis.name, str(state), str(action)))
        for role in Role:
            cell = (axis.name, str(state), str(action), str(role))
            if expected is None:
                assert not may(axis, state, action, [role]), cell
                with pytest.raises(IllegalTransition):
                    advance(axis, state, action, [role])
            elif role in expected[1]:
                assert may(axis, state, action, [role]), cell
                assert advance(axis, state, action, [role]) == expected[0], cell
                assert next_state(axis, state, action) == expected[0], cell
            else:
                assert not may(axis, state, action, [role]), cell
                with pytest.raises(WrongRole):
                    advance(axis, state, action, [role])


def test_the_tables_hold_no_other_cells() -> None:
    held = {(axis.name, str(state), str(action)) for axis in AXES for state, action in axis.table}
    assert held == EXPECTED.keys()


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)
def test_every_state_can_be_reached_and_every_action_used(axis: Any) -> None:
    reached, new = {axis.start}, {axis.start}
    while new:
        new = {cell.to for (state, _), cell in axis.table.items() if state in new} - reached
        reached |= new
    assert reached == set(axis.states)
    assert {action for _, action in axis.table} == set(axis.actions)


def test_only_decisions_end_without_a_way_on() -> None:
    dead_ends = {
        (axis.name, str(state))
        for axis in AXES
        for state in axis.states
        if all(key[0] != state for key in axis.table)
    }
    assert dead_ends == {("decision", "approved"), ("decision", "declined"), ("decision", "withdrawn")}


def test_administrators_and_auditors_touch_no_case() -> None:
    for axis in AXES:
        for cell in axis.table.values():
            assert cell.roles.isdisjoint({Role.ADMINISTRATOR, Role.AUDITOR, Role.AMBASSADOR})


def test_the_treasurer_never_decides() -> None:
    for axis in (DECISION, EVALUATION):
        assert all(Role.TREASURER not in cell.roles for cell in axis.table.values())
    assert not may(SETTLEMENT, SettlementState.ACCEPTED, SETTLEMENT.actions.DECIDE, [Role.TREASURER])


def test_a_refusal_says_what_is_possible_in_both_languages() -> None:
    with pytest.raises(IllegalTransition) as refused:
        next_state(DECISION, DecisionState.DRAFT, DecisionAction.APPROVE)
    assert "concept" in refused.value.sentence("nl")
    assert "indienen en intrekken" in refused.value.sentence("nl")
    assert "submit and withdraw" in refused.value.sentence("en")
    with pytest.raises(IllegalTransition) as ended:
        next_state(DECISION, DecisionState.DECLINED, DecisionAction.APPROVE)
    assert "niets meer" in ended.value.sentence("nl")


def test_a_wrong_role_names_who_may() -> None:
    with pytest.raises(WrongRole) as refused:
        advance(DECISION, DecisionState.IN_ASSESSMENT, DecisionAction.APPROVE, [Role.APPLICANT])
    assert "bestuurder, secretariaat en plaatsvervanger" in refused.value.sentence("nl")
    assert "executive, secretariat and substitute" in refused.value.sentence("en")


def test_actions_of_several_roles_add_up() -> None:
    state = DecisionState.IN_ASSESSMENT
    assert possible_actions(DECISION, state, [Role.APPLICANT]) == (DecisionAction.WITHDRAW,)
    both = possible_actions(DECISION, state, [Role.APPLICANT, Role.EXECUTIVE])
    assert both == (
        DecisionAction.REQUEST_INFORMATION,
        DecisionAction.APPROVE,
        DecisionAction.WAIT,
        DecisionAction.DECLINE,
        DecisionAction.WITHDRAW,
    )


def test_members_of_different_axes_are_told_apart_by_their_table() -> None:
    # "none" is a state of three axes; a lookup must never cross over.
    assert not may(PAYMENT, PaymentState.PAID, PAYMENT.actions.CONFIRM, [Role.TREASURER])
    assert len(possible_actions(EVALUATION, EvaluationState.NONE)) == 1


@pytest.mark.parametrize("kind", SettlementKind)
def test_only_named_partners_are_heard_and_in_conflict(kind: SettlementKind) -> None:
    named = kind in (SettlementKind.RESPONSIBLE, SettlementKind.SHARED)
    assert kind.is_put_to_parties is named
    assert kind.puts_in_conflict is named


# decision, payment, settlement, evaluation, commitment open in cents, evaluations to come, closed
ENDS = """
declined none none none 0 0 closed
withdrawn none none none 0 0 closed
submitted none none none 0 0 open
waiting none none none 0 0 open
approved none none none 500 3 open
approved none none none 0 0 closed
approved ordered none none 0 0 open
approved paid decided answered 0 0 open
approved paid repaid invited 0 0 open
approved paid repaid answered 0 1 open
approved paid repaid unanswered 0 0 closed
approved paid repaid answered 1 0 open
"""


@pytest.mark.parametrize("row", ENDS.strip().splitlines())
def test_a_case_is_closed_when_all_four_have_ended(row: str) -> None:
    decision, payment, settlement, evaluation, open_cents, to_come, closed = row.split()
    found = is_closed(
        DecisionState(decision),
        PaymentState(payment),
        SettlementState(settlement),
        EvaluationState(evaluation),
        commitment_open_cents=int(open_cents),
        evaluations_to_come=int(to_come),
    )
    assert found is (closed == "closed")


def test_every_label_is_there_in_both_languages() -> None:
    for axis in AXES:
        members: list[Any] = [*axis.states, *axis.actions]
        for member in [*members, *Role, *SettlementKind]:
            assert member.label("nl").strip()
            assert member.label("en").strip()
            assert type(member)(str(member)) is member
