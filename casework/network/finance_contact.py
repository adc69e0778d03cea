"""Who at a partner gets its claim notes and reminders: a name, an address and a language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.network.partners import partner_for
from casework.network.tables import FinanceContact
from errors import Forbidden

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to. ``language`` is ``"nl"`` or ``"en"``."""

    name: str
    email: str
    language: str


def finance_contact(session: Session, partner_id: int) -> Contact | None:
    """The finance contact of a partner; None where none is known."""
    row = session.get(FinanceContact, partner_id)
    return None if row is None else Contact(row.name, row.email, row.language)


def set_finance_contact(work: Work, *, code: str, contact: Contact | None) -> None:
    """Keep ``contact`` as the finance contact of the partner with ``code``; None takes it away.

    Raises :class:`errors.NotFound` for a partner that is not in the network, ``ValueError`` for a
    language there is none of.
    """
    if not may_ever(work.actor, Permission.PARTNERS_MANAGE):
        raise Forbidden()
    partner = partner_for(work, code, lock=True)
    if contact == finance_contact(work.session, partner.id):
        return
    if contact is None:
        work.session.delete(work.session.get_one(FinanceContact, partner.id))
        record(work, "partner.contact_end", code)
    else:
        if contact.language not in LANGUAGES:
            raise ValueError(f"no language {contact.language!r}")
        row = work.session.get(FinanceContact, partner.id) or FinanceContact(partner_id=partner.id)
        row.name, row.email, row.language = contact.name, contact.email, contact.language
        row.changed_at_utc = work.now_utc
        work.session.add(row)
        record(work, "partner.contact", code, language=contact.language)
    work.session.flush()
