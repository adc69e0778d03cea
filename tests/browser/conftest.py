"""A real server and a real Chromium. The server listens on loopback and ends with the test process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.fixed_day import SHIFT

pytest.register_assert_rewrite("tests.browser.figures", "tests.browser.walk", "tests.browser.office")

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERVER_SECONDS = 540  # a server that outlives its tests stops by itself


def flask_command(instance: Path, *arguments: str, shift: timedelta | None = None) -> str:
    """Run ``flask --app app …`` on ``instance`` and give its standard output; ``shift`` moves its clock."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", _application(shift), *arguments],
        cwd=ROOT,
        env=server_environment(instance, shift),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def server_environment(instance: Path, shift: timedelta | None = None) -> dict[str, str]:
    """The environment of a server with its data in ``instance``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMLOOP_")}
    if shift is not None:
        kept[SHIFT] = str(shift.total_seconds())
    return {**kept, "OMLOOP_INSTANCE": str(instance), "OMLOOP_LOG_LEVEL": "WARNING"}


def _application(shift: timedelta | None) -> str:
    return "app:create_app" if shift is None else "tests.browser.fixed_day:create_app"


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Start a server on an instance folder, its clock moved by ``shift``; gives its address."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(instance: Path, shift: timedelta | None = None) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [
            "timeout", str(SERVER_SECONDS), sys.executable, "-m", "granian",
            "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--no-ws", _application(shift),
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=server_environment(instance, shift),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        processes.append(process)
        address = f"http://127.0.0.1:{port}"
        for _attempt in range(200):
            try:
                urllib.request.urlopen(f"{address}/aanmelden", timeout=2).close()
                return address
            except OSError:
                assert process.poll() is None, "the server stopped before it answered"
                time.sleep(0.1)
        raise AssertionError("the server did not answer within 20 seconds")

    yield start
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once per test process."""
    assert CHROMIUM, "Chromium is not installed: run make setup-test"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at desktop width."""
    made = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page in it."""
    return context.new_page()


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its best practices, one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
        })).violations.map(v =>
            `${v.id}: ${v.help} — ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')}`)"""
    )
    return list(found)


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
