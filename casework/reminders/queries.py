"""What was sent when: per claim on its page, and per letter for the treasurer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from casework.context import Work
from casework.mail.kinds import MailState
from casework.mail.tables import Mail
from casework.network.tables import Partner
from casework.paging import PER_PAGE, Page, offset_of
from casework.reminders.letters import Audience
from casework.reminders.tables import Reminder
from rules.reminders import ReminderKind


@dataclass(frozen=True, slots=True)
class SentStep:
    """One step about one part of a claim. ``states`` are those of the letter's mails."""

    letter: str
    kind: ReminderKind
    audience: Audience
    due_on: date
    open_cents: int
    sent_on: date
    states: tuple[MailState, ...]


@dataclass(frozen=True, slots=True)
class SentLetter:
    """One letter with what was in it."""

    letter: str
    audience: Audience
    partner_name: str
    sent_on: date
    by_calendar: bool
    claims: tuple[str, ...]
    open_cents: int
    states: tuple[MailState, ...]


def reminders_of_claim(work: Work, reference: str) -> tuple[SentStep, ...]:
    """The steps taken about one claim, newest first. The caller has asked who may see the claim."""
    rows = work.session.scalars(
        select(Reminder)
        .where(Reminder.network_id == work.network.id, Reminder.claim_reference == reference)
        .order_by(Reminder.id.desc())
    ).all()
    states = _states(work, {row.letter for row in rows})
    return tuple(
        SentStep(
            row.letter,
            ReminderKind(row.kind),
            Audience(row.audience),
            row.due_on,
            row.open_cents,
            row.sent_on,
            states[row.letter],
        )
        for row in rows
    )


def sent_letters(work: Work, *, search: str = "", page: int = 1) -> Page[SentLetter]:
    """The letters, newest first; ``search`` looks in their number, claims and partners."""
    newest = func.max(Reminder.id)
    query = (
        select(Reminder.letter)
        .join(Partner, Partner.id == Reminder.partner_id)
        .where(Reminder.network_id == work.network.id)
        .group_by(Reminder.letter)
    )
    if sought := search.strip().replace("%", "").replace("_", ""):
        like = f"%{sought}%"
        query = query.where(
            or_(Reminder.letter.ilike(like), Reminder.claim_reference.ilike(like), Partner.name.ilike(like))
        )
    total = work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    numbers = list(
        work.session.scalars(query.order_by(newest.desc()).limit(PER_PAGE).offset(offset_of(page)))
    )
    return Page(_letters(work, numbers), max(page, 1), total)


def _letters(work: Work, numbers: list[str]) -> tuple[SentLetter, ...]:
    found: dict[str, list[tuple[Reminder, str]]] = defaultdict(list)
    for row, name in work.session.execute(
        select(Reminder, Partner.name)
        .join(Partner, Partner.id == Reminder.partner_id)
        .where(Reminder.network_id == work.network.id, Reminder.letter.in_(numbers))
        .order_by(Reminder.id)
    ):
        found[row.letter].append((row, name))
    states = _states(work, set(numbers))
    letters = []
    for number in numbers:
        first, name = found[number][0]
        letters.append(
            SentLetter(
                letter=number,
                audience=Audience(first.audience),
                partner_name=name,
                sent_on=first.sent_on,
                by_calendar=first.sent_by is None,
                claims=tuple(dict.fromkeys(row.claim_reference for row, _ in found[number])),
                open_cents=sum(row.open_cents for row, _ in found[number]),
                states=states[number],
            )
        )
    return tuple(letters)


def _states(work: Work, letters: set[str]) -> dict[str, tuple[MailState, ...]]:
    states: dict[str, list[MailState]] = defaultdict(list)
    for about, state in work.session.execute(
        select(Mail.about, Mail.state)
        .where(Mail.network_id == work.network.id, Mail.about.in_(letters), Mail.kind == "reminder")
        .order_by(Mail.id)
    ):
        states[about].append(MailState(state))
    return {letter: tuple(states[letter]) for letter in letters}
