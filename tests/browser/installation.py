"""An installation of Omloop in a folder of its own, used through its commands."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.browser.fixed_day import SHIFT

ROOT = Path(__file__).resolve().parents[2]
SERVER_SECONDS = 1800  # a server that outlives its tests stops by itself


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


@contextmanager
def server(instance: Path, shift: timedelta | None = None) -> Iterator[str]:
    """A server on loopback with its data in ``instance``; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "timeout", "--kill-after=10", str(SERVER_SECONDS), sys.executable, "-m", "granian",
        "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-ws", application(shift),
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(instance, shift),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _answering(process, f"http://127.0.0.1:{port}")
    finally:
        _end(process)


def _answering(process: subprocess.Popen[bytes], address: str) -> str:
    for _attempt in range(600):
        try:
            urllib.request.urlopen(f"{address}/aanmelden", timeout=5).close()
            return address
        except OSError:
            assert process.poll() is None, "the server stopped before it answered"
            time.sleep(0.1)
    raise AssertionError("the server did not answer within a minute")


def _end(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return
