"""Handing one mail over to a mail server (RFC 5321), knowing at each moment whether it may have been taken.

The text goes in two steps. Until the server asked for it (354) nothing can have been sent. From then on, a
connection that is cut leaves it open whether the server took it: that is the one case that nobody can know.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Self

from casework.mail.texts import one_line
from config.settings import MailServer


class ServerAway(Exception):
    """The server cannot be reached, or does not want us: nothing is wrong with the mail."""


class NotNow(Exception):
    """The server refused this mail for now (4xx)."""


class Never(Exception):
    """The server refused this mail for good (5xx), or it cannot be sent as it is."""


class PerhapsSent(Exception):
    """The connection was cut after the text was handed over."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as it goes out. ``key`` is the first part of its Message-ID."""

    key: str
    name: str
    email: str
    language: str
    subject: str
    text: str
    dated_utc: datetime


def compose(message: Message, *, sender: str, sender_name: str) -> EmailMessage:
    """The mail with its headers: plain text in UTF-8. Raises :class:`Never` for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    try:
        to = Address(one_line(message.name), addr_spec=message.email)
        mail["From"] = Address(one_line(sender_name), addr_spec=sender)
        mail["To"] = to
    except (ValueError, IndexError, MessageError) as wrong:
        raise Never("the address cannot be used") from wrong
    if not message.email.isascii() or not message.email.isprintable():
        raise Never("the address holds other characters than plain letters and digits")
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = message.dated_utc
    mail["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(message.text, charset="utf-8", cte="quoted-printable")
    return mail


class Connection:
    """A conversation with the mail server, for one run."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    def send(self, mail: EmailMessage, *, sender: str, to: str, before_text: Callable[[], bool]) -> None:
        """Hand ``mail`` over. ``before_text`` is called when the server is ready for the text; where it
        gives False, nothing is sent and :class:`NotNow` raised.

        Raises :class:`ServerAway`, :class:`NotNow`, :class:`Never` or :class:`PerhapsSent`.
        """
        data = mail.as_bytes()
        handed_over = False
        try:
            smtp = self._open()
            _expect(smtp.mail(sender, []))
            _expect(smtp.rcpt(to))
            _expect(smtp.docmd("DATA"), ready=354)
            if not before_text():
                # Nothing of the text was sent; closing without its end makes the server forget it.
                self._drop()
                raise NotNow("somebody else sends it")
            handed_over = True
            smtp.send(_dotted(data) + b".\r\n")
            answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as cut:
            self._drop()
            if handed_over:
                raise PerhapsSent("the connection was cut after the text was handed over") from cut
            raise ServerAway(_said(cut)) from cut
        except (NotNow, Never):
            self._reset()
            raise
        try:
            _expect(answer)
        except (NotNow, Never):
            self._reset()
            raise

    def _open(self) -> smtplib.SMTP:
        if self._smtp is None:
            server = self._server
            context = ssl.create_default_context()
            if server.security == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.timeout_seconds, context=context
                )
            else:
                smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
            self._smtp = smtp
            if server.security == "starttls":
                smtp.starttls(context=context)  # raises where the server does not offer it
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        return self._smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _reset(self) -> None:
        """Forget the refused mail, so that the next begins anew."""
        if self._smtp is None:
            return
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()


def _expect(answer: tuple[int, bytes], *, ready: int | None = None) -> None:
    """Pass on what the server refused. Only its code is kept: its words may repeat the address."""
    code = answer[0]
    if code == 421 or code < 200:
        raise smtplib.SMTPServerDisconnected(f"the server said {code}")
    if (code == ready) if ready else (200 <= code < 300):
        return
    raise (Never if code >= 500 else NotNow)(f"the server said {code}")


def _said(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"the server said {problem.smtp_code}"
    return type(problem).__name__


def _dotted(data: bytes) -> bytes:
    """Lines that begin with a dot get another (RFC 5321, 4.5.2); the text ends in a line end."""
    text = data if data.endswith(b"\r\n") else data + b"\r\n"
    text = text.replace(b"\r\n.", b"\r\n..")
    return b"." + text if text.startswith(b".") else text
