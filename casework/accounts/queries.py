"""The accounts as a page shows them: what holds, what waits for a second person, what was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from casework.access import Permission, may_ever
from casework.accounts.find import Account, fund_account, partner_account
from casework.accounts.refusals import AccountState
from casework.accounts.tables import BankAccount, PayeeChange
from casework.context import Work
from casework.network.tables import Partner
from casework.people.tables import Person
from errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account or a proposed one. ``partner`` is empty for the fund's own; people by name."""

    id: int
    partner: str
    owner_name: str
    holder: str
    iban: str
    bic: str
    creditor_id: str
    from_on: date
    reason: str
    state: AccountState
    proposed_by: str
    proposed_at_utc: datetime
    own_proposal: bool
    judged_by: str
    judged_at_utc: datetime | None


@dataclass(frozen=True, slots=True)
class PartnerAccount:
    """A partner and the account that holds today, if one is known."""

    partner: str
    partner_name: str
    account: Account | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everything on the page of accounts."""

    fund: Account | None
    partners: tuple[PartnerAccount, ...]
    proposed: tuple[AccountRow, ...]
    history: tuple[AccountRow, ...]


def accounts(work: Work) -> Accounts:
    """The page of accounts. The partners that take part stand first, by name."""
    _may_view(work)
    rows = tuple(_row(work, found) for found in work.session.execute(_rows(work)))
    partners = work.session.scalars(select(Partner).where(Partner.network_id == work.network.id))
    shown = sorted(
        partners, key=lambda one: (one.left_on is not None and one.left_on <= work.today, one.name)
    )
    return Accounts(
        fund=fund_account(work.session, work.network.id, work.today),
        partners=tuple(
            PartnerAccount(one.code, one.name, partner_account(work.session, one.id, work.today))
            for one in shown
        ),
        proposed=tuple(row for row in rows if row.state is AccountState.PROPOSED),
        history=tuple(row for row in rows if row.state is not AccountState.PROPOSED),
    )


def changes_to_judge(work: Work) -> int:
    """How many changes, of accounts and of payees, wait for this person's eyes."""
    found = 0
    for table in (BankAccount, PayeeChange):
        query = select(func.count()).where(
            table.network_id == work.network.id,
            table.state == AccountState.PROPOSED.value,
            table.proposed_by != work.actor.person_id,
        )
        found += int(work.session.scalar(query) or 0)
    return found


def present_account(work: Work, partner: str) -> tuple[str, Account | None]:
    """The name of the owner and the account that holds today; ``partner`` is empty for the fund."""
    _may_view(work)
    if not partner:
        return work.network.name, fund_account(work.session, work.network.id, work.today)
    owner = work.session.scalar(
        select(Partner).where(Partner.network_id == work.network.id, Partner.code == partner)
    )
    if owner is None:
        raise NotFound()
    return owner.name, partner_account(work.session, owner.id, work.today)


def _rows(work: Work) -> Select[BankAccount, str, str, str, str]:
    proposing, judging = aliased(Person), aliased(Person)
    return (
        select(BankAccount, Partner.code, Partner.name, proposing.name, judging.name)
        .outerjoin(Partner, Partner.id == BankAccount.partner_id)
        .outerjoin(proposing, proposing.id == BankAccount.proposed_by)
        .outerjoin(judging, judging.id == BankAccount.judged_by)
        .where(BankAccount.network_id == work.network.id)
        .order_by(BankAccount.id.desc())
    )


def _row(work: Work, found: Row[BankAccount, str, str, str, str]) -> AccountRow:
    row, partner, partner_name, proposed_by, judged_by = found
    return AccountRow(
        id=row.id,
        partner=partner or "",
        owner_name=partner_name or work.network.name,
        holder=row.holder,
        iban=row.iban,
        bic=row.bic,
        creditor_id=row.creditor_id,
        from_on=row.from_on,
        reason=row.reason,
        state=AccountState(row.state),
        proposed_by=proposed_by or "",
        proposed_at_utc=row.proposed_at_utc,
        own_proposal=row.proposed_by == work.actor.person_id,
        judged_by=judged_by or "",
        judged_at_utc=row.judged_at_utc,
    )


def _may_view(work: Work) -> None:
    if not may_ever(work.actor, Permission.ACCOUNT_VIEW):
        raise Forbidden()
