"""Reading what was brought in: files, statements with their lines, and what a statement waits for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from casework.context import Work
from casework.paging import PER_PAGE, Page, offset_of
from casework.people.tables import Person
from errors import NotFound
from ledger import book
from ledger.bank.row import Placed, follows, skipped_number
from ledger.bank.row_store import opening_by_the_book, row_of, waiting_for
from ledger.bank.tables import bank_file, bank_line, bank_statement

SEARCHED_TEXTS = 5_000  # texts are encrypted: more than these cannot be searched while someone waits
_AMOUNT = re.compile(r"[-+]?[0-9]{1,9}([.,][0-9]{2})?")


class Waits(StrEnum):
    """Why a statement is set aside."""

    BOOK = "book"  # the first of its account: the book has another balance
    NUMBER = "number"  # the balances connect, the bank's numbers do not
    DAYS = "days"  # its days were taken already, with other lines
    BEFORE = "before"  # the statement before it has not come
    ALSO = "also"  # the one before it is here, and waits itself


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was offered and what became of it. ``problem`` is a note where it was taken."""

    id: int
    name: str
    brought_at_utc: datetime
    brought_by: str
    format: str
    size_bytes: int
    state: str
    lines_read: int
    bytes_read: int
    problem: str
    statements: int

    @property
    def under_way(self) -> bool:
        """Whether it is still to be read, or being read."""
        return self.state in ("received", "reading")

    @property
    def percent(self) -> int:
        """How much of it was read."""
        return min(99, self.bytes_read * 100 // self.size_bytes) if self.size_bytes else 0


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement, without its lines."""

    id: int
    file_id: int
    iban: str
    statement_id: str
    sequence: int | None
    opening_on: date
    closing_on: date
    opening_cents: int
    closing_cents: int
    line_count: int
    state: str
    follows_id: int | None


@dataclass(frozen=True, slots=True)
class Aside:
    """A statement that is set aside and what would let it in.

    ``wanted_cents`` is the balance that it must connect to: of the book, or of the last statement.
    """

    statement: StatementRow
    why: Waits
    wanted_cents: int
    last_on: date | None
    number: int | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a statement."""

    id: int
    position: int
    booked_on: date
    value_on: date | None
    amount_cents: int
    counter_iban: str
    counter_name: str
    text: str
    end_to_end_id: str
    reference: str
    bank_reference: str
    code: str
    returned: bool
    return_reason: str
    state: str


def bank_files(work: Work, *, page: int, english: bool) -> Page[FileRow]:
    """What was offered, newest first."""
    total = work.session.scalar(select(func.count(bank_file.c.id)).where(bank_file.c.fund_id == _fund(work)))
    query = _files(work).order_by(bank_file.c.id.desc()).limit(PER_PAGE).offset(offset_of(page))
    rows = tuple(_file(row, english) for row in work.session.execute(query))
    return Page(rows, page, total or 0)


def one_file(work: Work, file_id: int, *, english: bool) -> FileRow:
    """One file. Raises :class:`errors.NotFound`, also for another network's."""
    row = work.session.execute(_files(work).where(bank_file.c.id == file_id)).first()
    if row is None:
        raise NotFound()
    return _file(row, english)


def statements(work: Work, *, page: int, state: str = "", file_id: int | None = None) -> Page[StatementRow]:
    """Statements, the newest day first; of one state or file where that is asked."""
    conditions: list[ColumnElement[bool]] = [bank_statement.c.fund_id == _fund(work)]
    if state:
        conditions.append(bank_statement.c.state == state)
    if file_id is not None:
        conditions.append(bank_statement.c.file_id == file_id)
    total = work.session.scalar(select(func.count(bank_statement.c.id)).where(*conditions))
    query = (
        _statements()
        .where(*conditions)
        .order_by(bank_statement.c.closing_on.desc(), bank_statement.c.id.desc())
        .limit(PER_PAGE)
        .offset(offset_of(page))
    )
    return Page(tuple(StatementRow(*row) for row in work.session.execute(query)), page, total or 0)


def one_statement(work: Work, statement_id: int) -> StatementRow:
    """One statement. Raises :class:`errors.NotFound`, also for another network's."""
    row = work.session.execute(
        _statements().where(bank_statement.c.id == statement_id, bank_statement.c.fund_id == _fund(work))
    ).first()
    if row is None:
        raise NotFound()
    return StatementRow(*row)


def set_aside(work: Work, *, only: int | None = None) -> list[Aside]:
    """What is set aside, by account and day, with why."""
    fund_id = _fund(work)
    wanted = _statements().where(bank_statement.c.fund_id == fund_id, bank_statement.c.state == "set_aside")
    rows = {row.id: StatementRow(*row) for row in work.session.execute(wanted)}
    found = []
    for iban in sorted({row.iban for row in rows.values()}):
        row = row_of(work.session, fund_id=fund_id, iban=iban)
        opening_cents = 0 if row else opening_by_the_book(work.session, fund_id=fund_id, iban=iban)
        waiting = waiting_for(work.session, fund_id=fund_id, iban=iban)
        for one in waiting:
            if only is None or one.id == only:
                last = row[-1] if row else None
                before = next(
                    (other for other in waiting if other.id != one.id and follows(other, one)), None
                )
                found.append(_aside(rows[one.id], one, last, before, opening_cents))
    return found


def lines_of_statement(work: Work, statement: StatementRow, *, search: str, page: int) -> Page[LineRow]:
    """The lines of a statement that answer to ``search``: an amount, a reference, words of name or text."""
    query = select(bank_line).where(bank_line.c.statement_id == statement.id).order_by(bank_line.c.position)
    if search and not _AMOUNT.fullmatch(search) and statement.line_count <= SEARCHED_TEXTS:
        wanted = search.casefold()
        found = [
            line for line in map(_line, work.session.execute(query)) if wanted in _words(line).casefold()
        ]
        start = offset_of(page)
        return Page(tuple(found[start : start + PER_PAGE]), page, len(found))
    if search:
        query = query.where(_by_columns(search))
    total = work.session.scalar(select(func.count()).select_from(query.subquery()))
    rows = work.session.execute(query.limit(PER_PAGE).offset(offset_of(page)))
    return Page(tuple(map(_line, rows)), page, total or 0)


def _by_columns(search: str) -> ColumnElement[bool]:
    columns = bank_line.c
    named = [columns.end_to_end_id, columns.reference, columns.bank_reference]
    conditions: list[ColumnElement[bool]] = [one.icontains(search, autoescape=True) for one in named]
    if _AMOUNT.fullmatch(search):
        whole, _, rest = search.lstrip("+-").replace(",", ".").partition(".")
        cents = int(whole) * 100 + int(rest or 0)
        signs = [-cents] if search.startswith("-") else [cents, -cents]
        conditions.append(columns.amount_cents.in_(signs))
        if not rest:
            conditions.append(func.abs(columns.amount_cents).between(cents, cents + 99))
    return or_(*conditions)


def _words(line: LineRow) -> str:
    references = (line.end_to_end_id, line.reference, line.bank_reference)
    return " ".join((line.counter_name, line.counter_iban, line.text, *references))


def _aside(
    row: StatementRow, one: Placed, last: Placed | None, before: Placed | None, opening_cents: int
) -> Aside:
    if last is not None and skipped_number(last, one):
        number = last.sequence + 1 if last.sequence is not None else None
        return Aside(row, Waits.NUMBER, last.closing_cents, last.closing_on, number)
    if before is not None:
        return Aside(row, Waits.ALSO, before.closing_cents, before.closing_on, None)
    if last is None:
        return Aside(row, Waits.BOOK, opening_cents, None, None)
    why = Waits.DAYS if one.closing_on < last.closing_on else Waits.BEFORE
    return Aside(row, why, last.closing_cents, last.closing_on, None)


def _fund(work: Work) -> int:
    return book.fund_id_of(work.session.connection(), work.network.code)


def _files(work: Work) -> Select[Any]:
    of_file = (
        select(func.count(bank_statement.c.id))
        .where(bank_statement.c.file_id == bank_file.c.id)
        .correlate(bank_file)
        .scalar_subquery()
    )
    return (
        select(bank_file, Person.name.label("brought_by"), of_file.label("statements"))
        .outerjoin(Person, Person.id == bank_file.c.taken_by)
        .where(bank_file.c.fund_id == _fund(work))
    )


def _file(row: Row[Any], english: bool) -> FileRow:
    return FileRow(
        id=row.id,
        name=row.file_name,
        brought_at_utc=row.taken_at_utc,
        brought_by=row.brought_by or "",
        format=row.format,
        size_bytes=row.size_bytes,
        state=row.state,
        lines_read=row.lines_read,
        bytes_read=row.bytes_read,
        problem=row.problem_en if english else row.problem_nl,
        statements=row.statements,
    )


def _statements() -> Select[Any]:
    columns = bank_statement.c
    return select(
        columns.id,
        columns.file_id,
        columns.iban,
        columns.statement_id,
        columns.sequence,
        columns.opening_on,
        columns.closing_on,
        columns.opening_cents,
        columns.closing_cents,
        columns.line_count,
        columns.state,
        columns.follows_id,
    )


def _line(row: Row[Any]) -> LineRow:
    return LineRow(
        id=row.id,
        position=row.position,
        booked_on=row.booked_on,
        value_on=row.value_on,
        amount_cents=row.amount_cents,
        counter_iban=row.counter_iban,
        counter_name=row.counter_name,
        text=row.text,
        end_to_end_id=row.end_to_end_id,
        reference=row.reference,
        bank_reference=row.bank_reference,
        code=row.code,
        returned=bool(row.returned),
        return_reason=row.return_reason,
        state=row.state,
    )
