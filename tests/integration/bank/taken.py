"""Statements as they stand in the database once they were taken in, without a file to read them from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date

from sqlalchemy import func, insert, select

from casework.context import Work
from ledger import book
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.lines import BankLine
from ledger.bank.tables import bank_file, bank_line, bank_statement

OWN_IBAN = "NL02ABNA0123456789"


def take(
    work: Work,
    lines: Sequence[BankLine],
    *,
    follows: int | None = None,
    opening_cents: int | None = None,
    on: date | None = None,
    state: str = "taken",
) -> int:
    """A statement with these lines; gives its id. Without more it opens with what the book says of 1100.

    The same lines on the same day, after the same balance, are the same statement wherever they are taken.
    """
    session, fund_id = work.session, book.fund_id_of(work.session.connection(), work.network.code)
    if opening_cents is None:
        opening_cents = balance_cents(session, network=work.network.code, account=Account.BANK)
    day = on or max((one.booked_on for one in lines), default=work.today)
    closing = opening_cents + sum(one.amount_cents for one in lines)
    content = hashlib.sha256(repr((day, opening_cents, [astuple(one) for one in lines])).encode()).hexdigest()
    file_id = _insert(
        work,
        bank_file,
        fund_id=fund_id,
        sha256=content,
        file_name="afschrift.xml",
        format="camt.053",
        size_bytes=1,
        stored_as="",
        state="taken",
        lines_read=len(lines),
        bytes_read=1,
        problem_nl="",
        problem_en="",
        taken_by=work.actor.person_id,
        taken_at_utc=work.now_utc,
    )
    statement_id = _insert(
        work,
        bank_statement,
        fund_id=fund_id,
        file_id=file_id,
        iban=OWN_IBAN,
        statement_id=f"{day:%Y%m%d}",
        opening_on=day,
        closing_on=day,
        opening_cents=opening_cents,
        closing_cents=closing,
        line_count=len(lines),
        content_hash=content,
        follows_id=follows,
        state=state,
    )
    for position, line in enumerate(lines, 1):
        _insert(
            work,
            bank_line,
            statement_id=statement_id,
            position=position,
            booked_on=line.booked_on,
            value_on=line.value_on,
            amount_cents=line.amount_cents,
            counter_iban=line.counter_iban,
            counter_name=line.counter_name,
            text=line.text,
            end_to_end_id=line.end_to_end_id,
            reference=line.reference,
            bank_reference=line.bank_reference,
            code=line.code,
            returned=int(line.returned),
            return_reason=line.return_reason,
            state="open",
        )
    return statement_id


def _insert(work: Work, table, **values: object) -> int:  # type: ignore[no-untyped-def]  # any of the tables
    made = 1 + int(work.session.scalar(select(func.max(table.c.id))) or 0)
    work.session.execute(insert(table).values(id=made, **values))
    return made
