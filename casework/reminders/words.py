"""What a letter with reminders says, per audience, in Dutch and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.accounts.find import fund_account
from casework.claims.note import mandate_of, to_pay
from casework.context import Work
from casework.documents.letter import sayer
from casework.network.tables import Partner
from casework.reminders.letters import Audience, DueLetter, Line
from ledger.refusals import in_euros
from rules.reminders import ReminderKind


@dataclass(frozen=True, slots=True)
class HowToPay:
    """The account, and the reference of each claim; or by which mandate they are collected."""

    account: str
    holder: str
    references: dict[str, str]
    mandate: str


def how_to_pay(work: Work, letter: DueLetter) -> HowToPay | None:
    """How a partner pays what is in ``letter``; None for letters that ask nobody to pay."""
    if letter.audience is not Audience.PARTNER:
        return None
    partner = work.session.get_one(Partner, letter.partner_id)
    account = fund_account(work.session, work.network.id, work.today)
    mandate = mandate_of(work, partner)
    references = {one.claim.reference: one.reference.rf_spaced for one in to_pay(work, partner.code)}
    return HowToPay(
        account.iban if account else "",
        account.holder if account else "",
        references,
        mandate.reference if mandate else "",
    )


def subject_of(letter: DueLetter, number: str, network: str, language: str) -> str:
    """The subject: what it is, for whom, and the number of the letter."""
    say = sayer(language)
    if all(line.step.kind is ReminderKind.ANNOUNCE for line in letter.lines):
        return say(f"Binnenkort te betalen aan {network} ({number})", f"Soon to pay to {network} ({number})")
    match letter.audience:
        case Audience.AMBASSADOR | Audience.EXECUTIVES:
            return say(
                f"{letter.partner_name} betaalt niet: uw hulp gevraagd ({number})",
                f"{letter.partner_name} does not pay: your help is asked ({number})",
            )
        case Audience.RESIDENT:
            return say(f"Termijnen van inwoners ({number})", f"Residents' instalments ({number})")
        case _:
            return say(f"Herinnering: te betalen aan {network} ({number})", f"Reminder: to pay ({number})")


def body_of(letter: DueLetter, name: str, network: str, language: str, pay: HowToPay | None) -> str:
    """The text. An ambassador reads no amounts: in the program they see none of claims either."""
    say = sayer(language)
    soon = [line for line in letter.lines if line.step.kind is ReminderKind.ANNOUNCE]
    late = [line for line in letter.lines if line.step.kind is not ReminderKind.ANNOUNCE]
    amounts = letter.audience is not Audience.AMBASSADOR
    parts = [say(f"Beste {name},", f"Dear {name},"), _opening(letter, network, language)]
    if late:
        parts.append(_listed(late, language, amounts, pay, say("Over de vervaldag:", "Past the due day:")))
    if soon:
        parts.append(_listed(soon, language, amounts, pay, say("Binnenkort te betalen:", "Soon to pay:")))
    if amounts and len(letter.lines) > 1:
        total = in_euros(letter.total_cents)
        parts.append(say(f"Samen: {total}", f"Together: {total}"))
    parts.append(_closing(letter, language, pay))
    return "\n\n".join(part for part in parts if part)


def _opening(letter: DueLetter, network: str, language: str) -> str:
    say = sayer(language)
    partner = letter.partner_name
    match letter.audience:
        case Audience.RESIDENT:
            return say(
                "Bij deze casussen van u betaalt de inwoner terug in termijnen. Bespreek met de inwoner of "
                "het lukt. Lukt het niet, vraag het secretariaat dan om een pauze of een andere afspraak.",
                "In these cases of yours the resident repays in instalments. Discuss with the resident "
                "whether it works. If not, ask the secretariat for a pause or another agreement.",
            )
        case Audience.AMBASSADOR:
            return say(
                f"{partner} heeft na herinneringen nog niet betaald. Kaart u dit in uw organisatie aan?",
                f"{partner} has not paid after reminders. Would you raise this in your organisation?",
            )
        case Audience.EXECUTIVES:
            return say(
                f"{partner} heeft na herinneringen en een bericht aan de ambassadeur nog niet betaald aan "
                f"{network}. Wilt u zorgen dat dit wordt opgelost?",
                f"{partner} has not paid {network} after reminders and a message to the ambassador. Would "
                "you see to it that this is solved?",
            )
        case _:
            return say(
                f"Dit staat open van {partner} bij {network}.", f"This is what {partner} owes {network}."
            )


def _listed(lines: list[Line], language: str, amounts: bool, pay: HowToPay | None, title: str) -> str:
    return "\n".join((title, *(f"- {_line(line, language, amounts, pay)}" for line in lines)))


def _line(line: Line, language: str, amounts: bool, pay: HowToPay | None) -> str:
    say = sayer(language)
    due = _day(line.due_on)
    words = [line.reference]
    if amounts:
        words.append(in_euros(line.open_cents))
    if line.days_late:
        words.append(
            say(f"verviel op {due}, {line.days_late} dagen geleden", f"due {due}, {line.days_late} days ago")
        )
    else:
        words.append(say(f"vervalt op {due}", f"due on {due}"))
    reference = pay.references.get(line.reference) if pay and not pay.mandate else None
    if reference:
        words.append(say(f"kenmerk {reference}", f"reference {reference}"))
    return ", ".join(words)


def _closing(letter: DueLetter, language: str, pay: HowToPay | None) -> str:
    say = sayer(language)
    if letter.audience is not Audience.PARTNER or pay is None:
        return ""
    if pay.mandate:
        return say(
            f"U hoeft niets over te maken: wij schrijven dit af volgens machtiging {pay.mandate}.",
            f"You need not transfer anything: we collect this under mandate {pay.mandate}.",
        )
    if not pay.account:
        return say(
            "Naar welke rekening u betaalt, hoort u van de penningmeester.",
            "The treasurer will tell you to which account to pay.",
        )
    return say(
        f"U betaalt op rekening {pay.account} van {pay.holder}, met het kenmerk erbij.\n"
        "Hebt u net betaald, dan hoeft u niets te doen. Klopt er iets niet? Vraag het de penningmeester.",
        f"Please pay into account {pay.account} of {pay.holder}, with the reference.\n"
        "If you have just paid, nothing is needed. Is something wrong? Let the treasurer know.",
    )


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
