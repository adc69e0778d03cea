"""What stands in the way of a step: asked by services, which refuse, and by pages, which say so before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from casework.book_year.bank import bank_at_year_end
from casework.book_year.refusals import (
    EarlierYearOpen,
    LinesNotBooked,
    NoSuchBookYear,
    StatementsNotTaken,
    YearNotOver,
)
from casework.book_year.tables import BookYearSignature
from casework.context import Work
from casework.people.tables import Appointment, Person
from errors import Conflict
from ledger.closing import BookYear, YearAct, YearState, book_year, years
from rules.roles import Role

LEAST_EXECUTIVES = 2


@dataclass(frozen=True, slots=True)
class Quorum:
    """The executives of today, by name: those who signed for the year as it is closed now, and the others."""

    signed: tuple[str, ...]
    signed_ids: tuple[int, ...]
    waiting: tuple[str, ...]

    @property
    def required(self) -> int:
        """More than half of the executives, and at least two."""
        everyone = len(self.signed) + len(self.waiting)
        return max(LEAST_EXECUTIVES, everyone // 2 + 1)

    @property
    def reached(self) -> bool:
        """Whether enough of them signed."""
        return len(self.signed) >= self.required

    @property
    def possible(self) -> bool:
        """Whether there are enough executives to reach it at all."""
        return len(self.signed) + len(self.waiting) >= self.required


def listed_years(work: Work) -> tuple[int, ...]:
    """The book years, newest first: this year, and every year from the first in which anything was booked."""
    booked = [one.book_year for one in years(work.session, network=work.network.code)]
    first = min(booked, default=work.today.year)
    return tuple(range(work.today.year, min(first, work.today.year) - 1, -1))


def known_year(work: Work, year: int) -> BookYear:
    """The book year, which may be empty. Raises :class:`NoSuchBookYear`."""
    if year not in listed_years(work):
        raise NoSuchBookYear(year=year)
    return book_year(work.session, network=work.network.code, year=year)


def closing_obstacle(work: Work, year: int) -> Conflict | None:
    """Why ``year`` cannot be closed today, apart from its state; None when it can."""
    if year >= work.today.year:
        return YearNotOver(year=year, next=year + 1)
    states = {one.book_year: one.state for one in years(work.session, network=work.network.code)}
    before = [one for one in listed_years(work) if one < year]
    unclosed = [one for one in before if states.get(one, YearState.OPEN) is YearState.OPEN]
    if unclosed:
        return EarlierYearOpen(earlier=min(unclosed), year=year)
    bank = bank_at_year_end(work, year)
    if bank is not None and bank.through_on < date(year, 12, 31):
        return StatementsNotTaken(year=year, next=year + 1, through=f"{bank.through_on:%d-%m-%Y}")
    if bank is not None and bank.open_lines:
        return LinesNotBooked(year=year, count=bank.open_lines)
    return None


def closing_number(found: BookYear) -> int:
    """How many times the year was closed: 0 for a year that never was."""
    return sum(act.act is YearAct.CLOSED for act in found.acts)


def closed_by(found: BookYear) -> str:
    """The id of who closed the year last, as the ledger keeps it; empty for a year that never was."""
    return next(("".join(act.people) for act in reversed(found.acts) if act.act is YearAct.CLOSED), "")


def quorum(work: Work, found: BookYear) -> Quorum:
    """Who of today's executives signed for adopting the year as it is closed now."""
    executives = work.session.execute(
        select(Person.id, Person.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(
            Appointment.network_id == work.network.id,
            Appointment.role == Role.EXECUTIVE.value,
            Appointment.from_on <= work.today,
            (Appointment.until_on.is_(None)) | (Appointment.until_on >= work.today),
            Person.deactivated_at_utc.is_(None),
        )
        .group_by(Person.id, Person.name)
        .order_by(func.lower(Person.name), Person.id)
    ).all()
    signed = set(
        work.session.scalars(
            select(BookYearSignature.person_id).where(
                BookYearSignature.network_id == work.network.id,
                BookYearSignature.book_year == found.book_year,
                BookYearSignature.closing == closing_number(found),
                BookYearSignature.act == "adopt",
            )
        )
    )
    return Quorum(
        signed=tuple(name for person, name in executives if person in signed),
        signed_ids=tuple(person for person, _name in executives if person in signed),
        waiting=tuple(name for person, name in executives if person not in signed),
    )
