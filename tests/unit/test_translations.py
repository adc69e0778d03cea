"""The English catalogue holds every sentence of the screens, and every refusal speaks both languages."""

from __future__ import annotations

import gettext
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from errors import OmloopError

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "translations" / "babel.cfg"
ENGLISH = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
ROOMS = ("casework", "ledger", "rules", "storage")
# As `make translations` calls it: `_l` marks the sentences that are translated when they are shown.
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None}
PLACEHOLDER = re.compile(r"%(?:\((?P<name>\w+)\)[a-z]|%)")

Key = tuple[str, ...]


def forms(text: object) -> Key:
    """One text, or a singular and a plural."""
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, (list, tuple)) else ()


def is_ours(path: str) -> bool:
    """All but what is set up or made on this machine: large, and without sentences of ours."""
    return not Path(path).relative_to(ROOT).parts[0].startswith((".", "node_modules", "instance"))


@pytest.fixture(scope="module")
def on_the_screens() -> set[Key]:
    """Every sentence that Babel finds now, as `make translations` would, without writing a file."""
    with MAPPING.open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog()
    for _file, _line, text, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=is_ours
    ):
        found.add(text, context=context)
    return {forms(message.id) for message in found if message.id}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@pytest.fixture(scope="module")
def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_sentence_of_the_screens_is_in_the_catalogue(
    on_the_screens: set[Key], messages: list[Message]
) -> None:
    assert len(on_the_screens) > 1000
    missing = on_the_screens - {forms(message.id) for message in messages}
    assert missing == set(), "run `make translations` and translate these"


def test_the_catalogue_holds_nothing_else(
    catalogue: Catalog, on_the_screens: set[Key], messages: list[Message]
) -> None:
    assert {forms(message.id) for message in messages} - on_the_screens == set()
    assert list(catalogue.obsolete) == []


def test_every_sentence_is_translated_in_all_its_forms(messages: list[Message]) -> None:
    empty = [
        message.id
        for message in messages
        if len(forms(message.string)) != len(forms(message.id))
        or not all(text.strip() for text in forms(message.string))
    ]
    assert empty == []
    assert [message.id for message in messages if message.fuzzy] == []


def test_a_translation_has_the_placeholders_of_its_sentence(messages: list[Message]) -> None:
    wrong = [
        (source, text)
        for message in messages
        for source, text in zip(forms(message.id), forms(message.string), strict=True)
        if placeholders(source) != placeholders(text)
    ]
    assert wrong == []


def test_a_translation_ends_as_its_sentence_does(messages: list[Message]) -> None:
    """A question stays a question, a label gets no full stop."""
    wrong = [
        (source, text)
        for message in messages
        for source, text in zip(forms(message.id), forms(message.string), strict=True)
        if ending(source) != ending(text)
    ]
    assert wrong == []


def test_the_header_names_no_one(catalogue: Catalog) -> None:
    """Babel fills a refreshed catalogue with its own placeholders; the short header stands instead."""
    head = ENGLISH.read_text(encoding="utf-8").split("\n\n", 1)[0]
    assert not re.search(r"FULL NAME|EMAIL@|YEAR-MO|LL@li|POT-Creation|Generated-By", head)
    assert catalogue.num_plurals == 2


def placeholders(text: str) -> list[str]:
    return sorted(match.group() for match in PLACEHOLDER.finditer(text))


def ending(text: str) -> str:
    return text[-1] if text[-1] in ".?:!…" else ""


def refusals() -> Iterator[type[OmloopError]]:
    """Every class of our own that a user can be told, from the kinds down."""
    for room in ROOMS:
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            importlib.import_module(module.name)
    waiting = list(OmloopError.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in (*ROOMS, "errors"):
            yield kind


@pytest.fixture(scope="module")
def kinds() -> set[type[OmloopError]]:
    found = set(refusals())
    assert len(found) > 150
    return found


def test_every_refusal_has_a_sentence_in_both_languages(kinds: set[type[OmloopError]]) -> None:
    unsaid = {
        kind
        for kind in kinds
        if not kind.nl.strip()
        or not kind.en.strip()
        or kind.nl == kind.en
        # A sentence in one language over an inherited one in the other would say two things.
        or ("nl" in vars(kind)) != ("en" in vars(kind))
    }
    assert unsaid == set()


def test_every_refusal_says_more_than_that_something_went_wrong(kinds: set[type[OmloopError]]) -> None:
    """A class that others are derived from may leave the sentence to them."""
    assert {kind for kind in kinds if not kind.__subclasses__() and kind.nl == OmloopError.nl} == set()


def test_the_sentences_of_a_refusal_use_the_same_facts(kinds: set[type[OmloopError]]) -> None:
    unlike = {kind for kind in kinds if facts(kind.nl, "nl") != facts(kind.en, "en")}
    assert unlike == set()


def facts(template: str, language: str) -> set[str]:
    """The facts in a template; one that was put into words ends in the language, as in ``state_nl``."""
    names = {name for _text, name, _form, _conversion in Formatter().parse(template) if name is not None}
    return {re.sub(rf"_{language}$", "_*", name) for name in names}


def test_the_catalogue_is_compiled_for_the_pages(messages: list[Message]) -> None:
    with ENGLISH.with_suffix(".mo").open("rb") as file:  # made by `make setup`
        compiled = gettext.GNUTranslations(file)
    different = [
        forms(message.id)[0]
        for message in messages
        if compiled.gettext(forms(message.id)[0]) != forms(message.string)[0]
    ]
    assert different == [], "run `make setup` anew"
