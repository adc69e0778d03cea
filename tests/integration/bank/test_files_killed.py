"""A file that is killed while it is read or booked, again and again, ends as if nothing happened."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import Engine, func, select

from casework.audit.tables import LogRecord
from casework.bank.agrees import agreement
from config.settings import ROOT
from ledger.bank.tables import bank_booking, bank_line, bank_statement
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.bank_files import camt, series
from tests.integration.bank.files_scene import OURS, Desk, a_desk
from tests.integration.factories import work_as

LINES, KILLS, MOST = 300, 3, 20


def _reader(desk: Desk, file_id: int, minutes: int) -> subprocess.Popen[str]:
    url = desk.engine.url.render_as_string(hide_password=False)
    numbers = map(str, (file_id, desk.cast.network.id, minutes))
    command = [sys.executable, "-m", "tests.integration.bank.reader", url, str(desk.folder), *numbers]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_killed_while_reading_and_booking(engine: Engine, tmp_path: Path) -> None:
    desk = a_desk(engine, tmp_path / "uploads", opening_cents=100_00)
    amounts = [(-1) ** number * (number + 1) for number in range(LINES)]
    file_id = desk.receive(camt(*series(amounts, opening_cents=100_00, iban=OURS)))
    waits, killed, ended = random.Random(1), 0, False
    for turn in range(MOST):
        reader = _reader(desk, file_id, 3 * turn)
        assert reader.stdout is not None
        assert reader.stdout.readline() == "BEGIN\n"
        if killed < KILLS:
            time.sleep(waits.uniform(0.01, 0.3))
            reader.kill()
        ended = "END" in reader.stdout.read()
        reader.wait()
        killed += not ended
        with unit_of_work(engine, write=False) as session:
            assert verify(session).ok
            # A line is in the book exactly when its row says so.
            booked = session.scalar(select(func.count()).where(bank_line.c.state != "open"))
            assert session.scalar(select(func.count(bank_booking.c.id))) == booked
        if ended:
            break
    assert ended
    assert killed
    assert (desk.states(), desk.amounts()) == (["booked"], amounts)
    assert desk.bank_cents() == 100_00 + sum(amounts)
    assert desk.kept_files() == []
    with unit_of_work(engine, write=False) as session:
        assert session.scalar(select(func.count(bank_booking.c.id))) == LINES
        assert session.scalar(select(func.count(bank_statement.c.id))) == 1
        taken = select(func.count(LogRecord.id)).where(LogRecord.action == "bank.take")
        assert session.scalar(taken) == 1
        assert agreement(work_as(session, desk.cast.treasurer, desk.cast.network)).agrees
