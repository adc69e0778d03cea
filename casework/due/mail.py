"""Reminders that are due, daily digests, and sending what is in the outbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app

from casework.context import Work
from casework.due.step import Bench
from casework.mail.kinds import MailState
from casework.mail.sending import Outbox, send_waiting
from casework.mail.smtp import ServerAway
from casework.reminders.letters import due_letters
from casework.reminders.service import send_letter
from config.settings import MailServer, Settings

_SAID = {
    MailState.SENT: "was sent",
    MailState.QUEUED: "was refused for now and waits",
    MailState.FAILED: "FAILED; see the outbox",
    MailState.UNKNOWN: "may or may not have been sent; see the outbox",
}


def letters_due(work: Work) -> tuple[str, ...]:
    """The letters with reminders that are due; none without a mail server, as they would not go."""
    return tuple(one.key for one in due_letters(work) if one.recipients) if _server() else ()


def send_due_letter(work: Work, item: str) -> str | None:
    """Queue one letter, if it is still due."""
    letter = send_letter(work, item)
    return None if letter is None else f"reminder {letter} is in the outbox."


def send_outbox(bench: Bench) -> None:
    """Send what waits, if there is a mail server."""
    server = _server()
    if server is None:
        return
    outbox = Outbox(bench.engine, bench.network_id, server, _settings().public_url, clock=_going_on(bench))
    try:
        for mail_id, state in send_waiting(outbox, bench.item):
            if state is MailState.SENT:
                bench.did(f"mail {mail_id} {_SAID[state]}.")
            else:
                bench.say(f"mail {mail_id} {_SAID[state]}.")
    except ServerAway as away:
        bench.failed += 1
        bench.say(f"the mail server is away ({away}); nothing is lost.")


def _settings() -> Settings:
    settings = current_app.extensions["omloop_settings"]
    assert isinstance(settings, Settings)
    return settings


def _server() -> MailServer | None:
    return _settings().mail


def _going_on(bench: Bench) -> Callable[[], datetime]:
    """A clock that begins at the moment of the run: leases must be kept while a long run lasts."""
    begun = time.monotonic()
    return lambda: bench.now_utc + timedelta(seconds=time.monotonic() - begun)
