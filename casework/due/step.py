"""What a step is, and the bench it works at.

Most steps look for items and do them one by one: :func:`each`. A step that must commit in the middle of an
item (a mail that is claimed, sent and then marked) opens its own transactions on the :class:`Bench`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Engine

from casework.context import Actor, Work
from casework.network.tables import Network
from errors import OmloopError
from storage.unit_of_work import unit_of_work

_log = structlog.get_logger(__name__)


@dataclass
class Bench:
    """One network's work for one step: transactions to work in, and what came of it.

    Every transaction has the same moment, ``now_utc``, and acts as the program itself. ``renew`` keeps
    the lease; it is called before every item, so that a long step is not taken over by another run.
    """

    engine: Engine
    network_id: int
    now_utc: datetime
    say: Callable[[str], None]
    renew: Callable[[], None]
    done: int = field(default=0, init=False)
    failed: int = field(default=0, init=False)

    @contextmanager
    def work(self, *, write: bool = True) -> Iterator[Work]:
        """A transaction of its own as the program. Leaving it commits; an exception rolls back."""
        with unit_of_work(self.engine, write=write) as session:
            network = session.get_one(Network, self.network_id)
            actor = Actor.program(network_id=network.id, network_code=network.code)
            yield Work(session=session, actor=actor, network=network, now_utc=self.now_utc)

    def did(self, sentence: str) -> None:
        """Say and count what was done. English, for who runs the command; no personal data."""
        self.done += 1
        self.say(sentence)

    @contextmanager
    def item(self, name: str) -> Iterator[None]:
        """Around one item: when it fails, that is said and counted, and the next one follows."""
        try:
            self.renew()
            yield
        except OmloopError as problem:
            self.failed += 1
            self.say(f"{name}: NOT done. {problem.sentence('en')}")
        except Exception as problem:
            # Whatever is wrong with one item must not keep the others from being done. The message may
            # hold data, so only its kind is said; the rest goes to the log of the server.
            self.failed += 1
            _log.exception("due_item_failed", item=name)
            self.say(f"{name}: NOT done, {type(problem).__name__}.")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that time brings. ``name`` is fixed for ever; ``run`` does one network's share of it."""

    name: str
    run: Callable[[Bench], None]


def each(name: str, find: Callable[[Work], Iterable[str]], do: Callable[[Work, str], str | None]) -> Step:
    """A step that looks for items and does each in a transaction of its own.

    ``find`` names the items that seem due and changes nothing. ``do`` locks the item, looks again whether
    it is still due (another run may have been first), does it, and gives a sentence on what was done, or
    None where nothing was.
    """

    def run(bench: Bench) -> None:
        with bench.work(write=False) as work:
            items = tuple(find(work))
        for item in items:
            with bench.item(f"{name} {item}"):
                with bench.work() as work:
                    sentence = do(work, item)
                if sentence is not None:
                    bench.did(sentence)

    return Step(name, run)


def once(name: str, do: Callable[[Work], str | None]) -> Step:
    """A step that is one item for the whole network."""
    return each(name, lambda work: (work.network.code,), lambda work, _: do(work))
