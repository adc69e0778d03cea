"""Emptying the outbox: each mail is claimed, handed over and marked, in transactions of its own.

Nothing is lost: a mail that was not certainly taken stays. Nothing is sent twice: a mail of which nobody
can know whether it was taken becomes ``unknown``, and the administrator decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, Engine, or_, select, update

from casework.mail.kinds import MailState
from casework.mail.smtp import Connection, Message, Never, NotNow, PerhapsSent, ServerAway, compose
from casework.mail.tables import Mail
from casework.network.tables import Network
from config.settings import MailServer
from storage.unit_of_work import unit_of_work

LEASE = timedelta(minutes=10)
# A mail that waited longer than this may tell what is no longer so.
STALE = timedelta(days=14)
# The pauses after each refusal for now; after the last one it has failed.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440, 1440))
SERVER_PAUSE = timedelta(minutes=2)


@dataclass
class Outbox:
    """One network's outbox, for one run. ``holder`` tells runs apart."""

    engine: Engine
    network_id: int
    server: MailServer
    public_url: str
    clock: Callable[[], datetime]
    holder: str = field(default_factory=lambda: secrets.token_hex(16))

    def tidy(self) -> int:
        """See to what a stopped run left, and to what waited too long; gives how many.

        Where the text was not handed over, the mail waits again; where it was, nobody can know.
        """
        now_utc = self.clock()
        lapsed = (
            Mail.network_id == self.network_id,
            Mail.state == MailState.SENDING.value,
            or_(Mail.leased_until_utc <= now_utc, Mail.leased_until_utc > now_utc + LEASE),
        )
        stale = (
            Mail.network_id == self.network_id,
            Mail.state == MailState.QUEUED.value,
            Mail.next_attempt_at_utc < now_utc - STALE,
        )
        free: dict[str, object] = {"holder": None, "leased_until_utc": None}
        with unit_of_work(self.engine) as session:
            done = 0
            for conditions, values in (
                (
                    (*lapsed, Mail.handed_over_at_utc.is_not(None)),
                    free | {"state": MailState.UNKNOWN.value, "problem": "sending was broken off"},
                ),
                ((*lapsed, Mail.handed_over_at_utc.is_(None)), free | {"state": MailState.QUEUED.value}),
                (stale, {"state": MailState.HELD.value, "problem": "waited too long"}),
            ):
                query = update(Mail).where(*conditions).values(**values)
                done += session.connection().execute(query).rowcount
            return done

    def waiting(self) -> tuple[int, ...]:
        """The mails whose moment has come, oldest first."""
        with unit_of_work(self.engine, write=False) as session:
            return tuple(session.scalars(select(Mail.id).where(*self._due()).order_by(Mail.id)))

    def _due(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Mail.network_id == self.network_id,
            Mail.state == MailState.QUEUED.value,
            Mail.next_attempt_at_utc <= self.clock(),
        )

    def claim(self, mail_id: int) -> tuple[EmailMessage | None, str]:
        """Take one mail to send: the message and its address; None where another run has it.

        A mail that cannot be made into a message has failed.
        """
        with unit_of_work(self.engine) as session:
            taken = session.connection().execute(
                update(Mail)
                .where(Mail.id == mail_id, *self._due())
                .values(
                    state=MailState.SENDING.value,
                    holder=self.holder,
                    leased_until_utc=self.clock() + LEASE,
                    handed_over_at_utc=None,
                    attempts=Mail.attempts + 1,
                )
            )
            if taken.rowcount != 1:
                return None, ""
            row = session.get_one(Mail, mail_id)
            network = session.get_one(Network, self.network_id)
            message = Message(
                row.message_key,
                row.name,
                row.email,
                row.language,
                row.subject,
                _text(row, network.name, self.public_url),
                row.queued_at_utc,
            )
            name = network.name
        try:
            return compose(message, sender=self.server.sender, sender_name=name), row.email
        except Never as wrong:
            self._end(mail_id, MailState.FAILED, str(wrong))
            return None, ""

    def hand_over(self, mail_id: int) -> bool:
        """Note that the text goes now; False where this run no longer holds the mail."""
        now_utc = self.clock()
        return self._change(
            mail_id,
            Mail.holder == self.holder,
            Mail.leased_until_utc > now_utc,
            handed_over_at_utc=now_utc,
            leased_until_utc=now_utc + LEASE,
        )

    def sent(self, mail_id: int) -> None:
        """The server took it. That is certain, also where another run thought it lost meanwhile."""
        self._change(
            mail_id,
            Mail.state.in_((MailState.SENDING.value, MailState.UNKNOWN.value)),
            Mail.handed_over_at_utc.is_not(None),
            state=MailState.SENT.value,
            holder=None,
            leased_until_utc=None,
            ended_at_utc=self.clock(),
            problem="",
        )

    def put_back(self, mail_id: int, problem: str, *, counts: bool) -> MailState:
        """It was certainly not taken: try again after a pause, or give up where that was the last time.

        ``counts`` says that this mail was refused; where the server was away, the mail is not to blame.
        """
        with unit_of_work(self.engine) as session:
            row = session.get(Mail, mail_id, with_for_update=True)
            if row is None or row.holder != self.holder:
                return MailState.QUEUED
            row.holder = row.leased_until_utc = row.handed_over_at_utc = None
            row.problem = problem
            pause: timedelta | None = SERVER_PAUSE
            if counts:
                pause = PAUSES[row.attempts - 1] if row.attempts <= len(PAUSES) else None
            else:
                row.attempts -= 1
            if pause is None:
                row.state, row.ended_at_utc = MailState.FAILED.value, self.clock()
            else:
                row.state, row.next_attempt_at_utc = MailState.QUEUED.value, self.clock() + pause
            return MailState(row.state)

    def _end(self, mail_id: int, state: MailState, problem: str) -> None:
        self._change(
            mail_id,
            Mail.holder == self.holder,
            state=state.value,
            holder=None,
            leased_until_utc=None,
            ended_at_utc=self.clock(),
            problem=problem,
        )

    def _change(self, mail_id: int, *conditions: ColumnElement[bool], **values: object) -> bool:
        with unit_of_work(self.engine) as session:
            query = update(Mail).where(Mail.id == mail_id, *conditions).values(**values)
            return session.connection().execute(query).rowcount == 1

    def send_one(self, connection: Connection, mail_id: int) -> MailState | None:
        """Claim, send and mark one mail; where it stands now, None where it was another's.

        Raises :class:`ServerAway` after having put it back: the run can stop.
        """
        mail, address = self.claim(mail_id)
        if mail is None:
            return None
        try:
            connection.send(
                mail,
                sender=self.server.sender,
                to=address,
                before_text=lambda: self.hand_over(mail_id),
            )
        except ServerAway as away:
            self.put_back(mail_id, f"server away: {away}", counts=False)
            raise
        except NotNow as refused:
            return self.put_back(mail_id, str(refused), counts=True)
        except Never as refused:
            self._end(mail_id, MailState.FAILED, str(refused))
            return MailState.FAILED
        except PerhapsSent as cut:
            self._end(mail_id, MailState.UNKNOWN, str(cut))
            return MailState.UNKNOWN
        self.sent(mail_id)
        return MailState.SENT


Item = Callable[[str], AbstractContextManager[None]]


def send_waiting(outbox: Outbox, item: Item) -> Iterator[tuple[int, MailState]]:
    """Send everything whose moment has come; gives each mail with where it stands now.

    ``item`` is opened around each; raises :class:`ServerAway` where the server cannot be reached.
    """
    outbox.tidy()
    with Connection(outbox.server) as connection:
        for mail_id in outbox.waiting():
            state: MailState | None = None
            away: ServerAway | None = None
            with item(f"mail {mail_id}"):
                try:
                    state = outbox.send_one(connection, mail_id)
                except ServerAway as problem:
                    away = problem  # said once, for the whole run
            if away is not None:
                raise away
            if state is not None:
                yield mail_id, state


_CLOSINGS = {
    "nl": "Dit is een automatisch bericht van {network}. U kunt er niet op antwoorden.",
    "en": "This is an automatic message of {network}. You cannot reply to it.",
}
_SEE = {"nl": "Bekijk het hier:", "en": "See it here:"}


def _text(row: Mail, network: str, public_url: str) -> str:
    """The whole text: body, link and closing."""
    link = f"{_SEE[row.language]}\n{public_url}{row.path}" if public_url and row.path else ""
    closing = _CLOSINGS[row.language].format(network=network)
    return "\n\n".join(part for part in (row.body, link, f"-- \n{closing}") if part) + "\n"
