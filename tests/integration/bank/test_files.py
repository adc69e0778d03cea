"""Files from the bank: received, read by a job, taken whole or refused whole, and set in their row."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update

from casework.audit.tables import LogRecord
from casework.bank import files
from casework.bank.file_queries import Waits, set_aside
from casework.bank.file_reading import LeaseLost, _claim, _take, files_left
from errors import Forbidden
from ledger.bank.tables import bank_file, bank_line, bank_statement
from storage.cipher import Unreadable
from storage.engine import build_engine
from storage.sealed import unseal
from storage.unit_of_work import unit_of_work
from tests.bank_files import V02, SampleLine, SampleStatement, camt, series
from tests.integration.bank.files_scene import OURS, Desk, a_desk
from tests.integration.factories import NOW, fund, work_as


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


def test_the_same_again_is_known_as_file_and_as_statement(desk: Desk):
    statements = series([50_00], [-20_00], opening_cents=100_00, iban=OURS)
    assert desk.bring(camt(*statements)) == "taken"
    with pytest.raises(files.FileKnown):
        desk.receive(camt(*statements))
    assert len(desk.kept_files()) == 1  # what a view removes when the service refuses
    assert desk.bring(camt(*statements, version=V02)) == "taken: 2 afschriften waren al bekend."
    assert desk.amounts() == [50_00, -20_00]
    assert desk.bank_cents() == 130_00


def test_the_same_day_in_another_format_is_known(desk: Desk):
    (statement,) = series([50_00, -20_00], opening_cents=100_00, iban=OURS)
    content = (
        ":20:X\n:25:NL44RABO0123456789\n:28C:0\n:60F:C260228EUR100,00\n:61:2603010301C50,NTRFNONREF\n"
        ":61:2603010301D20,NTRFNONREF\n:62F:C260301EUR130,00\n-\n"
    )
    assert desk.bring(camt(statement)) == "taken"
    assert desk.bring(content.encode(), "mt940.sta") == "taken: 1 afschrift was al bekend."
    assert (desk.amounts(), desk.bank_cents()) == ([50_00, -20_00], 130_00)


def test_what_comes_before_its_predecessor_waits_and_is_then_taken_by_itself(desk: Desk):
    one, two, three = series([50_00], [-20_00], [1_00], opening_cents=100_00, iban=OURS)
    assert desk.bring(camt(three)) == "taken"
    assert (desk.states(), desk.row(), desk.bank_cents()) == (["set_aside"], [], 100_00)
    desk.bring(camt(one))
    assert desk.row() == [(100_00, 150_00)]
    assert desk.states() == ["booked", "set_aside"]
    desk.bring(camt(two))
    assert desk.row() == [(100_00, 150_00), (150_00, 130_00), (130_00, 131_00)]
    assert desk.states() == ["booked"] * 3
    assert desk.bank_cents() == 131_00


def test_a_period_that_overlaps_brings_only_what_is_new(desk: Desk):
    days = series([50_00, 1_00], [-20_00], [3_00, 3_00], opening_cents=100_00, iban=OURS)
    for statement in days[:2]:
        desk.bring(camt(statement))
    period = SampleStatement(
        [line for day in days[1:] for line in day.lines],
        opening_cents=days[1].opening_cents,
        opening_on=days[1].opening_on,
        closing_on=days[2].closing_on,
        number=None,
        name="PERIODE",
        iban=OURS,
    )
    assert desk.bring(camt(period)) == "taken"
    assert desk.amounts() == [50_00, 1_00, -20_00, 3_00, 3_00]
    assert desk.bank_cents() == 137_00
    assert desk.bring(camt(days[2])) == "taken: 1 afschrift was al bekend."
    whole = SampleStatement(
        [line for day in days for line in day.lines],
        opening_cents=100_00,
        opening_on=days[0].opening_on,
        closing_on=days[2].closing_on,
        number=None,
        name="MAAND",
        iban=OURS,
    )
    assert desk.bring(camt(whole)) == "taken: 1 afschrift was al bekend."
    assert desk.bank_cents() == 137_00


def test_the_first_statement_begins_with_what_the_book_says(desk: Desk):
    (statement,) = series([50_00], opening_cents=200_00, iban=OURS)
    desk.bring(camt(statement))
    assert desk.states() == ["set_aside"]
    with unit_of_work(desk.engine) as session:
        work = work_as(session, desk.cast.treasurer, desk.cast.network)
        fund(work, 100_00)
        assert files.set_all_in_row(work) == 1
    assert desk.row() == [(200_00, 250_00)]


def test_a_skipped_number_waits_until_someone_accepts_it(desk: Desk):
    one, two = series([50_00], [-20_00], opening_cents=100_00, iban=OURS)
    desk.bring(camt(one))
    desk.bring(camt(replace(two, number=3)))
    assert desk.states() == ["booked", "set_aside"]
    with unit_of_work(desk.engine) as session:
        work = work_as(session, desk.cast.treasurer, desk.cast.network)
        (aside,) = set_aside(work)
        assert (aside.why, aside.number) == (Waits.NUMBER, 2)
        files.accept_number(work, statement_id=aside.statement.id)
    assert desk.row() == [(100_00, 150_00), (150_00, 130_00)]


def test_only_a_number_can_be_accepted(desk: Desk):
    one, _two, three = series([50_00], [-20_00], [1_00], opening_cents=100_00, iban=OURS)
    desk.bring(camt(one))
    desk.bring(camt(three))
    with unit_of_work(desk.engine) as session:
        work = work_as(session, desk.cast.treasurer, desk.cast.network)
        (aside,) = set_aside(work)
        assert aside.why == Waits.BEFORE
        with pytest.raises(files.NumberFits):
            files.accept_number(work, statement_id=aside.statement.id)


def test_what_is_set_aside_can_be_removed_and_offered_again(desk: Desk):
    content = camt(*series([50_00], opening_cents=999_00, iban=OURS))
    desk.bring(content)
    with unit_of_work(desk.engine) as session:
        work = work_as(session, desk.cast.treasurer, desk.cast.network)
        (aside,) = set_aside(work)
        files.remove_set_aside(work, statement_id=aside.statement.id)
    assert (desk.count(bank_statement), desk.count(bank_line)) == (0, 0)
    assert desk.bring(content) == "taken"


def test_what_was_taken_cannot_be_removed(desk: Desk):
    desk.bring(camt(*series([50_00], opening_cents=100_00, iban=OURS)))
    with unit_of_work(desk.engine, write=False) as session:
        statement_id = session.execute(select(bank_statement.c.id)).scalar_one()
    with unit_of_work(desk.engine) as session:
        work = work_as(session, desk.cast.treasurer, desk.cast.network)
        with pytest.raises(files.StatementInRow):
            files.remove_set_aside(work, statement_id=statement_id)


def test_of_a_file_with_one_wrong_statement_nothing_is_taken(desk: Desk):
    good, wrong = series([50_00], [-20_00], opening_cents=100_00, iban=OURS)
    outcome = desk.bring(camt(good, replace(wrong, closing_cents=1)))
    assert outcome.startswith("refused: Regel ")
    assert "2026-03-02 klopt niet" in outcome
    assert (desk.count(bank_statement), desk.count(bank_line), desk.kept_files()) == (0, 0, [])
    assert desk.bring(camt(good, wrong)) == "taken"


def test_a_file_that_was_refused_may_be_offered_again(desk: Desk):
    content = camt(SampleStatement([SampleLine(1)], iban="NL91ABNA0417164300"))
    for _turn in range(2):
        assert "Verwacht: NL44RABO0123456789" in desk.bring(content)


def test_a_file_is_read_by_one_at_a_time(desk: Desk):
    made = desk.receive(camt(*series([50_00], opening_cents=100_00, iban=OURS)))
    with unit_of_work(desk.engine) as session:
        session.execute(
            update(bank_file).values(state="reading", leased_until_utc=NOW + timedelta(seconds=1))
        )
    assert not desk.read(made)
    assert desk.count(bank_statement) == 0
    with unit_of_work(desk.engine) as session:
        session.execute(update(bank_file).values(leased_until_utc=NOW))
    assert desk.read(made)
    assert not desk.read(made)
    assert desk.amounts() == [50_00]


def test_a_reader_that_lost_its_lease_puts_nothing_in(desk: Desk):
    made = desk.receive(camt(*series([50_00], opening_cents=100_00, iban=OURS)))
    with unit_of_work(desk.engine, write=False) as session:
        assert files_left(session, network_id=desk.cast.network.id, now_utc=NOW) == [made]
    job = _claim(desk.engine, made, desk.folder, lambda: NOW)
    assert job is not None
    with unit_of_work(desk.engine) as session:
        session.execute(update(bank_file).values(leased_until_utc=NOW + timedelta(hours=1)))
    with pytest.raises(LeaseLost):
        _take(job)
    assert (desk.count(bank_statement), desk.count(bank_line)) == (0, 0)


def test_two_readers_at_once_take_a_file_once(desk: Desk):
    made = desk.receive(camt(*series([1_00] * 200, opening_cents=100_00, iban=OURS)))
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _n: desk.read(made), range(2)))
    assert sorted(outcomes) == [False, True]
    assert desk.amounts() == [1_00] * 200
    assert desk.bank_cents() == 300_00


def test_nobody_but_a_treasurer_brings_files_in(desk: Desk):
    upload = files.keep_upload(io.BytesIO(b"x"), desk.folder)
    for person in (desk.cast.auditor, desk.cast.secretariat[0], desk.cast.administrator):
        with unit_of_work(desk.engine) as session:
            work = work_as(session, person, desk.cast.network)
            with pytest.raises(Forbidden):
                files.receive_file(work, file_name="x", upload=upload)


def test_what_is_kept_of_a_file_is_encrypted(desk: Desk):
    content = camt(SampleStatement([SampleLine(1, name="Geheime Naam")], iban=OURS)) + b" " * 3_000_000
    made = desk.receive(content)
    (kept,) = desk.kept_files()
    assert b"Geheime" not in kept.read_bytes()
    with unseal(kept) as stream:
        assert stream.read() == content
        stream.seek(-10, io.SEEK_END)
        assert stream.read() == b" " * 10
        stream.seek(1_048_570)
        assert stream.read(20) == content[1_048_570:1_048_590]
    desk.read(made)
    with unit_of_work(desk.engine, write=False) as session:
        stored = session.execute(text("SELECT counter_name, text FROM ledger_bank_line")).one()
        assert b"Geheime" not in bytes(stored.counter_name)


def test_a_piece_that_was_moved_is_noticed(desk: Desk):
    desk.receive(camt(SampleStatement([SampleLine(1)], iban=OURS)) + b" " * 3_000_000)
    (kept,) = desk.kept_files()
    pieces = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join([pieces[1], pieces[0], *pieces[2:]]))
    with pytest.raises(Unreadable), unseal(kept) as stream:
        stream.read()


def test_every_step_is_logged_once(desk: Desk):
    desk.bring(camt(*series([50_00], opening_cents=100_00, iban=OURS)))
    desk.bring(b"onzin")
    with unit_of_work(desk.engine, write=False) as session:
        rows = session.execute(
            select(LogRecord.action, LogRecord.result, LogRecord.person_id)
            .where(LogRecord.action.in_(("bank.receive", "bank.take")))
            .order_by(LogRecord.id)
        ).all()
    who = desk.cast.treasurer.id
    assert [tuple(row) for row in rows] == [
        ("bank.receive", "done", who),
        ("bank.take", "done", who),
        ("bank.receive", "done", who),
        ("bank.take", "refused", who),
    ]


def test_names_of_files():
    assert files.shown_name("C:\\map\\maart.xml") == "maart.xml"
    assert files.shown_name("../../etc/pass\x00wd") == "pass wd"
    assert files.shown_name("bsn 111222333.xml") == "bsn *********.xml"
    assert files.shown_name("\n") == "bestand"
    assert len(files.shown_name("x" * 500)) == 120


@pytest.mark.parametrize("seed", range(6))
def test_the_same_statements_in_any_order_and_however_often_end_in_the_same_rows(
    database_url: Callable[[str], str], tmp_path: Path, seed: int
):
    """By day, by period, in two formats, shuffled and repeated: the same lines, the same balance."""
    chosen = random.Random(seed)
    days = series(
        *[
            [chosen.choice([-3_00, -1_00, 1_00, 2_00]) for _line in range(chosen.randrange(3))]
            for _day in range(9)
        ],
        opening_cents=100_00,
        iban=OURS,
    )
    parts = [camt(one) for one in days] + [camt(one, version=V02) for one in chosen.sample(days, 4)]
    for first in (0, 4):
        some = days[first : first + 5]
        period = SampleStatement(
            [line for day in some for line in day.lines],
            some[0].opening_cents,
            some[0].opening_on,
            some[-1].closing_on,
            None,
            f"PERIODE {first}",
            OURS,
        )
        parts.append(camt(period))
    chosen.shuffle(parts)
    engine = build_engine(database_url("sqlite"))
    desk = a_desk(engine, tmp_path / "uploads", opening_cents=100_00)
    for part in parts:
        assert desk.bring(part).startswith("taken")
    assert desk.amounts() == [line.cents for day in days for line in day.lines]
    assert desk.bank_cents() == days[-1].closing
    assert desk.row()[-1][1] == days[-1].closing
    assert "set_aside" not in desk.states()
    engine.dispose()
