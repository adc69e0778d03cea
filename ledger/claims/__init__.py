"""Claims: what one party owes the fund after one settlement, when it is due, and what is still open.

The open part of a claim is the balance of its sub-account; it is kept nowhere else. Claims belong to the
ledger, so that a bank statement can be matched without casework.
"""

from ledger.claims.moving import (
    change_terms,
    fall_back,
    receive_repayment,
    receive_written_off,
    reverse_settlement,
    set_off_advance,
    write_off,
)
from ledger.claims.raising import NewClaim, TakenOverClaim, raise_claims, take_over
from ledger.claims.reading import (
    Claim,
    Instalment,
    claim,
    claims_of_case,
    claims_of_settlement,
    due_parts,
    oldest_due_on,
    open_claims,
    open_parts,
    repaid_cents,
)
from ledger.claims.written_off import written_off_left

__all__ = [
    "Claim",
    "Instalment",
    "NewClaim",
    "TakenOverClaim",
    "change_terms",
    "claim",
    "claims_of_case",
    "claims_of_settlement",
    "due_parts",
    "fall_back",
    "oldest_due_on",
    "open_claims",
    "open_parts",
    "raise_claims",
    "receive_repayment",
    "receive_written_off",
    "repaid_cents",
    "reverse_settlement",
    "set_off_advance",
    "take_over",
    "write_off",
    "written_off_left",
]
