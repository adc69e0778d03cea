"""Why something about a bank line is refused, each with what to do next."""

from __future__ import annotations

from errors import Conflict, Invalid, NotFound


class LineNotFound(NotFound):
    """The network has no such bank line."""

    nl = "Deze bankregel bestaat niet. Ga terug naar de bank en kies een regel uit de lijst."
    en = "This bank line does not exist. Go back to the bank page and choose a line from the list."


class LineNotParked(Conflict):
    """The line was recognised already, by somebody else or in another window."""

    nl = "Deze regel is al herkend. Kijk waarvoor; klopt dat niet, maak het dan eerst ongedaan."
    en = "This line has been recognised already. See for what; if that is wrong, undo it first."


class LineNotBooked(Conflict):
    """There is nothing to undo: the line is not recognised."""

    nl = "Deze regel is niet als iets herkend, dus er is niets ongedaan te maken. Herken haar eerst."
    en = "This line is not recognised as anything, so there is nothing to undo. Recognise it first."


class NothingChosen(Invalid):
    """No line or no purpose was chosen."""

    nl = "Kies eerst waarvoor deze regel is: vul bij minstens een mogelijkheid een bedrag in."
    en = "First choose what this line is for: fill in an amount for at least one purpose."


class NoLineChosen(Invalid):
    """Nothing was ticked to be accepted."""

    nl = "Kies eerst welke voorstellen u aanneemt: zet een vinkje voor een of meer regels."
    en = "First choose which proposals to accept: tick one or more lines."


class PartsNotWhole(Invalid):
    """The parts come to more than the line."""

    nl = "Samen is dit {total}, maar op de regel staat {line}. Verdeel hoogstens dat bedrag."
    en = "This comes to {total}, but the line has {line}. Divide at most that amount."


class NotOnThisSide(Invalid):
    """Money in was taken for something that goes out, or the other way round."""

    nl = "Dit kan niet bij deze regel: het geld ging de andere kant op. Kies iets anders."
    en = "This does not go with this line: the money went the other way. Choose something else."


class PurposeUnknown(Invalid):
    """The claim, partner, payment or case does not exist."""

    nl = "{subject} vinden we niet. Zoek het op en kies het uit de lijst."
    en = "{subject} cannot be found. Search for it and choose it from the list."


class PaymentWhole(Invalid):
    """A payment is debited as a whole."""

    nl = "Betaling {reference} is {amount}. Kies precies dat bedrag."
    en = "Payment {reference} is {amount}. Choose exactly that amount."


class RefundUnclear(Conflict):
    """The case has no unsettled money left and not exactly one claim."""

    nl = "Casus {case} is verrekend met meer partijen. Kies zelf op welke vordering dit komt."
    en = "Case {case} was settled with several parties. Choose the claim this belongs to yourself."


class ProposalChanged(Conflict):
    """What was proposed is not what would be booked now."""

    nl = "Er is intussen iets veranderd aan {line}: het voorstel geldt niet meer. Bekijk de regel opnieuw."
    en = "Something changed about {line} meanwhile: the proposal holds no longer. Look at the line again."


class PartlySpent(Conflict):
    """Part of what stands under this receipt was sent back or set off."""

    nl = (
        "Van {line} is al een deel teruggestort of verrekend. Handel de rest daar af: "
        "kijk bij betalen en innen onder wat nog terug moet."
    )
    en = (
        "Part of {line} was sent back or set off already. Deal with the rest there: "
        "see under paying and collecting what is still owed back."
    )


class ReturnStays(Conflict):
    """A payment that came back is being paid again, or was no payout for a case."""

    nl = (
        "Dat {reference} terugkwam kan niet meer ongedaan: er wordt al opnieuw betaald, of het is geen "
        "betaling voor een casus. Kijk bij betalen en innen hoe het nu staat."
    )
    en = (
        "That {reference} came back can no longer be undone: it is being paid again, or it is no payment "
        "for a case. See under paying and collecting how it stands now."
    )


class OnlyReceipts(Conflict):
    """A debit cannot be sent back."""

    nl = (
        "Alleen geld dat binnenkwam en niet herkend is kunt u terugsturen. Kies hier waarvoor het betaald is."
    )
    en = "Only money that came in and is not recognised can be sent back. Choose here what it was paid for."


class PayerUnknown(Conflict):
    """The bank did not say from which account the money came."""

    nl = "De bank noemt bij deze regel geen rekening. Vraag de betaler om zijn rekeningnummer."
    en = "The bank gives no account for this line. Ask the payer for the account number."
