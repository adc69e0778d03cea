"""``flask policy``: a preview of a file, and the network taken out as its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine

from casework.network.load import follow_buffer, load_network
from casework.policy.export import network_as_toml
from casework.policy.operator import NetworkNotNamed, preview_file, work_of
from rules.network_file import parse_network
from rules.network_text import network_toml
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NETWORK_FILE, NOW, Cast, a_cast
from tests.integration.policy.decided import a_decided_case
from tests.integration.policy.scene import adopt, propose

ONLY_MANDATE = """
[[mandate]]
from = 2026-07-01
source = "Vergadering van juni"
above = 3
household_window_days = 90
bands = [{ up_to = "500.00", members = 1, reviewed_afterwards = true }, { up_to = "900.00", members = 2 }]
"""


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_a_file_with_one_section_is_previewed(
    engine: Engine, runner: FlaskCliRunner, cast: Cast, tmp_path: Path
):
    with unit_of_work(engine) as session:
        number = a_decided_case(session, cast).number
    path = tmp_path / "mandaat.toml"
    path.write_text(ONLY_MANDATE, encoding="utf-8")
    said = runner.invoke(args=["policy", "preview", str(path)])
    assert said.exit_code == 0, said.output
    text = said.output.replace("\xa0", " ")
    assert "Wie over welk bedrag besluit: Per 1 juli 2026" in text
    assert "Grens voor 2 leden: van € 5.000,00 naar € 900,00." in text
    assert f"{number}: 2 > 3 (te weinig leden om zo te besluiten)" in text
    with unit_of_work(engine, write=False) as session:
        work = work_of(session, None, NOW)
        assert "2026-07-01" not in network_as_toml(work)  # nothing was changed


def test_mistakes_are_named_by_file_and_line(runner: FlaskCliRunner, cast: Cast, tmp_path: Path):
    path = tmp_path / "fout.toml"
    path.write_text(ONLY_MANDATE.replace("above = 3", "above = 0"), encoding="utf-8")
    said = runner.invoke(args=["policy", "preview", str(path)])
    assert said.exit_code == 1
    assert f"{path}:5 mandate[1].above" in said.output
    path.write_text('[[allocation_key]]\nfrom = 2026-07-01\nsource = "x"\nweights = { wie = "1" }\n')
    said = runner.invoke(args=["policy", "preview", str(path)])
    assert "fout.toml:4 allocation_key[1].weights.wie" in said.output


def test_what_was_adopted_with_other_words_is_refused(runner: FlaskCliRunner, cast: Cast, tmp_path: Path):
    path = tmp_path / "oud.toml"
    path.write_text('[[fund]]\nfrom = 2016-06-02\nsource = "x"\nbuffer = "1.00"\n', encoding="utf-8")
    said = runner.invoke(args=["policy", "preview", str(path)])
    assert said.exit_code == 1
    assert "was adopted before and does not change any more" in said.output


def test_a_file_of_another_network_is_refused(runner: FlaskCliRunner, cast: Cast):
    said = runner.invoke(args=["policy", "preview", str(NETWORK_FILE)])
    assert said.exit_code == 1
    assert "this is not the network testnet" in said.output


def test_with_several_networks_one_is_named(
    engine: Engine, runner: FlaskCliRunner, cast: Cast, tmp_path: Path
):
    with unit_of_work(engine) as session:
        a_cast(session, code="ander", case_prefix="AN")
        with pytest.raises(NetworkNotNamed):
            work_of(session, None, NOW)
        assert preview_file(work_of(session, "ander", NOW), "", file="leeg.toml") == []
    path = tmp_path / "leeg.toml"
    path.write_text("", encoding="utf-8")
    assert runner.invoke(args=["policy", "preview", str(path)]).exit_code == 1
    assert runner.invoke(args=["policy", "preview", str(path), "--network", "geen"]).exit_code == 1
    said = runner.invoke(args=["policy", "preview", str(path), "--network", "ander", "--language", "en"])
    assert said.exit_code == 0, said.output


def test_what_was_adopted_in_the_program_is_taken_out_and_goes_round(
    engine: Engine, runner: FlaskCliRunner, cast: Cast, tmp_path: Path
):
    with unit_of_work(engine) as session:
        adopt(session, cast, propose(session, cast, reason='Omdat het "moet".'))
    path = tmp_path / "testnet.toml"
    assert runner.invoke(args=["policy", "export", "--output", str(path)]).exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert runner.invoke(args=["policy", "export"]).output == text
    parsed = parse_network(text)
    assert network_toml(parsed) == text
    assert [one.source for one in parsed.versions if one.section == "mandate"][1] == 'Omdat het "moet".'
    with unit_of_work(engine) as session:
        follow_buffer(session, cast.network, NOW)  # the test network's fund was opened without one
        assert not load_network(session, parsed, NOW).changed
        # In an installation where the network does not exist it comes out the same again.
        elsewhere = parse_network(text.replace('code = "testnet"', 'code = "elders"'))
        assert load_network(session, elsewhere, NOW).created
        again = network_as_toml(work_of(session, "elders", NOW))
        assert again == text.replace('code = "testnet"', 'code = "elders"')
