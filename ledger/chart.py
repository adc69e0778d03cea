"""The chart of accounts as data: names in two languages and the RGS code of every account."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ledger.accounts import RULES, Account, AccountType, Subject

PATH = Path(__file__).resolve().parent.parent / "config" / "chart_of_accounts.toml"


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One account as it is shown: ``rgs`` is its code in the Dutch reference chart of accounts."""

    account: Account
    name_nl: str
    name_en: str
    rgs: str

    @property
    def type(self) -> AccountType:
        """Asset, liability, equity, expense or income."""
        return RULES[self.account].type

    @property
    def subject(self) -> Subject:
        """What its sub-accounts stand for."""
        return RULES[self.account].subject

    def name(self, language: str) -> str:
        """The account's name in ``nl`` or ``en``."""
        return self.name_en if language == "en" else self.name_nl


@cache
def chart() -> Mapping[Account, ChartLine]:
    """The chart, in the order of the numbers. Raises ``KeyError`` when an account is not in the file."""
    lines = tomllib.loads(PATH.read_text())["accounts"]
    return {
        account: ChartLine(account, line["nl"], line["en"], line["rgs"])
        for account in Account
        for line in (lines[account.value],)
    }
