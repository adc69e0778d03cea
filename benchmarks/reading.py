"""Reading balances and totals of a small and a large book: it should cost the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.big_book import FIRST_DAY, NETWORK
from benchmarks.measure import Result, median_ms
from ledger.accounts import Account
from ledger.balances import balance_cents, main_balances
from ledger.snapshot import snapshot
from ledger.statements import year_totals

FLAT = 1.5
CALLS = 200
Reading = Callable[[Session], object]
# What is read, and how long it may take in milliseconds.
READINGS: dict[str, tuple[Reading, float]] = {
    "one balance": (
        lambda session: balance_cents(
            session, network=NETWORK, account=Account.PARTNER_CLAIMS, subject="BB-000100-07"
        ),
        0.2,
    ),
    "all main accounts": (lambda session: main_balances(session, network=NETWORK), 1.0),
    "year's totals": (
        lambda session: year_totals(session, network=NETWORK, year=FIRST_DAY.year + 1),
        5.0,
    ),
}


def measure(small: Engine, large: Engine, sizes: tuple[int, int]) -> Iterator[Result]:
    """Milliseconds for each reading at both sizes, in turns of one open session each."""
    with snapshot(small) as few, snapshot(large) as many:
        for name, (reading, reach_ms) in READINGS.items():
            before = median_ms(lambda reading=reading: reading(few), calls=CALLS)
            after = median_ms(lambda reading=reading: reading(many), calls=CALLS)
            ratio = after / before
            yield Result(
                f"{name}, {small.dialect.name}",
                f"{after:.2f} ms at {sizes[1]:,} cases, {ratio:.2f} × that at {sizes[0]:,}",
                f"≤ {reach_ms} ms, ≤ {FLAT} ×",
                after <= reach_ms and ratio <= FLAT,
            )
