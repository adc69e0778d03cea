"""Bank lines in words: what a line is taken for, and why that is proposed."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ledger.bank.matching_facts import MatchKind, MatchRule

KINDS: Mapping[str, object] = {
    MatchKind.REPAYMENT: _l("Terugbetaling op vordering"),
    MatchKind.CONTRIBUTION: _l("Bijdrage van een partner"),
    MatchKind.REFUND: _l("Ontvanger betaalt (een deel) terug"),
    MatchKind.WRITTEN_OFF: _l("Afgeboekte vordering, toch ontvangen"),
    MatchKind.OTHER_INCOME: _l("Rente, subsidie of gift"),
    MatchKind.PAYOUT_RETURNED: _l("Betaling teruggekomen"),
    MatchKind.UNRECOGNISED: _l("Nog niet herkend"),
    MatchKind.PAYOUT: _l("Betaling afgeschreven"),
    MatchKind.COLLECTION_REVERSED: _l("Incasso teruggeboekt"),
    MatchKind.BANK_COSTS: _l("Bankkosten"),
    MatchKind.OTHER_COSTS: _l("Andere kosten"),
}
RULES: Mapping[str, object] = {
    MatchRule.END_TO_END: _l("Het kenmerk van onze eigen opdracht staat op de regel."),
    MatchRule.REFERENCE: _l("Het betalingskenmerk staat op de regel."),
    MatchRule.REFERENCES: _l("Er staan meer betalingskenmerken op de regel."),
    MatchRule.STATEMENT: _l("Het kenmerk van het rekeningoverzicht staat op de regel."),
    MatchRule.ACCOUNT_AND_AMOUNT: _l("De rekening is bekend en het bedrag past precies."),
    MatchRule.ACCOUNT_AND_TOTAL: _l("De rekening is bekend en het bedrag is alles wat open staat."),
    MatchRule.ACCOUNT_AND_SUM: _l("De rekening is bekend en het bedrag past bij deze vorderingen samen."),
    MatchRule.ACCOUNT: _l("De rekening is bekend; het bedrag past niet precies."),
    MatchRule.MENTIONED: _l("De omschrijving noemt deze vordering of casus."),
    MatchRule.MISTYPED: _l("Het kenmerk lijkt op dat van deze vordering, met een tikfout."),
    MatchRule.NAME_AND_AMOUNT: _l("De naam lijkt te kloppen en het bedrag past precies."),
    MatchRule.AMOUNT: _l("Alleen het bedrag past."),
    MatchRule.BATCH: _l("Het bedrag is dat van een hele betaalbatch."),
    MatchRule.BANK_CODE: _l("De bank noemt het zo."),
    MatchRule.PAID_BEFORE: _l("Naar deze rekening is eerder betaald."),
    MatchRule.BY_HAND: _l("Met de hand gekozen."),
}


def match_kind(kind: str) -> str:
    """What a line is taken for, in the reader's language."""
    return str(KINDS[kind])


def match_rule(rule: str) -> str:
    """Why that is, in the reader's language."""
    return str(RULES[rule])


def certainty(score: int) -> tuple[str, str]:
    """A score as a word and the tone of its tag."""
    if score >= 85:
        return _("vrijwel zeker"), "ok"
    if score >= 65:
        return _("waarschijnlijk"), "info"
    return _("mogelijk"), "mute"
