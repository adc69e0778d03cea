"""Verifying and exporting a whole book: how long, and how much memory, each in a process of its own.

Run as ``python -m benchmarks.whole_book WHAT DATABASE_URL``; it prints seconds, legs and the peak in MB.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine

from benchmarks.big_book import NETWORK
from benchmarks.measure import RUNS, Result, seconds
from ledger.export import Format, export
from ledger.snapshot import snapshot
from ledger.verify import verify
from storage.engine import build_engine

ROOT = Path(__file__).resolve().parent.parent
REACH_MB = 150
REACH_SECONDS, REACH_LEGS = 2.0, 200_000


def measure_speed(engine: Engine) -> Result:
    """Verifying 200,000 legs: the median of five."""
    runs = [_in_process("verify", engine) for _ in range(RUNS)]
    legs = runs[0]["legs"]
    per_reach = median(run["seconds"] for run in runs) * REACH_LEGS / legs
    return Result(
        f"verify, {engine.dialect.name}",
        f"{per_reach:.2f} s for {REACH_LEGS:,} legs",
        f"≤ {REACH_SECONDS} s",
        per_reach <= REACH_SECONDS,
    )


def measure_memory(engine: Engine, cases: int) -> Iterator[Result]:
    """The peak of a whole process that verifies or exports the large book, once each."""
    for what in ("verify", *(one.value for one in Format)):
        run = _in_process(what, engine)
        name = what if what == "verify" else f"export {what}"
        yield Result(
            f"memory of {name}, {engine.dialect.name}",
            f"{run['peak_mb']:.0f} MB at {cases:,} cases ({run['seconds']:.0f} s)",
            f"≤ {REACH_MB} MB",
            run["peak_mb"] <= REACH_MB,
        )


def _in_process(what: str, engine: Engine) -> dict[str, Any]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.whole_book", what, url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(what: str, url: str) -> None:
    """Do ``what`` to the database at ``url`` and print how it went."""
    engine = build_engine(url)
    legs = 0

    def action() -> None:
        nonlocal legs
        with snapshot(engine) as session:
            if what == "verify":
                report = verify(session)
                assert report.ok, report.first
                legs = report.leg_count
                return
            with open(os.devnull, "w", encoding="utf-8") as out:
                export(
                    session,
                    out,
                    network=NETWORK,
                    format_=Format(what),
                    company_name=NETWORK,
                    created_on=date(2027, 1, 1),
                )

    took = seconds(action)
    print(json.dumps({"seconds": took, "legs": legs, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory this program held; what getrusage says includes the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
