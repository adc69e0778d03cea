"""What people wrote stands nowhere readable in the database: not in a row, an index, or a page left over."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from storage.unit_of_work import unit_of_work
from tests.integration.access.world import a_world

# A piece of each kind of text that the world holds.
WRITTEN = (
    "verhaal-",
    "titel-",
    "punt-hier",
    "Niet van ons",
    "Iedereen samen",
    "Klopt dit?",
    "Postbus 1",
    "Een gezin zat vast",
    "Vraag het eerst",
    "Teruggebeld",
    "NL91ABNA0417164300",
    "NL20INGB0001234567",
    "titel-bank",
    "mei.xml",
    "brief.pdf",
    "<Document",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_not_found_in_the_file(world_file: bytes, written: str) -> None:
    assert written.encode() not in world_file


def test_what_is_no_secret_is_found_there(world_file: bytes) -> None:
    """Or the search itself would prove nothing."""
    assert b"testnet" in world_file


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def world_file(sqlite_engine: Engine, kept: dict[str, bytes]) -> bytes:
    """The bytes of a database with something of everything in it; made once."""
    if not kept:
        with unit_of_work(sqlite_engine) as session:
            a_world(session)
        with sqlite_engine.connect() as connection:
            connection.rollback()
        raw = sqlite_engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        assert sqlite_engine.url.database is not None
        with open(sqlite_engine.url.database, "rb") as file:
            kept["bytes"] = file.read()
    return kept["bytes"]
