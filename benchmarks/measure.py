"""Medians, ratios and the machine they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

RUNS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: what was reached, and whether that is within what it should be."""

    what: str
    measured: str
    reach: str
    within: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.measured} (reach {self.reach}) {'yes' if self.within else 'NO'}"


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    start = perf_counter()
    action()
    return perf_counter() - start


def median_ms(action: Callable[[], object], *, calls: int) -> float:
    """Milliseconds for one call: the median over :data:`RUNS` runs of the median of ``calls`` calls."""
    action()  # what is read for the first time is not what is measured
    return median(median(seconds(action) for _ in range(calls)) for _ in range(RUNS)) * 1000


def machine(postgres_version: str) -> str:
    """The machine, its programs, and how busy it was with other things."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()} "
        f"{platform.release().split('-')[0]}; Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, PostgreSQL {postgres_version}; load average at the start "
        f"{os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
