"""Settling and what becomes of claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.entries import Draft, EntryKind
from ledger.events.building import claim_account, draft, positive, simple


@dataclass(frozen=True, slots=True)
class ClaimShare:
    """What one claim takes of a settlement, in cents."""

    account: Account
    claim: str
    amount_cents: int


def settled(*, case: str, claims: Sequence[ClaimShare], booked_on: date, cause: str, key: str) -> Draft:
    """A case's payments become claims: on partners, the resident, or parties outside."""
    return draft(
        EntryKind.SETTLED,
        [(claim_account(share.account), share.claim, share.amount_cents) for share in claims],
        [(Account.UNSETTLED_CASES, case, sum(share.amount_cents for share in claims))],
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payee_refund_settled(
    *,
    account: Account,
    claim: str,
    open_cents: int,
    receipt: str,
    amount_cents: int,
    booked_on: date,
    cause: str,
    key: str,
) -> Draft:
    """The payee refunds after settlement: it lowers the claim's open part, the rest is not recognised.

    ``open_cents`` is what is open on the claim now; ``receipt`` names the sub-account of the rest.
    """
    on_claim = min(positive(amount_cents), open_cents)
    parts = [(claim_account(account), claim, on_claim), (Account.SUSPENSE, receipt, amount_cents - on_claim)]
    return draft(
        EntryKind.PAYEE_REFUND_SETTLED,
        [(Account.BANK, "", amount_cents)],
        [part for part in parts if part[2]],
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def settled_as_gift(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """What was paid on a case is a gift: nobody repays it."""
    return simple(
        EntryKind.SETTLED_AS_GIFT,
        (Account.GIFTS, ""),
        (Account.UNSETTLED_CASES, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def repayment_received(
    *, account: Account, claim: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A repayment of a claim comes in at the bank."""
    return simple(
        EntryKind.REPAYMENT_RECEIVED,
        (Account.BANK, ""),
        (claim_account(account), claim),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def payee_refund_unsettled(*, case: str, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """The payee refunds (part of) a payment before the case is settled."""
    return simple(
        EntryKind.PAYEE_REFUND_UNSETTLED,
        (Account.BANK, ""),
        (Account.UNSETTLED_CASES, case),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def claim_fell_back(
    *, case: str, account: Account, claim: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A claim's open part falls back to its case: hardship, an outsider that does not pay, settled anew."""
    return simple(
        EntryKind.CLAIM_FELL_BACK,
        (Account.UNSETTLED_CASES, case),
        (claim_account(account), claim),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def repaid_part_fell_back(
    *, case: str, receipt: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """What was already repaid on a claim that falls back is owed again, to refund or set off."""
    return simple(
        EntryKind.REPAID_PART_FELL_BACK,
        (Account.UNSETTLED_CASES, case),
        (Account.SUSPENSE, receipt),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def claim_written_off(
    *, account: Account, claim: str, amount_cents: int, booked_on: date, cause: str, key: str
) -> Draft:
    """A claim's open part will not come back."""
    return simple(
        EntryKind.CLAIM_WRITTEN_OFF,
        (Account.WRITE_OFFS, ""),
        (claim_account(account), claim),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )


def written_off_claim_received(*, amount_cents: int, booked_on: date, cause: str, key: str) -> Draft:
    """A claim that was written off is received all the same; ``cause`` names it."""
    return simple(
        EntryKind.WRITTEN_OFF_CLAIM_RECEIVED,
        (Account.BANK, ""),
        (Account.WRITE_OFFS, ""),
        amount_cents,
        booked_on=booked_on,
        cause=cause,
        key=key,
    )
