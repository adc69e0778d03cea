"""What is not a well-formed entry is refused before it comes near the book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger import entries
from ledger.accounts import RULES, Account, Leaning
from ledger.chart import chart
from ledger.entries import AccountKey, Draft, EntryKind, Leg
from ledger.refusals import EntryWrong, NotBalanced, in_euros

BANK = AccountKey(Account.BANK)
PARTNER = AccountKey(Account.CONTRIBUTIONS, "P")
GOOD = Draft(
    EntryKind.CONTRIBUTION_RECEIVED, date(2026, 1, 1), (Leg(BANK, 5), Leg(PARTNER, -5)), "oorzaak", "sleutel"
)


def test_a_good_draft_passes() -> None:
    entries.check(GOOD)


@pytest.mark.parametrize(
    "changes",
    [
        {"legs": ()},
        {"legs": (Leg(BANK, 5),)},
        {"legs": (Leg(BANK, 5), Leg(BANK, -5))},
        {"legs": (Leg(BANK, 0), Leg(PARTNER, 0))},
        {"legs": (Leg(BANK, True), Leg(PARTNER, -1))},
        {"legs": (Leg(BANK, 10**11), Leg(PARTNER, -(10**11)))},
        {"legs": (Leg(AccountKey(Account.BANK, "x"), 5), Leg(PARTNER, -5))},
        {"legs": (Leg(BANK, 5), Leg(AccountKey(Account.CONTRIBUTIONS), -5))},
        {"legs": (Leg(BANK, 5), Leg(AccountKey(Account.CONTRIBUTIONS, " P"), -5))},
        {"legs": (Leg(BANK, 5), Leg(AccountKey(Account.CONTRIBUTIONS, "P\n"), -5))},
        {"legs": (Leg(BANK, 5), Leg(AccountKey(Account.CONTRIBUTIONS, "P" * 81), -5))},
        {"cause": ""},
        {"cause": "x" * 201},
        {"idempotency_key": ""},
        {"idempotency_key": "a\x00b"},
        {"kind": EntryKind.REVERSAL},
        {"reverses": 1},
        {"booked_on": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_malformed_drafts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EntryWrong):
        entries.check(replace(GOOD, **changes))


def test_debit_and_credit_must_be_equal() -> None:
    with pytest.raises(NotBalanced) as refused:
        entries.check(replace(GOOD, legs=(Leg(BANK, 5), Leg(PARTNER, -4))))
    assert "€ 0,01" in refused.value.sentence("nl")


@pytest.mark.parametrize(
    ("leaning", "allowed"),
    [(Leaning.DEBIT, {0, 1}), (Leaning.CREDIT, {-1, 0}), (Leaning.EITHER, {-1, 0, 1})],
)
def test_leaning_says_which_side_of_zero(leaning: Leaning, allowed: set[int]) -> None:
    assert {cents for cents in (-1, 0, 1) if leaning.allows(cents)} == allowed


def test_every_account_has_a_rule_and_a_line_in_the_chart() -> None:
    assert set(RULES) == set(Account) == set(chart())
    for line in chart().values():
        assert line.name("nl")
        assert line.name("en")
        assert line.rgs[0] == ("W" if line.type in {"expense", "income"} else "B")


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "€ 0,00"), (5, "€ 0,05"), (123456789, "€ 1.234.567,89"), (-250, "-€ 2,50")]
)
def test_amounts_in_sentences(cents: int, text: str) -> None:
    assert in_euros(cents) == text
