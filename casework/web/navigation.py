"""The menu: for each page the permission that shows it. One list, so that menu and access agree."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from casework.access import GRANTS, Permission, may_ever
from casework.context import Actor
from rules.roles import Role


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    label: str
    url: str
    current: bool
    more: bool = False  # stands under "Meer" where the menu is one line


IN_ONE_LINE = 5  # so many fit beside the name, in both languages, on a screen of 1280

# endpoint, label, permission; the first that is allowed is where someone lands after signing in.
# The daily work comes first; what is looked up now and then comes last and goes under "Meer".
PAGES: tuple[tuple[str, object, Permission], ...] = (
    ("worklist.index", _l("Werkvoorraad"), Permission.WORKLIST),
    ("treasury.index", _l("Betalen en innen"), Permission.PAYOUT_ORDER),
    ("bank_files.index", _l("Bank"), Permission.BANK_VIEW),
    ("settlement.respond_index", _l("Uw antwoord"), Permission.SETTLEMENT_RESPOND),
    ("cases.index", _l("Casussen"), Permission.CASE_LIST),
    ("meeting.index", _l("Overleg"), Permission.MEETING),
    ("settlement.index", _l("Verrekening"), Permission.SETTLEMENT_LIST),
    ("claims.index", _l("Vorderingen"), Permission.CLAIM_VIEW),
    ("claims.own", _l("Onze vorderingen"), Permission.CLAIM_VIEW_OWN),
    ("overview.index", _l("Jaaroverzicht"), Permission.OVERVIEW_VIEW),
    ("settlement.arbitrate_index", _l("Geschillen"), Permission.SETTLEMENT_ARBITRATE),
    ("ledger.journal", _l("Grootboek"), Permission.LEDGER_VIEW),
    ("people.index", _l("Mensen"), Permission.PEOPLE_MANAGE),
    ("partners.index", _l("Partners"), Permission.PARTNERS_MANAGE),
    ("mail.index", _l("Mail"), Permission.MAIL_MANAGE),
    ("audit.index", _l("Logboek"), Permission.LOG_VIEW),
    ("learning.index", _l("Eerdere doorbraken"), Permission.SUMMARY_VIEW),
    ("book_year.index", _l("Boekjaren"), Permission.YEAR_VIEW),
    ("policy.index", _l("Beleid"), Permission.POLICY_VIEW),
)


def navigation(actor: Actor | None) -> list[Item]:
    """The menu of ``actor`` on the present page."""
    if actor is None:
        return []
    here = (request.endpoint or "").split(".")[0]
    shown = [(endpoint, label) for endpoint, label, permission in PAGES if _shows(actor, permission)]
    in_line = len(shown) if len(shown) <= IN_ONE_LINE + 1 else IN_ONE_LINE  # "Meer" for one page is no gain
    return [
        Item(str(label), url_for(endpoint), endpoint.split(".")[0] == here, more=place >= in_line)
        for place, (endpoint, label) in enumerate(shown)
    ]


def home_url(actor: Actor) -> str:
    """Where this person's work begins."""
    for endpoint, _label, permission in PAGES:
        if _shows(actor, permission):
            return url_for(endpoint)
    return url_for("session.account")


def _shows(actor: Actor, permission: Permission) -> bool:
    """Whether a line of the menu is of use: executives see cases only while they are called for one."""
    if not may_ever(actor, permission):
        return False
    if permission not in (Permission.WORKLIST, Permission.CASE_LIST) or actor.called:
        return True
    return any(actor.has(grant.role) for grant in GRANTS[permission] if grant.role is not Role.EXECUTIVE)


def role_line(actor: Actor) -> str:
    """The roles and partners of ``actor`` as one line: ``Secretariaat · Zayaz``."""
    language = str(get_locale() or "nl")
    names = dict.fromkeys(held.role.label(language).capitalize() for held in actor.held)
    partners = dict.fromkeys(held.partner_name for held in actor.held)
    return " · ".join((*names, *partners)) or _("geen rol")
