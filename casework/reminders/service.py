"""Sending reminders: a letter at a time by the calendar, or all that were shown by the treasurer."""

from __future__ import annotations

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.audit.record import record
from casework.context import Work
from casework.mail.kinds import MailKind
from casework.mail.queue import tell
from casework.network.numbering import next_number
from casework.network.tables import Network
from casework.once import attempt
from casework.reminders.letters import Audience, DueLetter, due_letters, fingerprint
from casework.reminders.tables import Reminder
from casework.reminders.words import body_of, how_to_pay, subject_of
from errors import Conflict, Forbidden


class RemindersChanged(Conflict):
    """What is due is not what was shown any more."""

    nl = "Er is intussen iets veranderd. Er is niets verstuurd. Bekijk de lijst nog eens en verstuur dan."
    en = "Something changed meanwhile. Nothing was sent. Look at the list once more and then send."


class NothingToSend(Conflict):
    """Nothing that is due can go."""

    nl = "Er is nu niets om te versturen. Wat nog moet, gaat vanzelf uit als het tijd is."
    en = "There is nothing to send now. What remains goes out by itself when it is time."


def send_letter(work: Work, key: str) -> str | None:
    """Queue the letter with ``key`` if it is still due, for the program; its number, or None."""
    if not work.actor.is_program:
        raise Forbidden()
    _lock(work)
    for letter in due_letters(work):
        if letter.key == key and letter.recipients:
            return _send(work, letter)
    return None


def send_all(work: Work, *, shown: str, key: str) -> int:
    """Queue every letter that can go; gives how many. ``shown`` is the fingerprint of what was shown.

    A repeated ``key`` gives the first answer. Raises :class:`RemindersChanged`, :class:`NothingToSend`.
    """
    if not may_ever(work.actor, Permission.REMINDER_SEND):
        raise Forbidden()
    _lock(work)
    done = attempt(work, "reminder.send", key, shown=shown)
    if done.repeated:
        return int(done.result)
    letters = due_letters(work)
    if fingerprint(letters) != shown:
        raise RemindersChanged()
    going = [letter for letter in letters if letter.recipients]
    if not going:
        raise NothingToSend()
    for letter in going:
        _send(work, letter)
    return int(done.finish(str(len(going))))


def _lock(work: Work) -> None:
    """One at a time: the second looks when the first is done, and finds nothing due."""
    own = select(Network.id).where(Network.id == work.network.id)
    work.session.execute(own.with_for_update(key_share=True))


def _send(work: Work, letter: DueLetter) -> str:
    year, counted = next_number(work, "reminder")
    number = f"H-{year}-{counted:04d}"
    pay = how_to_pay(work, letter)
    network = work.network.name
    for to in letter.recipients:
        language = to.language if to.language in ("nl", "en") else "nl"
        tell(
            work,
            MailKind.REMINDER,
            (to,),
            about=number,
            path=_path(letter) if to.person_id else "",
            acting_too=True,
            subject=subject_of(letter, number, network, language),
            text=body_of(letter, to.name, network, language, pay),
        )
    work.session.add_all(
        Reminder(
            network_id=work.network.id,
            letter=number,
            audience=letter.audience.value,
            partner_id=letter.partner_id,
            claim_reference=line.reference,
            due_on=line.due_on,
            kind=line.step.kind.value,
            step_on=line.step.on,
            open_cents=line.open_cents,
            sent_on=work.today,
            sent_by=None if work.actor.is_program else work.actor.person_id,
        )
        for line in letter.lines
    )
    record(
        work,
        "reminder.send",
        number,
        audience=letter.audience.value,
        claims=len(letter.lines),
        amount_cents=letter.total_cents,
    )
    work.session.flush()
    return number


def _path(letter: DueLetter) -> str:
    """Where its reader sees more: only what they may see."""
    match letter.audience:
        case Audience.PARTNER:
            return "/onze-vorderingen"
        case Audience.RESIDENT:
            return "/casussen"
        case _:
            return ""
