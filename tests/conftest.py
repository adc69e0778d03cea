"""For every test: fixed keys, so that encrypted columns and keyed hashes work without an installation."""

from __future__ import annotations

import base64

import pytest

from storage import cipher

TEST_KEY = base64.urlsafe_b64encode(b"omloop-test-key-of-32-bytes-long").decode()
TEST_HASH_KEY = "omloop-test-hash-key"


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    cipher.use_keys([TEST_KEY], TEST_HASH_KEY)
