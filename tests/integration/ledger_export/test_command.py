"""``flask ledger export`` writes a whole file or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from storage.unit_of_work import unit_of_work
from tests.integration.factories import a_cast, fund, work_as

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_export_command_writes_the_only_network(app: Flask, tmp_path: Path) -> None:
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        cast = a_cast(session)
        fund(work_as(session, cast.treasurer, cast.network), 500_000)
    path = tmp_path / "boek.hledger"
    result = app.test_cli_runner().invoke(args=["ledger", "export", "--format", "hledger", str(path)])
    assert result.exit_code == 0, result.output
    assert "the whole book" in result.output
    assert "5000.00 EUR" in path.read_text()
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_export_command_leaves_what_was_there_when_it_fails(app: Flask, tmp_path: Path) -> None:
    with unit_of_work(app.extensions["omloop_engine"]) as session:
        a_cast(session)
    path = tmp_path / "boek.xaf"
    path.write_text("eerder")
    arguments = ["ledger", "export", "--format", "xaf", "--year", "2019", str(path)]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "Nothing was posted" in result.output
    assert path.read_text() == "eerder"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
