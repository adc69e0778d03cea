"""The words for what happens in the book, for people who do not keep books."""

from __future__ import annotations

from ledger.accounts import Account
from ledger.chart import chart
from ledger.entries import EntryKind

_KINDS: dict[EntryKind, tuple[str, str]] = {
    EntryKind.POT_TAKEN_OVER: ("Bestaande pot overgenomen", "Existing pot taken over"),
    EntryKind.CONTRIBUTION_RECEIVED: ("Bijdrage ontvangen", "Contribution received"),
    EntryKind.CONTRIBUTION_PAID_BACK: ("Bijdrage terugbetaald", "Contribution paid back"),
    EntryKind.CASE_APPROVED: ("Casus gehonoreerd", "Case approved"),
    EntryKind.COMMITMENT_RAISED: ("Toezegging verhoogd", "Commitment raised"),
    EntryKind.COMMITMENT_RELEASED: ("Toezegging vrijgevallen", "Commitment released"),
    EntryKind.PAYMENT_ORDERED: ("Betaling opgedragen", "Payment ordered"),
    EntryKind.PAYMENT_SEEN: ("Betaling afgeschreven", "Payment debited"),
    EntryKind.PAYMENT_REJECTED: ("Betaling geweigerd", "Payment rejected"),
    EntryKind.PAYMENT_RETURNED: ("Betaling teruggestort", "Payment returned"),
    EntryKind.CARDS_BOUGHT: ("Kaarten gekocht", "Cards bought"),
    EntryKind.CARDS_HANDED_OUT: ("Kaarten uitgereikt", "Cards handed out"),
    EntryKind.PARTNER_PAID_IN_ADVANCE: ("Partner schoot voor", "Partner paid in advance"),
    EntryKind.ADVANCE_REFUNDED: ("Voorschot terugbetaald", "Advance refunded"),
    EntryKind.ADVANCE_SET_OFF: ("Voorschot verrekend", "Advance set off"),
    EntryKind.SETTLED: ("Casus verrekend", "Case settled"),
    EntryKind.SETTLED_AS_GIFT: ("Gift uit de pot", "Gift from the fund"),
    EntryKind.REPAYMENT_RECEIVED: ("Terugbetaling ontvangen", "Repayment received"),
    EntryKind.PAYEE_REFUND_UNSETTLED: ("Ontvanger betaalde terug", "Payee refunded"),
    EntryKind.PAYEE_REFUND_SETTLED: (
        "Ontvanger betaalde terug na verrekening",
        "Payee refunded after settlement",
    ),
    EntryKind.CLAIM_FELL_BACK: ("Vordering teruggevallen", "Claim fell back"),
    EntryKind.REPAID_PART_FELL_BACK: ("Terugbetaald deel teruggevallen", "Repaid part fell back"),
    EntryKind.CLAIM_WRITTEN_OFF: ("Vordering afgeboekt", "Claim written off"),
    EntryKind.WRITTEN_OFF_CLAIM_RECEIVED: (
        "Afgeboekte vordering toch ontvangen",
        "Written-off claim received",
    ),
    EntryKind.RECEIPT_UNRECOGNISED: ("Ontvangst niet herkend", "Receipt not recognised"),
    EntryKind.RECEIPT_RECOGNISED: ("Ontvangst herkend", "Receipt recognised"),
    EntryKind.RECEIPT_SENT_BACK: ("Ontvangst teruggestuurd", "Receipt sent back"),
    EntryKind.BANK_COSTS: ("Bankkosten", "Bank costs"),
    EntryKind.OTHER_COSTS: ("Andere kosten", "Other costs"),
    EntryKind.OTHER_INCOME: ("Andere inkomsten", "Other income"),
    EntryKind.YEAR_CLOSED: ("Jaar afgesloten", "Year closed"),
    EntryKind.REVERSAL: ("Boeking teruggedraaid", "Entry reversed"),
}


def kind_label(kind: EntryKind, language: str) -> str:
    """What happened, as the journal says it in ``language`` (``"nl"`` or ``"en"``)."""
    return _KINDS[kind][1 if language == "en" else 0]


def account_label(account: Account, language: str) -> str:
    """The name of a main account, from the chart of accounts."""
    return chart()[account].name(language)
