"""A real mail server on the loopback address, that can be told to refuse or to cut the connection."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk
from sqlalchemy import Engine

from casework.mail.sending import Outbox
from config.settings import MailServer

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


class Box:
    """What came in. ``answers`` are given in turn to RCPT and to the text; then everything is taken."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.cut_after_data = False
        self.wait = threading.Event()
        self.wait.set()

    async def handle_RCPT(  # noqa: N802  (the name that aiosmtpd calls)
        self, server: SMTP, session: Talk, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Talk, envelope: Envelope) -> str:  # noqa: N802  (same)
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.content, bytes)
        self.envelopes.append(envelope)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        if self.cut_after_data:
            assert server.transport is not None
            server.transport.abort()
        self.wait.wait(10)
        return "250 OK"


@contextmanager
def running(box: Box) -> Iterator[MailServer]:
    """The server, on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield MailServer("127.0.0.1", port, "none", "omloop@netwerk.example", timeout_seconds=5)
    finally:
        controller.stop()


def outbox(
    engine: Engine, network_id: int, server: MailServer, at_utc: datetime = NOW, *, url: str = ""
) -> Outbox:
    """The outbox as a run at that moment has it."""
    return Outbox(engine, network_id, server, url, clock=lambda: at_utc)
