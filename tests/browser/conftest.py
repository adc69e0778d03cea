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
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.installation import ROOT, application, environment
from tests.browser.office import Office, empty_network, shift_to_opening, with_people

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
pytest.register_assert_rewrite("tests.browser.figures")

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
            "--workers", "1", "--no-ws", application(shift),
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(instance, shift),
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


@pytest.fixture(scope="session")
def shift() -> timedelta:
    """By how much the clocks of servers and commands are moved where a test wants a day of its own."""
    return shift_to_opening()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, shift: timedelta) -> Path:
    """An empty network, made by the commands that an operator has."""
    return empty_network(tmp_path_factory.mktemp("network") / "instance", shift)


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A fresh network with its people."""
    return with_people(template, tmp_path / "instance")


@pytest.fixture
def office(browser: Browser, folder: Path, serve: Callable[..., str], shift: timedelta) -> Iterator[Office]:
    """Those people at work. What the browser complained of fails the test."""
    opened = Office(browser, serve(folder, shift))
    yield opened
    opened.close()
    assert opened.complaints == []


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
