"""What matching knows and what it answers: frozen facts in, proposals out. Pure: no database, no files.

Amounts are whole cents and positive; a line's sign says which way the money went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ledger.accounts import Account
from ledger.bank.references import (
    Reference,
    claim_reference,
    contribution_reference,
)

SURE = 100
_PARTNERS = Account.PARTNER_CLAIMS.value


class MatchKind(StrEnum):
    """What (a part of) a bank line can be."""

    REPAYMENT = "repayment"
    CONTRIBUTION = "contribution"
    REFUND = "refund"
    WRITTEN_OFF = "written_off"  # received all the same on a claim that was written off
    OTHER_INCOME = "other_income"
    PAYOUT_RETURNED = "payout_returned"
    UNRECOGNISED = "unrecognised"  # received: a receipt of its own; debited: costs not yet explained
    PAYOUT = "payout"
    COLLECTION_REVERSED = "collection_reversed"
    BANK_COSTS = "bank_costs"
    OTHER_COSTS = "other_costs"


class MatchRule(StrEnum):
    """Why something is proposed or was booked."""

    END_TO_END = "end_to_end"
    REFERENCE = "reference"
    REFERENCES = "references"
    STATEMENT = "statement"
    ACCOUNT_AND_AMOUNT = "account_and_amount"
    ACCOUNT_AND_TOTAL = "account_and_total"
    ACCOUNT_AND_SUM = "account_and_sum"
    ACCOUNT = "account"
    MENTIONED = "mentioned"
    MISTYPED = "mistyped"
    NAME_AND_AMOUNT = "name_and_amount"
    AMOUNT = "amount"
    BATCH = "batch"
    BANK_CODE = "bank_code"
    PAID_BEFORE = "paid_before"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A claim with an open part. ``parts`` are its open instalments, oldest first; empty without a plan.

    What came in before ``raised_on`` cannot have been meant for it.
    """

    row: int
    reference: str
    account: Account
    party: str
    party_name: str
    case: str
    open_cents: int
    due_on: date
    parts: tuple[int, ...] = ()
    raised_on: date = date.min

    @property
    def payer(self) -> str:
        """Who owes it, as one key over all kinds of party."""
        return f"{self.account.value}:{self.party}"


@dataclass(frozen=True, slots=True)
class ContributionFact:
    """What is still expected of a partner for a year."""

    partner_row: int
    partner: str
    partner_name: str
    year: int
    open_cents: int

    @property
    def subject(self) -> str:
        """The name under which it is proposed: ``zayaz:2026``."""
        return f"{self.partner}:{self.year}"

    @property
    def payer(self) -> str:
        """The partner, as the key that claims use."""
        return partner_payer(self.partner)


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """A payment of ours. ``batch`` is the message id of the file it went in, if it went in one."""

    reference: str
    amount_cents: int
    iban: str = ""
    name: str = ""
    case: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class AccountFact:
    """An account that ``payer`` is known to pay from.

    ``on_record`` when two people confirmed it; else ``uses`` counts the recognised receipts from it.
    """

    iban: str
    payer: str
    on_record: bool = False
    uses: int = 1


@dataclass(frozen=True, slots=True)
class CollectedFact:
    """A collection that came in: its end-to-end id, the claim it paid and the booking it became."""

    end_to_end_id: str
    claim: str
    amount_cents: int
    booking: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything matching goes by, as it stands before the line."""

    fund_id: int
    claims: tuple[ClaimFact, ...] = ()
    contributions: tuple[ContributionFact, ...] = ()
    under_way: tuple[PaymentFact, ...] = ()
    paid: tuple[PaymentFact, ...] = ()  # debited not long ago: these can come back
    collected: tuple[CollectedFact, ...] = ()
    accounts: tuple[AccountFact, ...] = ()
    partners: Mapping[int, str] = field(default_factory=dict)  # code by row
    names: Mapping[str, str] = field(default_factory=dict)  # of payers


@dataclass(frozen=True, slots=True)
class Part:
    """(A part of) a line taken for one thing. ``subject`` is the claim, payment, case or ``partner:year``."""

    kind: MatchKind
    subject: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole line explained. ``score`` runs to 100; only a proposal of 100 is booked without a hand."""

    parts: tuple[Part, ...]
    rule: MatchRule
    score: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """``sure`` identifies exactly one thing and fits it; ``likely`` are to be judged, the best first."""

    sure: Proposal | None = None
    likely: tuple[Proposal, ...] = ()


def partner_payer(code: str) -> str:
    """The key of a partner among those who pay."""
    return f"{_PARTNERS}:{code}"


def reference_of_claim(fund_id: int, claim: ClaimFact) -> Reference:
    """The reference on the claim's note."""
    return claim_reference(fund_id=fund_id, claim_id=claim.row)


def reference_of_contribution(fund_id: int, contribution: ContributionFact) -> Reference:
    """The reference on the contribution's invoice."""
    return contribution_reference(
        fund_id=fund_id, partner_id=contribution.partner_row, year=contribution.year
    )
