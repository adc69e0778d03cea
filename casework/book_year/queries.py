"""What people see of the book years: how far each is, its totals, who did what, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from casework.access import Permission, may_ever
from casework.book_year.bank import BankAtYearEnd, bank_at_year_end
from casework.book_year.state import (
    Quorum,
    closed_by,
    closing_number,
    closing_obstacle,
    known_year,
    listed_years,
    quorum,
)
from casework.book_year.tables import BookYearSignature
from casework.context import Work
from casework.people.tables import Person
from errors import Conflict
from ledger import as_of, balances, closing
from ledger.accounts import COSTS_AND_INCOME, Account
from ledger.cash_flows import CashFlows, cash_flows
from ledger.closing import BookYear, YearAct, YearState
from ledger.statements import year_totals
from rules.wording import Labelled


class StateLabel(Labelled):
    """How far a year is, in a word for a tag."""

    OPEN = YearState.OPEN.value, "open", "open"
    CLOSED = YearState.CLOSED.value, "afgesloten", "closed"
    AUDITED = YearState.AUDITED.value, "gecontroleerd", "audited"
    ADOPTED = YearState.ADOPTED.value, "vastgesteld", "adopted"


class ActLabel(Labelled):
    """What someone did to a year."""

    CLOSED = YearAct.CLOSED.value, "Afgesloten", "Closed"
    AUDITED = YearAct.AUDITED.value, "Gecontroleerd", "Audited"
    SIGNED = "signed", "Getekend voor het vaststellen", "Signed for adoption"
    ADOPTED = YearAct.ADOPTED.value, "Vastgesteld", "Adopted"
    REOPENING_ASKED = YearAct.REOPENING_ASKED.value, "Heropenen gevraagd", "Reopening asked"
    REOPENED = YearAct.REOPENED.value, "Heropend", "Reopened"


@dataclass(frozen=True, slots=True)
class ActRow:
    """One thing that was done to the year. ``head_hash`` is the head of the chain after it."""

    act: ActLabel
    at_utc: datetime
    names: tuple[str, ...]
    reason: str
    statements_through_on: date | None
    head_hash: str


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year in the list, with what was done to it last."""

    year: int
    state: StateLabel
    cash: CashFlows
    last: ActRow | None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment that was under way at the year's end; ``seen`` when a later statement has shown it since."""

    payment: str
    amount_cents: int
    seen: bool


@dataclass(frozen=True, slots=True)
class ReopeningAsked:
    """A reopening that waits for a second person; ``by_reader`` when the reader is one of those who asked."""

    names: tuple[str, ...]
    at_utc: datetime
    reason: str
    by_reader: bool


@dataclass(frozen=True, slots=True)
class YearPage:
    """One book year, for whoever has a step to take in it.

    ``may_…`` say what the reader's roles and the year's state allow; ``obstacle`` what else keeps an open
    year from being closed. ``bank`` is None where no statements are taken in, or the year is not open.
    ``result_cents`` is income less costs: what closing adds to the result.
    """

    year: int
    state: StateLabel
    cash: CashFlows
    result_cents: int
    acts: tuple[ActRow, ...]
    under_way: tuple[UnderWay, ...]
    not_recognised_cents: int
    bank: BankAtYearEnd | None
    obstacle: Conflict | None
    quorum: Quorum
    signed_by_reader: bool
    asked: ReopeningAsked | None
    later_closed: int | None
    may_close: bool
    may_audit: bool
    closed_by_reader: bool
    may_adopt: bool
    may_reopen: bool

    @property
    def unexplained(self) -> tuple[UnderWay, ...]:
        """Payments of the year that no statement has shown yet."""
        return tuple(one for one in self.under_way if not one.seen)


def book_years(work: Work) -> tuple[YearRow, ...]:
    """Every book year, newest first."""
    found = {one.book_year: one for one in closing.years(work.session, network=work.network.code)}
    rows = []
    for year in listed_years(work):
        one = found.get(year) or BookYear(year, YearState.OPEN, 0, ())
        acts = _acts(work, one)
        rows.append(YearRow(year, StateLabel(one.state.value), _cash(work, year), acts[-1] if acts else None))
    return tuple(rows)


def year_page(work: Work, year: int) -> YearPage:
    """One book year. Raises :class:`~casework.book_year.refusals.NoSuchBookYear`."""
    found = known_year(work, year)
    totals = year_totals(work.session, network=work.network.code, year=year, with_closing=False)
    costs = sum(totals[one].debit_cents - totals[one].credit_cents for one in COSTS_AND_INCOME)
    signatures = quorum(work, found)
    reader = work.actor.person_id
    later = [
        one.book_year
        for one in closing.years(work.session, network=work.network.code)
        if one.book_year > year and one.state is not YearState.OPEN
    ]
    reopenable = found.state in (YearState.CLOSED, YearState.AUDITED)
    state = found.state
    return YearPage(
        year=year,
        state=StateLabel(state.value),
        cash=_cash(work, year),
        result_cents=-costs,
        acts=_acts(work, found),
        under_way=_under_way(work, year),
        not_recognised_cents=-as_of.balance_cents(
            work.session, network=work.network.code, account=Account.SUSPENSE, on=date(year, 12, 31)
        ),
        bank=bank_at_year_end(work, year) if state is YearState.OPEN else None,
        obstacle=closing_obstacle(work, year) if state is YearState.OPEN else None,
        quorum=signatures,
        signed_by_reader=reader in signatures.signed_ids,
        asked=_asked(work, found),
        later_closed=max(later, default=None),
        may_close=state is YearState.OPEN and may_ever(work.actor, Permission.YEAR_CLOSE),
        may_audit=state is YearState.CLOSED and may_ever(work.actor, Permission.YEAR_AUDIT),
        closed_by_reader=closed_by(found) == str(reader),
        may_adopt=state is YearState.AUDITED and may_ever(work.actor, Permission.OVERVIEW_ADOPT),
        may_reopen=reopenable and may_ever(work.actor, Permission.YEAR_REOPEN),
    )


def names_of(work: Work, people: Iterable[str]) -> tuple[str, ...]:
    """The names of the people whose ids the ledger kept; what is no id stays as it is."""
    ids = tuple(people)
    numbers = [int(one) for one in ids if one.isascii() and one.isdigit()]
    names = {
        str(person): name
        for person, name in work.session.execute(select(Person.id, Person.name).where(Person.id.in_(numbers)))
    }
    return tuple(names.get(one, one) for one in ids)


def _cash(work: Work, year: int) -> CashFlows:
    return cash_flows(work.session, network=work.network.code, year=year)


def _acts(work: Work, found: BookYear) -> tuple[ActRow, ...]:
    """The ledger's own log of the year, with the executives' signatures between, oldest first."""
    signatures = work.session.execute(
        select(BookYearSignature, Person.name)
        .join(Person, Person.id == BookYearSignature.person_id)
        .where(
            BookYearSignature.network_id == work.network.id, BookYearSignature.book_year == found.book_year
        )
        .order_by(BookYearSignature.id)
    ).all()
    statements = {one.closing: one.statements_through_on for one, _name in signatures if one.act == "close"}
    rows: list[ActRow] = []
    closings = 0
    for act in found.acts:
        closings += act.act is YearAct.CLOSED
        through_on = statements.get(closings) if act.act is YearAct.CLOSED else None
        names = names_of(work, act.people)
        rows.append(ActRow(ActLabel(act.act.value), act.at_utc, names, act.reason, through_on, act.head_hash))
    signed = [
        ActRow(ActLabel.SIGNED, one.at_utc, (name,), "", None, one.head_hash)
        for one, name in signatures
        if one.act == "adopt"
    ]
    return tuple(_merged(rows, signed))


def _merged(acts: list[ActRow], signed: list[ActRow]) -> Iterator[ActRow]:
    """The acts in the ledger's order, each after the signatures that were put before it."""
    waiting = list(signed)
    for act in acts:
        while waiting and (
            waiting[0].at_utc < act.at_utc
            or (act.act is ActLabel.ADOPTED and waiting[0].at_utc == act.at_utc)
        ):
            yield waiting.pop(0)
        yield act
    yield from waiting


def _under_way(work: Work, year: int) -> tuple[UnderWay, ...]:
    """Payments that were ordered in the year or before, and on no statement of it."""
    network, account = work.network.code, Account.IN_TRANSIT
    then = as_of.subject_balances(work.session, network=network, account=account, on=date(year, 12, 31))
    now = balances.subject_balances(work.session, network=network, account=account)
    return tuple(UnderWay(payment, -cents, payment not in now) for payment, cents in then.items())


def _asked(work: Work, found: BookYear) -> ReopeningAsked | None:
    """The reopening that was asked since the year was last closed, with its first reason."""
    if found.state not in (YearState.CLOSED, YearState.AUDITED) or not closing_number(found):
        return None
    last = max(n for n, act in enumerate(found.acts) if act.act is YearAct.CLOSED)
    asked = [act for act in found.acts[last:] if act.act is YearAct.REOPENING_ASKED]
    if not asked:
        return None
    people = tuple(dict.fromkeys(one for act in asked for one in act.people))
    return ReopeningAsked(
        names=names_of(work, people),
        at_utc=asked[0].at_utc,
        reason=asked[0].reason,
        by_reader=str(work.actor.person_id) in people,
    )
