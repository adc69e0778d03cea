"""The daily digest: for those who want one mail a day, what was told them on the days before today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update

from casework.context import Work
from casework.documents.letter import sayer
from casework.mail.kinds import MailKind, MailState
from casework.mail.queue import Recipient, person_recipient, tell
from casework.mail.tables import Mail


def gathered(work: Work) -> tuple[str, ...]:
    """The people for whom something was gathered before today, by id."""
    query = select(Mail.person_id).where(*_before_today(work)).distinct().order_by(Mail.person_id)
    return tuple(str(found) for found in work.session.scalars(query))


def send_digest(work: Work, item: str) -> str | None:
    """Make one mail of what was gathered for a person; None where another run did so."""
    person_id = int(item)
    rows = work.session.scalars(
        select(Mail)
        .where(*_before_today(work), Mail.person_id == person_id)
        .order_by(Mail.id)
        .with_for_update()
    ).all()
    if not rows:
        return None
    ids = [row.id for row in rows]
    to = person_recipient(work, person_id)
    digest_id = _tell(work, to[0], rows) if to else None
    state = MailState.SENT if to else MailState.DROPPED
    work.session.execute(
        update(Mail)
        .where(Mail.id.in_(ids))
        .values(state=state.value, digest_id=digest_id, ended_at_utc=work.now_utc)
        .execution_options(synchronize_session=False)
    )
    return f"{len(ids)} messages are in a digest." if to else f"{len(ids)} messages had nobody to go to."


def _tell(work: Work, to: Recipient, found: Sequence[Mail]) -> int | None:
    """Queue the digest; gives its id."""
    say = sayer(to.language)
    text = "\n\n".join(
        (
            say("Dit gebeurde er sinds uw vorige overzicht:", "This happened since your last digest:"),
            "\n".join(f"- {row.subject}" for row in found),
        )
    )
    day = work.today.isoformat()
    tell(
        work,
        MailKind.DIGEST,
        (to,),
        about=day,
        once=str(found[-1].id),
        path="/",
        count=str(len(found)),
        text=text,
    )
    newest = select(Mail.id).where(Mail.person_id == to.person_id, Mail.kind == MailKind.DIGEST.value)
    return work.session.scalar(newest.order_by(Mail.id.desc()))


def _before_today(work: Work) -> tuple[ColumnElement[bool], ...]:
    """Midnight on the wall, also in the nights in which the clock is changed."""
    midnight = datetime.combine(work.today, time(), tzinfo=ZoneInfo(work.network.time_zone))
    return (
        Mail.network_id == work.network.id,
        Mail.state == MailState.GATHERED.value,
        Mail.queued_at_utc < midnight,
    )
