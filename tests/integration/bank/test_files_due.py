"""What a server that stopped left lying is read by ``flask work due``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from ledger.bank.tables import bank_file
from storage.unit_of_work import unit_of_work
from tests.bank_files import camt, series
from tests.integration.bank.files_scene import OURS, Desk, a_desk
from tests.integration.factories import NOW, fund, work_as


def a_desk_of(app: Flask) -> Desk:
    folder: Path = app.extensions["omloop_settings"].uploads
    return a_desk(app.extensions["omloop_engine"], folder)


def due(app: Flask) -> str:
    outcome = app.test_cli_runner().invoke(args=["work", "due"])
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_a_file_that_nobody_reads_is_read(app: Flask):
    desk = a_desk_of(app)
    made = desk.receive(camt(*series([50_00], iban=OURS)))
    assert f"testnet: bank file {made} was read." in due(app)
    assert (desk.amounts(), desk.bank_cents(), desk.kept_files()) == ([50_00], 50_00, [])
    assert "was read" not in due(app)


def test_a_file_that_someone_reads_is_left_until_the_lease_ends(app: Flask):
    desk = a_desk_of(app)
    desk.receive(camt(*series([50_00], iban=OURS)))
    with unit_of_work(desk.engine) as session:
        session.execute(
            update(bank_file).values(state="reading", leased_until_utc=NOW + timedelta(minutes=1))
        )
    assert "was read" not in due(app)
    app.extensions["omloop_clock"] = lambda: NOW + timedelta(minutes=1)
    assert "was read" in due(app)


def test_a_file_that_is_gone_is_refused_and_holds_nothing_up(app: Flask):
    desk = a_desk_of(app)
    gone, good = desk.receive(b"x"), desk.receive(camt(*series([50_00], iban=OURS)))
    for path in desk.kept_files()[:]:
        if path.stat().st_size < 300:
            path.unlink()
    output = due(app)
    assert f"bank file {gone} was read" in output
    assert f"bank file {good} was read" in output
    assert desk.amounts() == [50_00]


def test_what_was_set_aside_is_taken_once_the_book_agrees(app: Flask):
    desk = a_desk_of(app)
    desk.bring(camt(*series([50_00], opening_cents=20_00, iban=OURS)))
    assert desk.states() == ["set_aside"]
    assert "set aside fit" not in due(app)
    with unit_of_work(desk.engine) as session:
        fund(work_as(session, desk.cast.treasurer, desk.cast.network), 20_00)
    assert "1 statements that were set aside fit now." in due(app)
    assert (desk.states(), desk.bank_cents()) == (["booked"], 70_00)
