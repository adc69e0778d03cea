"""What each mail says, in Dutch and English.

Mail is read on phones, by secretaries, and lies about: it holds a case number and a link, never a text from
the case, the name of a resident, or an amount that its reader might not see in the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.mail.kinds import MailKind


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a body, as ``str.format`` templates over the facts of the mail."""

    subject: str
    body: str


_NL: Mapping[MailKind, Words] = {
    MailKind.CASE_RECEIVED: Words(
        "Casus {about} is ontvangen",
        "Uw casus {about} is ingediend. Het secretariaat neemt haar in behandeling.\n"
        "U krijgt bericht als er een vraag of een besluit is.",
    ),
    MailKind.CASE_ASKED: Words(
        "Vraag over casus {about}",
        "Het secretariaat heeft een vraag over casus {about}. De klok staat stil tot u antwoordt.",
    ),
    MailKind.CASE_APPROVED: Words(
        "Besluit over casus {about}: gehonoreerd",
        "Er is besloten over casus {about}: zij is gehonoreerd. De penningmeester kan betalen.",
    ),
    MailKind.CASE_DECLINED: Words(
        "Besluit over casus {about}",
        "Er is besloten over casus {about}: zij is niet gehonoreerd. Bij het besluit staat waarom, en welke "
        "andere route er is voor de inwoner.",
    ),
    MailKind.CASE_WAITING: Words(
        "Besluit over casus {about}: op de wachtlijst",
        "Casus {about} is goedgekeurd, maar er is nu niet genoeg geld in de pot. De casus staat op de "
        "wachtlijst. U krijgt bericht als het geld er is.",
    ),
    MailKind.CASE_PAID: Words(
        "Casus {about} is betaald", "Wat voor casus {about} was toegezegd, is betaald."
    ),
    MailKind.CASE_NEW: Words(
        "Nieuwe casus {about}", "Casus {about} is ingediend en wacht op uw beoordeling."
    ),
    MailKind.CASE_ANSWERED: Words(
        "Antwoord over casus {about}",
        "De vraag over casus {about} is beantwoord. De beoordeling kan verder.",
    ),
    MailKind.REVIEW_DUE: Words(
        "Spoedbesluit over casus {about} na te kijken",
        "Eén lid heeft met spoed besloten over casus {about}. Kijk het besluit na.",
    ),
    MailKind.SETTLEMENT_PUT: Words(
        "Uw antwoord gevraagd over casus {about}, uiterlijk {day}",
        "Aan {partner} is voorgelegd wie de kosten van casus {about} draagt. De vertegenwoordiger kan tot en "
        "met {day} akkoord gaan of bezwaar maken. Zonder antwoord geldt het voorstel na die dag als akkoord.",
    ),
    MailKind.SETTLEMENT_DISPUTED: Words(
        "Bezwaar tegen de verrekening van casus {about}",
        "Een partner heeft bezwaar gemaakt tegen de verrekening van casus {about}. Bekijk het bezwaar en het "
        "tegenvoorstel.",
    ),
    MailKind.SETTLEMENT_ESCALATED: Words(
        "Geschil over casus {about}",
        "De verrekening van casus {about} is aan de bestuurders voorgelegd. Uw stem wordt gevraagd.",
    ),
    MailKind.PAYMENT_DUE: Words(
        "Te betalen: casus {about}", "Casus {about} is gehonoreerd. De betaling kan worden klaargezet."
    ),
    MailKind.BATCH_TO_RELEASE: Words(
        "Betaalbatch {about} vrij te geven",
        "Betaalbatch {about} staat klaar. Een tweede penningmeester kijkt haar na en geeft haar vrij.",
    ),
    MailKind.YEAR_TO_ADOPT: Words(
        "Boekjaar {about} vast te stellen",
        "Boekjaar {about} is gecontroleerd. De bestuurders kunnen het vaststellen.",
    ),
    MailKind.REMINDER: Words("{subject}", "{text}"),
    MailKind.DIGEST: Words("Uw dagoverzicht: {count} berichten", "{text}"),
}
_EN: Mapping[MailKind, Words] = {
    MailKind.CASE_RECEIVED: Words(
        "Case {about} was received",
        "Your case {about} was submitted. The secretariat takes it up.\n"
        "You will hear when there is a question or a decision.",
    ),
    MailKind.CASE_ASKED: Words(
        "Question about case {about}",
        "The secretariat has a question about case {about}. The clock stands still until you answer.",
    ),
    MailKind.CASE_APPROVED: Words(
        "Decision on case {about}: approved",
        "Case {about} was decided: it is approved. The treasurer can pay.",
    ),
    MailKind.CASE_DECLINED: Words(
        "Decision on case {about}",
        "Case {about} was decided: it is declined. The decision says why, and which other route there is for "
        "the resident.",
    ),
    MailKind.CASE_WAITING: Words(
        "Decision on case {about}: on the waiting list",
        "Case {about} is approved, but there is not enough money in the pot now. The case is on the waiting "
        "list. You will hear when the money is there.",
    ),
    MailKind.CASE_PAID: Words("Case {about} was paid", "What was promised to case {about} has been paid."),
    MailKind.CASE_NEW: Words("New case {about}", "Case {about} was submitted and waits for your assessment."),
    MailKind.CASE_ANSWERED: Words(
        "Answer about case {about}", "The question about case {about} was answered. Assessing can go on."
    ),
    MailKind.REVIEW_DUE: Words(
        "Urgent decision on case {about} to review",
        "One member decided urgently on case {about}. Please review the decision.",
    ),
    MailKind.SETTLEMENT_PUT: Words(
        "Your answer is asked about case {about}, by {day}",
        "{partner} was asked who carries the costs of case {about}. The representative can agree or dispute "
        "through {day}. Without an answer the proposal counts as agreed after that day.",
    ),
    MailKind.SETTLEMENT_DISPUTED: Words(
        "Settlement of case {about} disputed",
        "A partner disputes the settlement of case {about}. See the reason and the counter-proposal.",
    ),
    MailKind.SETTLEMENT_ESCALATED: Words(
        "Dispute about case {about}",
        "The settlement of case {about} was put to the executives. Your vote is asked.",
    ),
    MailKind.PAYMENT_DUE: Words(
        "To pay: case {about}", "Case {about} is approved. The payment can be prepared."
    ),
    MailKind.BATCH_TO_RELEASE: Words(
        "Payment batch {about} to release",
        "Payment batch {about} is prepared. A second treasurer checks and releases it.",
    ),
    MailKind.YEAR_TO_ADOPT: Words(
        "Book year {about} to adopt", "Book year {about} was audited. The executives can adopt it."
    ),
    MailKind.REMINDER: Words("{subject}", "{text}"),
    MailKind.DIGEST: Words("Your daily digest: {count} messages", "{text}"),
}
TEXTS: Mapping[str, Mapping[MailKind, Words]] = {"nl": _NL, "en": _EN}


def one_line(text: str) -> str:
    """``text`` without line ends and other characters that steer: fit for a header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def subject_and_body(kind: MailKind, language: str, facts: Mapping[str, str]) -> tuple[str, str]:
    """The words of a mail of ``kind``. What comes from people stays on its line, except a whole ``text``."""
    words = TEXTS[language][kind]
    clean = {name: value if name == "text" else one_line(value) for name, value in facts.items()}
    return one_line(words.subject.format_map(clean)), words.body.format_map(clean)
