"""Why an account number is refused, each with what to do next."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid
from rules.wording import Labelled


class AccountState(Labelled):
    """How far a change of an account is."""

    PROPOSED = "proposed", "voorgesteld", "proposed"
    CONFIRMED = "confirmed", "bevestigd", "confirmed"
    REFUSED = "refused", "afgewezen", "refused"
    WITHDRAWN = "withdrawn", "ingetrokken", "withdrawn"


class NoFundAccount(Conflict):
    """The fund has no confirmed account on this day."""

    nl = (
        "Het fonds heeft nog geen eigen rekening. Leg haar vast bij Betalen en innen, Rekeningen, "
        "en laat een tweede penningmeester haar bevestigen."
    )
    en = (
        "The fund has no account of its own yet. Record it under Paying and collecting, Accounts, "
        "and let a second treasurer confirm it."
    )


class NoPartnerAccount(Conflict):
    """The partner has no confirmed account."""

    nl = "Van {partner} is geen rekening bekend. Leg haar eerst vast bij Rekeningen en laat haar bevestigen."
    en = "No account of {partner} is known. First record it under Accounts and have it confirmed."


class HolderMissing(Invalid):
    """No name."""

    nl = "Schrijf op wiens naam de rekening staat, precies zoals bij de bank."
    en = "Write whose name the account is in, exactly as at the bank."


class BicNeeded(Invalid):
    """The bank's own code cannot be derived from this number."""

    nl = "De BIC van deze bank is niet bekend. Vul haar in; zij staat bij de bank naast het rekeningnummer."
    en = "The BIC of this bank is not known. Fill it in; the bank states it beside the account number."


class BicWrong(Invalid):
    """Not a BIC."""

    nl = "Deze BIC klopt niet. Zij heeft 8 of 11 tekens, zoals ABNANL2A."
    en = "This BIC is not right. It has 8 or 11 characters, such as ABNANL2A."


class AccountFromPast(Invalid):
    """A change cannot hold from a day that has passed."""

    nl = "Kies vandaag of een latere dag: wat tot nu toe is betaald, is al van de oude rekening betaald."
    en = "Choose today or a later day: what was paid until now was paid from the former account."


class SameAccount(Invalid):
    """Nothing would change."""

    nl = "Dit zijn dezelfde naam en hetzelfde nummer als nu. Er is niets te wijzigen."
    en = "This is the same name and number as now. There is nothing to change."


class ReasonNeeded(Invalid):
    """A change of name or number needs a reason that the second person can check."""

    nl = (
        "Schrijf waarom dit wijzigt en hoe u dat hebt nagekeken, "
        "bijvoorbeeld: teruggebeld op het bekende nummer."
    )
    en = "Write why this changes and how you checked it, for example: called back on the known number."


class AlreadyProposed(Conflict):
    """Another change of the same account waits for a second person."""

    nl = "Er ligt al een wijziging van deze rekening. Laat die eerst bevestigen, afwijzen of intrekken."
    en = "A change of this account is waiting already. First have it confirmed, refused or withdrawn."


class NotProposed(Conflict):
    """Somebody else was first."""

    nl = "Deze wijziging is al {state_nl}. Ververs de pagina."
    en = "This change is {state_en} already. Refresh the page."


class OwnProposal(Forbidden):
    """Two people look at every change of an account."""

    nl = "U hebt deze wijziging zelf voorgesteld. Laat een andere penningmeester haar nakijken."
    en = "You proposed this change yourself. Let another treasurer check it."


class NotOwnProposal(Forbidden):
    """Only who proposed it withdraws it; another refuses it."""

    nl = "Een ander heeft deze wijziging voorgesteld. U kunt haar bevestigen of afwijzen."
    en = "Somebody else proposed this change. You can confirm or refuse it."
