"""A line of the worklist, and the sentences that say who is on turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rules.wording import Choice, Labelled, Reason, ReasonKind


class Section(Labelled):
    """The parts of the worklist, in the order in which they stand on the page."""

    YOURS = "yours", "Uw beurt", "Your turn"
    OTHERS = "others", "Wacht op anderen", "Waits for others"
    TO_SETTLE = "to_settle", "Betaald, nog te verrekenen", "Paid, not yet settled"


class Action(Labelled):
    """The one button of a line."""

    ASSESS = "assess", "Beoordelen", "Assess"
    VOTE = "vote", "Stemmen", "Vote"
    DECIDE = "decide", "Openen", "Open"
    PROMISE = "promise", "Toezeggen", "Promise"
    REVIEW = "review", "Bekijken", "Review"
    OPEN = "open", "Openen", "Open"
    PROPOSE_SETTLEMENT = "propose_settlement", "Verrekenen", "Settle"
    SETTLEMENT = "settlement", "Openen", "Open"


class Tone(Labelled):
    """How pressing a line is; the names are those of the status tag."""

    WAIT = "wait", "wachten", "wait"
    LATE = "late", "te laat", "late"
    MUTE = "mute", "rustig", "quiet"
    INFO = "info", "ter informatie", "for information"


ASSESS = ReasonKind("assess", "Uw beoordeling", "Your assessment")
DISCUSS = ReasonKind(
    "discuss", "Bespreken: verschil van {spread} op {value}", "Discuss: {spread} apart on {value}"
)
VOTE = ReasonKind("vote", "Uw stem", "Your vote")
MOTIVATE = ReasonKind("motivate", "Uw stem: nee op ‘{gates}’", "Your vote: no on ‘{gates}’")
OTHERS_ASSESS = ReasonKind(
    "others_assess", "Wacht op beoordeling van {names}", "Waits for an assessment by {names}"
)
OTHERS_VOTE = ReasonKind("others_vote", "Wacht op stem van {names}", "Waits for the vote of {names}")
APPLICANT = ReasonKind("applicant", "Wacht op aanvrager", "Waits for the applicant")
APPLICANT_LEFT = ReasonKind(
    "applicant_left", "Aanvrager is vertrokken: overdragen", "The applicant has left: pass the case on"
)
NO_QUORUM = ReasonKind(
    "no_quorum", "Te weinig leden zonder eigen belang", "Too few members without an interest"
)
PROMISE = ReasonKind("promise", "Er is geld: toezeggen", "There is money: promise it")
IN_LINE = ReasonKind("in_line", "Wachtlijst, plek {place}", "Waiting list, place {place}")
TREASURER = ReasonKind("treasurer", "Wacht op penningmeester", "Waits for the treasurer")
REVIEW = ReasonKind("review", "Achteraf te bekijken", "To be reviewed afterwards")
SETTLE = ReasonKind("settle", "Verrekening voorstellen, dag {days}", "Propose a settlement, day {days}")
PARTIES_ANSWER = ReasonKind(
    "parties_answer", "Wacht op antwoord van {names}", "Waits for the answer of {names}"
)
TERM_OVER = ReasonKind(
    "term_over",
    "Termijn voorbij voor {names}: verrekening vaststellen",
    "Term over for {names}: fix the settlement",
)
DISPUTED = ReasonKind("disputed", "Betwist door {names}: besluiten", "Disputed by {names}: decide")
EXECUTIVES_DECIDE = ReasonKind("executives_decide", "Ligt bij de bestuurders", "Is with the executives")
EXECUTIVES_VOTE = ReasonKind(
    "executives_vote", "Ligt bij de bestuurders: {names}", "Is with the executives: {names}"
)
DISPUTED_OTHERS = ReasonKind(
    "disputed_others",
    "Betwist door {names}. Wacht op stem van {voters}",
    "Disputed by {names}. Waits for the vote of {voters}",
)
SETTLEMENT_VOTE_OF = ReasonKind(
    "settlement_vote_of",
    "Verrekening: wacht op stem van {names}",
    "Settlement: waits for the vote of {names}",
)
SEND_LETTER = ReasonKind("send_letter", "Brief sturen aan {names}", "Send a letter to {names}")
SETTLEMENT_VOTE = ReasonKind("settlement_vote", "Uw stem over de verrekening", "Your vote on the settlement")
SETTLEMENT_VOTES_MISSING = ReasonKind(
    "settlement_votes_missing", "Wacht op stemmen over de verrekening", "Waits for votes on the settlement"
)
ANSWER_BY = ReasonKind("answer_by", "Antwoord uiterlijk {on}", "Answer by {on}")
AGREED = ReasonKind("agreed", "{agreed} van {required} leden akkoord", "{agreed} of {required} members agree")

ADVISE_ONLY = ReasonKind(
    "advise_only",
    "U kunt hier adviseren, niet meestemmen: uw organisatie {ground}",
    "You can advise here but not vote: your organisation {ground}",
)
OWN_SUBMISSION = ReasonKind(
    "own_submission",
    "U diende deze casus zelf in: anderen beslissen",
    "You submitted this case yourself: others decide",
)
SUBSTITUTES_JOIN = ReasonKind(
    "substitutes_join",
    "Te weinig leden zonder eigen belang: de plaatsvervangers zijn nu aan de beurt",
    "Too few members without an interest: it is now the substitutes' turn",
)
EXECUTIVES_JOIN = ReasonKind(
    "executives_join",
    "Te weinig leden zonder eigen belang: de bestuurders zijn nu aan de beurt",
    "Too few members without an interest: it is now the executives' turn",
)
ASKED_ON = ReasonKind("asked_on", "Vraag gesteld op {on}", "Asked on {on}")
PAID_ON = ReasonKind("paid_on", "Betaald op {on}", "Paid on {on}")
APPROVED_ON = ReasonKind("approved_on", "Gehonoreerd op {on}", "Approved on {on}")
ONE_DECIDED_ON = ReasonKind("one_decided_on", "Eén lid besloot op {on}", "One member decided on {on}")
APPOINT = ReasonKind(
    "appoint",
    "Vraag de beheerder om een plaatsvervanger van een andere organisatie",
    "Ask the administrator for a substitute from another organisation",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is on turn, how pressing it is, and what this reader can do about it."""

    section: Section
    says: Reason
    action: Action
    tone: Tone = Tone.WAIT
    note: Reason | None = None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line. ``elapsed`` is the time on the decision clock, None once decided; ``still`` while it stops.

    ``age_days`` counts from the payment, on lines about who repays.
    """

    number: str
    title: str
    partner_name: str
    amount_cents: int
    turn: Turn
    domains: tuple[Choice, ...] = ()
    urgent: bool = False
    top_up: bool = False
    elapsed: timedelta | None = None
    still: bool = False
    age_days: int | None = None

    @property
    def waits_for(self) -> timedelta:
        """How long the line has been waiting, to sort by."""
        return self.elapsed if self.elapsed is not None else timedelta(days=self.age_days or 0)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one section that fit on the page, and how many there are in all."""

    section: Section
    lines: tuple[WorkLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """The whole worklist of one member. ``fastest`` is this month's quickest decision to approve."""

    sections: tuple[Page, ...]
    yours: int
    counts: Mapping[Section, int]
    fastest: timedelta | None
    unsettled_cents: int
