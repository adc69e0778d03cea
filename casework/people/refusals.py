"""What cannot be done with people and their roles, each with a sentence that says what can."""

from __future__ import annotations

from errors import Conflict, Invalid


class EmailKnown(Invalid):
    """The person is in this network already."""

    nl = "{name} staat met dit e-mailadres al in de lijst. Geef diegene daar een rol erbij."
    en = "{name} is in the list with this e-mail address already. Add a role there."


class PartnerNotMember(Invalid):
    """A role is for a partner that takes part on its first day."""

    nl = "{name} doet op {on} niet mee. Kies een andere partner of een andere eerste dag."
    en = "{name} does not take part on {on}. Choose another partner or another first day."


class RoleAfterLeaving(Invalid):
    """A role cannot last longer than the partner takes part."""

    nl = "{name} gaat weg: de laatste dag kan niet later zijn dan {on}."
    en = "{name} is leaving: the last day cannot be later than {on}."


class RoleOverlaps(Invalid):
    """The same role for the same partner is held in those days already."""

    nl = "Deze rol bij deze partner is er in die tijd al. Verander de datums, of laat het zo."
    en = "This role for this partner is held in that time already. Change the dates, or leave it."


class RoleBackdated(Invalid):
    """A role would begin before today, and so make past acts look allowed."""

    nl = "Een rol begint vandaag of later."
    en = "A role begins today or later."


class LastDayTooEarly(Invalid):
    """The last day lies before the first, or has passed."""

    nl = "Kies een laatste dag vanaf {on}. Wilt u dat de rol nu meteen stopt, gebruik dan ‘Nu intrekken’."
    en = "Choose a last day from {on}. To end the role at once, use ‘Withdraw now’."


class RoleEnded(Conflict):
    """The role has ended before."""

    nl = "Deze rol is al voorbij. Geef zo nodig een nieuwe."
    en = "This role has ended already. Give a new one if needed."


class OwnRole(Conflict):
    """Four eyes: nobody gives themselves a role."""

    nl = "U kunt uzelf geen rol geven. Vraag het een andere beheerder."
    en = "You cannot give yourself a role. Ask another administrator."


class OwnAccount(Conflict):
    """Nobody closes their own account or resets their own password here."""

    nl = (
        "Dit is uw eigen account. Uw wachtwoord wijzigt u bij ‘Uw account’. Afsluiten doet een andere "
        "beheerder."
    )
    en = (
        "This is your own account. Change your password under ‘Your account’. Another administrator can "
        "close it."
    )


class LastAdministrator(Conflict):
    """A network without an administrator cannot be put right from its own pages."""

    nl = "Dit is de laatste beheerder van het netwerk. Maak eerst iemand anders beheerder."
    en = "This is the last administrator of the network. Make someone else administrator first."


class SharedAccount(Conflict):
    """The account also gives access to another network, so this network's administrators may not touch it."""

    nl = (
        "{name} werkt met dit account ook in een ander netwerk. Daarom kunt u het niet wijzigen of "
        "afsluiten, en geen nieuw wachtwoord geven. De rollen in uw netwerk kunt u wel beëindigen; een nieuw "
        "wachtwoord geeft de systeembeheerder."
    )
    en = (
        "{name} also uses this account in another network. So you cannot change or close it, or give it a "
        "new password. You can end the roles in your network; the system's operator gives a new password."
    )


class AccountClosed(Conflict):
    """The account is closed."""

    nl = "Dit account is afgesloten. Open het eerst weer."
    en = "This account is closed. Open it again first."


class AccountOpen(Conflict):
    """The account is open."""

    nl = "Dit account is al open."
    en = "This account is open already."
