"""The stage of the demo: one transaction, a clock that is set, and whoever has to act."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.context import Actor, Work
from casework.decision.called import acting
from casework.network.tables import Network
from casework.people.tables import Person

Act = Callable[[datetime], None]
OPENS, CLOSES = time(8, 30), time(17, 30)


class Stage:
    """Acts are planned for a moment and performed in order of time, up to the curtain."""

    def __init__(self, session: Session, network: Network, curtain_utc: datetime) -> None:
        self.session = session
        self.network = network
        self.curtain_utc = curtain_utc
        self.zone = ZoneInfo(network.time_zone)
        self._planned: list[tuple[datetime, int, Act]] = []
        self._count = 0
        self._actors: dict[str, Actor] = {}
        self._keys = 0

    def work(self, email: str, at_utc: datetime) -> Work:
        """A piece of work for the person with ``email`` at ``at_utc``."""
        actor = self._actors.get(email)
        if actor is None:
            person = self.session.scalars(select(Person).where(Person.email == email)).one()
            day = at_utc.astimezone(self.zone).date()
            actor = acting(self.session, person=person, network=self.network, day=day)
            self._actors[email] = actor
        return Work(self.session, actor, self.network, at_utc, address="demo")

    def key(self) -> str:
        """An idempotency key of its own for each action; the same ones for the same history."""
        self._keys += 1
        return f"demo-{self._keys:06d}"

    def moment(self, day: date, hour: float = 9.0) -> datetime:
        """``hour`` on ``day`` on the wall of the network, as a moment in UTC."""
        at = datetime.combine(day, time(), self.zone) + timedelta(hours=hour)
        return at.astimezone(UTC)

    def in_office(self, at_utc: datetime) -> datetime:
        """``at_utc``, or the next moment at which the office is open."""
        local = at_utc.astimezone(self.zone)
        if local.time() > CLOSES:
            local = datetime.combine(local.date() + timedelta(days=1), OPENS, self.zone)
        if local.time() < OPENS:
            local = datetime.combine(local.date(), OPENS, self.zone)
        while local.weekday() >= 5:
            local = datetime.combine(local.date() + timedelta(days=1), OPENS, self.zone)
        return local.astimezone(UTC)

    def plan(self, at_utc: datetime, act: Act) -> None:
        """Perform ``act`` at ``at_utc``, or when the office next opens. Past the curtain it never happens."""
        at_utc = self.in_office(at_utc)
        if at_utc < self.curtain_utc:
            self._count += 1
            heapq.heappush(self._planned, (at_utc, self._count, act))

    def perform(self, progress: Callable[[datetime], None]) -> None:
        """Everything that was planned, and what it leads to, in order of time."""
        while self._planned:
            at_utc, _number, act = heapq.heappop(self._planned)
            progress(at_utc)
            act(at_utc)
            self.session.flush()
