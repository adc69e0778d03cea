"""Why a booking on the fund is refused, each with what to do next."""

from __future__ import annotations

from errors import Conflict, Invalid, NotFound
from rules.wording import Labelled


class BookingKind(Labelled):
    """What can be booked on the fund by hand."""

    CONTRIBUTION = "contribution", "Bijdrage ontvangen", "Contribution received"
    CONTRIBUTION_PAID_BACK = "contribution_paid_back", "Bijdrage terugbetaald", "Contribution paid back"
    POT_TAKEN_OVER = "pot_taken_over", "Bestaande pot overgenomen", "Existing pot taken over"
    BANK_COSTS = "bank_costs", "Bankkosten", "Bank costs"
    OTHER_COSTS = "other_costs", "Andere kosten", "Other costs"
    OTHER_INCOME = (
        "other_income",
        "Rente, subsidie of gift ontvangen",
        "Interest, subsidy or donation received",
    )
    RECEIPT_SENT_BACK = "receipt_sent_back", "Ontvangst terugbetaald", "Receipt paid back"


OTHER_KINDS = (BookingKind.BANK_COSTS, BookingKind.OTHER_COSTS, BookingKind.OTHER_INCOME)


class PartnerUnknown(Invalid):
    """The network has no such partner."""

    nl = "Kies een partner uit de lijst."
    en = "Choose a partner from the list."


class BookedInFuture(Invalid):
    """What the bank did cannot lie ahead."""

    nl = "Deze datum ligt in de toekomst. Kies vandaag of een eerdere dag."
    en = "This date lies in the future. Choose today or an earlier day."


class BookedTooEarly(Invalid):
    """A day before last year: a mistyped year would open book years that never were."""

    nl = "Deze datum is te lang geleden. Kies een dag vanaf 1 januari {year}; kijk het jaartal na."
    en = "This date is too long ago. Choose a day from 1 January {year}; check the year."


class NobodyChosen(Invalid):
    """No partner was ticked."""

    nl = "Kies eerst van wie u de bijdrage wilt boeken: zet een vinkje voor een of meer partners."
    en = "First choose whose contribution to book: tick one or more partners."


class NothingExpected(Conflict):
    """The contribution of this partner is already in, or the partner is no member that year."""

    nl = (
        "Van {partner} wordt over {year} niets meer verwacht. Ververs de pagina; "
        "een extra bijdrage kunt u los boeken."
    )
    en = (
        "Nothing more is expected of {partner} for {year}. Refresh the page; "
        "an extra contribution can be booked by itself."
    )


class YearNotInvoiced(Invalid):
    """A year that is long over or far ahead."""

    nl = "Voor {year} kunt u geen facturen maken. Kies dit jaar, het vorige of het volgende."
    en = "No invoices can be made for {year}. Choose this year, the last or the next."


class NothingToInvoice(Conflict):
    """Every partner of that year has its invoice."""

    nl = "Alle partners hebben hun factuur over {year} al. Er is niets gemaakt."
    en = "Every partner has its invoice for {year} already. Nothing was made."


class StillMember(Conflict):
    """A contribution is only paid back to a partner that leaves."""

    nl = (
        "{partner} doet nog mee. Alleen wie vertrekt krijgt zijn bijdrage terug: "
        "laat de beheerder eerst het vertrek vastleggen."
    )
    en = (
        "{partner} still takes part. Only who leaves is paid back: "
        "let the administrator record the leaving first."
    )


class ReceiptNotFound(NotFound):
    """Nothing was ever received or owed back under this reference."""

    nl = "Onder {subject} is niets ontvangen. Kijk bij betalen en innen wat er nog terug moet."
    en = "Nothing was received under {subject}. See under paying and collecting what is still owed back."


class MoreThanOwedBack(Invalid):
    """More would be paid back or set off than is left of the receipt."""

    nl = "Er staat nog {left}. Vul hoogstens dat bedrag in."
    en = "{left} is left. Fill in at most that amount."


class NotOwedYet(Invalid):
    """Money cannot have gone back before it was owed."""

    nl = "Dit bedrag is pas sinds {day} terug te betalen. Kies die dag of een latere."
    en = "This amount is owed back since {day} only. Choose that day or a later one."


class NotTheirClaim(Invalid):
    """A receipt is set off against an open claim on who paid it, and on nobody else."""

    nl = "Kies een open vordering van dezelfde partij."
    en = "Choose an open claim on the same party."


class MoreThanClaimed(Invalid):
    """More would be set off than is open on the claim."""

    nl = "Op vordering {reference} staat nog {open} open. Vul hoogstens dat bedrag in."
    en = "{open} is open on claim {reference}. Fill in at most that amount."


class NotCorrectedHere(Conflict):
    """An entry that belongs to a case's life is undone there, so that case and book stay one."""

    nl = (
        "Deze boeking hoort bij een casus, uitbetaling of verrekening. Herstel haar daar, "
        "dan blijven de casus en het grootboek gelijk."
    )
    en = (
        "This entry belongs to a case, payout or settlement. Put it right there, "
        "so that case and book stay equal."
    )


class ReasonMissing(Invalid):
    """A correction or write-off needs a reason."""

    nl = "Schrijf in een zin waarom u dit doet."
    en = "Write in one sentence why you do this."
