"""What happened to a case, as sentences."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from casework.cases.timeline import Happening
from casework.web.formatting import euros

_SENTENCES = {
    "case.create": _l("%(who)s begon de casus."),
    "case.submit": _l("%(who)s diende de casus in."),
    "case.top_up": _l("%(who)s vroeg een aanvulling van %(amount)s."),
    "case.reassign": _l("%(who)s droeg de casus over, omdat de aanvrager er niet meer is."),
    "case.attach": _l("%(who)s voegde een bijlage toe."),
    "case.answer": _l("%(who)s beantwoordde de vraag."),
    "case.withdraw": _l("%(who)s trok de casus in."),
    "case.hand_over": _l("%(who)s droeg de casus over aan een collega."),
    "case.take_up": _l("%(who)s nam de casus in behandeling."),
    "case.ask": _l("%(who)s stelde een vraag; de klok stond stil."),
    "case.resume": _l("%(who)s ging verder zonder antwoord."),
    "case.assess": _l("%(who)s gaf een beoordeling."),
    "case.assess_again": _l("%(who)s herzag de eigen beoordeling."),
    "case.vote": _l("%(who)s bracht een stem uit."),
    "case.approve": _l("De casus is gehonoreerd; %(who)s gaf de laatste stem."),
    "case.decline": _l("De casus is niet gehonoreerd; %(who)s gaf de laatste stem."),
    "case.wait": _l("De casus is in orde maar de pot was leeg: op de wachtlijst."),
    "case.promise": _l("%(who)s zegde het geld toe vanaf de wachtlijst."),
    "case.review": _l("%(who)s bekeek het besluit achteraf."),
    "payout.order": _l("%(who)s gaf opdracht om %(amount)s te betalen."),
    "payout.confirm": _l("%(amount)s is betaald, bevestigd door %(who)s."),
    "payout.reject": _l("De bank weigerde de betaling van %(amount)s."),
    "payout.return": _l("De betaling van %(amount)s kwam terug."),
    "payout.reopen": _l("De bevestiging van %(amount)s is teruggedraaid."),
    "payout.hand_out": _l("%(who)s reikte kaarten uit voor %(amount)s."),
    "payout.advance": _l("Een partner betaalde %(amount)s voor de pot."),
    "commitment.release": _l("De toezegging van %(amount)s is vervallen."),
    "settlement.propose": _l("%(who)s stelde voor wie terugbetaalt."),
    "settlement.drop": _l("%(who)s trok het voorstel om te verrekenen in."),
    "settlement.accept": _l("%(who)s ging akkoord met de verrekening."),
    "settlement.dispute": _l("%(who)s betwistte de verrekening."),
    "settlement.silence": _l("De termijn verliep zonder antwoord; dat geldt als akkoord."),
    "settlement.escalate": _l("%(who)s legde het geschil voor aan de bestuurders."),
    "settlement.vote": _l("%(who)s stemde over de verrekening."),
    "settlement.decide": _l("De verrekening is vastgesteld."),
    "settlement.repaid": _l("Er staat niets meer open."),
    "settlement.undo_ask": _l("%(who)s vroeg om de verrekening terug te draaien."),
    "settlement.undo": _l("De verrekening is teruggedraaid."),
    "settlement.undo_refuse": _l("%(who)s liet de verrekening in stand."),
    "settlement.reopen": _l("Een vordering staat weer open."),
    "claim.repay": _l("Er is %(amount)s terugbetaald."),
    "claim.write_off": _l("Er is %(amount)s afgeboekt."),
}


def sentence_of_happening(one: Happening, locale: str) -> str:
    """What happened, for a reader in ``locale``."""
    cents = one.facts.get("amount_cents")
    return str(_SENTENCES[one.action]) % {
        "who": one.who or _("Het programma"),
        "amount": euros(cents, locale) if type(cents) is int else _("een bedrag"),
    }
