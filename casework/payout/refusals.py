"""Why a payout is refused: one class per reason, each saying what to do next."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid
from rules.wording import Labelled


class PayoutState(Labelled):
    """How far one payout is."""

    ORDERED = "ordered", "opdracht gegeven", "ordered"
    PAID = "paid", "betaald", "paid"
    REJECTED = "rejected", "geweigerd door de bank", "rejected by the bank"
    RETURNED = "returned", "teruggestort door de bank", "returned by the bank"


class PayoutMethod(Labelled):
    """How a cost line was paid."""

    BANK = "bank", "via de bank", "through the bank"
    CARD = "card", "met een kaart uit voorraad", "by a card from stock"
    ADVANCE = "advance", "voorgeschoten door een partner", "paid in advance by a partner"


class FundPaymentKind(Labelled):
    """What is paid that is no cost line."""

    CARDS = "cards", "Kaarten kopen", "Buy cards"
    ADVANCE = "advance", "Voorschot terugbetalen", "Refund an advance"
    CONTRIBUTION = "contribution", "Bijdrage terugbetalen", "Pay a contribution back"
    RECEIPT = "receipt", "Ontvangst terugbetalen", "Pay a receipt back"


class FundPaymentState(Labelled):
    """How far such a payment is."""

    WAITING = "waiting", "nog klaar te zetten", "to be prepared"
    ORDERED = "ordered", "opdracht gegeven", "ordered"
    PAID = "paid", "betaald", "paid"
    REJECTED = "rejected", "geweigerd door de bank", "rejected by the bank"
    RETURNED = "returned", "teruggestort door de bank", "returned by the bank"
    WITHDRAWN = "withdrawn", "ingetrokken", "withdrawn"


class BatchState(Labelled):
    """How far a batch is."""

    PREPARED = "prepared", "klaargezet", "prepared"
    RELEASED = "released", "vrijgegeven", "released"
    CANCELLED = "cancelled", "ingetrokken", "cancelled"
    REJECTED = "rejected", "geweigerd door de bank", "rejected by the bank"


class ReleaseReason(Labelled):
    """Why a promised cost line will not be paid."""

    NOT_NEEDED = "not_needed", "Het is niet meer nodig", "It is no longer needed"
    PAID_ELSEWHERE = "paid_elsewhere", "Het is op een andere manier betaald", "It was paid in another way"
    EXPIRED = "expired", "De termijn van de toezegging is voorbij", "The term of the promise is over"


class NothingChosen(Invalid):
    """No cost line was ticked."""

    nl = "Kies eerst wat u wilt betalen: zet een vinkje voor een of meer regels."
    en = "First choose what to pay: tick one or more lines."


class NotApproved(Conflict):
    """The case is not approved, so nothing is promised to it."""

    nl = "Casus {case} is niet gehonoreerd. Er kan niets worden betaald."
    en = "Case {case} is not approved. Nothing can be paid."


class AlreadyOrdered(Conflict):
    """Somebody else was first: a payout of this line is under way or done."""

    nl = "Deze regel van casus {case} is al klaargezet of betaald als {reference}. Ververs de pagina."
    en = "This line of case {case} has been prepared or paid already as {reference}. Refresh the page."


class LineReleased(Conflict):
    """The promise for this line was released."""

    nl = (
        "De toezegging voor deze regel van casus {case} is vrijgevallen. Er kan niets meer op worden betaald."
    )
    en = "The promise for this line of case {case} was released. Nothing can be paid on it any more."


class AccountMissing(Conflict):
    """The approved line has no payee or account number."""

    nl = "Bij casus {case} staat geen rekeningnummer. Vraag het secretariaat om dit aan te vullen."
    en = "Case {case} has no account number. Ask the secretariat to complete it."


class OwnCase(Forbidden):
    """Who submits or decides does not pay: three different people look at each euro."""

    nl = "U hebt casus {case} zelf ingediend of erover besloten. Laat een andere penningmeester betalen."
    en = "You submitted case {case} or decided on it yourself. Let another treasurer pay."


class NotUnderWay(Conflict):
    """The payout is not in the state this step needs."""

    nl = "Uitbetaling {reference} is nu: {state_nl}. Deze stap kan dan niet. Ververs de pagina."
    en = "Payout {reference} is now: {state_en}. This step is not possible then. Refresh the page."


class DateInFuture(Invalid):
    """What the bank did cannot lie ahead."""

    nl = "Deze datum ligt in de toekomst. Kies vandaag of een eerdere dag."
    en = "This date lies in the future. Choose today or an earlier day."


class DateBefore(Invalid):
    """It cannot have happened before what it follows."""

    nl = "Deze datum ligt voor {day}. Kies die dag of een latere."
    en = "This date lies before {day}. Choose that day or a later one."


class NotAmongThese(Conflict):
    """A payment that is no longer waiting, or in another batch."""

    nl = "Betaling {reference} staat al in een batch of is niet meer nodig. Ververs de pagina."
    en = "Payment {reference} is in a batch already or is no longer needed. Refresh the page."


class AccountUnusable(Conflict):
    """The approved line has a number that no bank takes."""

    nl = "Het rekeningnummer van {payee} (casus {case}) klopt niet. Stel eerst een ander nummer voor."
    en = "The account number of {payee} (case {case}) is not right. First propose another number."


class PayeeInDoubt(Conflict):
    """Another payee was proposed and not judged yet."""

    nl = "Voor {payee} (casus {case}) is een andere naam of rekening voorgesteld. Laat dat eerst nakijken."
    en = "Another name or number was proposed for {payee} (case {case}). First have that checked."


class TooManyLines(Invalid):
    """More than one file should hold."""

    nl = "Zet hoogstens {most} betalingen in een batch. Kies er minder, en zet de rest in een volgende."
    en = "Put at most {most} payments in a batch. Choose fewer, and put the rest in a next one."


class NoBankDay(Invalid):
    """Banks do not settle on this day."""

    nl = "Op deze dag werken banken niet. Kies {day} of een andere werkdag."
    en = "Banks do not settle on this day. Choose {day} or another working day."


class ExecutionTooEarly(Invalid):
    """A day that has passed."""

    nl = "Deze dag is voorbij. Kies vandaag of een latere werkdag."
    en = "This day has passed. Choose today or a later working day."


class ExecutionTooLate(Invalid):
    """So far ahead that it is a mistyped date; banks refuse it too."""

    nl = "Deze dag is te ver weg. Kies uiterlijk {day}."
    en = "This day is too far ahead. Choose {day} at the latest."


class OwnBatch(Forbidden):
    """Two treasurers look at every payment."""

    nl = "U hebt deze batch zelf klaargezet. Laat een andere penningmeester haar vrijgeven."
    en = "You prepared this batch yourself. Let another treasurer release it."


class BatchNotIn(Conflict):
    """Somebody else was first."""

    nl = "Batch {reference} is nu: {state_nl}. Deze stap kan dan niet. Ververs de pagina."
    en = "Batch {reference} is now: {state_en}. This step is not possible then. Refresh the page."


class BatchChanged(Conflict):
    """What is released must be what was seen."""

    nl = "Er is iets gewijzigd sinds u keek. Er is niets vrijgegeven. Kijk de batch opnieuw na."
    en = "Something has changed since you looked. Nothing was released. Check the batch once more."


class BatchStale(Conflict):
    """A payee, account or amount of a line is no longer what was prepared."""

    nl = (
        "{reference}: naam, rekening of bedrag is gewijzigd sinds de batch werd klaargezet. "
        "Trek de batch in en zet haar opnieuw klaar."
    )
    en = (
        "{reference}: name, account or amount changed since the batch was prepared. "
        "Cancel the batch and prepare it again."
    )


class FundAccountChanged(Conflict):
    """The fund has another account than the one from which the batch would be paid."""

    nl = (
        "De pot heeft een andere rekening dan toen deze batch werd klaargezet. Er is niets vrijgegeven. "
        "Trek de batch in en zet haar opnieuw klaar."
    )
    en = (
        "The fund has another account than when this batch was prepared. Nothing was released. "
        "Cancel the batch and prepare it again."
    )


class PartnerAccountChanged(Conflict):
    """A partner has another account than when the payment to it was asked for, or one is proposed."""

    nl = (
        "{reference}: de rekening van {partner} is gewijzigd of wordt nagekeken. Er is niets vrijgegeven. "
        "Laat de wijziging eerst nakijken. Trek dan de batch en de betaling in en vraag haar opnieuw aan."
    )
    en = (
        "{reference}: the account of {partner} has changed or is being checked. Nothing was released. "
        "Have the change checked first. Then cancel the batch and the payment, and ask for it again."
    )


class TotalNotTheSame(Invalid):
    """The total that was typed is not that of the batch."""

    nl = "Dit is niet het totaal van deze batch. Kijk het na en typ het over."
    en = "This is not the total of this batch. Check it and type it over."


class CountNotTheSame(Invalid):
    """The number that was typed is not that of the batch."""

    nl = "Dit is niet het aantal betalingen in deze batch. Tel ze na en typ het over."
    en = "This is not the number of payments in this batch. Count them and type it over."


class BatchPartlyDone(Conflict):
    """A batch of which the bank did something was not rejected as a whole."""

    nl = (
        "Van deze batch is {reference} al {state_nl}. De bank heeft haar dus niet als geheel geweigerd: "
        "boek de weigering per betaling."
    )
    en = (
        "Of this batch {reference} is {state_en} already. So the bank has not rejected it as a whole: "
        "book the rejection per payment."
    )


class FileDamaged(Conflict):
    """The file that was kept is not what was built."""

    nl = "Het bewaarde betaalbestand is beschadigd. Lever het niet aan, en meld dit bij de beheerder."
    en = "The payment file that was kept is damaged. Do not upload it, and report this to the administrator."


class UploadedBefore(Invalid):
    """It cannot have been uploaded before it existed."""

    nl = "De batch is vrijgegeven op {day}. Kies die dag of een latere."
    en = "The batch was released on {day}. Choose that day or a later one."


class MoreThanOwed(Invalid):
    """More would be refunded or set off than the partner paid in advance."""

    nl = "Aan {partner} is nog {left} terug te betalen. Vul hoogstens dat bedrag in."
    en = "{left} is still to be refunded to {partner}. Fill in at most that amount."


class NotEnoughCards(Conflict):
    """The stock is smaller than what would be handed out."""

    nl = "Er is voor {stock} aan kaarten in voorraad. Koop eerst kaarten bij, of betaal via de bank."
    en = "There is {stock} of cards in stock. First buy more cards, or pay through the bank."


class ExplanationNeeded(Invalid):
    """What was counted differs from the book."""

    nl = "Er is een verschil van {difference} met het grootboek. Schrijf op hoe dat kan."
    en = "There is a difference of {difference} with the book. Write how that can be."


class NotOfThisMethod(Conflict):
    """A card or an advance never passed the bank, so the bank cannot have confirmed or refused it."""

    nl = "{reference} is niet via de bank betaald. Deze stap kan daar niet."
    en = "{reference} was not paid through the bank. This step is not possible there."
