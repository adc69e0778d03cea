"""A network's file is brought into the database once, and then only forward in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from casework.audit.tables import LogRecord
from casework.network.load import SectionAdopted, SectionBackdated, follow_buffer, load_network
from casework.network.policy import policy_book
from casework.network.tables import Network, Partner, PolicySection
from ledger.balances import fund_position
from rules.network_file import parse_network
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NETWORK_FILE, NOW

TEXT = NETWORK_FILE.read_text(encoding="utf-8")
TODAY = NOW.date()
CODE = "bossche-bond"


def load(session: Session, text: str = TEXT):
    return load_network(session, parse_network(text), NOW)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def with_new_fund(day: str, buffer: str = "4000.00") -> str:
    return TEXT + f'\n[[fund]]\nfrom = {day}\nbuffer = "{buffer}"\nassumed = "test"\n'


def test_the_file_becomes_network_partners_policy_and_fund(engine: Engine):
    with unit_of_work(engine) as session:
        loaded = load(session)
        network_file = parse_network(TEXT)
        assert loaded.created
        assert set(loaded.partners_added) == {partner.code for partner in network_file.partners}
        assert count(session, PolicySection) == len(network_file.versions) == len(loaded.versions_added)
        network = session.scalars(select(Network)).one()
        assert (network.code, network.case_prefix, network.time_zone) == (CODE, "BB", "Europe/Amsterdam")
        book = policy_book(session, network.id)
        assert book.on(TODAY).fund == network_file.book().on(TODAY).fund
        for row in session.scalars(select(PolicySection)):
            assert row.source or row.assumed
        position = fund_position(session, network=CODE)
        assert position.buffer_cents == book.on(TODAY).fund.buffer_cents == 250_000


def test_loading_twice_changes_nothing(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
    with unit_of_work(engine) as session:
        again = load(session)
        assert not again.changed
        assert count(session, Network) == 1
        assert count(session, LogRecord) == 1


def test_a_later_version_is_added_and_the_buffer_follows_on_its_day(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
        day = TODAY + timedelta(days=30)
        loaded = load(session, with_new_fund(day.isoformat()))
        assert loaded.versions_added == [("fund", day)]
        assert loaded.buffer_cents is None
        network = session.scalars(select(Network)).one()
        assert follow_buffer(session, network, NOW) is None
        assert follow_buffer(session, network, NOW + timedelta(days=30)) == 400_000
        assert fund_position(session, network=CODE).buffer_cents == 400_000


def test_the_daily_command_brings_the_buffer_to_the_policy_of_the_day(app: Flask, engine: Engine):
    tomorrow = TODAY + timedelta(days=1)
    with unit_of_work(engine) as session:
        load(session)
        load(session, with_new_fund(tomorrow.isoformat()))
    run = app.test_cli_runner()
    assert run.invoke(args=["work", "due"]).output == ""
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(days=1)
    assert "EUR 4000.00" in run.invoke(args=["work", "due"]).output
    assert run.invoke(args=["work", "due"]).output == ""
    with unit_of_work(engine, write=False) as session:
        assert fund_position(session, network=CODE).buffer_cents == 400_000


def test_a_version_from_today_sets_the_buffer_at_once(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
        assert load(session, with_new_fund(TODAY.isoformat())).buffer_cents == 400_000
        assert fund_position(session, network=CODE).buffer_cents == 400_000


def test_an_adopted_version_is_never_changed(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
    with pytest.raises(SectionAdopted) as refused, unit_of_work(engine) as session:
        load(session, TEXT.replace('buffer = "2500.00"', 'buffer = "2600.00"'))
    assert "‘pot’" in refused.value.sentence("nl")
    assert "2016-06-02" in refused.value.sentence("nl")
    with unit_of_work(engine, write=False) as session:
        assert fund_position(session, network=CODE).buffer_cents == 250_000


def test_a_version_in_the_past_is_refused_once_the_network_runs(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    with pytest.raises(SectionBackdated), unit_of_work(engine) as session:
        load(session, with_new_fund(yesterday))
    with unit_of_work(engine) as session:
        assert not load(session).changed


def test_a_changed_name_is_taken_over_and_a_leaving_is_left_to_an_administrator(engine: Engine):
    with unit_of_work(engine) as session:
        load(session)
        text = TEXT.replace('name = "Cello"', 'name = "Cello Zorg"')
        mark = 'code = "zayaz"\n'
        text = text.replace(mark, f"{mark}left_on = 2026-12-31\n")
        loaded = load(session, text)
        assert loaded.partners_changed == ["cello"]
        assert loaded.partners_to_end == ["zayaz"]
        left = session.execute(
            select(Partner.code, Partner.left_on).where(Partner.left_on.is_not(None))
        ).all()
        assert left == []


def test_the_commands_load_and_make_the_first_administrator(app: Flask, engine: Engine, tmp_path: Path):
    run = app.test_cli_runner().invoke
    first = run(args=["network", "load", str(NETWORK_FILE)])
    assert first.exit_code == 0, first.output
    assert "Network bossche-bond is new." in first.output
    assert "The fund keeps back €2,500.00." in first.output
    assert "Nothing changed." in run(args=["network", "load", str(NETWORK_FILE)]).output

    made = run(args=["network", "add-administrator", CODE, "gemeente", "Beheer@Gemeente.example", "Beheer"])
    assert made.exit_code == 0, made.output
    password = made.output.split()[-1]
    client = app.test_client()
    answer = client.post("/aanmelden", data={"email": "beheer@gemeente.example", "password": password})
    assert answer.status_code == 302
    again = run(args=["network", "add-administrator", CODE, "gemeente", "x@gemeente.example", "X"])
    assert again.exit_code == 1
    assert "This network has an administrator already" in again.output
    reset = run(args=["network", "reset-password", "beheer@gemeente.example"])
    assert reset.output.split()[-1] != password
    assert client.get("/account").status_code == 302

    broken = tmp_path / "broken.toml"
    broken.write_text(TEXT.replace('case_prefix = "BB"', "case_prefix = 3"), encoding="utf-8")
    refused = run(args=["network", "load", str(broken)])
    assert refused.exit_code == 1
    assert "broken.toml:" in refused.output
    assert run(args=["network", "load", str(tmp_path / "none.toml")]).exit_code == 1
    assert run(args=["network", "reset-password", "niemand@gemeente.example"]).exit_code == 1
