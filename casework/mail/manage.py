"""The outbox as the administrator sees it, and what they decide about a mail; how someone wants to be told.

What a mail says is not shown: to whom, about what number, and where it stands is enough to act on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.mail.kinds import How, MailKind, MailState
from casework.mail.tables import Mail, MailPreference
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from errors import Conflict, Forbidden, NotFound

# From which state each decision can be taken.
AGAIN = frozenset({MailState.HELD, MailState.FAILED, MailState.UNKNOWN})
HOLD = frozenset({MailState.QUEUED, MailState.GATHERED})
DROP = AGAIN | HOLD
TROUBLE = (MailState.UNKNOWN, MailState.FAILED, MailState.HELD)


class MailMoved(Conflict):
    """The mail is not where it was when the page was made."""

    nl = "Deze mail staat intussen ergens anders. Er is niets veranderd. Bekijk de lijst nog eens."
    en = "This mail stands elsewhere meanwhile. Nothing was changed. Look at the list once more."


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in the list. ``problem`` is what the server or the program said, in English, without data."""

    id: int
    kind: MailKind
    about: str
    name: str
    email: str
    state: MailState
    attempts: int
    queued_at_utc: datetime
    next_attempt_at_utc: datetime
    ended_at_utc: datetime | None
    problem: str

    @property
    def can_again(self) -> bool:
        """Whether it can be queued once more."""
        return self.state in AGAIN

    @property
    def can_hold(self) -> bool:
        """Whether it can be kept from going."""
        return self.state in HOLD

    @property
    def can_drop(self) -> bool:
        """Whether it can be given up."""
        return self.state in DROP


def mails(work: Work, *, state: MailState | None = None, search: str = "", page: int = 1) -> Page[MailRow]:
    """The mails of the network, newest first; those that someone must decide about before the others.

    ``search`` looks in what they are about, in people's names and addresses, and in names of partners.
    """
    _require(work)
    where: list[ColumnElement[bool]] = [Mail.network_id == work.network.id]
    if state is not None:
        where.append(Mail.state == state.value)
    if sought := search.strip().lower().replace("%", "").replace("_", ""):
        like = f"%{sought}%"
        people = select(Person.id).where(or_(func.lower(Person.name).like(like), Person.email.like(like)))
        partners = select(Partner.id).where(func.lower(Partner.name).like(like))
        where.append(
            or_(
                func.lower(Mail.about).like(like),
                Mail.person_id.in_(people),
                Mail.partner_id.in_(partners),
            )
        )
    total = work.session.scalar(select(func.count()).select_from(Mail).where(*where)) or 0
    trouble = Mail.state.in_([one.value for one in TROUBLE]).desc()
    rows = work.session.scalars(
        select(Mail).where(*where).order_by(trouble, Mail.id.desc()).limit(PER_PAGE).offset(offset_of(page))
    )
    return Page(tuple(_row(row) for row in rows), max(page, 1), total)


def mail_row(work: Work, mail_id: int) -> MailRow:
    """One mail. Raises :class:`errors.NotFound`."""
    _require(work)
    return _row(_mail(work, mail_id))


def counts(work: Work) -> dict[MailState, int]:
    """How many mails stand where."""
    _require(work)
    rows = work.session.execute(
        select(Mail.state, func.count()).where(Mail.network_id == work.network.id).group_by(Mail.state)
    )
    return {MailState(state): number for state, number in rows}


def send_again(work: Work, *, mail_id: int) -> None:
    """Queue it once more, with the same Message-ID. Raises :class:`MailMoved`."""
    row = _decide(work, mail_id, AGAIN)
    row.state, row.attempts, row.problem = MailState.QUEUED.value, 0, ""
    row.next_attempt_at_utc, row.ended_at_utc, row.handed_over_at_utc = work.now_utc, None, None
    record(work, "mail.again", str(mail_id), about=row.about)
    work.session.flush()


def hold(work: Work, *, mail_id: int) -> None:
    """Keep it from going until someone decides otherwise. Raises :class:`MailMoved`."""
    row = _decide(work, mail_id, HOLD)
    row.state = MailState.HELD.value
    record(work, "mail.hold", str(mail_id), about=row.about)
    work.session.flush()


def drop(work: Work, *, mail_id: int) -> None:
    """Never send it (again). Raises :class:`MailMoved`."""
    row = _decide(work, mail_id, DROP)
    row.state, row.ended_at_utc = MailState.DROPPED.value, work.now_utc
    record(work, "mail.drop", str(mail_id), about=row.about)
    work.session.flush()


def prefer(work: Work, *, how: How) -> None:
    """How the actor wants to be told from now on, in all their networks."""
    row = work.session.get(MailPreference, work.actor.person_id)
    if row is None:
        row = MailPreference(person_id=work.actor.person_id)
        work.session.add(row)
    elif row.how == how.value:
        return
    row.how = how.value
    record(work, "mail.preference", how=how.value)
    work.session.flush()


def _decide(work: Work, mail_id: int, states: frozenset[MailState]) -> Mail:
    _require(work)
    row = _mail(work, mail_id, lock=True)
    if MailState(row.state) not in states:
        raise MailMoved()
    return row


def _mail(work: Work, mail_id: int, *, lock: bool = False) -> Mail:
    query = select(Mail).where(Mail.id == mail_id, Mail.network_id == work.network.id)
    row = work.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound()
    return row


def _require(work: Work) -> None:
    if not may_ever(work.actor, Permission.MAIL_MANAGE):
        raise Forbidden()


def _row(row: Mail) -> MailRow:
    return MailRow(
        row.id,
        MailKind(row.kind),
        row.about,
        row.name,
        row.email,
        MailState(row.state),
        row.attempts,
        row.queued_at_utc,
        row.next_attempt_at_utc,
        row.ended_at_utc,
        row.problem,
    )
