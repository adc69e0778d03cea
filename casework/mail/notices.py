"""What the services tell people: one function per happening, called in its transaction.

Each says who must know; the words are in :mod:`casework.mail.texts`. Nobody is told what they did themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casework.cases.tables import Case
from casework.context import Work
from casework.mail.kinds import MailKind
from casework.mail.queue import holders, person_recipient, tell
from casework.network.tables import Partner
from casework.settlement.tables import Settlement
from rules.roles import Role


def case_submitted(work: Work, case: Case) -> None:
    """The secretariat has a case to assess; the applicant knows that it arrived."""
    tell(work, MailKind.CASE_NEW, holders(work, Role.SECRETARIAT), about=case.number, path=_case(case))
    applicant = person_recipient(work, case.applicant_id)
    tell(work, MailKind.CASE_RECEIVED, applicant, about=case.number, path=_case(case), acting_too=True)


def question_asked(work: Work, case: Case) -> None:
    """The clock stands still until the applicant answers."""
    to = person_recipient(work, case.applicant_id)
    tell(work, MailKind.CASE_ASKED, to, about=case.number, path=_case(case), once=_moment(work))


def question_answered(work: Work, case: Case) -> None:
    """The secretariat can go on."""
    to = holders(work, Role.SECRETARIAT)
    tell(work, MailKind.CASE_ANSWERED, to, about=case.number, path=_case(case), once=_moment(work))


def case_decided(work: Work, case: Case, *, urgent: bool = False) -> None:
    """The applicant knows the decision; treasurers pay; after an urgent one, members review."""
    kind = {
        "approved": MailKind.CASE_APPROVED,
        "declined": MailKind.CASE_DECLINED,
        "waiting": MailKind.CASE_WAITING,
    }[case.decision_state]
    tell(work, kind, person_recipient(work, case.applicant_id), about=case.number, path=_case(case))
    if kind is MailKind.CASE_APPROVED:
        to = holders(work, Role.TREASURER)
        tell(work, MailKind.PAYMENT_DUE, to, about=case.number, path="/betalen")
    if urgent:
        to = holders(work, Role.SECRETARIAT)
        tell(work, MailKind.REVIEW_DUE, to, about=case.number, path=_case(case))


def case_paid(work: Work, case: Case) -> None:
    """Everything that was promised is paid."""
    to = person_recipient(work, case.applicant_id)
    tell(work, MailKind.CASE_PAID, to, about=case.number, path=_case(case))


def batch_prepared(work: Work, reference: str) -> None:
    """Another treasurer is to release it."""
    to = holders(work, Role.TREASURER)
    tell(work, MailKind.BATCH_TO_RELEASE, to, about=reference, path=f"/betalen/batches/{reference}")


def settlement_put(
    work: Work, case: Case, settlement: Settlement, partners: Iterable[Partner], answer_by: date
) -> None:
    """Each party's representative is asked to answer, and its ambassador knows of it."""
    for partner in partners:
        for role, path in ((Role.REPRESENTATIVE, "/uw-antwoord"), (Role.AMBASSADOR, "")):
            tell(
                work,
                MailKind.SETTLEMENT_PUT,
                holders(work, role, partner_ids=(partner.id,)),
                about=case.number,
                path=path,
                once=f"{settlement.sequence}-{partner.code}",
                partner=partner.name,
                day=f"{answer_by:%d-%m-%Y}",
            )


def settlement_disputed(work: Work, case: Case, settlement: Settlement) -> None:
    """The secretariat takes it from there."""
    once = f"{settlement.sequence}-{_moment(work)}"
    to = holders(work, Role.SECRETARIAT)
    tell(work, MailKind.SETTLEMENT_DISPUTED, to, about=case.number, path=_case(case), once=once)


def settlement_escalated(work: Work, case: Case, settlement: Settlement) -> None:
    """The executives are asked to vote."""
    to = holders(work, Role.EXECUTIVE)
    once = str(settlement.sequence)
    tell(work, MailKind.SETTLEMENT_ESCALATED, to, about=case.number, path="/geschillen", once=once)


def year_audited(work: Work, year: int) -> None:
    """The executives can adopt it."""
    to = holders(work, Role.EXECUTIVE)
    tell(work, MailKind.YEAR_TO_ADOPT, to, about=str(year), path="/boekjaren", once=_moment(work))


def _case(case: Case) -> str:
    return f"/casussen/{case.number}"


def _moment(work: Work) -> str:
    """Tells two happenings to one thing apart; a repeated request never comes this far."""
    return f"{work.now_utc:%Y%m%dT%H%M%S%f}"
