"""A collection follows the bank's statements: ordered until it is on one, and again when that is undone."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from casework.collections import by_hand
from casework.collections.bank_says import follow_bank, said_by_bank
from casework.collections.batches import earliest_day, prepare_collections
from casework.collections.queries import collection_batch
from casework.collections.refusals import CollectionNotIn, CollectionState
from casework.context import Work
from ledger import tables
from ledger.bank.tables import bank_booking, bank_file, bank_line, bank_statement
from storage.unit_of_work import unit_of_work
from tests.integration.collections.scene import COLLECT_ON, Collecting, a_collecting_cast
from tests.integration.collections.test_batches import AFTER, released
from tests.integration.factories import NOW


def on_a_statement(
    session: Session, it: Collecting, end_to_end_id: str, kind: str, *, cents: int, on: date, reason: str = ""
) -> int:
    """A line as it was taken in and booked; gives the booking. The money itself is tested with the bank."""
    fund_id = session.scalars(
        select(tables.fund.c.id).where(tables.fund.c.network == it.cast.network.code)
    ).one()
    entry_id = session.scalars(select(tables.entry.c.id).where(tables.entry.c.fund_id == fund_id)).all()
    used = len(session.execute(select(bank_booking.c.id)).all())
    file_id = session.execute(
        insert(bank_file)
        .values(
            fund_id=fund_id,
            sha256=f"{used:064d}",
            file_name="a",
            format="camt.053",
            size_bytes=1,
            stored_as="",
            state="taken",
            lines_read=1,
            bytes_read=1,
            problem_nl="",
            problem_en="",
            taken_by=it.cast.treasurer.id,
            taken_at_utc=NOW,
        )
        .returning(bank_file.c.id)
    ).scalar_one()
    statement_id = session.execute(
        insert(bank_statement)
        .values(
            fund_id=fund_id,
            file_id=file_id,
            iban="NL44RABO0123456789",
            statement_id=f"S{used}",
            opening_on=on,
            closing_on=on,
            opening_cents=0,
            closing_cents=cents,
            line_count=1,
            content_hash=f"{used:064d}",
            state="booked",
        )
        .returning(bank_statement.c.id)
    ).scalar_one()
    line_id = session.execute(
        insert(bank_line)
        .values(
            statement_id=statement_id,
            position=1,
            booked_on=on,
            amount_cents=cents,
            counter_iban="",
            counter_name="",
            text="",
            end_to_end_id=end_to_end_id,
            reference="",
            bank_reference="",
            code="",
            returned=0,
            return_reason=reason,
            state="booked",
        )
        .returning(bank_line.c.id)
    ).scalar_one()
    return session.execute(
        insert(bank_booking)
        .values(
            line_id=line_id,
            sequence=1,
            kind=kind,
            subject="x",
            amount_cents=cents,
            entry_id=entry_id[used],
            rule="end_to_end",
            score=100,
            booked_at_utc=NOW,
        )
        .returning(bank_booking.c.id)
    ).scalar_one()


def states(work: Work, reference: str) -> list[tuple[CollectionState, str]]:
    return [(line.state, line.bank_reason) for line in collection_batch(work, reference).lines]


def test_it_is_collected_when_a_statement_shows_it_and_open_when_it_is_reversed(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = released(session, it)
        work = it.first_work(session, at_utc=AFTER)
        first, second = collection_batch(work, reference).lines
        on_a_statement(session, it, first.end_to_end_id, "repayment", cents=30_000, on=COLLECT_ON)
        assert states(work, reference) == [(CollectionState.COLLECTED, ""), (CollectionState.ORDERED, "")]
        assert follow_bank(work) == 1
        assert follow_bank(work) == 0
        with pytest.raises(CollectionNotIn):
            by_hand.collected(work, collection_id=first.id, on=COLLECT_ON, key="collected-key-1")
        on_a_statement(
            session,
            it,
            first.end_to_end_id,
            "collection_reversed",
            cents=-30_000,
            on=work.today,
            reason="MD06",
        )
        assert states(work, reference)[0] == (CollectionState.REVERSED, "MD06")
        assert said_by_bank(work, [second.end_to_end_id]) == {}
        again = prepare_collections(
            work, claims=it.claims[:1], collect_on=earliest_day(work.today), key="prepare-again-1"
        )
        assert collection_batch(work, again).row.total_cents == 30_000


def test_a_recognition_that_is_undone_puts_it_under_way_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        it = a_collecting_cast(session)
        reference = released(session, it)
        work = it.first_work(session, at_utc=AFTER)
        line = collection_batch(work, reference).lines[0]
        booking = on_a_statement(session, it, line.end_to_end_id, "repayment", cents=30_000, on=COLLECT_ON)
        follow_bank(work)
        entry = session.scalars(select(tables.entry.c.id)).first()
        session.execute(update(bank_booking).where(bank_booking.c.id == booking).values(undone_by=entry))
        assert states(work, reference)[0] == (CollectionState.ORDERED, "")
        assert follow_bank(work) == 1
        assert states(work, reference)[0] == (CollectionState.ORDERED, "")
