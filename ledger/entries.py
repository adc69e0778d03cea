"""Entries before they are posted, and the checks every one of them must pass.

A draft is data; :mod:`ledger.events` makes drafts, :mod:`ledger.book` posts them. Each check is a small
pure function that returns what is wrong, and all of them run on every posting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.accounts import RULES, Account, Subject
from ledger.money import MAX_CENTS
from ledger.refusals import EntryWrong, NotBalanced, in_euros

TEXT_MAX = 200
SUBJECT_MAX = 80


class EntryKind(StrEnum):
    """What happened: one kind per event of the domain, and the reversal of an earlier entry."""

    POT_TAKEN_OVER = "pot_taken_over"
    CONTRIBUTION_RECEIVED = "contribution_received"
    CONTRIBUTION_PAID_BACK = "contribution_paid_back"
    CASE_APPROVED = "case_approved"
    COMMITMENT_RAISED = "commitment_raised"
    COMMITMENT_RELEASED = "commitment_released"
    PAYMENT_ORDERED = "payment_ordered"
    PAYMENT_SEEN = "payment_seen"
    PAYMENT_REJECTED = "payment_rejected"
    PAYMENT_RETURNED = "payment_returned"
    CARDS_BOUGHT = "cards_bought"
    CARDS_HANDED_OUT = "cards_handed_out"
    PARTNER_PAID_IN_ADVANCE = "partner_paid_in_advance"
    ADVANCE_REFUNDED = "advance_refunded"
    ADVANCE_SET_OFF = "advance_set_off"
    SETTLED = "settled"
    SETTLED_AS_GIFT = "settled_as_gift"
    REPAYMENT_RECEIVED = "repayment_received"
    PAYEE_REFUND_UNSETTLED = "payee_refund_unsettled"
    PAYEE_REFUND_SETTLED = "payee_refund_settled"
    CLAIM_FELL_BACK = "claim_fell_back"
    REPAID_PART_FELL_BACK = "repaid_part_fell_back"
    CLAIM_WRITTEN_OFF = "claim_written_off"
    WRITTEN_OFF_CLAIM_RECEIVED = "written_off_claim_received"
    RECEIPT_UNRECOGNISED = "receipt_unrecognised"
    RECEIPT_RECOGNISED = "receipt_recognised"
    RECEIPT_SENT_BACK = "receipt_sent_back"
    BANK_COSTS = "bank_costs"
    OTHER_COSTS = "other_costs"
    OTHER_INCOME = "other_income"
    YEAR_CLOSED = "year_closed"
    REVERSAL = "reversal"


# May not bring what is available below zero. A reversal is guarded when it raises a commitment again.
GUARDED = frozenset({EntryKind.CASE_APPROVED, EntryKind.COMMITMENT_RAISED, EntryKind.CONTRIBUTION_PAID_BACK})
GUARDED_WHEN_REVERSED = frozenset({EntryKind.COMMITMENT_RELEASED})
# May not cover more than was paid on the case.
SETTLING = frozenset({EntryKind.SETTLED, EntryKind.SETTLED_AS_GIFT})


class AccountKey(NamedTuple):
    """A sub-account, or a main account that has none (``subject`` is then empty).

    Keys and legs are tuples, because posting compares, hashes and sorts them: a dataclass does so in Python.
    """

    account: Account
    subject: str = ""


class Leg(NamedTuple):
    """One line of an entry: debit above zero, credit below, in whole cents."""

    key: AccountKey
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not posted yet.

    ``cause`` refers to what caused it (a case, statement line, settlement). ``idempotency_key`` names the
    action: posting the same key again returns the first entry. ``reverses`` is the id of the entry that a
    reversal undoes.
    """

    kind: EntryKind
    booked_on: date
    legs: tuple[Leg, ...]
    cause: str
    idempotency_key: str
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry in the book. ``number`` is gapless per network and book year; ``id`` per network.

    ``hash`` is the SHA-256 of the entry's canonical encoding, which includes ``previous_hash``
    (:mod:`ledger.encoding`).
    """

    id: int
    network: str
    book_year: int
    number: int
    kind: EntryKind
    booked_on: date
    recorded_at_utc: datetime
    cause: str
    idempotency_key: str
    legs: tuple[Leg, ...]
    hash: str
    previous_hash: str
    reverses: int | None = None
    repeated: bool = field(default=False, compare=False)  # an earlier posting answered this one


def _plain(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def _check_legs(draft: Draft) -> str | None:
    if len(draft.legs) < 2:
        return "an entry has at least two legs"
    if len({leg.key for leg in draft.legs}) < len(draft.legs):
        return "an account occurs twice"
    return None


def _check_amounts(draft: Draft) -> str | None:
    for leg in draft.legs:
        if type(leg.amount_cents) is not int:
            return f"an amount is a whole number of cents, not {type(leg.amount_cents).__name__}"
        if leg.amount_cents == 0 or abs(leg.amount_cents) > MAX_CENTS:
            return f"an amount of {leg.amount_cents} cents cannot be booked"
    return None


def _check_subjects(draft: Draft) -> str | None:
    for leg in draft.legs:
        key = leg.key
        if (RULES[key.account].subject is not Subject.NONE) != (key.subject != ""):
            return f"account {key.account} with sub-account {key.subject!r}"
        if key.subject and not _plain(key.subject, SUBJECT_MAX):
            return f"sub-account {key.subject!r} is not plain text of at most {SUBJECT_MAX} characters"
    return None


def _check_texts(draft: Draft) -> str | None:
    for name, text in (("cause", draft.cause), ("key", draft.idempotency_key)):
        if not _plain(text, TEXT_MAX):
            return f"the {name} {text!r} is not plain text of at most {TEXT_MAX} characters"
    return None


def _check_reversal(draft: Draft) -> str | None:
    if (draft.kind is EntryKind.REVERSAL) != (draft.reverses is not None):
        return "a reversal, and nothing else, names the entry it reverses"
    return None


def _check_date(draft: Draft) -> str | None:
    # A datetime is a date to Python, but its day depends on a time zone nobody chose.
    if isinstance(draft.booked_on, datetime) or not isinstance(draft.booked_on, date):
        return "the booking date is a date without a time"
    return None


CHECKS: tuple[Callable[[Draft], str | None], ...] = (
    _check_legs,
    _check_amounts,
    _check_subjects,
    _check_texts,
    _check_reversal,
    _check_date,
)


def check(draft: Draft) -> None:
    """Raise :class:`EntryWrong` or :class:`NotBalanced` for a draft that may not be posted."""
    for one_check in CHECKS:
        if reason := one_check(draft):
            raise EntryWrong(reason=reason)
    if difference := sum(leg.amount_cents for leg in draft.legs):
        raise NotBalanced(difference=in_euros(abs(difference)))
