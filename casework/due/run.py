"""Taking every step for every network, at one place at a time.

Leases keep two runs from doing the same work beside each other; that they never do it twice is seen to by
the steps themselves, which lock and look again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update

from casework.due.step import Bench, Step
from casework.due.tables import DueRun
from casework.network.tables import Network
from storage.unit_of_work import unit_of_work

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many items were done and failed, and how many steps were left to another run."""

    done: int
    failed: int
    left: int


@dataclass(frozen=True, slots=True)
class _Lease:
    """One step of one network, held by this run."""

    engine: Engine
    network_id: int
    step: str
    holder: str
    clock: Callable[[], datetime]

    def take(self) -> bool:
        """Get the lease, or find that another run has it.

        A lease that ends later than a new one would is left by a clock that was ahead: it is free.
        """
        now_utc = self.clock()
        with unit_of_work(self.engine) as session:
            if session.get(DueRun, (self.network_id, self.step)) is None:
                # Two first runs at once: the network's row lets the second wait, and see the first's.
                row = select(Network.id).where(Network.id == self.network_id)
                session.execute(row.with_for_update(key_share=True))
                if session.get(DueRun, (self.network_id, self.step)) is None:
                    session.add(DueRun(network_id=self.network_id, step=self.step))
                    session.flush()
            taken = session.connection().execute(
                update(DueRun)
                .where(
                    DueRun.network_id == self.network_id,
                    DueRun.step == self.step,
                    or_(
                        DueRun.leased_until_utc.is_(None),
                        DueRun.leased_until_utc <= now_utc,
                        DueRun.leased_until_utc > now_utc + LEASE,
                    ),
                )
                .values(holder=self.holder, leased_until_utc=now_utc + LEASE)
            )
            return taken.rowcount == 1

    def renew(self) -> None:
        """Hold it for another while. Once lost to another run it stays with that one."""
        self._keep(holder=self.holder, leased_until_utc=self.clock() + LEASE)

    def give_back(self, *, done: int, failed: int) -> None:
        """Let others take the step again, and keep how it went."""
        self._keep(holder=None, leased_until_utc=None, finished_at_utc=self.clock(), done=done, failed=failed)

    def _keep(self, **values: object) -> None:
        with unit_of_work(self.engine) as session:
            session.execute(
                update(DueRun)
                .where(
                    DueRun.network_id == self.network_id,
                    DueRun.step == self.step,
                    DueRun.holder == self.holder,
                )
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def run_due(
    engine: Engine, steps: Sequence[Step], *, clock: Callable[[], datetime], say: Callable[[str], None]
) -> Outcome:
    """Take ``steps`` for every network, in order. What fails is said and counted, and the rest goes on.

    ``clock`` gives the moment; it is asked once per network and step for the work, and more often for
    the lease.
    """
    with unit_of_work(engine, write=False) as session:
        networks = session.execute(select(Network.id, Network.code).order_by(Network.code)).all()
    holder = secrets.token_hex(16)
    done = failed = left = 0
    for network_id, code in networks:
        for step in steps:
            lease = _Lease(engine, network_id, step.name, holder, clock)
            if not lease.take():
                left += 1
                say(f"{code}: {step.name} is being done by another run.")
                continue
            bench = _bench(engine, lease, code, say)
            try:
                with bench.item(step.name):
                    step.run(bench)
            finally:  # also when the run is stopped by hand
                lease.give_back(done=bench.done, failed=bench.failed)
            done, failed = done + bench.done, failed + bench.failed
    return Outcome(done=done, failed=failed, left=left)


def _bench(engine: Engine, lease: _Lease, code: str, say: Callable[[str], None]) -> Bench:
    return Bench(
        engine=engine,
        network_id=lease.network_id,
        now_utc=lease.clock(),
        say=lambda sentence: say(f"{code}: {sentence}"),
        renew=lease.renew,
    )
