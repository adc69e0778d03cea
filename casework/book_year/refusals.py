"""Why a step at the year's end is refused, each with what to do next."""

from __future__ import annotations

from errors import Conflict, Invalid, NotFound


class NoSuchBookYear(NotFound):
    """The network has no books of that year."""

    nl = "Van {year} zijn er geen boeken. Kies een jaar uit de lijst met boekjaren."
    en = "There are no books of {year}. Choose a year from the list of book years."


class NothingAdopted(NotFound):
    """There is no adopted overview of the year."""

    nl = "Het jaaroverzicht van {year} is nog niet vastgesteld."
    en = "The annual overview of {year} has not been adopted yet."


class YearNotOver(Conflict):
    """A year is closed after it is over."""

    nl = "Boekjaar {year} loopt nog. U kunt het afsluiten vanaf 1 januari {next}."
    en = "Book year {year} is not over yet. You can close it from 1 January {next}."


class EarlierYearOpen(Conflict):
    """Years are closed in order."""

    nl = "Boekjaar {earlier} is nog open. Sluit dat eerst af, daarna {year}."
    en = "Book year {earlier} is still open. Close that first, then {year}."


class StatementsNotConfirmed(Invalid):
    """The treasurer did not say that the bank statements are complete."""

    nl = "Zet een vinkje als alle bankafschriften tot en met 31 december {year} zijn verwerkt."
    en = "Tick this box when all bank statements up to and including 31 December {year} have been processed."


class StatementsEndTooEarly(Invalid):
    """The statements do not reach the year's last day."""

    nl = "De afschriften moeten lopen tot en met 31 december {year}. Verwerk eerst de rest van het jaar."
    en = "The statements must run up to and including 31 December {year}. First process the rest of the year."


class StatementsNotTaken(Conflict):
    """The network takes statements in, and has not had those of the whole year yet."""

    nl = (
        "De ingelezen bankafschriften lopen tot en met {through}. Lees eerst de afschriften in tot en met "
        "31 december {year}; staat er die dag niets op, dan ook het eerste van {next}."
    )
    en = (
        "The bank statements taken in run up to and including {through}. First take in those up to and "
        "including 31 December {year}; where nothing moved on that day, also the first one of {next}."
    )


class LinesNotBooked(Conflict):
    """Statements of the year were taken in of which not every line is in the book."""

    nl = "Van {year} moeten nog {count} bankregels worden geboekt. Ga naar Bank en wacht tot dat klaar is."
    en = "Of {year}, {count} bank lines are still to be booked. Go to Bank and wait until that is done."


class StatementsNotThatFar(Invalid):
    """A later day was filled in than the statements reach that were taken in."""

    nl = "De ingelezen bankafschriften lopen tot en met {through}. Vul die dag in, of een eerdere."
    en = "The bank statements taken in run up to and including {through}. Fill in that day or an earlier one."


class StatementsInFuture(Invalid):
    """Statements of days that have not come yet cannot have been read."""

    nl = "Deze dag moet nog komen. Vul de laatste dag in waarvan u een afschrift heeft."
    en = "This day is yet to come. Fill in the last day for which you have a statement."


class ClosedByYourself(Conflict):
    """Whoever closed the year does not audit it."""

    nl = "U heeft {year} zelf afgesloten. Laat iemand anders het jaar controleren."
    en = "You closed {year} yourself. Let someone else audit the year."


class BookNotRight(Conflict):
    """Recomputing the book found something that is not what was posted."""

    nl = (
        "Het grootboek klopt niet. Het eerste dat afwijkt: {where} ({what}). "
        "Het jaar gaat niet verder. Meld dit meteen bij de beheerder en bewaar de laatste back-up."
    )
    en = (
        "The ledger is not right. The first thing that differs: {where} ({what}). "
        "The year goes no further. Tell the administrator at once and keep the last backup."
    )


class ReopeningAskedAlready(Conflict):
    """One person is not two."""

    nl = "U vroeg al om {year} te heropenen. Nu moet iemand anders dat bevestigen."
    en = "You have already asked to reopen {year}. Now someone else has to confirm it."


class ReopeningReasonMissing(Invalid):
    """A reopening needs a reason."""

    nl = "Schrijf in een zin waarom het jaar weer open moet."
    en = "Write in one sentence why the year has to be opened again."
