"""A real server and a real Chromium. The server listens on loopback and ends with the test process."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.installation import ROOT, flask_command, server
from tests.browser.office import Office, empty_network, shift_to_opening, with_people

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
pytest.register_assert_rewrite("tests.browser.figures")

DEMO_DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
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


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Start a server on an instance folder, its clock moved by ``shift``; gives its address."""
    with ExitStack() as running:
        yield lambda instance, shift=None: running.enter_context(server(instance, shift))


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
def office(browser: Browser, folder: Path, shift: timedelta) -> Iterator[Office]:
    """Those people at work. What the browser complained of fails the test."""
    with server(folder, shift) as address:
        opened = Office(browser, address)
        yield opened
        opened.close()
    assert opened.complaints == []


@dataclass(frozen=True)
class Demo:
    """A running demo, and the password of all its people."""

    address: str
    password: str
    folder: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., str]) -> Demo:
    """A demo of some thirty cases that ends on a fixed day. Made once, whichever test process comes first."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "whole").exists():
            flask_command(made, "demo", "load", "--cases", "30", "--until", DEMO_DAY.date().isoformat())
            (made / "whole").touch()
    folder = tmp_path_factory.mktemp("demo") / "instance"  # what one process writes, no other sees
    shutil.copytree(made, folder)
    password = (folder / "demo_password").read_text(encoding="utf-8").strip()
    return Demo(serve(folder, DEMO_DAY - datetime.now(UTC)), password, folder)


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
