"""How long 10,000 collective splits over sixteen partners take: median of five runs, reach 2 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from benchmarks.measure import RUNS, Result
from rules import allocation

SPLITS, PARTNERS, REACH_SECONDS = 10_000, 16, 2.0


def seconds(weights: dict[str, int | str]) -> float:
    """Seconds for one run of :data:`SPLITS` splits, each carrying on from the one before."""
    carry = dict.fromkeys(weights, 0)
    start = perf_counter()
    for number in range(SPLITS):
        carry = allocation.collective(7_500 + number, weights, carry).carry
    return perf_counter() - start


def measure() -> Iterator[Result]:
    """The median for equal weights and for weights with decimals."""
    codes = [f"partner{number:02d}" for number in range(PARTNERS)]
    keys: dict[str, dict[str, int | str]] = {
        "equal": dict.fromkeys(codes, 1),
        "decimal": {code: f"{number + 1}.{number:02d}" for number, code in enumerate(codes)},
    }
    for name, weights in keys.items():
        middle = median(seconds(weights) for _ in range(RUNS))
        yield Result(
            f"{SPLITS:,} collective splits over {PARTNERS} partners, {name} weights",
            f"{middle:.2f} s",
            f"≤ {REACH_SECONDS} s",
            middle <= REACH_SECONDS,
        )
