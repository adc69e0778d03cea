"""What time brings: each item by itself, failures do not stop the rest, two runs do nothing twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from casework.audit.record import record
from casework.audit.tables import LogRecord
from casework.context import Work
from casework.due.run import LEASE, Outcome, run_due
from casework.due.step import Bench, Step, each, once
from casework.due.tables import DueRun
from casework.network.tables import Network
from errors import Conflict
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, a_network


class Refused(Conflict):
    """An item that cannot be done."""

    nl = "Kan niet."
    en = "Cannot be done."


@pytest.fixture
def network(engine: Engine) -> Network:
    with unit_of_work(engine) as session:
        return a_network(session)


def marking(items: tuple[str, ...], refuse: str = "", crash: str = "") -> Step:
    """A step that logs each item, and refuses or crashes at one after having logged it."""

    def do(work: Work, item: str) -> str:
        record(work, "network.buffer", item)
        work.session.flush()
        if item == refuse:
            raise Refused()
        if item == crash:
            raise ZeroDivisionError("secret text")
        return f"{item} done."

    return each("marking", lambda work: items, do)


def run(engine: Engine, *steps: Step, now: datetime = NOW) -> tuple[Outcome, list[str]]:
    said: list[str] = []
    return run_due(engine, steps, clock=lambda: now, say=said.append), said


def marked(engine: Engine) -> list[str]:
    with unit_of_work(engine, write=False) as session:
        rows = select(LogRecord).where(LogRecord.action == "network.buffer").order_by(LogRecord.id)
        return [row.object_ref for row in session.scalars(rows)]


def test_what_fails_is_said_and_undone_and_the_rest_goes_on(engine: Engine, network: Network) -> None:
    step = marking(("a", "b", "c", "d"), refuse="b", crash="c")
    outcome, said = run(engine, step)
    assert outcome == Outcome(done=2, failed=2, left=0)
    assert said == [
        f"{network.code}: a done.",
        f"{network.code}: marking b: NOT done. Cannot be done.",
        f"{network.code}: marking c: NOT done, ZeroDivisionError.",
        f"{network.code}: d done.",
    ]
    assert marked(engine) == ["a", "d"]
    with unit_of_work(engine, write=False) as session:
        kept = session.get_one(DueRun, (network.id, "marking"))
        assert (kept.holder, kept.done, kept.failed, kept.finished_at_utc) == (None, 2, 2, NOW)


def test_a_step_that_cannot_even_look_does_not_stop_the_next(engine: Engine, network: Network) -> None:
    def broken(work: Work) -> tuple[str, ...]:
        raise KeyError("gone")

    outcome, said = run(engine, each("broken", broken, lambda work, item: None), marking(("a",)))
    assert outcome == Outcome(done=1, failed=1, left=0)
    assert said[0] == f"{network.code}: broken: NOT done, KeyError."
    assert marked(engine) == ["a"]


def test_the_program_acts_without_a_person(engine: Engine, network: Network) -> None:
    run(engine, marking(("a",)))
    with unit_of_work(engine, write=False) as session:
        row = session.scalars(select(LogRecord).where(LogRecord.action == "network.buffer")).one()
        assert (row.person_id, row.network_id, row.address) == (None, network.id, "")


def test_every_network_has_its_own_turn(engine: Engine, network: Network) -> None:
    with unit_of_work(engine) as session:
        other = a_network(session, code="oever")
    seen: list[str] = []
    run(engine, once("seeing", lambda work: seen.append(work.network.code)))
    assert seen == sorted([network.code, other.code])


def lease(engine: Engine, network: Network, until: datetime) -> None:
    with unit_of_work(engine) as session:
        session.add(
            DueRun(
                network_id=network.id, step="marking", holder="x", leased_until_utc=until, done=0, failed=0
            )
        )


@pytest.mark.parametrize(
    ("until", "free"),
    [
        (NOW + timedelta(seconds=1), False),
        (NOW + LEASE, False),
        (NOW, True),
        (NOW - timedelta(days=400), True),
        (NOW + timedelta(days=365), True),
    ],
    ids=["held", "just taken", "ended", "of a clock behind", "of a clock a year ahead"],
)
def test_a_held_step_is_left_alone_until_its_lease_ends(
    engine: Engine, network: Network, until: datetime, free: bool
) -> None:
    lease(engine, network, until)
    outcome, said = run(engine, marking(("a",)))
    if free:
        assert (outcome, marked(engine)) == (Outcome(done=1, failed=0, left=0), ["a"])
    else:
        assert (outcome, marked(engine)) == (Outcome(done=0, failed=0, left=1), [])
        assert said == [f"{network.code}: marking is being done by another run."]


def test_a_long_step_keeps_its_lease_while_it_works(engine: Engine, network: Network) -> None:
    present = [NOW]
    left: list[int] = []

    def long(bench: Bench) -> None:
        for number in range(3):
            with bench.item(str(number)):
                present[0] += LEASE - timedelta(seconds=1)
                left.append(run(engine, marking(("b",)), now=present[0])[0].left)

    run_due(engine, (Step("marking", long),), clock=lambda: present[0], say=lambda sentence: None)
    assert left == [1, 1, 1]
    assert marked(engine) == []


def test_two_runs_at_once_do_everything_once(engine: Engine, network: Network) -> None:
    items = tuple(f"{number:02d}" for number in range(20))
    start = threading.Barrier(3)
    outcomes: list[Outcome] = []

    def found(work: Work) -> tuple[str, ...]:
        done = set(work.session.scalars(select(LogRecord.object_ref)))
        return tuple(item for item in items if item not in done)

    def do(work: Work, item: str) -> str:
        record(work, "network.buffer", item)
        return item

    step = each("marking", found, do)

    def go() -> None:
        start.wait()
        for _ in range(5):
            outcomes.append(run(engine, step)[0])

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(marked(engine)) == list(items)
    assert sum(outcome.done for outcome in outcomes) == len(items)


def test_stopping_by_hand_gives_the_step_back(engine: Engine, network: Network) -> None:
    def stop(work: Work) -> str | None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(engine, once("marking", stop))
    assert run(engine, marking(("a",)))[0].done == 1


def test_moments_are_of_the_clock_that_was_given(engine: Engine, network: Network) -> None:
    later = datetime(2031, 1, 1, tzinfo=UTC)
    seen: list[datetime] = []
    run(engine, once("seeing", lambda work: seen.append(work.now_utc)), now=later)
    assert seen == [later]
