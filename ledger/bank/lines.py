"""A bank statement as the program sees it, whatever file it came from. Pure: no files, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the account: a credit is positive, a debit negative, in whole cents.

    A batch that the bank books as one sum with details is one line per detail. ``reference`` is a
    structured creditor reference (RF or betalingskenmerk) without spaces; ``end_to_end_id`` the one our
    own payment carried; ``bank_reference`` what the bank calls the movement. ``code`` is the bank
    transaction code, as ``DOMAIN/FAMILY/SUBFAMILY`` or the SWIFT type. ``returned`` marks a payment of ours
    that came back or a collection that was reversed, ``return_reason`` the bank's code for it.
    """

    booked_on: date
    amount_cents: int
    value_on: date | None = None
    counter_iban: str = ""
    counter_name: str = ""
    text: str = ""
    end_to_end_id: str = ""
    reference: str = ""
    bank_reference: str = ""
    code: str = ""
    returned: bool = False
    return_reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementHead:
    """A statement without its lines. ``sequence`` is the bank's running number, where it gives one.

    ``opening_on`` is the day before which the opening balance held or on which it was struck, as the bank
    states it; balances are in whole cents, negative when overdrawn.
    """

    iban: str
    currency: str
    statement_id: str
    sequence: int | None
    opening_on: date
    opening_cents: int
    closing_on: date
    closing_cents: int
