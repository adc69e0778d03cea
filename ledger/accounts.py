"""The accounts of the book: what they are, what their sub-accounts stand for, which way they may lean.

Debit is positive everywhere, so a liability that is there has a negative balance.
Names and RGS codes are data: ``config/chart_of_accounts.toml``, read by :mod:`ledger.chart`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """A main account; the value is its number."""

    BANK = "1100"
    IN_TRANSIT = "1150"
    CARDS = "1160"
    PARTNER_CLAIMS = "1300"
    RESIDENT_CLAIMS = "1310"
    OUTSIDE_CLAIMS = "1320"
    UNSETTLED_CASES = "1400"
    COMMITMENTS = "2100"
    PARTNER_ADVANCES = "2200"
    SUSPENSE = "2900"
    CONTRIBUTIONS = "3000"
    RESULT = "3900"
    GIFTS = "4100"
    WRITE_OFFS = "4200"
    BANK_COSTS = "4300"
    OTHER_COSTS = "4400"
    OTHER_INCOME = "4900"


class AccountType(StrEnum):
    """What an account is in the balance sheet or the year's result."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    EXPENSE = "expense"
    INCOME = "income"


class Subject(StrEnum):
    """What a sub-account stands for; ``NONE`` where an account has no sub-accounts."""

    NONE = ""
    PAYMENT = "payment"
    CLAIM = "claim"
    CASE = "case"
    PARTNER = "partner"
    RECEIPT = "receipt"


class Leaning(StrEnum):
    """The side a balance may be on, per sub-account and in total. The database checks the same."""

    DEBIT = "debit"
    CREDIT = "credit"
    EITHER = "either"

    def allows(self, balance_cents: int) -> bool:
        """Whether a balance of ``balance_cents`` (debit positive) is on this side of zero."""
        if self is Leaning.DEBIT:
            return balance_cents >= 0
        return self is Leaning.EITHER or balance_cents <= 0


@dataclass(frozen=True, slots=True)
class AccountRule:
    """What holds for one main account."""

    type: AccountType
    subject: Subject
    leaning: Leaning


_A, _L, _Q, _X = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY, AccountType.EXPENSE
_D, _C, _E = Leaning.DEBIT, Leaning.CREDIT, Leaning.EITHER

RULES: dict[Account, AccountRule] = {
    Account.BANK: AccountRule(_A, Subject.NONE, _E),  # what the bank says, overdrawn or not
    Account.IN_TRANSIT: AccountRule(_A, Subject.PAYMENT, _C),
    Account.CARDS: AccountRule(_A, Subject.NONE, _D),
    Account.PARTNER_CLAIMS: AccountRule(_A, Subject.CLAIM, _D),
    Account.RESIDENT_CLAIMS: AccountRule(_A, Subject.CLAIM, _D),
    Account.OUTSIDE_CLAIMS: AccountRule(_A, Subject.CLAIM, _D),
    Account.UNSETTLED_CASES: AccountRule(_A, Subject.CASE, _D),
    Account.COMMITMENTS: AccountRule(_L, Subject.CASE, _C),
    Account.PARTNER_ADVANCES: AccountRule(_L, Subject.PARTNER, _C),
    Account.SUSPENSE: AccountRule(_L, Subject.RECEIPT, _C),
    Account.CONTRIBUTIONS: AccountRule(_Q, Subject.PARTNER, _E),
    Account.RESULT: AccountRule(_Q, Subject.NONE, _E),
    Account.GIFTS: AccountRule(_X, Subject.NONE, _E),
    Account.WRITE_OFFS: AccountRule(_X, Subject.NONE, _E),
    Account.BANK_COSTS: AccountRule(_X, Subject.NONE, _E),
    Account.OTHER_COSTS: AccountRule(_X, Subject.NONE, _E),
    Account.OTHER_INCOME: AccountRule(AccountType.INCOME, Subject.NONE, _E),
}

CASH = (Account.BANK, Account.IN_TRANSIT)
CLAIMS = (Account.PARTNER_CLAIMS, Account.RESIDENT_CLAIMS, Account.OUTSIDE_CLAIMS)
COSTS_AND_INCOME = (
    Account.GIFTS,
    Account.WRITE_OFFS,
    Account.BANK_COSTS,
    Account.OTHER_COSTS,
    Account.OTHER_INCOME,
)
# Available = the sum of these balances (debit positive), less the buffer of policy.
AVAILABLE = (
    Account.BANK,
    Account.IN_TRANSIT,
    Account.COMMITMENTS,
    Account.PARTNER_ADVANCES,
    Account.SUSPENSE,
)
