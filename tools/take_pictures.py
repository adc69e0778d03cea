"""Take the pictures of docs/pictures from a demo of its own, and keep them small.

    .venv/bin/python tools/take_pictures.py [--only NAME]

Needs what the tests need: Chromium, and ImageMagick to reduce the colours where it is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS  # noqa: E402  (the path must be set first)
from tests.browser.installation import flask_command, server  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
DESKTOP, PHONE = (1280, 860), (390, 844)
COLOURS = "64"
Steps = Callable[[Page, str], None]


def _worklist(page: Page, address: str) -> None:
    page.goto(f"{address}/werkvoorraad")


def _real_case(page: Page, address: str) -> None:
    """One of the four real cases."""
    page.goto(f"{address}/casussen?q=Huurschuld, ontruiming")
    page.locator("main tbody th a").first.click()


def _decision(page: Page, address: str) -> None:
    """That case as it was assessed, with triangle and advice."""
    _real_case(page, address)
    page.goto(f"{page.url}/besluit")


def _business_case(page: Page, address: str) -> None:
    _real_case(page, address)
    page.goto(f"{page.url}/businesscase")


def _settlement(page: Page, address: str) -> None:
    """The form on which a member proposes who repays."""
    page.goto(f"{address}/werkvoorraad?deel=to_settle")
    page.locator("main table td.act a").first.click()
    if page.get_by_role("link", name="Voorstel doen").count():
        page.get_by_role("link", name="Voorstel doen").first.click()


def _treasurer(page: Page, address: str) -> None:
    page.goto(f"{address}/betalen")


def _overview(page: Page, address: str) -> None:
    page.goto(f"{address}/jaaroverzicht")


PICTURES_TAKEN: tuple[tuple[str, str, tuple[int, int], Steps], ...] = (
    ("worklist", "secretariaat.wonen", DESKTOP, _worklist),
    ("case", "secretariaat.wonen", DESKTOP, _real_case),
    ("decision", "secretariaat.wonen", DESKTOP, _decision),
    ("treasurer", "penningmeester", DESKTOP, _treasurer),
    ("settlement", "secretariaat.wonen", DESKTOP, _settlement),
    ("business_case", "secretariaat.wonen", DESKTOP, _business_case),
    ("annual_overview", "bestuurder.brabantwonen", DESKTOP, _overview),
    ("phone", "secretariaat.wonen", PHONE, _real_case),
)


def main() -> None:
    """Load a demo, serve it, walk to each page and take its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="The name of one picture.")
    only = parser.parse_args().only
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        flask_command(folder, "demo", "load")
        password = (folder / "demo_password").read_text(encoding="utf-8").strip()
        with server(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            for name, who, size, steps in PICTURES_TAKEN:
                if only in (None, name):
                    _take(browser, address, password, name=name, who=who, size=size, steps=steps)
            browser.close()


def _take(
    browser: Browser, address: str, password: str, *, name: str, who: str, size: tuple[int, int], steps: Steps
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{address}/aanmelden")
    page.fill("#email", f"{who}@omloop.example")
    page.fill("#password", password)
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(lambda url: "/aanmelden" not in url)
    steps(page, address)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    context.close()
    _reduce(file)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")


def _reduce(file: Path) -> None:
    """Fewer colours make a page of text a third of its size; without the tool it stays as it is."""
    convert = shutil.which("magick") or shutil.which("convert")
    if convert:
        options = ["-dither", "None", "-colors", COLOURS, "-strip", "-define", "png:compression-level=9"]
        subprocess.run([convert, str(file), *options, f"PNG8:{file}"], check=True)


if __name__ == "__main__":
    main()
