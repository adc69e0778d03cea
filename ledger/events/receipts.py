"""Money that came in without saying for what."""

from __future__ import annotations

from datetime import date

from ledger.accounts import Account
from ledger.entries import Draft, EntryKind
from ledger.events.building import claim_account, simple


def receipt_unrecognised(*, receipt: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """Money comes in, not yet known for what, or more than was open."""
    return simple(
        EntryKind.RECEIPT_UNRECOGNISED,
        (Account.BANK, ""),
        (Account.SUSPENSE, receipt),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def receipt_sent_back(
    *, receipt: str, payment: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A receipt, or part of it, is sent back by a payment order."""
    return simple(
        EntryKind.RECEIPT_SENT_BACK,
        (Account.SUSPENSE, receipt),
        (Account.IN_TRANSIT, payment),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def recognised_as_contribution(
    *, receipt: str, partner: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A receipt turns out to be a partner's contribution."""
    return simple(
        EntryKind.RECEIPT_RECOGNISED,
        (Account.SUSPENSE, receipt),
        (Account.CONTRIBUTIONS, partner),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def recognised_as_refund(
    *, receipt: str, case: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A receipt turns out to be a payee's refund on a case that is not yet settled."""
    return simple(
        EntryKind.RECEIPT_RECOGNISED,
        (Account.SUSPENSE, receipt),
        (Account.UNSETTLED_CASES, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def recognised_as_repayment(
    *, receipt: str, account: Account, claim: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A receipt turns out to be (or is set off as) a repayment of a claim on ``account``."""
    return simple(
        EntryKind.RECEIPT_RECOGNISED,
        (Account.SUSPENSE, receipt),
        (claim_account(account), claim),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
