"""Account names and amounts as plain-text accounting writes them.

Names are beancount's, which is the stricter of the two: parts divided by a colon, each beginning with a
capital or a digit and made of letters, digits and hyphens. hledger reads them as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ledger.accounts import RULES, Account, AccountType, Subject
from ledger.chart import chart
from ledger.entries import AccountKey

ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.EXPENSE: "Expenses",
    AccountType.INCOME: "Income",
}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9-]|-(?=x)")
_ESCAPED = re.compile(r"-x([0-9a-f]{1,6})-")


@lru_cache(maxsize=len(Account))
def main_account_name(account: Account) -> str:
    """``Assets:1400-Unsettled-cases``: root by kind, then number and English name."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", chart()[account].name_en).strip("-")
    return f"{ROOTS[RULES[account].type]}:{account.value}-{words}"


def account_name(key: AccountKey) -> str:
    """The name of a sub-account: ``Assets:1400-Unsettled-cases:Case-BB-2026-001``. No two are alike."""
    before, has_subject = _before_subject(key.account)
    return before + escape(key.subject) if has_subject else before


@lru_cache(maxsize=len(Account))
def _before_subject(account: Account) -> tuple[str, bool]:
    main, subject = main_account_name(account), RULES[account].subject
    if subject is Subject.NONE:
        return main, False
    return f"{main}:{subject.value.capitalize()}-", True


def escape(subject: str) -> str:
    """``subject`` with every character but letters, digits and hyphens as ``-x2e-``: its code point."""
    return _NOT_PLAIN.sub(lambda found: f"-x{ord(found[0]):x}-", subject)


def unescape(part: str) -> str:
    """The subject that :func:`escape` wrote."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), part)


def euros(cents: int) -> str:
    """``-1234.50``: a point, two decimals, no thousands; as all three formats want it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"
