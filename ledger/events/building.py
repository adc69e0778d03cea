"""How the events put their legs together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.accounts import CLAIMS, Account
from ledger.entries import AccountKey, Draft, EntryKind, Leg
from ledger.refusals import AmountNotPositive, EntryWrong

Part = tuple[Account, str, int]


def positive(amount_cents: int) -> int:
    """``amount_cents`` itself; raises when it is not a whole number above zero."""
    if type(amount_cents) is not int:
        raise TypeError(f"an amount is a whole number of cents, not {type(amount_cents).__name__}")
    if amount_cents <= 0:
        raise AmountNotPositive()
    return amount_cents


def claim_account(account: Account) -> Account:
    """``account`` itself; raises when claims do not live there."""
    if account not in CLAIMS:
        raise EntryWrong(reason=f"account {account} holds no claims")
    return account


def draft(
    kind: EntryKind,
    debits: Iterable[Part],
    credits_: Iterable[Part],
    *,
    booked_on: date,
    cause: str,
    key: str,
) -> Draft:
    """A draft with ``debits`` and ``credits_``, each ``(account, subject, amount above zero)``."""
    legs = [Leg(AccountKey(account, subject), positive(cents)) for account, subject, cents in debits]
    legs += [Leg(AccountKey(account, subject), -positive(cents)) for account, subject, cents in credits_]
    return Draft(kind, booked_on, tuple(legs), cause, key)


def simple(
    kind: EntryKind,
    debit: tuple[Account, str],
    credit: tuple[Account, str],
    amount_cents: int,
    *,
    booked_on: date,
    cause: str,
    key: str,
) -> Draft:
    """A draft of two legs."""
    return draft(
        kind, [(*debit, amount_cents)], [(*credit, amount_cents)], booked_on=booked_on, cause=cause, key=key
    )
