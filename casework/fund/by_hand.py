"""Once a network takes in statements, the bank's facts come from those alone: money is never doubled."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from casework.context import Work
from errors import Conflict
from ledger import tables as ledger_tables
from ledger.bank.tables import bank_booking, bank_statement


class BookedByStatement(Conflict):
    """The bank's own statements say what happened; booking it by hand too would double it."""

    nl = (
        "Uw netwerk leest bankafschriften in: wat de bank deed wordt daaruit geboekt, en met de hand "
        "erbij zou het dubbel staan. Ga naar Bank, en herken daar de regel."
    )
    en = (
        "Your network takes in bank statements: what the bank did is booked from those, and by hand as "
        "well it would count twice. Go to Bank, and recognise the line there."
    )


class UndoneOnTheLine(Conflict):
    """An entry that a bank line caused is undone on that line, or book and bank would differ."""

    nl = "Deze boeking komt van een bankregel. Maak haar ongedaan bij Bank, op de regel zelf."
    en = "This entry comes from a bank line. Undo it under Bank, on the line itself."


def takes_statements(work: Work) -> bool:
    """Whether a statement of the fund's account was ever taken in."""
    s, f = bank_statement.c, ledger_tables.fund.c
    taken = (
        select(s.id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(f.network == work.network.code, s.state != "set_aside")
        .limit(1)
    )
    return work.session.scalar(taken) is not None


def refuse_by_hand(work: Work) -> None:
    """Called before a bank fact is booked by hand. Raises :class:`BookedByStatement`."""
    if takes_statements(work):
        raise BookedByStatement()


def is_of_a_line(work: Work, entry_id: int) -> bool:
    """Whether a bank line caused this entry."""
    b = bank_booking.c
    query = select(exists().where(or_(b.entry_id == entry_id, b.undone_by == entry_id)))
    return bool(work.session.scalar(query))


def refuse_undoing(work: Work, entry_id: int) -> None:
    """Called before an entry is reversed by hand. Raises :class:`UndoneOnTheLine`."""
    if is_of_a_line(work, entry_id):
        raise UndoneOnTheLine()
