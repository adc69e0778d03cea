"""Posting against the floor, in turns, so that whatever else the machine does befalls both alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count, islice
from statistics import median
from typing import Any

from sqlalchemy import Engine, text

from benchmarks.databases import Databases
from benchmarks.floor import Floor
from benchmarks.measure import RUNS, Result, seconds
from ledger import book, events
from ledger.accounts import Account
from ledger.entries import Draft
from storage.unit_of_work import unit_of_work

NETWORK = "bench"
ON = date(2026, 3, 1)
CLAIMS = 16
IN_ONE_TURN = 20
CASE_CENTS = CLAIMS * 10_000
REACH = {("sqlite", 2): 0.6, ("sqlite", 17): 0.6, ("postgresql", 2): 0.6, ("postgresql", 17): 0.9}


def measure(made: Databases, *, entries: int) -> Iterator[Result]:
    """Entries a second of ours and the floor's, on both databases, for 2 and 17 legs."""
    for backend in ("sqlite", "postgresql"):
        posting = Posting(made.make(backend))
        yield posting.compare(2, entries)
        posting.pay((RUNS + 1) * entries)
        yield posting.compare(1 + CLAIMS, entries)
        posting.engine.dispose()


class Posting:
    """A fund that lives the same life over and over: approved, ordered, seen; and then settled."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._floor = Floor(engine)
        self._two_legs = _lives(count(1))
        self._paid: Iterator[str] = iter(())
        with unit_of_work(engine) as session:
            book.open_fund(session, network=NETWORK, buffer_cents=0, at_utc=datetime.now(UTC))
        self._post(
            events.contribution_received(
                partner="p", amount_cents=10**10, booked_on=ON, cause="start", key="start"
            )
        )

    def pay(self, cases: int) -> None:
        """Pay ``cases`` cases, which the measurement settles; in one transaction, not measured."""
        names = [f"S-{number:06d}" for number in range(cases)]  # in order, as cases are numbered in use
        now = datetime.now(UTC)
        with unit_of_work(self.engine) as session:
            for name in names:
                for draft in _life(name):
                    book.post(session, network=NETWORK, draft=draft, recorded_at_utc=now)
        if self.engine.dialect.name == "postgresql":  # one transaction leaves more behind than a day's work
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        self._paid = iter(names)

    def compare(self, leg_count: int, entries: int) -> Result:
        """The median over the runs of ours over the floor's."""
        drafts = self._two_legs if leg_count == 2 else self._settlements()
        runs = [self._run(leg_count, drafts, entries) for _ in range(RUNS + 1)][1:]  # the first warms up
        floor = median(entries / floor_seconds for floor_seconds, _ in runs)
        ours = median(entries / our_seconds for _, our_seconds in runs)
        ratio = median(floor_seconds / our_seconds for floor_seconds, our_seconds in runs)
        reach = REACH[self.engine.dialect.name, leg_count]
        return Result(
            f"posting, {leg_count} legs, {self.engine.dialect.name}",
            f"{ratio:.2f} of the floor ({ours:.0f} against {floor:.0f} entries a second)",
            f"≥ {reach:.2f}",
            ratio >= reach,
        )

    def _run(self, leg_count: int, drafts: Iterator[Draft], entries: int) -> tuple[float, float]:
        """Seconds of the floor and of ours, in short turns; who goes first changes, as what follows a
        checkpoint or a pause has it harder."""
        floor = ours = 0.0
        for number in range(entries // IN_ONE_TURN):
            turn = list(islice(drafts, IN_ONE_TURN))

            def post_floor() -> None:
                for _ in range(IN_ONE_TURN):
                    self._floor.post(leg_count)

            def post_ours(turn: list[Draft] = turn) -> None:
                for draft in turn:
                    self._post(draft)

            if number % 2:
                ours += seconds(post_ours)
                floor += seconds(post_floor)
            else:
                floor += seconds(post_floor)
                ours += seconds(post_ours)
        return floor, ours

    def _post(self, draft: Draft) -> None:
        with unit_of_work(self.engine) as session:
            book.post(session, network=NETWORK, draft=draft, recorded_at_utc=datetime.now(UTC))

    def _settlements(self) -> Iterator[Draft]:
        for case in self._paid:
            shares = [
                events.ClaimShare(Account.PARTNER_CLAIMS, f"{case}-{n:02d}", CASE_CENTS // CLAIMS)
                for n in range(CLAIMS)
            ]
            yield events.settled(case=case, claims=shares, booked_on=ON, cause=case, key=f"settle-{case}")


def _life(case: str) -> tuple[Draft, ...]:
    def facts(step: str) -> dict[str, Any]:
        return {"amount_cents": CASE_CENTS, "booked_on": ON, "cause": case, "key": f"{step}-{case}"}

    return (
        events.case_approved(case=case, **facts("approved")),
        events.payment_ordered(case=case, payment=case, **facts("ordered")),
        events.payment_seen(payment=case, **facts("seen")),
    )


def _lives(numbers: Iterator[int]) -> Iterator[Draft]:
    for number in numbers:
        yield from _life(f"C-{number:06d}")
