"""The fund itself: contributions, advances, costs, income, taking over and closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.accounts import COSTS_AND_INCOME, Account
from ledger.entries import AccountKey, Draft, EntryKind, Leg
from ledger.events.building import simple


def contribution_received(*, partner: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """A partner pays into the fund."""
    return simple(
        EntryKind.CONTRIBUTION_RECEIVED,
        (Account.BANK, ""),
        (Account.CONTRIBUTIONS, partner),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def contribution_paid_back(
    *, partner: str, payment: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A leaving partner gets its contribution back, by a payment order. Guarded: a voluntary refund."""
    return simple(
        EntryKind.CONTRIBUTION_PAID_BACK,
        (Account.CONTRIBUTIONS, partner),
        (Account.IN_TRANSIT, payment),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def partner_paid_in_advance(
    *, case: str, partner: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A partner paid on a case's promise itself; the fund owes it that money."""
    return simple(
        EntryKind.PARTNER_PAID_IN_ADVANCE,
        (Account.COMMITMENTS, case),
        (Account.PARTNER_ADVANCES, partner),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def advance_refunded(
    *, partner: str, payment: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """The fund refunds what a partner paid in advance, by a payment order."""
    return simple(
        EntryKind.ADVANCE_REFUNDED,
        (Account.PARTNER_ADVANCES, partner),
        (Account.IN_TRANSIT, payment),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def advance_set_off(
    *, partner: str, claim: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A partner sets off what it paid in advance against a claim on it."""
    return simple(
        EntryKind.ADVANCE_SET_OFF,
        (Account.PARTNER_ADVANCES, partner),
        (Account.PARTNER_CLAIMS, claim),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def bank_costs(*, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """The bank charges costs."""
    return simple(
        EntryKind.BANK_COSTS,
        (Account.BANK_COSTS, ""),
        (Account.BANK, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def other_income(*, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Interest, subsidy or a donation comes in."""
    return simple(
        EntryKind.OTHER_INCOME,
        (Account.BANK, ""),
        (Account.OTHER_INCOME, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def other_costs(
    *, amount_cents: int, booked_on: date, cause: str, key: str, payment: str | None = None
) -> Draft:
    """Other costs: ordered as ``payment``, or debited by the bank straight away when there is none."""
    paid_from = (Account.IN_TRANSIT, payment) if payment else (Account.BANK, "")
    return simple(
        EntryKind.OTHER_COSTS,
        (Account.OTHER_COSTS, ""),
        paid_from,
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def pot_taken_over(
    *, partner: str, balances: Mapping[AccountKey, int], booked_on: date, cause: str, key: str
) -> Draft:
    """An existing pot is taken over as it stands, in one entry against the contribution of ``partner``.

    ``balances`` are the balances in cents, debit positive, that the pot brings. Claims among them are
    entered through :func:`ledger.claims.take_over`, which also keeps whom they are on.
    """
    legs = [Leg(key_, cents) for key_, cents in balances.items() if cents]
    if brought := sum(leg.amount_cents for leg in legs):
        legs.append(Leg(AccountKey(Account.CONTRIBUTIONS, partner), -brought))
    return Draft(EntryKind.POT_TAKEN_OVER, booked_on, tuple(legs), cause, key)


def year_closed(*, results: Mapping[Account, int], booked_on: date, cause: str, key: str) -> Draft | None:
    """The year's costs and income go to the result; ``None`` when there were none.

    ``results`` are the year's balances in cents, debit positive, of the accounts of costs and income.
    """
    legs = [
        Leg(AccountKey(account), -results[account]) for account in COSTS_AND_INCOME if results.get(account)
    ]
    if not legs:
        return None
    if remainder := -sum(leg.amount_cents for leg in legs):
        legs.append(Leg(AccountKey(Account.RESULT), remainder))
    return Draft(EntryKind.YEAR_CLOSED, booked_on, tuple(legs), cause, key)
