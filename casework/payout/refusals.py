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

    nl = "Deze regel van casus {case} is al opgedragen als {reference}. Ververs de pagina."
    en = "This line of case {case} has been ordered already as {reference}. Refresh the page."


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

    nl = "U heeft casus {case} zelf ingediend of erover besloten. Laat een andere penningmeester betalen."
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
