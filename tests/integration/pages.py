"""Making the application for a test, signing in, and reading a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from app import create_app
from casework.people.tables import Person
from config.settings import Settings
from tests.conftest import TEST_HASH_KEY, TEST_KEY
from tests.integration.factories import NOW, PASSWORD


@cache
def _compiled_templates() -> tuple[TemporaryDirectory[str], FileSystemBytecodeCache]:
    """One place for all applications of this process: compiling templates took a third of a test's time."""
    folder = TemporaryDirectory(prefix="omloop-templates-")
    return folder, FileSystemBytecodeCache(folder.name)


def make_app(database_url: str, instance: Path) -> Flask:
    """The application on ``database_url``, its clock at ``factories.NOW``."""
    settings = Settings(
        instance=instance,
        database_url=database_url,
        secret_key="omloop-test-secret",
        encryption_keys=(TEST_KEY,),
        hash_key=TEST_HASH_KEY,
        https=False,
        session_idle_minutes=60,
        session_hours=10,
        upload_max_bytes=1024 * 1024,
        log_level="ERROR",
    )
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _compiled_templates()[1]
    app.testing = False  # errors become pages, as they do for everyone
    app.extensions["omloop_clock"] = lambda: NOW
    return app


def sign_in(client: FlaskClient, person: Person, *, password: str = PASSWORD) -> TestResponse:
    """Sign ``person`` in, in place of whoever was; fails the test when that does not work."""
    client.post("/afmelden")
    response = client.post("/aanmelden", data={"email": person.email, "password": password})
    assert response.status_code == 302, f"signing in gave {response.status_code}"
    return response


def soup(response: TestResponse) -> BeautifulSoup:
    """The page to search in."""
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def page_text(response: TestResponse) -> str:
    """All words of the page with single spaces (no-break spaces too), to look for a sentence in."""
    return " ".join(soup(response).get_text(" ").split())
