"""Setting statements in their row, in the database. The rules themselves are in :mod:`ledger.bank.row`.

Everything here is one transaction of whoever calls, who holds the lock of the fund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.row import Movement, Placed, between, first_of, follows, next_of, overlap, surely_next
from ledger.bank.tables import bank_line, bank_statement
from ledger.tables import fund

_ROWS_AT_ONCE = 500
_IN_ROW = bank_statement.c.state.in_(("taken", "booked"))
_WAITING = bank_statement.c.state == "set_aside"
_Line = tuple[int, Movement]  # its id, and what it moved


def set_in_row(session: Session, *, fund_id: int, iban: str) -> int:
    """Take every statement of ``iban`` that waits and now fits; how many were dropped as the row has all of
    them.

    What is in the row already stays there.
    """
    waiting = _placed(session, fund_id, iban, _WAITING)
    if not waiting:
        return 0
    setting = _Setting(session, fund_id, iban, row_of(session, fund_id=fund_id, iban=iban), waiting)
    while setting.waiting and (setting.drop_known() or setting.take_one() or setting.drop_empty()):
        pass
    return setting.dropped


@dataclass
class _Setting:
    """The row of one account and what waits for it, kept as they are in the database."""

    session: Session
    fund_id: int
    iban: str
    row: list[Placed]
    waiting: list[Placed]
    dropped: int = 0

    def __post_init__(self) -> None:
        self._lines: dict[int, list[_Line]] = {}

    def take_one(self) -> bool:
        """Take what fits at one place of the row; whether anything did."""
        if not self.row:
            opening = opening_by_the_book(self.session, fund_id=self.fund_id, iban=self.iban)
            first = first_of(self.waiting, opening)
            if first is not None:
                self._insert(None, [first], None)
            return first is not None
        last = self.row[-1]
        following = next_of(last, self.waiting)
        if following is not None:
            self._insert(last, [following], None)
            return True
        if not any(one.closing_on <= last.closing_on for one in self.waiting):
            return False
        for before, after in zip([None, *self.row], self.row, strict=False):
            run = between(before, after, self.waiting, self.row[0].opening_cents)
            if run:
                self._insert(before, run, after)
                return True
        return False

    def drop_known(self) -> bool:
        """Remove a statement of which the row has every line, or shorten one of which it has some."""
        if not self.row:
            return False
        last = self.row[-1]
        for one in sorted(self.waiting, key=lambda placed: placed.order):
            if one.opening_on > last.closing_on or surely_next(last, one):
                continue
            lines = self._lines_of(one)
            if not lines or min(day for _id, (day, _cents) in lines) > last.closing_on:
                continue
            known, opening_cents = self._known_from(min(day for _id, (day, _cents) in lines))
            found = overlap(known, opening_cents, [move for _id, move in lines], one.opening_cents)
            if found is not None and not found.new:
                self._drop(one)
                return True
            if found is not None and self._shorten(one, [lines[place] for place in found.new]):
                return True
        return False

    def drop_empty(self) -> bool:
        """Remove a statement without lines, of days that a longer one covers, if the balance is the same."""
        for one in self.waiting:
            if self.row and one.closing_on <= self.row[-1].closing_on and not self._lines_of(one):
                moves, balance = self._known_from(one.closing_on)
                balances = {balance}
                for day, cents in moves:
                    balance += cents
                    if day <= one.closing_on:
                        balances.add(balance)
                if one.closing_cents in balances:
                    self._drop(one)
                    return True
        return False

    def _insert(self, before: Placed | None, run: Sequence[Placed], after: Placed | None) -> None:
        if after is not None:
            self._update(after, follows_id=run[-1].id)
        previous = before
        for one in run:
            self._update(one, state="taken", follows_id=previous.id if previous else None)
            previous = one
        place = self.row.index(before) + 1 if before else 0
        self.row[place:place] = run
        self.waiting = [one for one in self.waiting if one not in run]

    def _drop(self, one: Placed) -> None:
        self.session.execute(delete(bank_line).where(bank_line.c.statement_id == one.id))
        self.session.execute(delete(bank_statement).where(bank_statement.c.id == one.id))
        self.waiting.remove(one)
        self.dropped += 1

    def _shorten(self, one: Placed, new: Sequence[_Line]) -> bool:
        """Leave of ``one`` only what comes after the row's last, which it then follows; whether it does."""
        last = self.row[-1]
        rest = replace(one, opening_cents=last.closing_cents, opening_on=last.closing_on)
        if not follows(replace(last, sequence=None), rest):
            return False
        keep = {line_id for line_id, _move in new}
        known = [line_id for line_id, _move in self._lines_of(one) if line_id not in keep]
        for start in range(0, len(known), _ROWS_AT_ONCE):
            some = known[start : start + _ROWS_AT_ONCE]
            self.session.execute(delete(bank_line).where(bank_line.c.id.in_(some)))
        self._update(one, opening_cents=rest.opening_cents, opening_on=rest.opening_on, line_count=len(new))
        self._lines.pop(one.id)
        self.waiting[self.waiting.index(one)] = rest
        self._insert(last, [rest], None)
        return True

    def _update(self, one: Placed, **values: object) -> None:
        self.session.execute(update(bank_statement).where(bank_statement.c.id == one.id).values(**values))

    def _known_from(self, first: date) -> tuple[list[Movement], int]:
        """The row's movements from the statement that reaches ``first``, and the balance before them."""
        start = next((place for place, one in enumerate(self.row) if one.closing_on >= first), len(self.row))
        from_there = self.row[start:]
        moves = [move for one in from_there for _id, move in self._lines_of(one)]
        return moves, from_there[0].opening_cents if from_there else 0

    def _lines_of(self, one: Placed) -> list[_Line]:
        if one.id not in self._lines:
            columns = bank_line.c
            query = (
                select(columns.id, columns.booked_on, columns.amount_cents)
                .where(columns.statement_id == one.id)
                .order_by(columns.position)
            )
            self._lines[one.id] = [
                (line_id, (day, cents)) for line_id, day, cents in self.session.execute(query)
            ]
        return self._lines[one.id]


def row_of(session: Session, *, fund_id: int, iban: str) -> list[Placed]:
    """The statements in the row of ``iban``, first to last."""
    after: dict[int | None, Placed] = {}
    query = _query(fund_id, iban, _IN_ROW).add_columns(bank_statement.c.follows_id)
    for *columns, follows_id in session.execute(query):
        after[follows_id] = Placed(*columns)
    row: list[Placed] = []
    while (following := after.get(row[-1].id if row else None)) is not None:
        row.append(following)
    return row


def waiting_for(session: Session, *, fund_id: int, iban: str) -> list[Placed]:
    """The statements of ``iban`` that are set aside, by day."""
    return sorted(_placed(session, fund_id, iban, _WAITING), key=lambda one: one.order)


def opening_by_the_book(session: Session, *, fund_id: int, iban: str) -> int:
    """With which balance the first statement of ``iban`` must begin, in cents.

    That is what the book says stands on the bank now, so that bank and book agree from the first line on; for
    a further account, opened later, it is nothing.
    """
    others = select(func.count(bank_statement.c.id)).where(
        bank_statement.c.fund_id == fund_id, bank_statement.c.iban != iban, _IN_ROW
    )
    if session.scalar(others):
        return 0
    network = session.execute(select(fund.c.network).where(fund.c.id == fund_id)).scalar_one()
    return balance_cents(session, network=network, account=Account.BANK)


def _placed(session: Session, fund_id: int, iban: str, condition: ColumnElement[bool]) -> list[Placed]:
    return [Placed(*columns) for columns in session.execute(_query(fund_id, iban, condition))]


def _query(fund_id: int, iban: str, condition: ColumnElement[bool]) -> Select[Any]:
    columns = bank_statement.c
    return select(
        columns.id,
        columns.opening_on,
        columns.opening_cents,
        columns.closing_on,
        columns.closing_cents,
        columns.sequence,
    ).where(columns.fund_id == fund_id, columns.iban == iban, condition)
