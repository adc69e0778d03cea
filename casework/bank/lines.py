"""Bank lines as the database keeps them: their name in the book, their rows, what stands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from casework.bank.refusals import LineNotFound
from casework.context import Work
from ledger import tables as ledger_tables
from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import MatchKind
from ledger.bank.tables import bank_booking, bank_file, bank_line, bank_statement

OPEN, PARKED, BOOKED = "open", "parked", "booked"


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line with where it came from.

    ``name`` is its name in the book: the receipt under which it stands while it is not recognised, and the
    cause of its entries. It follows from what the bank sent, so that the same statement always gives the
    same name. ``taken_by`` is the person who brought the file.
    """

    id: int
    statement_id: int
    position: int
    name: str
    key: str
    state: str
    taken_by: int
    line: BankLine

    @property
    def cents(self) -> int:
        """Its amount without sign."""
        return abs(self.line.amount_cents)


@dataclass(frozen=True, slots=True)
class Booking:
    """What (a part of) a line was booked as. ``undone_by`` is the entry that undid it."""

    id: int
    sequence: int
    kind: MatchKind
    subject: str
    amount_cents: int
    entry_id: int
    undone_by: int | None
    rule: str
    score: int
    booked_by: int | None


def lines_query(work: Work) -> Select[Any]:
    """Every line of the network's statements, with its statement and file."""
    f, s = ledger_tables.fund.c, bank_statement.c
    return (
        select(
            bank_line,
            s.content_hash,
            s.closing_on,
            s.iban.label("own_iban"),
            bank_file.c.taken_by,
        )
        .select_from(bank_line)
        .join(bank_statement, s.id == bank_line.c.statement_id)
        .join(bank_file, bank_file.c.id == s.file_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(f.network == work.network.code)
    )


def line_of(work: Work, line_id: int, *, lock: bool = False) -> KeptLine:
    """One line. Raises :class:`LineNotFound`, also for another network's."""
    query = lines_query(work).where(bank_line.c.id == line_id)
    if lock:
        query = query.with_for_update(of=bank_line)
    row = work.session.execute(query).one_or_none()
    if row is None:
        raise LineNotFound()
    return kept(row)


def kept(row: Row[Any]) -> KeptLine:
    """A row of :func:`lines_query` as a line."""
    return KeptLine(
        id=row.id,
        statement_id=row.statement_id,
        position=row.position,
        name=f"B{row.closing_on:%Y%m%d}-{row.content_hash[:6]}-{row.position}",
        key=f"bank:{row.content_hash[:32]}:{row.position}",
        state=row.state,
        taken_by=row.taken_by,
        line=BankLine(
            booked_on=row.booked_on,
            amount_cents=row.amount_cents,
            value_on=row.value_on,
            counter_iban=row.counter_iban,
            counter_name=row.counter_name,
            text=row.text,
            end_to_end_id=row.end_to_end_id,
            reference=row.reference,
            bank_reference=row.bank_reference,
            code=row.code,
            returned=bool(row.returned),
            return_reason=row.return_reason,
        ),
    )


def bookings_of(work: Work, line_ids: Sequence[int]) -> dict[int, list[Booking]]:
    """Per line everything it was ever booked as, in order."""
    b = bank_booking.c
    found: dict[int, list[Booking]] = {line_id: [] for line_id in line_ids}
    rows = work.session.execute(
        select(bank_booking).where(b.line_id.in_(line_ids)).order_by(b.line_id, b.sequence)
    )
    for row in rows:
        found[row.line_id].append(
            Booking(
                id=row.id,
                sequence=row.sequence,
                kind=MatchKind(row.kind),
                subject=row.subject,
                amount_cents=row.amount_cents,
                entry_id=row.entry_id,
                undone_by=row.undone_by,
                rule=row.rule,
                score=row.score,
                booked_by=row.booked_by,
            )
        )
    return found


def standing(bookings: Sequence[Booking]) -> list[Booking]:
    """Those that were not undone."""
    return [one for one in bookings if one.undone_by is None]


def parked(bookings: Sequence[Booking]) -> list[Booking]:
    """Those of the standing that say the line, or the rest of it, is not recognised."""
    return [one for one in standing(bookings) if one.kind is MatchKind.UNRECOGNISED]


def still_to_recognise(kept_line: KeptLine, bookings: Sequence[Booking]) -> BankLine:
    """The line with only the amount that is not recognised yet."""
    cents = sum(abs(one.amount_cents) for one in parked(bookings))
    return replace(kept_line.line, amount_cents=cents if kept_line.line.amount_cents > 0 else -cents)


def booking_day(work: Work, day: date) -> date:
    """The day under which the bank's ``day`` is booked: in a closed year it is the next year's first."""
    f = ledger_tables.fund.c
    query = select(func.max(f.closed_through)).where(f.network == work.network.code)
    closed = int(work.session.scalar(query) or 0)
    return day if day.year > closed else date(closed + 1, 1, 1)
