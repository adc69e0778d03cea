"""A field for an account number that money is going to be paid into: every mistake is named."""

from __future__ import annotations

from casework.web.fields import IbanField
from ledger.bank.iban import read_iban


class AccountNumberField(IbanField):
    """An account number that a SEPA payment can go to; gives it without spaces."""

    def read(self, text: str) -> str:
        return read_iban(text[:60]).iban
