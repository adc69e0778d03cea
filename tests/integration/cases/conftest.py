"""What several tests of cases need."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for attachments, apart from the database."""
    made = tmp_path / "uploads"
    made.mkdir()
    return made
