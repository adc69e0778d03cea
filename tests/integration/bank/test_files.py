"""Files from the bank: received, read by a job, taken whole or refused whole, and set in their row."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.bank.tables import bank_line, bank_statement
from tests.bank_files import SampleLine, SampleStatement, camt, series
from tests.integration.bank.files_scene import OURS, Desk, a_desk


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return a_desk(engine, tmp_path / "uploads", opening_cents=100_00)


def test_a_statement_is_taken_booked_and_its_file_removed(desk: Desk):
    content = camt(*series([50_00, -20_00], opening_cents=100_00, iban=OURS))
    assert desk.bring(content) == "taken"
    assert desk.row() == [(100_00, 130_00)]
    assert desk.amounts() == [50_00, -20_00]
    assert desk.states() == ["booked"]
    assert desk.bank_cents() == 130_00
    assert desk.kept_files() == []
