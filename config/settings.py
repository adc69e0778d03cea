"""Typed settings, read once from the environment.

Secrets that are not given are made and kept in ``instance/``.

| variable | meaning | default |
|---|---|---|
| OMLOOP_DATABASE_URL | ``sqlite:///…`` or ``postgresql://…`` | ``instance/omloop.db`` |
| OMLOOP_INSTANCE | folder of database, uploads and secrets | ``instance`` beside the code |
| OMLOOP_SECRET_KEY | signs CSRF tokens and session ids | kept in ``instance/secret_key`` |
| OMLOOP_ENCRYPTION_KEYS | comma-separated Fernet keys, newest first | kept in ``instance/encryption_keys`` |
| OMLOOP_HASH_KEY | key of the household hash | kept in ``instance/hash_key`` |
| OMLOOP_HTTPS | ``1`` behind HTTPS: secure ``__Host-`` cookies and HSTS | ``0`` |
| OMLOOP_SESSION_IDLE_MINUTES | a session ends after so long without a request | 60 |
| OMLOOP_SESSION_HOURS | a session ends after so long in any case | 10 |
| OMLOOP_UPLOAD_MAX_BYTES | the largest attachment | 10 MiB |
| OMLOOP_POSTGRES_BIN | folder of ``pg_dump`` and ``pg_restore``, for backups | found by itself |
| OMLOOP_LOG_LEVEL | DEBUG, INFO, WARNING or ERROR | INFO |
| OMLOOP_PUBLIC_URL | where people reach the program, for links in mail: ``https://…`` | no links |
| OMLOOP_MAIL_HOST | the mail server; without one mail waits in the outbox | none |
| OMLOOP_MAIL_SECURITY | ``starttls``, ``tls`` or ``none`` (on the machine itself) | starttls |
| OMLOOP_MAIL_PORT | its port | 587, 465 with ``tls``, 25 with ``none`` |
| OMLOOP_MAIL_USER, OMLOOP_MAIL_PASSWORD | to sign in to it; never without encryption | none |
| OMLOOP_MAIL_FROM | the address mail comes from | needed with a host |
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingWrong(ValueError):
    """A variable holds something that cannot be used; the message names it and what it should be."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations."""

    instance: Path
    database_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    hash_key: str
    https: bool
    session_idle_minutes: int
    session_hours: int
    upload_max_bytes: int
    log_level: str
    postgres_bin: Path | None = None
    public_url: str = ""
    mail: MailServer | None = None

    @property
    def root(self) -> Path:
        """Where the program itself stands."""
        return ROOT

    @property
    def uploads(self) -> Path:
        """Where attachments are kept: outside everything the web server serves."""
        return self.instance / "uploads"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``environment`` (the process's own if none is given). Raises :class:`SettingWrong`."""
    env = os.environ if environment is None else environment
    instance = Path(env.get("OMLOOP_INSTANCE") or ROOT / "instance").resolve()
    keys = _secret(env, "OMLOOP_ENCRYPTION_KEYS", instance / "encryption_keys", _fernet_key)
    return Settings(
        instance=instance,
        database_url=env.get("OMLOOP_DATABASE_URL") or f"sqlite:///{instance / 'omloop.db'}",
        secret_key=_secret(env, "OMLOOP_SECRET_KEY", instance / "secret_key", _random_key),
        encryption_keys=tuple(key.strip() for key in keys.replace("\n", ",").split(",") if key.strip()),
        hash_key=_secret(env, "OMLOOP_HASH_KEY", instance / "hash_key", _random_key),
        https=_flag(env, "OMLOOP_HTTPS"),
        session_idle_minutes=_whole(env, "OMLOOP_SESSION_IDLE_MINUTES", 60),
        session_hours=_whole(env, "OMLOOP_SESSION_HOURS", 10),
        upload_max_bytes=_whole(env, "OMLOOP_UPLOAD_MAX_BYTES", 10 * 1024 * 1024),
        postgres_bin=Path(folder) if (folder := env.get("OMLOOP_POSTGRES_BIN")) else None,
        log_level=_one_of(env, "OMLOOP_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        public_url=_url(env, "OMLOOP_PUBLIC_URL"),
        mail=_mail(env),
    )


def _mail(env: Mapping[str, str]) -> MailServer | None:
    host = env.get("OMLOOP_MAIL_HOST", "").strip()
    if not host:
        return None
    security = (env.get("OMLOOP_MAIL_SECURITY") or "starttls").lower()
    ports = {"starttls": 587, "tls": 465, "none": 25}
    if security not in ports:
        raise SettingWrong(f"OMLOOP_MAIL_SECURITY must be one of {', '.join(ports)}, not {security!r}")
    sender = env.get("OMLOOP_MAIL_FROM", "").strip()
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", sender):
        raise SettingWrong(f"OMLOOP_MAIL_FROM must be an e-mail address, not {sender!r}")
    user, password = env.get("OMLOOP_MAIL_USER", ""), env.get("OMLOOP_MAIL_PASSWORD", "")
    if bool(user) != bool(password):
        raise SettingWrong("OMLOOP_MAIL_USER and OMLOOP_MAIL_PASSWORD go together")
    if user and security == "none":
        raise SettingWrong("OMLOOP_MAIL_SECURITY must be starttls or tls where OMLOOP_MAIL_USER signs in")
    port = _whole(env, "OMLOOP_MAIL_PORT", ports[security])
    return MailServer(host, port, security, sender, user, password)


def _url(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip().rstrip("/")
    if text and not re.fullmatch(r"https?://[!-~]+", text):
        raise SettingWrong(f"{name} must begin with https:// and hold no spaces, not {text!r}")
    return text


def _random_key() -> str:
    return secrets.token_urlsafe(32)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _secret(env: Mapping[str, str], name: str, path: Path, make: Callable[[], str]) -> str:
    if value := env.get(name):
        return value
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: two processes that start together must end up with the same secret.
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(make() + "\n")
    return path.read_text().strip()


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingWrong(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name) or "0"
    if text not in {"0", "1"}:
        raise SettingWrong(f"{name} must be 0 or 1, not {text!r}")
    return text == "1"


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = (env.get(name) or choices[0]).upper()
    if text not in choices:
        raise SettingWrong(f"{name} must be one of {', '.join(choices)}, not {text!r}")
    return text
