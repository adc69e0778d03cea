"""The payment QR code that European banking apps read: EPC069-12, version 002, a SEPA credit transfer."""

from __future__ import annotations

from decimal import Decimal

import segno
from segno import helpers

_LONGEST_NAME = 70  # EPC069-12
_LARGEST_CENTS = 99_999_999_999


def payment_qr(holder: str, iban: str, amount_cents: int, reference: str) -> segno.QRCode:
    """The code that pays ``amount_cents`` to ``iban`` of ``holder`` with the RF ``reference``.

    Raises ValueError for an amount or a name that the code cannot carry.
    """
    return helpers.make_epc_qr(
        name=holder[:_LONGEST_NAME],
        iban=iban.replace(" ", ""),
        amount=Decimal(amount_cents) / 100,
        reference=reference.replace(" ", ""),
    )


def payment_qr_svg(holder: str, iban: str, amount_cents: int, reference: str) -> str:
    """The code as a drawing; empty where there is nothing to pay or more than a code can carry."""
    if not (0 < amount_cents <= _LARGEST_CENTS and holder.strip() and reference):
        return ""
    return payment_qr(holder, iban, amount_cents, reference).svg_inline(border=4)
