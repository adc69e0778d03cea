"""An installation of Omloop in a folder of its own, used through its commands."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from tests.browser.fixed_day import SHIFT

ROOT = Path(__file__).resolve().parents[2]


def flask_command(instance: Path, *arguments: str, shift: timedelta | None = None) -> str:
    """Run ``flask --app app …`` on ``instance`` and give its standard output; ``shift`` moves its clock."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", application(shift), *arguments],
        cwd=ROOT,
        env=environment(instance, shift),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(instance: Path, shift: timedelta | None = None) -> dict[str, str]:
    """The environment of a server or command with its data in ``instance``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMLOOP_")}
    if shift is not None:
        kept[SHIFT] = str(shift.total_seconds())
    return {**kept, "OMLOOP_INSTANCE": str(instance), "OMLOOP_LOG_LEVEL": "WARNING"}


def application(shift: timedelta | None) -> str:
    """Where the application is made: as it is, or on another day."""
    return "app:create_app" if shift is None else "tests.browser.fixed_day:create_app"
