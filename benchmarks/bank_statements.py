"""Taking in a large statement: 20,000 entries in 75 MB of camt.053, from the kept file to the rows of the
database.

Measured in a process of its own, so that its memory is that of this job alone: unsealing, parsing, checking,
encrypting, and putting in. Booking the lines comes after it and is measured as posting.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from cryptography.fernet import Fernet
from sqlalchemy import Engine, func, insert, select

from benchmarks.databases import Databases
from benchmarks.measure import Result, seconds
from benchmarks.whole_book import peak_mb
from casework.accounts.tables import BankAccount
from casework.bank.file_reading import read_one
from casework.network.tables import Network
from casework.people.tables import Person
from ledger import book
from ledger.bank.tables import bank_file, bank_line
from storage import cipher
from storage.engine import build_engine
from storage.sealed import seal
from storage.unit_of_work import unit_of_work
from tests.bank_files import SampleLine, SampleStatement, camt_parts

ROOT = Path(__file__).resolve().parent.parent
ENTRIES, MEGABYTES = 20_000, 75
REACH_SECONDS, REACH_MB = 30.0, 300.0
RUNS = 3
IBAN = "NL44RABO0123456789"
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
INDENT = " " * 53  # makes an entry 3.75 kB long, as a bank's pretty printer does


def measure(made: Databases, *, scale: int) -> Iterator[Result]:
    """Seconds (median of three files) and peak memory on both databases."""
    for backend in ("sqlite", "postgresql"):
        runs = [_run(made, backend, ENTRIES // scale) for _run_of in range(RUNS)]
        took, peak = median(run["seconds"] for run in runs), max(run["peak_mb"] for run in runs)
        yield Result(
            f"a statement of {runs[0]['lines']:,.0f} entries taken in, {backend}",
            f"{took:.1f} s, {peak:.0f} MB for {runs[0]['megabytes']:.0f} MB",
            f"≤ {REACH_SECONDS:.0f} s, ≤ {REACH_MB:.0f} MB",
            took <= REACH_SECONDS and peak <= REACH_MB,
        )


def _run(made: Databases, backend: str, entries: int) -> dict[str, float]:
    engine = made.make(backend)
    key = Fernet.generate_key().decode()
    cipher.use_keys([key], "benchmark")
    folder = made.folder / f"uploads-{engine.url.database or ''}".replace("/", "-")
    file_id, size = _offer(engine, folder, entries)
    engine.dispose()
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.bank_statements", url, str(folder), str(file_id), key]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found | {"megabytes": size / 1e6}


def _offer(engine: Engine, folder: Path, entries: int) -> tuple[int, int]:
    """A network with an account, and a file that waits to be read; its id and size."""
    lines = [
        SampleLine(
            1_000 + number % 977,
            on=date(2026, 3, 2),
            text=f"Terugbetaling casus volgens afspraak {number}",
            reference="RF18539007547034" if number % 3 else "",
            end_to_end_id=f"E2E-{number}",
            bank_reference=f"BANK{number:010d}",
        )
        for number in range(entries)
    ]
    statement = SampleStatement(lines, iban=IBAN)
    content = io.BytesIO(b"".join(camt_parts([statement], indent=INDENT)))
    kept = seal(content, folder, maximum_bytes=2**30)
    assert kept is not None
    with unit_of_work(engine) as session:
        network = Network(
            code="bench", name="Bench", case_prefix="B", time_zone="Europe/Amsterdam", created_at_utc=NOW
        )
        person = Person(email="t@bench.example", name="T", created_at_utc=NOW)
        session.add_all((network, person))
        session.flush()
        session.add(
            BankAccount(
                network_id=network.id,
                holder="Bench",
                iban=IBAN,
                bic="RABONL2U",
                creditor_id="",
                from_on=date(2020, 1, 1),
                state="confirmed",
                proposed_at_utc=NOW,
            )
        )
        book.open_fund(session, network="bench", buffer_cents=0, at_utc=NOW)
        values = {
            "fund_id": book.fund_id_of(session.connection(), "bench"),
            "sha256": kept.sha256,
            "file_name": "bench.xml",
            "format": "",
            "size_bytes": kept.size_bytes,
            "stored_as": kept.name,
            "state": "received",
            "lines_read": 0,
            "bytes_read": 0,
            "problem_nl": "",
            "problem_en": "",
            "taken_by": person.id,
            "taken_at_utc": NOW,
        }
        made = session.execute(insert(bank_file).values(**values).returning(bank_file.c.id)).scalar_one()
    return made, kept.size_bytes


def main(url: str, folder: str, file_id: str, key: str) -> None:
    """Read the file that waits and print how it went."""
    cipher.use_keys([key], "benchmark")
    engine = build_engine(url)
    took = seconds(
        lambda: read_one(engine, file_id=int(file_id), folder=Path(folder), clock=lambda: datetime.now(UTC))
    )
    with unit_of_work(engine, write=False) as session:
        row = session.execute(select(bank_file.c.state, bank_file.c.problem_en)).one()
        assert row.state == "taken", row.problem_en
        lines = session.scalar(select(func.count(bank_line.c.id)))
    print(json.dumps({"seconds": took, "lines": lines, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:5])
