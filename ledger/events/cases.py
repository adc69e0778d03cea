"""From promise to payment, per case."""

from __future__ import annotations

from datetime import date

from ledger.accounts import Account
from ledger.entries import Draft, EntryKind
from ledger.events.building import simple


def case_approved(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Money is promised to a case. Refused when the fund has not enough available."""
    return simple(
        EntryKind.CASE_APPROVED,
        (Account.UNSETTLED_CASES, case),
        (Account.COMMITMENTS, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def commitment_raised(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """A promise is made larger (a top-up). Guarded like an approval."""
    return simple(
        EntryKind.COMMITMENT_RAISED,
        (Account.UNSETTLED_CASES, case),
        (Account.COMMITMENTS, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def commitment_released(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """A promise, or what is left of it, is withdrawn or expires unused."""
    return simple(
        EntryKind.COMMITMENT_RELEASED,
        (Account.COMMITMENTS, case),
        (Account.UNSETTLED_CASES, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payment_ordered(
    *, case: str, payment: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A payment order goes to the bank; until a statement shows it, the money is in transit."""
    return simple(
        EntryKind.PAYMENT_ORDERED,
        (Account.COMMITMENTS, case),
        (Account.IN_TRANSIT, payment),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payment_seen(*, payment: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """An ordered payment is debited on a bank statement."""
    return simple(
        EntryKind.PAYMENT_SEEN,
        (Account.IN_TRANSIT, payment),
        (Account.BANK, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payment_rejected(
    *, case: str, payment: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """The bank rejects an order before debiting it: the promise stands again."""
    return simple(
        EntryKind.PAYMENT_REJECTED,
        (Account.IN_TRANSIT, payment),
        (Account.COMMITMENTS, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payment_returned(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """The bank returns a payment after debiting it: the promise stands again."""
    return simple(
        EntryKind.PAYMENT_RETURNED,
        (Account.BANK, ""),
        (Account.COMMITMENTS, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def cards_bought(*, payment: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Vouchers or prepaid cards are bought for stock, by a payment order."""
    return simple(
        EntryKind.CARDS_BOUGHT,
        (Account.CARDS, ""),
        (Account.IN_TRANSIT, payment),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def cards_handed_out(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Cards from stock are handed out on a case's promise."""
    return simple(
        EntryKind.CARDS_HANDED_OUT,
        (Account.COMMITMENTS, case),
        (Account.CARDS, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def cards_missing(*, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Fewer cards were counted than the book says: what is gone is a cost."""
    return simple(
        EntryKind.OTHER_COSTS,
        (Account.OTHER_COSTS, ""),
        (Account.CARDS, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def cards_found(*, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """More cards were counted than the book says: what turned up is income."""
    return simple(
        EntryKind.OTHER_INCOME,
        (Account.CARDS, ""),
        (Account.OTHER_INCOME, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
