"""Why a change of policy cannot be proposed or adopted as it is."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid


class HoldsFromThePast(Invalid):
    """A change would hold from a day that has passed."""

    nl = "Kies vandaag of een latere dag. Wat eerder besloten is, verandert niet meer."
    en = "Choose today or a later day. What was decided before does not change any more."


class DayIsTaken(Invalid):
    """A version that holds from the same day was adopted before."""

    nl = "Er is al een versie vastgesteld die vanaf {on} geldt. Kies een andere dag."
    en = "A version that holds from {on} was adopted before. Choose another day."


class CasesOfToday(Invalid):
    """Cases that were submitted today are judged by the policy that holds now."""

    nl = (
        "Vandaag is al een casus ingediend. Die wordt beoordeeld naar het beleid van nu: laat de wijziging "
        "morgen ingaan of later."
    )
    en = (
        "A case was submitted today. It is judged by the policy as it is now: let the change hold from "
        "tomorrow or later."
    )


class NothingChanges(Invalid):
    """The proposal says what holds on that day anyway."""

    nl = "Dit is hetzelfde als wat op die dag al geldt. Verander iets, of ga terug."
    en = "This is what holds on that day anyway. Change something, or go back."


class ReasonNeeded(Invalid):
    """A proposal, refusal or withdrawal without a reason."""

    nl = "Schrijf op waarom."
    en = "Write down why."


class ChangedMeanwhile(Conflict):
    """Another version of the section was added since the form was opened or the proposal made."""

    nl = (
        "Dit beleid is gewijzigd sinds u begon. Op deze pagina staat wat er nu is afgesproken. Kijk uw "
        "wijziging na en verstuur haar dan nog eens."
    )
    en = (
        "This policy was changed since you began. On this page stands what is agreed now. Check your "
        "change and send it again."
    )


class ProposalOutdated(Conflict):
    """What a proposal was compared with is no longer the newest version."""

    nl = (
        "Dit beleid is gewijzigd sinds dit voorstel werd gedaan. Wijs het af en laat het opnieuw voorstellen."
    )
    en = "This policy was changed since this was proposed. Refuse it and have it proposed anew."


class ProposalWaits(Conflict):
    """There is an open proposal for this section."""

    nl = "Er ligt al een voorstel hiervoor. Dat moet eerst worden vastgesteld, afgewezen of ingetrokken."
    en = "There is a proposal for this already. It must first be adopted, refused or withdrawn."


class ProposalTooLate(Conflict):
    """The day from which a proposal would hold has passed before it was adopted."""

    nl = "De dag waarop dit zou ingaan, is voorbij. Wijs het af en laat het met een latere dag opnieuw doen."
    en = (
        "The day from which this would hold has passed. Refuse it and have it proposed anew with a later day."
    )


class ProposalNoLongerFits(Conflict):
    """What was right when it was proposed no longer is."""

    nl = "Dit voorstel past niet meer: {why_nl} Wijs het af en laat het opnieuw voorstellen."
    en = "This proposal no longer fits: {why_en} Refuse it and have it proposed anew."


class AnsweredAlready(Conflict):
    """A proposal was adopted, refused or withdrawn before."""

    nl = "Dit voorstel is al beantwoord. Kijk op de pagina wat ermee is gedaan."
    en = "This proposal was answered already. See on its page what was done with it."


class OwnProposal(Forbidden):
    """The proposer cannot adopt or refuse what they proposed."""

    nl = "U stelde dit zelf voor. Iemand anders moet het vaststellen of afwijzen; intrekken kunt u het wel."
    en = "You proposed this yourself. Someone else must adopt or refuse it; you can withdraw it."


class NotYourProposal(Forbidden):
    """Only the proposer withdraws."""

    nl = "Alleen wie het voorstel deed, kan het intrekken. U kunt het afwijzen."
    en = "Only who made the proposal can withdraw it. You can refuse it."


class OnlyMoneySections(Forbidden):
    """A treasurer proposes changes of the policy on money only."""

    nl = "Als penningmeester stelt u wijzigingen voor van wat over geld gaat. Vraag dit aan het secretariaat."
    en = "As treasurer you propose changes of what is about money. Ask the secretariat for this one."
