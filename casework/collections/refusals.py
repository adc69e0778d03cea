"""Why a mandate or a collection is refused: one class per reason, each saying what to do next."""

from __future__ import annotations

from errors import Conflict, Forbidden, Invalid
from rules.wording import Labelled


class MandateState(Labelled):
    """How far a mandate is."""

    RECORDED = "recorded", "wacht op een tweede penningmeester", "waits for a second treasurer"
    ACTIVE = "active", "geldig", "valid"
    REFUSED = "refused", "afgekeurd", "refused"
    ENDED = "ended", "ingetrokken", "ended"


class Scheme(Labelled):
    """The SEPA scheme a mandate was signed for."""

    CORE = "CORE", "gewone incasso", "Core direct debit"
    B2B = "B2B", "zakelijke incasso", "B2B direct debit"


class CollectionBatchState(Labelled):
    """How far a batch is."""

    PREPARED = "prepared", "klaargezet", "prepared"
    RELEASED = "released", "vrijgegeven", "released"
    CANCELLED = "cancelled", "ingetrokken", "cancelled"


class CollectionState(Labelled):
    """How far one collection is."""

    PREPARED = "prepared", "klaargezet", "prepared"
    ORDERED = "ordered", "opdracht gegeven", "ordered"
    COLLECTED = "collected", "ontvangen", "collected"
    REJECTED = "rejected", "geweigerd door de bank", "rejected by the bank"
    REVERSED = "reversed", "teruggeboekt", "reversed"
    CANCELLED = "cancelled", "ingetrokken", "cancelled"


class MandateReferenceWrong(Invalid):
    """Characters that banks do not take."""

    nl = "Gebruik voor het kenmerk letters, cijfers en streepjes, hoogstens 35, zoals ‘BB-ZAYAZ-1’."
    en = "Use letters, digits and dashes for the reference, at most 35, such as ‘BB-ZAYAZ-1’."


class MandateReferenceTaken(Invalid):
    """Another mandate has it; banks tell mandates apart by it."""

    nl = "Er is al een machtiging met dit kenmerk. Kies een ander."
    en = "There is a mandate with this reference already. Choose another."


class SignedInFuture(Invalid):
    """Nobody signs tomorrow."""

    nl = "Deze dag ligt in de toekomst. Vul de dag in waarop is getekend."
    en = "This day lies in the future. Fill in the day on which it was signed."


class HolderMissing(Invalid):
    """No name, or none that fits on a bank statement."""

    nl = "Vul in op wiens naam de rekening staat."
    en = "Fill in in whose name the account is."


class MandateExists(Conflict):
    """One mandate per partner."""

    nl = "{partner} heeft al een machtiging. Trek die eerst in."
    en = "{partner} has a mandate already. End that one first."


class NotAMember(Conflict):
    """A partner that left has nothing new to be collected for."""

    nl = "{partner} doet niet meer mee. Leg geen nieuwe machtiging vast."
    en = "{partner} does not take part any more. Record no new mandate."


class OwnMandate(Forbidden):
    """Two treasurers look at every mandate."""

    nl = "U hebt deze machtiging zelf vastgelegd. Laat een andere penningmeester haar nakijken."
    en = "You recorded this mandate yourself. Let another treasurer check it."


class MandateNotIn(Conflict):
    """Somebody else was first."""

    nl = "Deze machtiging is nu: {state_nl}. Deze stap kan dan niet. Ververs de pagina."
    en = "This mandate is now: {state_en}. This step is not possible then. Refresh the page."


class MandateInUse(Conflict):
    """A collection under it is under way."""

    nl = "Met deze machtiging is een incasso onderweg ({batch}). Wacht tot de bank die heeft verwerkt."
    en = "A collection under this mandate is under way ({batch}). Wait until the bank has processed it."


class NothingToCollect(Invalid):
    """No claim was ticked."""

    nl = "Kies eerst wat u wilt incasseren: zet een vinkje voor een of meer vorderingen."
    en = "First choose what to collect: tick one or more claims."


class NotCollectable(Conflict):
    """Paid meanwhile, in another batch, not due yet, or the mandate ended."""

    nl = (
        "Vordering {claim} kan nu niet worden geïncasseerd: zij is betaald, staat in een andere batch, "
        "vervalt later of de machtiging is ingetrokken. Ververs de pagina en kies opnieuw."
    )
    en = (
        "Claim {claim} cannot be collected now: it is paid, in another batch, due later, or the mandate has "
        "ended. Refresh the page and choose again."
    )


class MixedSchemes(Invalid):
    """A file holds one scheme."""

    nl = "Zet gewone en zakelijke incasso's in aparte batches."
    en = "Put Core and B2B collections in batches of their own."


class NoCreditorId(Conflict):
    """Without one no bank collects."""

    nl = "Bij de rekening van het fonds staat geen incassant-ID. Stel eerst een rekening met zo'n ID voor."
    en = "The fund's account has no creditor identifier. First propose an account that has one."


class CollectTooEarly(Invalid):
    """Banks need a working day."""

    nl = "De bank heeft een werkdag nodig. Kies {day} of een latere werkdag."
    en = "The bank needs a working day. Choose {day} or a later working day."


class CollectTooLate(Invalid):
    """So far ahead that it is a mistyped date."""

    nl = "Deze dag is te ver weg. Kies uiterlijk {day}."
    en = "This day is too far ahead. Choose {day} at the latest."


class OwnCaseCollected(Forbidden):
    """Who submits or decides does not collect either."""

    nl = "U hebt casus {case} zelf ingediend of erover besloten. Laat een andere penningmeester dit doen."
    en = "You submitted case {case} or decided on it yourself. Let another treasurer do this."


class CollectionStale(Conflict):
    """What is open or the mandate is no longer what was prepared."""

    nl = (
        "Vordering {claim} is gewijzigd sinds de batch werd klaargezet. Er is niets vrijgegeven. "
        "Trek de batch in en zet haar opnieuw klaar."
    )
    en = (
        "Claim {claim} has changed since the batch was prepared. Nothing was released. Cancel the batch and "
        "prepare it again."
    )


class CollectDayPassed(Conflict):
    """The day of the batch can no longer be met."""

    nl = "De bank haalt {day} niet meer. Trek de batch in en zet haar klaar voor een latere dag."
    en = "The bank cannot meet {day} any more. Cancel the batch and prepare it for a later day."


class CollectionNotIn(Conflict):
    """Somebody else was first, or the bank."""

    nl = "Deze incasso is nu: {state_nl}. Deze stap kan dan niet. Ververs de pagina."
    en = "This collection is now: {state_en}. This step is not possible then. Refresh the page."


class OutcomeBeforeDay(Invalid):
    """The bank cannot have done it before it was asked to."""

    nl = "De incasso was gevraagd voor {day}. Kies die dag of een latere."
    en = "The collection was asked for {day}. Choose that day or a later one."
