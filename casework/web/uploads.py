"""Where attachments are kept, and how large they may be, in this installation."""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from config.settings import Settings


def _settings() -> Settings:
    found = current_app.extensions["omloop_settings"]
    assert isinstance(found, Settings)
    return found


def uploads() -> Path:
    """The folder of attachments."""
    return _settings().uploads


def upload_maximum_bytes() -> int:
    """The largest file that is taken."""
    return _settings().upload_max_bytes
