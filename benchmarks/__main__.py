"""Everything in one command: ``python -m benchmarks`` measures, prints, and writes ``docs/benchmarks.md``.

``--quick`` takes a tenth of the sizes and writes nothing: to see that it runs, not to quote.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bank_statements, posting, reading, rules_allocation, whole_book
from benchmarks.big_book import fill
from benchmarks.databases import Databases, databases
from benchmarks.measure import RUNS, Result, machine

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
LEGS_PER_CASE = 23
INTRODUCTION = """# How fast, how small

Made by `make bench` on {day}. Medians of {runs}. The floor of posting is measured in the same run, in turns
with ours: SQLAlchemy Core inserting an entry and its legs and updating one balance per leg, each as one
executemany, in one transaction per entry, without chain, triggers or months; ours with all of them, without
the log of who did what. SQLite in WAL with `synchronous=FULL`, PostgreSQL with `fsync`. A large book has 4
entries and 23 legs per case. Memory is the peak of a whole Python process.

{machine}.

| what | measured | reach | reached |
|---|---|---|---|
"""


def main() -> None:
    """Measure, print each line as it comes, and keep the table."""
    parser = argparse.ArgumentParser(description="Measure Omloop.")
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    quick = parser.parse_args().quick
    results = []
    with tempfile.TemporaryDirectory(prefix="omloop-bench-") as folder, databases(Path(folder)) as made:
        about = machine(made.postgres_version)
        print(about, flush=True)
        for result in _measure(made, entries=60 if quick else 400, scale=10 if quick else 1):
            print(result, flush=True)
            results.append(result)
    if not quick:
        _write(results, about)
    sys.exit(0 if all(result.within for result in results) else 1)


def _measure(made: Databases, *, entries: int, scale: int) -> Iterator[Result]:
    yield from posting.measure(made, entries=entries)
    few, many = 1_000 // scale, 100_000 // scale
    for backend in ("sqlite", "postgresql"):
        small, middle, large = made.make(backend), made.make(backend), made.make(backend)
        fill(small, max(few, 101))
        fill(middle, whole_book.REACH_LEGS // LEGS_PER_CASE // scale)
        fill(large, many)
        yield from reading.measure(small, large, (few, many))
        yield whole_book.measure_speed(middle)
        yield from whole_book.measure_memory(large, many)
        for engine in (small, middle, large):
            engine.dispose()
    yield from bank_statements.measure(made, scale=scale)
    yield from rules_allocation.measure()


def _write(results: list[Result], about: str) -> None:
    head = INTRODUCTION.format(day=datetime.now(UTC).date(), runs=RUNS, machine=about)
    rows = [
        f"| {one.what} | {one.measured} | {one.reach} | {'yes' if one.within else '**no**'} |\n"
        for one in results
    ]
    PAGE.write_text(head + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
