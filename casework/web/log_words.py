"""The log in sentences: per action what happened, with the place of the object in it.

``tests/unit/web/test_log_words.py`` sees to it that every action that is recorded anywhere has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from casework.audit.find import LogRow
from casework.web.formatting import NO_BREAK, date_short, euros
from rules.policy import SectionName
from rules.roles import Role

ACTIONS: Mapping[str, object] = {
    "sign_in": _l("Aangemeld"),
    "sign_out": _l("Afgemeld"),
    "sessions.end": _l("Op andere apparaten afgemeld"),
    "password.change": _l("Wachtwoord gewijzigd"),
    "password.reset": _l("Nieuw wachtwoord gegeven aan %(object)s"),
    "person.add": _l("%(object)s toegevoegd"),
    "person.edit": _l("Naam van %(object)s gewijzigd"),
    "person.close": _l("Account van %(object)s afgesloten"),
    "person.open": _l("Account van %(object)s weer geopend"),
    "role.add": _l("Rol gegeven aan %(object)s"),
    "role.end": _l("Rol van %(object)s beëindigd"),
    "partner.add": _l("Partner %(object)s toegevoegd"),
    "partner.edit": _l("Gegevens van partner %(object)s gewijzigd"),
    "partner.end": _l("Vertrek van partner %(object)s vastgelegd"),
    "partner.stay": _l("Vertrek van partner %(object)s ingetrokken"),
    "partner.contact": _l("Financieel contact van partner %(object)s vastgelegd"),
    "partner.contact_end": _l("Financieel contact van partner %(object)s weggehaald"),
    "mandate.record": _l("Machtiging van partner %(object)s vastgelegd"),
    "mandate.confirm": _l("Machtiging van partner %(object)s bevestigd"),
    "mandate.refuse": _l("Machtiging van partner %(object)s afgekeurd"),
    "mandate.end": _l("Machtiging van partner %(object)s ingetrokken"),
    "collection.prepare": _l("Incassobatch %(object)s klaargezet"),
    "collection.release": _l("Incassobatch %(object)s vrijgegeven"),
    "collection.cancel": _l("Incassobatch %(object)s ingetrokken"),
    "collection.upload": _l("Incassobatch %(object)s bij de bank aangeleverd"),
    "collection.download": _l("Bestand van incassobatch %(object)s opgehaald"),
    "collection.collected": _l("Incasso van vordering %(object)s ontvangen"),
    "collection.rejected": _l("Incasso van vordering %(object)s geweigerd door de bank"),
    "collection.reversed": _l("Incasso van vordering %(object)s teruggeboekt"),
    "network.load": _l("Netwerkbestand van %(object)s ingelezen"),
    "policy.propose": _l("Wijziging van het beleid voorgesteld: %(object)s"),
    "policy.adopt": _l("Wijziging van het beleid vastgesteld: %(object)s"),
    "policy.refuse": _l("Wijziging van het beleid afgewezen: %(object)s"),
    "policy.withdraw": _l("Voorstel om het beleid te wijzigen ingetrokken: %(object)s"),
    "network.buffer": _l("Buffer van %(object)s gelijk gemaakt aan het beleid van die dag"),
    "access.refuse": _l("Toegang geweigerd tot %(object)s"),
    "case.create": _l("Casus %(object)s begonnen"),
    "case.save": _l("Casus %(object)s bewaard"),
    "case.delete": _l("Concept %(object)s verwijderd"),
    "case.submit": _l("Casus %(object)s ingediend"),
    "case.withdraw": _l("Casus %(object)s ingetrokken"),
    "case.hand_over": _l("Casus %(object)s overgedragen aan een collega"),
    "case.top_up": _l("Aanvulling %(object)s gevraagd"),
    "case.reassign": _l("Casus %(object)s overgedragen na vertrek van de aanvrager"),
    "case.view": _l("Casus %(object)s bekeken"),
    "case.attach": _l("Bijlage bij casus %(object)s gevoegd"),
    "case.detach": _l("Bijlage bij casus %(object)s weggehaald"),
    "case.download": _l("Bijlage van casus %(object)s geopend"),
    "case.take_up": _l("Casus %(object)s in behandeling genomen"),
    "case.ask": _l("Vraag gesteld over casus %(object)s"),
    "case.answer": _l("Vraag over casus %(object)s beantwoord"),
    "case.resume": _l("Beoordeling van casus %(object)s hervat zonder antwoord"),
    "case.assess": _l("Casus %(object)s beoordeeld"),
    "case.assess_again": _l("Casus %(object)s opnieuw beoordeeld"),
    "case.vote": _l("Gestemd over casus %(object)s"),
    "case.approve": _l("Casus %(object)s gehonoreerd"),
    "case.decline": _l("Casus %(object)s niet gehonoreerd, met een andere route"),
    "case.wait": _l("Casus %(object)s op de wachtlijst gezet"),
    "case.promise": _l("Geld toegezegd aan casus %(object)s van de wachtlijst"),
    "case.review": _l("Spoedbesluit over casus %(object)s nagekeken"),
    "meeting.plan": _l("Overleg van %(object)s gepland"),
    "meeting.agenda": _l("Agenda van het overleg van %(object)s gewijzigd"),
    "meeting.write": _l("Verslag van het overleg van %(object)s bewaard"),
    "meeting.adopt": _l("Verslag van het overleg van %(object)s vastgesteld"),
    "meeting.discard": _l("Overleg van %(object)s weggegooid"),
    "business_case.add": _l("Regel toegevoegd aan de businesscase van %(object)s"),
    "business_case.change": _l("Regel gewijzigd in de businesscase van %(object)s"),
    "business_case.remove": _l("Regel weggehaald uit de businesscase van %(object)s"),
    "business_case.assume": _l("Uitgangspunten van de businesscase van %(object)s gewijzigd"),
    "commitment.release": _l("Toezegging aan casus %(object)s vrijgegeven"),
    "payout.order": _l("Betaling klaargezet voor casus %(object)s"),
    "payout.confirm": _l("Betaling %(object)s bevestigd"),
    "payout.reject": _l("Betaling %(object)s afgekeurd"),
    "payout.return": _l("Betaling %(object)s teruggekomen"),
    "payout.reopen": _l("Bevestiging van betaling %(object)s teruggedraaid"),
    "payout.hand_out": _l("Kaarten uitgereikt: %(object)s"),
    "payout.advance": _l("Betaald door een partner: %(object)s"),
    "batch.prepare": _l("Betaalbatch %(object)s klaargezet"),
    "batch.release": _l("Betaalbatch %(object)s vrijgegeven"),
    "batch.cancel": _l("Betaalbatch %(object)s ingetrokken"),
    "batch.reject": _l("Betaalbatch %(object)s geweigerd door de bank"),
    "batch.download": _l("Betaalbestand van %(object)s opgehaald"),
    "batch.upload": _l("Betaalbatch %(object)s bij de bank aangeleverd"),
    "payment.ask": _l("Betaling %(object)s gevraagd"),
    "payment.withdraw": _l("Betaling %(object)s ingetrokken"),
    "cards.buy": _l("Kaarten gekocht: %(object)s"),
    "cards.count": _l("Kaarten geteld"),
    "advance.set_off": _l("Voorschot verrekend met vordering %(object)s"),
    "invoice.make": _l("Bijdragefactuur %(object)s gemaakt"),
    "account.propose": _l("Rekening van %(object)s: wijziging voorgesteld"),
    "account.confirm": _l("Rekening van %(object)s: wijziging bevestigd"),
    "account.refuse": _l("Rekening van %(object)s: wijziging afgewezen"),
    "account.withdraw": _l("Rekening van %(object)s: wijziging ingetrokken"),
    "payee.propose": _l("Andere ontvanger voorgesteld bij casus %(object)s"),
    "payee.confirm": _l("Andere ontvanger bevestigd bij casus %(object)s"),
    "payee.refuse": _l("Andere ontvanger afgewezen bij casus %(object)s"),
    "payee.withdraw": _l("Andere ontvanger ingetrokken bij casus %(object)s"),
    "bank.receive": _l("Bestand van de bank ingebracht: %(object)s"),
    "bank.take": _l("Bestand van de bank ingelezen: %(object)s"),
    "bank.fit": _l("Opzijgezette afschriften ingelezen: %(object)s"),
    "bank.remove": _l("Opzijgezet afschrift weggehaald uit %(object)s"),
    "bank.accept_number": _l("Afschrift overgenomen ondanks een overgeslagen nummer: %(object)s"),
    "fund.contribution": _l("Bijdrage ontvangen: %(object)s"),
    "fund.contribution_paid_back": _l("Bijdrage terugbetaald: %(object)s"),
    "fund.pot_taken_over": _l("Bestaande pot overgenomen: %(object)s"),
    "fund.bank_costs": _l("Bankkosten geboekt: %(object)s"),
    "fund.other_costs": _l("Andere kosten geboekt: %(object)s"),
    "fund.other_income": _l("Rente, subsidie of gift geboekt: %(object)s"),
    "fund.receipt_sent_back": _l("Ontvangst terugbetaald: %(object)s"),
    "bank.book": _l("Bankregel %(object)s geboekt"),
    "bank.refund": _l("Terugbetaling door de ontvanger geboekt: %(object)s"),
    "bank.recognise": _l("Bankregel %(object)s herkend"),
    "bank.undo": _l("Herkenning van bankregel %(object)s teruggedraaid"),
    "claim.collection_reversed": _l("Incasso van vordering %(object)s teruggeboekt door de bank"),
    "claim.written_off_received": _l("Ontvangen op afgeboekte vordering %(object)s"),
    "claim.repay": _l("Terugbetaling geboekt op vordering %(object)s"),
    "claim.set_off": _l("Ontvangst verrekend met vordering %(object)s"),
    "claim.write_off": _l("Vordering %(object)s afgeboekt"),
    "reminder.send": _l("Herinnering %(object)s verstuurd"),
    "mail.again": _l("Mail %(object)s opnieuw klaargezet"),
    "mail.hold": _l("Mail %(object)s aangehouden"),
    "mail.drop": _l("Mail %(object)s niet meer versturen"),
    "mail.preference": _l("Keuze voor mail gewijzigd"),
    "year.close": _l("Boekjaar %(object)s afgesloten"),
    "year.audit": _l("Boekjaar %(object)s gecontroleerd"),
    "year.sign": _l("Getekend voor het vaststellen van boekjaar %(object)s"),
    "year.adopt": _l("Boekjaar %(object)s vastgesteld"),
    "year.reopen_ask": _l("Gevraagd boekjaar %(object)s te heropenen"),
    "year.reopen": _l("Boekjaar %(object)s heropend"),
    "entry.reverse": _l("Boeking %(object)s teruggedraaid"),
    "summary.save": _l("Samenvatting van casus %(object)s bewaard"),
    "summary.offer": _l("Samenvatting van casus %(object)s klaargezet om na te kijken"),
    "summary.release": _l("Samenvatting van casus %(object)s vrijgegeven"),
    "summary.withdraw": _l("Samenvatting van casus %(object)s ingetrokken"),
    "settlement.propose": _l("Verrekening voorgesteld voor casus %(object)s"),
    "settlement.drop": _l("Voorstel voor verrekening van casus %(object)s ingetrokken"),
    "settlement.accept": _l("Verrekening van casus %(object)s aanvaard"),
    "settlement.dispute": _l("Verrekening van casus %(object)s betwist"),
    "settlement.letter": _l("Brief aan een partij buiten het netwerk vastgelegd bij casus %(object)s"),
    "settlement.outside_left": _l("Vordering van casus %(object)s teruggevallen: niet op tijd betaald"),
    "settlement.silence": _l("Verrekening van casus %(object)s aanvaard doordat de termijn voorbij was"),
    "settlement.escalate": _l("Verrekening van casus %(object)s voorgelegd aan de bestuurders"),
    "settlement.vote": _l("Gestemd over de verrekening van casus %(object)s"),
    "settlement.decide": _l("Verrekening van casus %(object)s vastgesteld"),
    "settlement.repaid": _l("Verrekening van casus %(object)s helemaal terugbetaald"),
    "settlement.reopen": _l("Verrekening van casus %(object)s weer geopend"),
    "settlement.plan": _l("Betaalafspraak van casus %(object)s gewijzigd"),
    "settlement.undo_ask": _l("Gevraagd de verrekening van casus %(object)s ongedaan te maken"),
    "settlement.undo_refuse": _l("Geweigerd de verrekening van casus %(object)s ongedaan te maken"),
    "settlement.undo": _l("Verrekening van casus %(object)s ongedaan gemaakt"),
}
FACTS: Mapping[str, object] = {
    "role": _l("rol"),
    "partner": _l("partner"),
    "from_on": _l("vanaf"),
    "until_on": _l("tot en met"),
    "joined_on": _l("doet mee vanaf"),
    "left_on": _l("eerste dag niet meer"),
    "roles": _l("beëindigde rollen"),
    "changed": _l("gewijzigd"),
    "amount_cents": _l("bedrag"),
    "asked": _l("gevraagd:"),
    "for_year": _l("voor het jaar"),
    "statements_through_on": _l("afschriften tot en met"),
    "entries": _l("nagerekende boekingen"),
    "signed": _l("handtekeningen"),
    "quorum": _l("nodige leden"),
    "instalments": _l("termijnen"),
    "first_on": _l("eerste termijn"),
    "guesses": _l("te veel pogingen"),
}
# What a changed part of a partner or person is called.
PARTS: Mapping[str, object] = {"name": _l("naam"), "kind": _l("soort"), "domains": _l("domeinen")}


def action_sentence(row: LogRow) -> str:
    """What happened, in the reader's language."""
    sentence = ACTIONS.get(row.action)
    if sentence is None:
        return _("%(action)s: %(object)s", action=row.action, object=row.object_ref)
    return str(sentence) % {"object": _object(row) or _("onbekend")}


def _object(row: LogRow) -> str:
    """The object as people call it: a section of policy by its name."""
    if row.action.startswith("policy.") and row.object_ref in set(SectionName):
        return SectionName(row.object_ref).label(str(get_locale() or "nl"))
    return row.object_name


def action_choices() -> list[tuple[str, str]]:
    """Every action for a filter, with dots in the place of the object, in alphabetical order."""
    choices = [(code, str(sentence) % {"object": "…"}) for code, sentence in ACTIONS.items()]
    return sorted(choices, key=lambda choice: choice[1].lstrip("… ").casefold())


def facts_line(row: LogRow) -> str:
    """The facts that have a name for people, as one line."""
    parts = [
        _("%(name)s %(value)s", name=FACTS[key], value=_shown(key, value))
        for key, value in row.facts.items()
        if key in FACTS and value not in (None, "")
    ]
    return " · ".join(parts)


def _shown(key: str, value: object) -> str:
    language = str(get_locale() or "nl")
    if key.endswith("_cents") and type(value) is int:
        return euros(value, language)
    if key.endswith("_on") and isinstance(value, str):
        return date_short(date.fromisoformat(value), language)
    if key == "role" and value in set(Role):
        return Role(str(value)).label(language)
    if key == "changed":
        return ", ".join(str(PARTS.get(part, part)) for part in str(value).split())
    return str(value).replace(" ", NO_BREAK)
