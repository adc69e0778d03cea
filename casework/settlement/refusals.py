"""What settling refuses, each with a sentence that says what to do next."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid


class NothingToSettle(Conflict):
    """Nothing was paid for the case that is not settled yet."""

    nl = "Er is nu niets te verrekenen: wat is betaald, is al verrekend. Kom terug na een volgende betaling."
    en = "There is nothing to settle now: what was paid is settled already. Come back after another payment."


class SettledMeanwhile(Conflict):
    """What may be settled became less than what was proposed."""

    nl = "Er is nu minder te verrekenen dan is voorgesteld. Trek het voorstel in en doe een nieuw voorstel."
    en = "There is less to settle now than was proposed. Drop the proposal and make a new one."


class PartnerNeeded(Invalid):
    """A kind that names a partner, without one."""

    nl = "Kies de partner die terugbetaalt."
    en = "Choose the partner that repays."


class PartnerUnknown(Invalid):
    """Not a member of the network today."""

    nl = "Deze partner doet nu niet mee in het netwerk. Kies een andere."
    en = "This partner does not take part in the network now. Choose another."


class PartnerTwice(Invalid):
    """The same partner in two shares."""

    nl = "Deze partner staat er al bij. Tel de percentages op in één regel."
    en = "This partner is listed already. Add the percentages in one line."


class SharesTooFew(Invalid):
    """Sharing needs at least two partners."""

    nl = "Verdeel over ten minste twee partners, of kies 'één partner'."
    en = "Share between at least two partners, or choose 'one partner'."


class SharesNotWhole(Invalid):
    """The percentages do not sum to a hundred."""

    nl = "De percentages tellen op tot {total}. Samen moeten ze 100 zijn."
    en = "The percentages add up to {total}. Together they must be 100."


class ShareOfNothing(Invalid):
    """A percentage so small that the partner would repay nothing."""

    nl = "Dit deel is minder dan één cent. Maak het groter of haal de partner weg."
    en = "This share is less than one cent. Make it larger or remove the partner."


class InstalmentsNeeded(Invalid):
    """The resident repays, but in how many instalments is not said."""

    nl = "Schrijf in hoeveel maanden de inwoner terugbetaalt."
    en = "Write in how many months the resident repays."


class InstalmentsTooMany(Invalid):
    """More instalments than there are cents to divide."""

    nl = "Dit zijn te veel termijnen voor dit bedrag. Kies er hoogstens {maximum}."
    en = "These are too many instalments for this amount. Choose at most {maximum}."


class FirstInstalmentNeeded(Invalid):
    """The day of the first instalment is not given."""

    nl = "Kies de dag van de eerste termijn."
    en = "Choose the day of the first instalment."


class FirstInstalmentPast(Invalid):
    """The first instalment lies in the past."""

    nl = "De eerste termijn kan niet voor vandaag liggen. Kies een latere dag."
    en = "The first instalment cannot be before today. Choose a later day."


class OutsidePartyNeeded(Invalid):
    """An outside party without a name."""

    nl = "Schrijf welke partij buiten het netwerk terugbetaalt, zoals UWV of de zorgverzekeraar."
    en = "Write which party outside the network repays, such as the health insurer."


class MotivationNeeded(Invalid):
    """Something that must be explained is not."""

    nl = "Schrijf waarom. Dit wijkt af van het voorstel van de regels, is een gift, of draait iets terug."
    en = "Write why. This deviates from what the rules propose, is a gift, or undoes something."


class ReasonNeeded(Invalid):
    """A dispute without a reason."""

    nl = "Schrijf waarom u het er niet mee eens bent."
    en = "Write why you do not agree."


class CounterProposalNeeded(Invalid):
    """A dispute without a counter-proposal."""

    nl = "Schrijf wie er volgens u wel moet terugbetalen, en hoeveel."
    en = "Write who should repay in your view, and how much."


class AlreadyAnswered(Conflict):
    """The partner gave its answer before."""

    nl = "Uw organisatie heeft al geantwoord. Wilt u iets veranderen? Bel het secretariaat."
    en = "Your organisation has answered already. Do you want a change? Call the secretariat."


class PartiesComeFirst(Conflict):
    """Members cannot vote while the parties have not answered."""

    nl = (
        "Eerst antwoorden de partners op wie dit wordt verrekend. U kunt stemmen als een van hen het betwist."
    )
    en = "First the partners this is settled on answer. You can vote when one of them disputes it."


class TermNotOver(Conflict):
    """Silence counts as consent only after the term."""

    nl = "De partners hebben nog tot en met {until} de tijd. Daarna telt zwijgen als akkoord."
    en = "The partners still have until {until}. After that silence counts as consent."


class ForTheExecutives(Conflict):
    """An escalated dispute is no longer for the secretariat to decide."""

    nl = "Dit geschil ligt bij de bestuurders. U kunt wel een nieuw voorstel doen."
    en = "This dispute is with the executives. You can still make a new proposal."


class AlreadyEscalated(Conflict):
    """It was put to the executives before."""

    nl = "Dit geschil ligt al bij de bestuurders."
    en = "This dispute is with the executives already."


class EnoughMembers(Conflict):
    """The secretariat can reach the quorum, so this is not for the executives."""

    nl = "Het secretariaat heeft genoeg leden om dit zelf te besluiten. Laat hen stemmen."
    en = "The secretariat has enough members to decide this itself. Let them vote."


class InConflict(Forbidden):
    """A member whose vote does not count wants to confirm an undoing."""

    nl = "Uw organisatie is partij bij deze verrekening. Vraag het een ander lid."
    en = "Your organisation is a party to this settlement. Ask another member."


class UndoingAsked(Conflict):
    """Somebody asked for undoing already."""

    nl = "Er ligt al een verzoek om deze verrekening terug te draaien. Een tweede lid kan het bevestigen."
    en = "There is already a request to undo this settlement. A second member can confirm it."


class UndoingGone(Conflict):
    """There is no open request to undo."""

    nl = "Dit verzoek om terug te draaien is al afgehandeld. Ververs de pagina."
    en = "This request to undo has been dealt with. Reload the page."


class SecondMemberNeeded(Forbidden):
    """Who asked for undoing cannot confirm it."""

    nl = "U vroeg dit zelf. Een tweede lid van het secretariaat moet het bevestigen."
    en = "You asked for this yourself. A second member of the secretariat must confirm it."


class GroundDoesNotFit(Invalid):
    """Hardship is for residents, not paying for outside parties."""

    nl = "Deze reden past niet bij wie er terugbetaalt. Kies een andere reden."
    en = "This reason does not fit who repays. Choose another reason."


class OutsideTermNotOver(Conflict):
    """The outside party still has time to pay."""

    nl = "De partij heeft nog tot en met {until} om te betalen. Daarna kan de vordering terugvallen."
    en = "The party has until {until} to pay. After that the claim can fall back."


class NothingFallsBack(Conflict):
    """Everything was repaid, so no open part is left to fall back."""

    nl = "Alles is al terugbetaald: er is geen open deel dat kan terugvallen."
    en = "Everything was repaid already: no open part is left to fall back."


class NoPlan(Conflict):
    """There is no repayment plan to change."""

    nl = "Hier is geen betaalplan om te wijzigen: de inwoner heeft niets meer open staan."
    en = "There is no repayment plan to change here: the resident has nothing open any more."


class NoLetter(Conflict):
    """A letter only goes to an outside party that still owes something."""

    nl = "Hier hoort geen brief bij: er staat niets open bij een partij buiten het netwerk."
    en = "No letter belongs here: nothing is open with a party outside the network."


class RecipientNeeded(Invalid):
    """A letter to nobody."""

    nl = "Schrijf aan welke organisatie of afdeling de brief gaat."
    en = "Write to which organisation or department the letter goes."


class AddressNeeded(Invalid):
    """A letter without an address."""

    nl = "Schrijf het adres: straat en nummer of postbus, en daaronder postcode en plaats."
    en = "Write the address: street and number or PO box, and below it postcode and town."


class LetterInFuture(Invalid):
    """The letter would be sent on a day to come."""

    nl = "De brief kan niet na vandaag verstuurd zijn. Leg hem vast op de dag dat hij weggaat."
    en = "The letter cannot have been sent after today. Register it on the day it leaves."


class LetterDayPast(Invalid):
    """The letter would be sent before the decision, before a former letter, or too long ago."""

    nl = "De brief kan niet voor {earliest} verstuurd zijn. Is dat wel zo? Stuur hem dan opnieuw."
    en = "The letter cannot have been sent before {earliest}. If it was, send it again."


class LetterKeyMissing(Invalid):
    """The form came without its key, so a repeat could not be recognised."""

    nl = "Dit formulier is niet volledig aangekomen. Er is niets vastgelegd. Ververs de pagina."
    en = "This form did not arrive whole. Nothing was registered. Refresh the page."
