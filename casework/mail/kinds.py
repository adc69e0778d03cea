"""What is mailed, where a mail stands, and how someone wants to be told."""

from __future__ import annotations

from rules.wording import Labelled


class MailState(Labelled):
    """Where a mail stands. Only what is ``queued`` is sent; ``gathered`` waits for the day's digest."""

    GATHERED = "gathered", "in dagoverzicht", "in the daily digest"
    QUEUED = "queued", "wacht", "waiting"
    SENDING = "sending", "wordt verstuurd", "being sent"
    SENT = "sent", "verstuurd", "sent"
    FAILED = "failed", "mislukt", "failed"
    HELD = "held", "aangehouden", "on hold"
    UNKNOWN = "unknown", "onzeker", "uncertain"
    DROPPED = "dropped", "niet meer versturen", "not to be sent"


class MailKind(Labelled):
    """What a mail tells."""

    CASE_RECEIVED = "case.received", "casus ontvangen", "case received"
    CASE_ASKED = "case.asked", "vraag aan de aanvrager", "question to the applicant"
    CASE_APPROVED = "case.approved", "casus gehonoreerd", "case approved"
    CASE_DECLINED = "case.declined", "casus niet gehonoreerd", "case declined"
    CASE_WAITING = "case.waiting", "casus op de wachtlijst", "case on the waiting list"
    CASE_PAID = "case.paid", "casus betaald", "case paid"
    CASE_NEW = "case.new", "nieuwe casus", "new case"
    CASE_ANSWERED = "case.answered", "antwoord gegeven", "answer given"
    REVIEW_DUE = "review.due", "spoedbesluit na te kijken", "urgent decision to review"
    SETTLEMENT_PUT = "settlement.put", "verrekening voorgelegd", "settlement put to a partner"
    SETTLEMENT_DISPUTED = "settlement.disputed", "verrekening betwist", "settlement disputed"
    SETTLEMENT_ESCALATED = "settlement.escalated", "geschil voorgelegd", "dispute escalated"
    PAYMENT_DUE = "payment.due", "iets te betalen", "something to pay"
    BATCH_TO_RELEASE = "batch.release", "batch vrij te geven", "batch to release"
    YEAR_TO_ADOPT = "year.adopt", "jaar vast te stellen", "year to adopt"
    REMINDER = "reminder", "herinnering", "reminder"
    DIGEST = "digest", "dagoverzicht", "daily digest"


class How(Labelled):
    """How someone wants to be told."""

    DIRECT = "direct", "meteen", "at once"
    DIGEST = "digest", "een keer per dag", "once a day"
    OFF = "off", "niet", "not at all"


# Terms run from these: they always come at once, whatever someone prefers.
ALWAYS = frozenset({MailKind.SETTLEMENT_PUT, MailKind.CASE_ASKED, MailKind.REMINDER, MailKind.DIGEST})
