"""Every page that a role can reach, on desktop and phone: accessible, fitting, silent, in one language."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Demo, axe_violations, scrolls_sideways
from tests.browser.office import sign_in

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PEOPLE = (
    "aanvrager.farent",
    "secretariaat.wonen",
    "penningmeester",
    "vertegenwoordiger.gemeente",
    "ambassadeur.zayaz",
    "bestuurder.brabantwonen",
    "controleur",
    "beheerder",
)
EXAMPLES = 2  # pages of one kind that are looked at, for each role
PAGES = 90  # far above what a role has; a crawl that goes on longer has lost its way
DOWNLOADS = (".xlsx", ".csv", ".xml", ".pdf", "/bijlagen/")
# Words that Dutch does not have, and values of the program that were never meant to be read.
ENGLISH = re.compile(
    r"\b(the|and|with|from|this|that|save|search|submit|next|unknown|none|true|false|undefined|null"
    r"|amount|[a-z]+_[a-z_]+)\b",
    re.IGNORECASE,
)
DUTCH = re.compile(r"\b(het|een|niet|wordt|worden|deze|uw|geen|nog|zijn|voor)\b", re.IGNORECASE)
# The texts of cases and names of payees are Dutch in every language: pages without them are read in English.
IN_ENGLISH = {
    "penningmeester": ("/betalen", "/betalen/bijdragen", "/betalen/boeking", "/betalen/pot-overnemen"),
    "beheerder": ("/mensen", "/mensen/toevoegen", "/partners", "/account"),
    "aanvrager.farent": ("/casussen/nieuw",),
}
_checked: set[tuple[int, str]] = set()


def kind_of(url: str) -> str:
    """What kind of page an address is: without the case, code or year in it, searched in or not."""
    parts = urlsplit(url)
    path = re.sub(r"/(?=[^/]*\d)[^/]+", "/*", parts.path)
    path = re.sub(r"^/(partners|grootboek/rekening|rekeningoverzichten)/(?!toevoegen)[^/]+", r"/\1/*", path)
    return f"{path}?" if parts.query else path


def crawl(page: Page, address: str) -> Iterator[str]:
    """Open one page after another, as far as links lead; gives the address of each while it is open."""
    waiting, seen, kinds = deque([f"{address}/"]), {f"{address}/"}, Counter[str]()
    while waiting:
        url = waiting.popleft()
        kind = kind_of(url)
        if kinds[kind] >= EXAMPLES:
            continue
        kinds[kind] += 1
        assert kinds.total() <= PAGES, "there are more pages than expected"
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, f"{url} gives {answer.status}"
        yield url
        for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            target = link.split("#")[0]
            if target.startswith(f"{address}/") and target not in seen and not _is_download(target):
                seen.add(target)
                waiting.append(target)


def _is_download(url: str) -> bool:
    return url.endswith("/bestand") or any(mark in url for mark in DOWNLOADS)  # a payment file, in a batch


@pytest.mark.parametrize("who", PEOPLE)
def test_pages_of_a_role(browser: Browser, demo: Demo, who: str) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="nl-NL")
    context.set_default_timeout(20_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda problem: said.append(str(problem)))
    sign_in(page, demo.address, f"{who}@omloop.example", demo.password)
    problems: list[str] = []
    count = 0
    for url in crawl(page, demo.address):
        count += 1
        problems += [f"{url}: {problem}" for problem in _problems(page)]
        problems += [f"{url}: {complaint}" for complaint in said]
        said.clear()
    context.close()
    assert problems == []
    assert count >= 3


def _problems(page: Page) -> Iterator[str]:
    if page.get_attribute("html", "lang") != "nl":
        yield "says that it is not in Dutch"
    title = page.title()
    if not title.endswith(" · Omloop") or title.startswith("Welkom"):
        yield f"is called {title!r}"
    if found := sorted(set(ENGLISH.findall(_all_text(page)))):
        yield f"speaks English: {found}"
    for width in (DESKTOP, PHONE):
        page.set_viewport_size(width)  # type: ignore[arg-type]  # a mapping of these two is what it is
        if scrolls_sideways(page):
            yield f"scrolls sideways at {width['width']}"
        # A page made of the same parts as one that was examined needs no second examination.
        parts = (width["width"], _parts(page))
        if parts not in _checked:
            _checked.add(parts)
            yield from (f"at {width['width']}: {violation}" for violation in axe_violations(page))
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def _all_text(page: Page) -> str:
    """What is read on the page, and what is only heard. Not what stands in a language of its own."""
    return str(
        page.evaluate(
            """() => {
                const body = document.body.cloneNode(true);
                body.querySelectorAll('[lang], template').forEach(element => element.remove());
                const heard = [...body.querySelectorAll('[aria-label]')].map(e => e.ariaLabel);
                return body.textContent + ' ' + heard.join(' ');
            }"""
        )
    )


def _parts(page: Page) -> str:
    return str(
        page.evaluate(
            """() => [...new Set([...document.querySelectorAll('main *')].map(e =>
                `${e.tagName}.${e.getAttribute('class')}.${e.getAttribute('role')}`))].sort().join(' ')"""
        )
    )


@pytest.mark.parametrize("who", IN_ENGLISH)
def test_pages_in_english(browser: Browser, demo: Demo, who: str) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    page = context.new_page()
    sign_in(page, demo.address, f"{who}@omloop.example", demo.password)
    page.get_by_role("button", name="English").click()
    problems = []
    for path in IN_ENGLISH[who]:
        page.goto(demo.address + path)
        assert page.get_attribute("html", "lang") == "en"
        lines = page.locator("main").inner_text().splitlines()
        problems += [f"{path}: {line}" for line in lines if DUTCH.search(line)]
    page.get_by_role("button", name="Nederlands").click()  # the choice is kept with the person
    assert page.get_attribute("html", "lang") == "nl"
    context.close()
    assert problems == []
