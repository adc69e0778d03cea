"""Changing an account: one treasurer proposes, another confirms. Until then the former one holds."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casework.access import Permission, may_ever
from casework.accounts.find import Account, fund_account, partner_account
from casework.accounts.refusals import (
    AccountFromPast,
    AccountState,
    AlreadyProposed,
    BicNeeded,
    BicWrong,
    HolderMissing,
    NotOwnProposal,
    NotProposed,
    OwnProposal,
    ReasonNeeded,
    SameAccount,
)
from casework.accounts.tables import BankAccount
from casework.audit.record import record
from casework.context import Work
from casework.network.tables import Partner
from errors import Forbidden, NotFound
from ledger.bank.iban import read_creditor_id, read_iban

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
FUND = ""


def propose_account(
    work: Work,
    *,
    partner: str,
    holder: str,
    iban: str,
    from_on: date,
    reason: str,
    bic: str = "",
    creditor_id: str = "",
) -> int:
    """Propose another account for ``partner`` (a code), or for the fund itself (:data:`FUND`); gives its id.

    ``bic`` is needed only where the number does not tell it. Raises what :func:`ledger.bank.iban.read_iban`
    raises, :class:`HolderMissing`, :class:`BicNeeded`, :class:`BicWrong`, :class:`AccountFromPast`,
    :class:`SameAccount`, :class:`ReasonNeeded`, :class:`AlreadyProposed`.
    """
    _may_change(work)
    owner = _owner(work, partner)
    number = read_iban(iban)
    name = " ".join(holder.split())[:70]
    if not name:
        raise HolderMissing(field="holder")
    if from_on < work.today:
        raise AccountFromPast(field="from_on")
    proposed = BankAccount(
        network_id=work.network.id,
        partner_id=owner.id if owner else None,
        holder=name,
        iban=number.iban,
        bic=_bic(bic, number.bic, needed=owner is None),
        creditor_id=read_creditor_id(creditor_id) if owner is None else "",
        from_on=from_on,
        reason=reason.strip(),
        proposed_by=work.actor.person_id,
        proposed_at_utc=work.now_utc,
    )
    present = _present(work, owner, from_on)
    if present and _same(present, proposed):
        raise SameAccount(field="iban")
    if present and not proposed.reason:
        raise ReasonNeeded(field="reason")
    try:
        with work.session.begin_nested():
            work.session.add(proposed)
    except IntegrityError as error:
        raise AlreadyProposed(field="iban") from error
    record(work, "account.propose", partner or work.network.code, account=proposed.id)
    work.session.flush()
    return proposed.id


def confirm_account(work: Work, *, account_id: int) -> None:
    """Let a proposed account hold. Raises :class:`OwnProposal`, :class:`NotProposed`."""
    row = _proposed(work, account_id)
    if row.proposed_by == work.actor.person_id:
        raise OwnProposal()
    # What waited longer than its own first day holds from now on, not from a day that is over.
    row.from_on = max(row.from_on, work.today)
    _judge(work, row, AccountState.CONFIRMED, "account.confirm")


def refuse_account(work: Work, *, account_id: int) -> None:
    """Do not take a proposed account over. Raises :class:`OwnProposal`, :class:`NotProposed`."""
    row = _proposed(work, account_id)
    if row.proposed_by == work.actor.person_id:
        raise OwnProposal()
    _judge(work, row, AccountState.REFUSED, "account.refuse")


def withdraw_account(work: Work, *, account_id: int) -> None:
    """Take one's own proposal back. Raises :class:`NotOwnProposal`, :class:`NotProposed`."""
    row = _proposed(work, account_id)
    if row.proposed_by != work.actor.person_id:
        raise NotOwnProposal()
    row.state = AccountState.WITHDRAWN.value
    _log(work, row, "account.withdraw")


def _judge(work: Work, row: BankAccount, state: AccountState, action: str) -> None:
    row.state = state.value
    row.judged_by = work.actor.person_id
    row.judged_at_utc = work.now_utc
    _log(work, row, action)


def _log(work: Work, row: BankAccount, action: str) -> None:
    code = work.session.get_one(Partner, row.partner_id).code if row.partner_id else work.network.code
    record(work, action, code, account=row.id)
    work.session.flush()


def _proposed(work: Work, account_id: int) -> BankAccount:
    _may_change(work)
    row = work.session.scalar(
        select(BankAccount)
        .where(BankAccount.id == account_id, BankAccount.network_id == work.network.id)
        .with_for_update(of=BankAccount)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound()
    if row.state != AccountState.PROPOSED:
        present = AccountState(row.state)
        raise NotProposed(state_nl=present.nl, state_en=present.en)
    return row


def _owner(work: Work, code: str) -> Partner | None:
    if code == FUND:
        return None
    found = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == code)
    )
    if found is None:
        raise NotFound()
    return found


def _present(work: Work, owner: Partner | None, on: date) -> Account | None:
    if owner is None:
        return fund_account(work.session, work.network.id, on)
    return partner_account(work.session, owner.id, on)


def _same(present: Account, proposed: BankAccount) -> bool:
    return (present.holder, present.iban, present.bic, present.creditor_id) == (
        proposed.holder,
        proposed.iban,
        proposed.bic,
        proposed.creditor_id,
    )


def _bic(typed: str, derived: str, *, needed: bool) -> str:
    plain = "".join(typed.split()).upper() or derived
    if plain and not _BIC.fullmatch(plain):
        raise BicWrong(field="bic")
    if needed and not plain:
        raise BicNeeded(field="bic")
    return plain


def _may_change(work: Work) -> None:
    if not may_ever(work.actor, Permission.ACCOUNT_CHANGE):
        raise Forbidden()
