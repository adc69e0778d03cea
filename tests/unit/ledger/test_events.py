"""Every event of the domain: which account, which side, which sub-account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import pytest

from ledger import entries, events
from ledger.accounts import CASH, Account
from ledger.cash_flows import OUT, Flow, classify
from ledger.entries import AccountKey, Draft, EntryKind, Leg
from ledger.refusals import AmountNotPositive, EntryWrong

ON = date(2026, 3, 1)
REST = {"booked_on": ON, "cause": "oorzaak", "key": "sleutel"}
CLAIM = {"account": Account.RESIDENT_CLAIMS, "claim": "V1"}

# event, its own facts, kind, debits and credits as (account, sub-account)
TABLE: list[tuple[Callable[..., Draft], dict[str, object], str, tuple[str, str], tuple[str, str]]] = [
    (events.contribution_received, {"partner": "P"}, "contribution_received", ("1100", ""), ("3000", "P")),
    (
        events.contribution_paid_back,
        {"partner": "P", "payment": "B1"},
        "contribution_paid_back",
        ("3000", "P"),
        ("1150", "B1"),
    ),
    (events.case_approved, {"case": "C"}, "case_approved", ("1400", "C"), ("2100", "C")),
    (events.commitment_raised, {"case": "C"}, "commitment_raised", ("1400", "C"), ("2100", "C")),
    (events.commitment_released, {"case": "C"}, "commitment_released", ("2100", "C"), ("1400", "C")),
    (
        events.payment_ordered,
        {"case": "C", "payment": "B1"},
        "payment_ordered",
        ("2100", "C"),
        ("1150", "B1"),
    ),
    (events.payment_seen, {"payment": "B1"}, "payment_seen", ("1150", "B1"), ("1100", "")),
    (
        events.payment_rejected,
        {"case": "C", "payment": "B1"},
        "payment_rejected",
        ("1150", "B1"),
        ("2100", "C"),
    ),
    (events.payment_returned, {"case": "C"}, "payment_returned", ("1100", ""), ("2100", "C")),
    (events.cards_bought, {"payment": "B1"}, "cards_bought", ("1160", ""), ("1150", "B1")),
    (events.cards_handed_out, {"case": "C"}, "cards_handed_out", ("2100", "C"), ("1160", "")),
    (
        events.partner_paid_in_advance,
        {"case": "C", "partner": "P"},
        "partner_paid_in_advance",
        ("2100", "C"),
        ("2200", "P"),
    ),
    (
        events.advance_refunded,
        {"partner": "P", "payment": "B1"},
        "advance_refunded",
        ("2200", "P"),
        ("1150", "B1"),
    ),
    (
        events.advance_set_off,
        {"partner": "P", "claim": "V1"},
        "advance_set_off",
        ("2200", "P"),
        ("1300", "V1"),
    ),
    (events.settled_as_gift, {"case": "C"}, "settled_as_gift", ("4100", ""), ("1400", "C")),
    (events.repayment_received, CLAIM, "repayment_received", ("1100", ""), ("1310", "V1")),
    (events.payee_refund_unsettled, {"case": "C"}, "payee_refund_unsettled", ("1100", ""), ("1400", "C")),
    (events.claim_fell_back, {"case": "C", **CLAIM}, "claim_fell_back", ("1400", "C"), ("1310", "V1")),
    (
        events.repaid_part_fell_back,
        {"case": "C", "receipt": "R1"},
        "repaid_part_fell_back",
        ("1400", "C"),
        ("2900", "R1"),
    ),
    (events.claim_written_off, CLAIM, "claim_written_off", ("4200", ""), ("1310", "V1")),
    (events.written_off_claim_received, {}, "written_off_claim_received", ("1100", ""), ("4200", "")),
    (events.receipt_unrecognised, {"receipt": "R1"}, "receipt_unrecognised", ("1100", ""), ("2900", "R1")),
    (
        events.recognised_as_repayment,
        {"receipt": "R1", **CLAIM},
        "receipt_recognised",
        ("2900", "R1"),
        ("1310", "V1"),
    ),
    (
        events.recognised_as_contribution,
        {"receipt": "R1", "partner": "P"},
        "receipt_recognised",
        ("2900", "R1"),
        ("3000", "P"),
    ),
    (
        events.recognised_as_refund,
        {"receipt": "R1", "case": "C"},
        "receipt_recognised",
        ("2900", "R1"),
        ("1400", "C"),
    ),
    (
        events.receipt_sent_back,
        {"receipt": "R1", "payment": "B1"},
        "receipt_sent_back",
        ("2900", "R1"),
        ("1150", "B1"),
    ),
    (events.bank_costs, {}, "bank_costs", ("4300", ""), ("1100", "")),
    (events.other_costs, {}, "other_costs", ("4400", ""), ("1100", "")),
    (events.other_costs, {"payment": "B1"}, "other_costs", ("4400", ""), ("1150", "B1")),
    (events.other_income, {}, "other_income", ("1100", ""), ("4900", "")),
    (events.cards_missing, {}, "other_costs", ("4400", ""), ("1160", "")),
    (events.cards_found, {}, "other_income", ("1160", ""), ("4900", "")),
]


def _key(side: tuple[str, str]) -> AccountKey:
    return AccountKey(Account(side[0]), side[1])


@pytest.mark.parametrize(("event", "facts", "kind", "debit", "credit"), TABLE)
def test_event_books_debit_and_credit(
    event: Callable[..., Draft],
    facts: dict[str, object],
    kind: str,
    debit: tuple[str, str],
    credit: tuple[str, str],
) -> None:
    draft = event(**facts, amount_cents=1250, **REST)
    assert draft == Draft(
        EntryKind(kind), ON, (Leg(_key(debit), 1250), Leg(_key(credit), -1250)), "oorzaak", "sleutel"
    )
    entries.check(draft)


@pytest.mark.parametrize("event", [row[0] for row in TABLE])
@pytest.mark.parametrize("amount_cents", [0, -1])
def test_no_event_takes_nothing_or_less(event: Callable[..., Draft], amount_cents: int) -> None:
    facts = next(row[1] for row in TABLE if row[0] is event)
    with pytest.raises(AmountNotPositive):
        event(**facts, amount_cents=amount_cents, **REST)


@pytest.mark.parametrize("event", [row[0] for row in TABLE])
def test_no_event_takes_a_float(event: Callable[..., Draft]) -> None:
    facts = next(row[1] for row in TABLE if row[0] is event)
    with pytest.raises(TypeError):
        event(**facts, amount_cents=12.5, **REST)


def test_the_year_s_cash_adds_up_over_all_events_together() -> None:
    # Kept per kind and account over a year, as the months are: what moves no cash may not disturb what does.
    turnover: dict[tuple[EntryKind, Account], int] = defaultdict(int)
    for event, facts, *_rest in TABLE:
        for leg in (draft := event(**facts, amount_cents=1250, **REST)).legs:
            turnover[draft.kind, leg.key.account] += leg.amount_cents
    flows = classify(turnover)
    cash = sum(cents for (_kind, account), cents in turnover.items() if account in CASH)
    assert sum(-cents if flow in OUT else cents for flow, cents in flows.items()) == cash
    # Twice paid by the bank, and once found missing on a count.
    assert (flows[Flow.OTHER_COSTS], flows[Flow.OTHER_INCOME]) == (2 * 1250, 1250)


def test_settlement_is_one_entry_over_all_claims() -> None:
    shares = [
        events.ClaimShare(Account.PARTNER_CLAIMS, "V1", 600),
        events.ClaimShare(Account.OUTSIDE_CLAIMS, "V2", 400),
    ]
    draft = events.settled(case="C", claims=shares, **REST)
    assert draft.kind is EntryKind.SETTLED
    assert draft.legs == (
        Leg(AccountKey(Account.PARTNER_CLAIMS, "V1"), 600),
        Leg(AccountKey(Account.OUTSIDE_CLAIMS, "V2"), 400),
        Leg(AccountKey(Account.UNSETTLED_CASES, "C"), -1000),
    )
    entries.check(draft)


@pytest.mark.parametrize(
    ("open_cents", "on_claim", "rest"), [(1000, 300, 0), (300, 300, 0), (200, 200, 100), (0, 0, 300)]
)
def test_payee_refund_lowers_the_claim_and_the_rest_is_not_recognised(
    open_cents: int, on_claim: int, rest: int
) -> None:
    draft = events.payee_refund_settled(
        **CLAIM, open_cents=open_cents, receipt="R1", amount_cents=300, **REST
    )
    moved = {leg.key: leg.amount_cents for leg in draft.legs}
    assert moved.pop(AccountKey(Account.BANK)) == 300
    assert -moved.pop(AccountKey(Account.RESIDENT_CLAIMS, "V1"), 0) == on_claim
    assert -moved.pop(AccountKey(Account.SUSPENSE, "R1"), 0) == rest
    assert not moved
    entries.check(draft)


def test_claims_live_on_claim_accounts_only() -> None:
    with pytest.raises(EntryWrong):
        events.repayment_received(account=Account.GIFTS, claim="V1", amount_cents=1, **REST)


def test_pot_is_taken_over_against_the_partner() -> None:
    draft = events.pot_taken_over(
        partner="P",
        balances={
            AccountKey(Account.BANK): 10_000,
            AccountKey(Account.UNSETTLED_CASES, "C"): 500,
            AccountKey(Account.COMMITMENTS, "C"): -500,
            AccountKey(Account.CARDS): 0,
        },
        **REST,
    )
    assert {leg.key: leg.amount_cents for leg in draft.legs} == {
        AccountKey(Account.BANK): 10_000,
        AccountKey(Account.UNSETTLED_CASES, "C"): 500,
        AccountKey(Account.COMMITMENTS, "C"): -500,
        AccountKey(Account.CONTRIBUTIONS, "P"): -10_000,
    }
    entries.check(draft)


@pytest.mark.parametrize(
    ("costs", "income", "result"), [(700, 200, 500), (200, 700, -500), (300, 300, 0), (0, 50, -50)]
)
def test_year_is_closed_to_the_result(costs: int, income: int, result: int) -> None:
    draft = events.year_closed(
        results={Account.GIFTS: costs, Account.OTHER_INCOME: -income}, booked_on=ON, cause="2026", key="k"
    )
    assert draft is not None
    moved = {leg.key.account: leg.amount_cents for leg in draft.legs}
    assert moved.get(Account.GIFTS, 0) == -costs
    assert moved.get(Account.OTHER_INCOME, 0) == income
    assert moved.get(Account.RESULT, 0) == result
    entries.check(draft)


def test_a_year_without_costs_or_income_has_no_closing_entry() -> None:
    assert events.year_closed(results={}, **REST) is None


def test_every_kind_has_an_event() -> None:
    made = {EntryKind(row[2]) for row in TABLE} | {
        EntryKind.SETTLED,
        EntryKind.PAYEE_REFUND_SETTLED,
        EntryKind.POT_TAKEN_OVER,
        EntryKind.YEAR_CLOSED,
        EntryKind.REVERSAL,  # made by book.reverse
    }
    assert made == set(EntryKind)
