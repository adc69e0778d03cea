"""Another name or number for the payee of an approved line: one treasurer proposes, another confirms.

For a number that turned out to be wrong, or a payment that came back. The amount never changes: that was
decided on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casework.access import Permission, may_ever
from casework.accounts.refusals import (
    AccountState,
    AlreadyProposed,
    HolderMissing,
    NotOwnProposal,
    NotProposed,
    OwnProposal,
    ReasonNeeded,
    SameAccount,
)
from casework.accounts.tables import PayeeChange
from casework.audit.record import record
from casework.cases.tables import Case, CostLine
from casework.context import Work
from casework.payout.parts import involved_numbers, lock_cases_of
from casework.payout.refusals import OwnCase
from casework.payout.service import open_line
from casework.people.tables import Person
from errors import Forbidden, NotFound
from ledger.bank.iban import read_iban


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A proposed change as a page shows it, beside what holds now."""

    id: int
    cost_line_id: int
    case_number: str
    amount_cents: int
    payee_name: str
    payee_iban: str
    former_name: str
    former_iban: str
    reason: str
    proposed_by: str
    proposed_at_utc: datetime
    own_proposal: bool


def propose_payee(work: Work, *, cost_line_id: int, name: str, iban: str, reason: str) -> int:
    """Propose another payee for a line that is not paid; gives the change's id.

    Raises what reading the number raises, :class:`HolderMissing`, :class:`ReasonNeeded`,
    :class:`SameAccount`, :class:`AlreadyProposed`, :class:`OwnCase`, :class:`AlreadyOrdered`,
    :class:`NotApproved`, :class:`LineReleased`.
    """
    _may(work)
    case, line = _line(work, cost_line_id)
    number = read_iban(iban)
    payee = " ".join(name.split())[:120]
    if not payee:
        raise HolderMissing(field="name")
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    if (payee, number.iban) == (line.payee_name, line.payee_iban):
        raise SameAccount(field="iban")
    change = PayeeChange(
        network_id=work.network.id,
        cost_line_id=line.id,
        payee_name=payee,
        payee_iban=number.iban,
        former_name=line.payee_name,
        former_iban=line.payee_iban,
        reason=reason.strip(),
        proposed_by=work.actor.person_id,
        proposed_at_utc=work.now_utc,
    )
    try:
        with work.session.begin_nested():
            work.session.add(change)
    except IntegrityError as error:
        raise AlreadyProposed(field="iban") from error
    record(work, "payee.propose", case.number, line=line.position)
    work.session.flush()
    return change.id


def confirm_payee(work: Work, *, change_id: int) -> None:
    """Let the line be paid to the proposed payee. Raises :class:`OwnProposal`, :class:`NotProposed`."""
    case, line, change = _proposed(work, change_id)
    if change.proposed_by == work.actor.person_id:
        raise OwnProposal()
    line.payee_name, line.payee_iban = change.payee_name, change.payee_iban
    _judge(work, change, AccountState.CONFIRMED)
    record(work, "payee.confirm", case.number, line=line.position)
    work.session.flush()


def refuse_payee(work: Work, *, change_id: int) -> None:
    """Leave the payee as it was. Raises :class:`OwnProposal`, :class:`NotProposed`."""
    case, line, change = _proposed(work, change_id)
    if change.proposed_by == work.actor.person_id:
        raise OwnProposal()
    _judge(work, change, AccountState.REFUSED)
    record(work, "payee.refuse", case.number, line=line.position)
    work.session.flush()


def withdraw_payee(work: Work, *, change_id: int) -> None:
    """Take one's own proposal back. Raises :class:`NotOwnProposal`, :class:`NotProposed`."""
    case, line, change = _proposed(work, change_id)
    if change.proposed_by != work.actor.person_id:
        raise NotOwnProposal()
    change.state = AccountState.WITHDRAWN.value
    record(work, "payee.withdraw", case.number, line=line.position)
    work.session.flush()


def proposed_payees(work: Work) -> tuple[ChangeRow, ...]:
    """The changes of payees that wait for a second person, oldest first."""
    _may(work)
    rows = work.session.execute(
        select(PayeeChange, Case.number, CostLine.amount_cents, Person.name)
        .join(CostLine, CostLine.id == PayeeChange.cost_line_id)
        .join(Case, Case.id == CostLine.case_id)
        .join(Person, Person.id == PayeeChange.proposed_by)
        .where(
            PayeeChange.network_id == work.network.id,
            PayeeChange.state == AccountState.PROPOSED.value,
        )
        .order_by(PayeeChange.id)
    )
    return tuple(
        ChangeRow(
            id=change.id,
            cost_line_id=change.cost_line_id,
            case_number=number,
            amount_cents=cents,
            payee_name=change.payee_name,
            payee_iban=change.payee_iban,
            former_name=change.former_name,
            former_iban=change.former_iban,
            reason=change.reason,
            proposed_by=name,
            proposed_at_utc=change.proposed_at_utc,
            own_proposal=change.proposed_by == work.actor.person_id,
        )
        for change, number, cents, name in rows
    )


def _judge(work: Work, change: PayeeChange, state: AccountState) -> None:
    change.state = state.value
    change.judged_by = work.actor.person_id
    change.judged_at_utc = work.now_utc


def _proposed(work: Work, change_id: int) -> tuple[Case, CostLine, PayeeChange]:
    _may(work)
    query = select(PayeeChange).where(PayeeChange.id == change_id, PayeeChange.network_id == work.network.id)
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    case, line = _line(work, found.cost_line_id)
    change = work.session.scalars(query.execution_options(populate_existing=True)).one()
    if change.state != AccountState.PROPOSED:
        present = AccountState(change.state)
        raise NotProposed(state_nl=present.nl, state_en=present.en)
    return case, line, change


def _line(work: Work, cost_line_id: int) -> tuple[Case, CostLine]:
    """The line that is open, with its case locked, if the actor may pay it."""
    [case] = lock_cases_of(work, [cost_line_id])
    if involved_numbers(work, [case]):
        raise OwnCase(case=case.number)
    return case, open_line(work, case, cost_line_id)


def _may(work: Work) -> None:
    if not may_ever(work.actor, Permission.ACCOUNT_CHANGE):
        raise Forbidden()
