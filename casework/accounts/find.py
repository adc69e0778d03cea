"""Which account holds on a day: for whoever pays, collects, reads statements or writes an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.accounts.refusals import AccountState, NoFundAccount, NoPartnerAccount
from casework.accounts.tables import BankAccount
from casework.network.tables import Partner


@dataclass(frozen=True, slots=True)
class Account:
    """A confirmed account. ``bic`` and ``creditor_id`` are empty where there is none."""

    id: int
    holder: str
    iban: str
    bic: str
    creditor_id: str
    from_on: date


def fund_account(session: Session, network_id: int, on: date) -> Account | None:
    """The fund's own account that holds on day ``on``; None while there is none."""
    return _holding(session, network_id, BankAccount.partner_id.is_(None), on)


def fund_account_needed(session: Session, network_id: int, on: date) -> Account:
    """The same. Raises :class:`NoFundAccount` where there is none."""
    found = fund_account(session, network_id, on)
    if found is None:
        raise NoFundAccount()
    return found


def partner_account(session: Session, partner_id: int, on: date) -> Account | None:
    """The account of a partner that holds on day ``on``; None where none is known."""
    network_id = session.get_one(Partner, partner_id).network_id
    return _holding(session, network_id, BankAccount.partner_id == partner_id, on)


def partner_account_needed(session: Session, partner: Partner, on: date) -> Account:
    """The same. Raises :class:`NoPartnerAccount` where none is known."""
    found = _holding(session, partner.network_id, BankAccount.partner_id == partner.id, on)
    if found is None:
        raise NoPartnerAccount(partner=partner.name)
    return found


def fund_ibans(session: Session, network_id: int) -> frozenset[str]:
    """Every account that is or was the fund's: a statement of any of them is ours."""
    rows = session.scalars(
        select(BankAccount.iban).where(
            BankAccount.network_id == network_id,
            BankAccount.partner_id.is_(None),
            BankAccount.state == AccountState.CONFIRMED.value,
        )
    )
    return frozenset(rows)


def partner_ibans(session: Session, network_id: int) -> dict[str, str]:
    """Every account that is or was a partner's, with the partner's code: who pays from it is known."""
    rows = session.execute(
        select(BankAccount.iban, Partner.code)
        .join(Partner, Partner.id == BankAccount.partner_id)
        .where(BankAccount.network_id == network_id, BankAccount.state == AccountState.CONFIRMED.value)
        .order_by(BankAccount.id)
    )
    return {row.iban: row.code for row in rows}


def _holding(session: Session, network_id: int, owner: ColumnElement[bool], on: date) -> Account | None:
    row = session.scalar(
        select(BankAccount)
        .where(
            BankAccount.network_id == network_id,
            owner,
            BankAccount.state == AccountState.CONFIRMED.value,
            BankAccount.from_on <= on,
        )
        .order_by(BankAccount.from_on.desc(), BankAccount.id.desc())
        .limit(1)
    )
    return None if row is None else account_of(row)


def account_of(row: BankAccount) -> Account:
    """The row as others see it."""
    return Account(row.id, row.holder, row.iban, row.bic, row.creditor_id, row.from_on)
