"""Names in plain-text books: acceptable to beancount, and never two alike."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import RULES, Account, Subject
from ledger.entries import AccountKey
from ledger.export.names import account_name, escape, euros, unescape

BEANCOUNT_ACCOUNT = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+")
WITH_SUBJECT = [account for account, rule in RULES.items() if rule.subject is not Subject.NONE]


@given(st.text(min_size=1))
def test_escaping_can_be_undone(subject: str) -> None:
    assert unescape(escape(subject)) == subject


@given(st.text(alphabet="-x2de. ", min_size=1))
def test_escaping_can_be_undone_for_what_looks_escaped(subject: str) -> None:
    assert unescape(escape(subject)) == subject


@given(st.sampled_from(WITH_SUBJECT), st.text(min_size=1, max_size=80))
def test_names_are_beancounts(account: Account, subject: str) -> None:
    assert BEANCOUNT_ACCOUNT.fullmatch(account_name(AccountKey(account, subject)))


def test_names_say_what_they_are() -> None:
    assert account_name(AccountKey(Account.BANK)) == "Assets:1100-Bank"
    case = AccountKey(Account.UNSETTLED_CASES, "BB-2026-001")
    assert account_name(case) == "Assets:1400-Unsettled-cases:Case-BB-2026-001"


def test_amounts_have_two_decimals() -> None:
    assert [euros(cents) for cents in (0, 5, -5, 123456789, -100)] == [
        "0.00", "0.05", "-0.05", "1234567.89", "-1.00",
    ]  # fmt: skip
