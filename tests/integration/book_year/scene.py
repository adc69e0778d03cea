"""A network in June 2026 of which 2025 is over: EUR 1,000 came in, EUR 12.50 went to the bank."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from casework.book_year import service
from casework.context import Work
from casework.people.tables import Person
from ledger import book, events
from ledger.closing import YearState
from rules.roles import Role
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, a_person, fund, work_as

YEAR = 2025
THROUGH = date(2026, 1, 3)
_keys = itertools.count(1)


def key() -> str:
    """A form's key."""
    return f"year-key-{next(_keys)}"


@dataclass(frozen=True, slots=True)
class Office:
    """The people of the year's end, and the database they work in."""

    engine: Engine
    cast: Cast
    executives: tuple[Person, Person, Person]
    second_treasurer: Person
    substitute: Person

    def do(
        self, person: Person, step: Callable[..., object], *, at_utc: datetime = NOW, **facts: object
    ) -> object:
        """``step`` by ``person`` for the year, in a transaction of its own."""
        with unit_of_work(self.engine) as session:
            work = work_as(session, person, self.cast.network, at_utc=at_utc)
            return step(work, **({"year": YEAR, "key": key()} | facts))

    def read(self, person: Person, query: Callable[[Work], object]) -> object:
        """What ``query`` shows ``person``."""
        with unit_of_work(self.engine, write=False) as session:
            return query(work_as(session, person, self.cast.network))

    def close(self, person: Person | None = None, **facts: object) -> object:
        """Close the year."""
        who = person or self.cast.treasurer
        return self.do(who, service.close, **({"complete": True, "statements_through_on": THROUGH} | facts))

    def audit(self) -> object:
        """Audit the year."""
        return self.do(self.cast.auditor, service.audit)

    def adopt(self) -> None:
        """Two of the three executives sign."""
        for person in self.executives[:2]:
            self.do(person, service.adopt)

    def bring_to(self, state: YearState) -> None:
        """Take the steps up to ``state``."""
        steps = (self.close, self.audit, self.adopt)
        for step in steps[: list(YearState).index(state)]:
            step()


def an_office(engine: Engine) -> Office:
    """Everyone, and the year's two bookings."""
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        last_year = work_as(session, cast.treasurer, cast.network, at_utc=datetime(YEAR, 3, 3, 9, tzinfo=UTC))
        fund(last_year, 100_000)
        costs = events.bank_costs(amount_cents=1_250, booked_on=date(YEAR, 3, 31), cause="bank", key="costs")
        book.post(session, network=cast.network.code, draft=costs, recorded_at_utc=last_year.now_utc)
        others = [
            a_person(session, cast.network, cast.partners[code], Role.EXECUTIVE) for code in ("zayaz", "mee")
        ]
        second = a_person(session, cast.network, cast.partners["zayaz"], Role.TREASURER)
        substitute = a_person(session, cast.network, cast.partners["mee"], Role.SUBSTITUTE)
        return Office(engine, cast, (cast.executive, *others), second, substitute)
