"""Why the book refuses something: one class per reason, each saying what to do next."""

from __future__ import annotations

from errors import Conflict, Invalid, NotFound


def in_euros(cents: int) -> str:
    """``123456`` as ``€ 1.234,56``, for the sentences below."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}€ {whole:,}".replace(",", ".") + f",{rest:02}"


class BookRefuses(Conflict):
    """The database refused an entry that the program should have refused first."""

    nl = "Het grootboek weigert deze boeking ({reason}). Er is niets geboekt. Meld dit bij de beheerder."
    en = "The ledger refuses this entry ({reason}). Nothing was booked. Please tell the administrator."


class EntryWrong(Invalid):
    """An entry is not well formed; a fault of the program, not of the user."""

    nl = "Deze boeking klopt niet: {reason}. Er is niets geboekt. Meld dit bij de beheerder."
    en = "This entry is not right: {reason}. Nothing was booked. Please tell the administrator."


class NotBalanced(EntryWrong):
    """Debit and credit of an entry differ."""

    nl = "Debet en credit van deze boeking verschillen {difference}. Er is niets geboekt."
    en = "Debit and credit of this entry differ by {difference}. Nothing was booked."


class AmountNotPositive(EntryWrong):
    """An event was given an amount of zero or below."""

    nl = "Het bedrag moet hoger zijn dan € 0,00. Vul een ander bedrag in."
    en = "The amount must be above € 0.00. Fill in another amount."


class FundNotOpen(NotFound):
    """The network has no fund in the book yet."""

    nl = "Voor netwerk {network} is nog geen pot geopend. Vraag de beheerder om dat te doen."
    en = "No fund has been opened for network {network} yet. Ask the administrator to do so."


class FundAlreadyOpen(Conflict):
    """The network already has a fund."""

    nl = "Voor netwerk {network} is al een pot geopend."
    en = "A fund has already been opened for network {network}."


class FundExhausted(Conflict):
    """A promise or voluntary refund would bring what is available below zero."""

    nl = (
        "Er is niet genoeg beschikbaar in de pot. Beschikbaar: {available}, nodig: {needed}. "
        "Zet de aanvraag op wachten, of wacht op terugbetalingen of een nieuwe inleg."
    )
    en = (
        "There is not enough available in the fund. Available: {available}, needed: {needed}. "
        "Put the request on the waiting list, or wait for repayments or a new contribution."
    )


class BalanceCrossesZero(Conflict):
    """More would be taken from a case, claim, payment or receipt than stands on it."""

    nl = "Op {subject} (rekening {account}) staat {balance}: daar kan geen {amount} af. Kijk het bedrag na."
    en = "{subject} (account {account}) stands at {balance}: {amount} cannot be taken off. Check the amount."


class SettlementExceedsPaid(Conflict):
    """A settlement would cover more than was paid on the case."""

    nl = (
        "Van casus {case} is {unsettled} uitbetaald en nog niet verrekend. "
        "Verreken hoogstens dat bedrag, of betaal eerst uit."
    )
    en = (
        "Of case {case}, {unsettled} is paid and not yet settled. "
        "Settle at most that amount, or pay out first."
    )


class IdempotencyConflict(Conflict):
    """The same key was used before for something else."""

    nl = "Deze handeling is al eerder verstuurd, met andere gegevens. Ververs de pagina en kijk wat er staat."
    en = "This action was sent before with other details. Refresh the page and look at what was booked."


class EntryNotFound(NotFound):
    """There is no such entry in this network's book."""

    nl = "Deze boeking bestaat niet. Ga terug naar het journaal."
    en = "This entry does not exist. Go back to the journal."


class AlreadyReversed(Conflict):
    """An entry can be reversed only once."""

    nl = "Boeking {number} is al teruggedraaid. Kijk in het journaal bij de boeking die haar noemt."
    en = "Entry {number} has been reversed already. See the entry in the journal that names it."


class ReversalNotReversible(Conflict):
    """A reversal is not itself reversed: book the event again."""

    nl = "Een terugdraaiing kunt u niet zelf terugdraaien. Boek de gebeurtenis opnieuw."
    en = "A reversal cannot itself be reversed. Book the event again."


class YearClosed(Conflict):
    """Nothing is dated into a closed year."""

    nl = "Boekjaar {book_year} is afgesloten. Boek met een datum in een open jaar."
    en = "Book year {book_year} is closed. Use a date in an open year."


class YearNotReady(Conflict):
    """The year is not in the state the action needs."""

    nl = "Boekjaar {book_year} is nu: {state}. Deze stap kan dan niet. {needs_nl}"
    en = "Book year {book_year} is now: {state}. This step is not possible then. {needs_en}"


class SecondPersonNeeded(Conflict):
    """Reopening a year takes two different people."""

    nl = "Een jaar heropenen doen twee mensen. Vraag een collega om te bevestigen."
    en = "Reopening a year takes two people. Ask a colleague to confirm."


class ClaimNotFound(NotFound):
    """There is no such claim in this network's book."""

    nl = "Vordering {reference} bestaat niet. Kijk in de lijst met openstaande vorderingen."
    en = "Claim {reference} does not exist. Look in the list of open claims."


class ClaimsNotRight(Invalid):
    """Claims that cannot be raised as given."""

    nl = "Deze vorderingen kloppen niet: {reason}."
    en = "These claims are not right: {reason}."


class RepaymentTooLarge(Conflict):
    """More was received than is open on the claim."""

    nl = (
        "Op vordering {reference} staat nog {open} open; er kwam {amount} binnen. "
        "Boek het open deel, en de rest als niet herkend."
    )
    en = (
        "{open} is open on claim {reference}; {amount} came in. "
        "Book the open part, and the rest as not recognised."
    )


class ClaimHasNothingOpen(Conflict):
    """The claim has no open part any more."""

    nl = "Op vordering {reference} staat niets meer open."
    en = "Nothing is open any more on claim {reference}."


class SettlementPartlyRepaid(Conflict):
    """A settlement on which something was repaid is not reversed: its claims fall back."""

    nl = "Op deze verrekening is al terugbetaald. Laat de vorderingen terugvallen in plaats van terugdraaien."
    en = "Something was already repaid on this settlement. Let its claims fall back instead of reversing it."


class SettlementNotFound(NotFound):
    """No claims were raised under this settlement reference."""

    nl = "Verrekening {settlement} staat niet in het grootboek."
    en = "Settlement {settlement} is not in the ledger."
