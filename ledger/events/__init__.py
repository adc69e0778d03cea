"""The events of the domain: one pure function each, from facts to a balanced draft.

Amounts are whole cents above zero; ``cause`` refers to what caused the entry; ``key`` is the idempotency key.
Every function raises :class:`ledger.refusals.AmountNotPositive` for an amount of zero or below.
"""

from ledger.events.cases import (
    cards_bought,
    cards_found,
    cards_handed_out,
    cards_missing,
    case_approved,
    commitment_raised,
    commitment_released,
    payment_ordered,
    payment_rejected,
    payment_returned,
    payment_seen,
)
from ledger.events.claims import (
    ClaimShare,
    claim_fell_back,
    claim_written_off,
    payee_refund_settled,
    payee_refund_unsettled,
    repaid_part_fell_back,
    repayment_received,
    settled,
    settled_as_gift,
    written_off_claim_received,
)
from ledger.events.fund import (
    advance_refunded,
    advance_set_off,
    bank_costs,
    contribution_paid_back,
    contribution_received,
    other_costs,
    other_income,
    partner_paid_in_advance,
    pot_taken_over,
    year_closed,
)
from ledger.events.receipts import (
    receipt_sent_back,
    receipt_unrecognised,
    recognised_as_contribution,
    recognised_as_refund,
    recognised_as_repayment,
)

__all__ = [
    "ClaimShare",
    "advance_refunded",
    "advance_set_off",
    "bank_costs",
    "cards_bought",
    "cards_found",
    "cards_handed_out",
    "cards_missing",
    "case_approved",
    "claim_fell_back",
    "claim_written_off",
    "commitment_raised",
    "commitment_released",
    "contribution_paid_back",
    "contribution_received",
    "other_costs",
    "other_income",
    "partner_paid_in_advance",
    "payee_refund_settled",
    "payee_refund_unsettled",
    "payment_ordered",
    "payment_rejected",
    "payment_returned",
    "payment_seen",
    "pot_taken_over",
    "receipt_sent_back",
    "receipt_unrecognised",
    "recognised_as_contribution",
    "recognised_as_refund",
    "recognised_as_repayment",
    "repaid_part_fell_back",
    "repayment_received",
    "settled",
    "settled_as_gift",
    "written_off_claim_received",
    "year_closed",
]
