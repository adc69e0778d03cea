"""A collection on the bank's own file: money by its end-to-end id, and gone again when it is reversed."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine

from casework.bank.agrees import agreement
from casework.bank.file_reading import read_and_book
from casework.bank.files import keep_upload, receive_file
from casework.claims.queries import claim_page
from casework.collections.batches import earliest_day, prepare_collections, read_file
from casework.collections.queries import CollectionLine, collection_batch
from casework.collections.refusals import CollectionState
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.verify import verify
from storage.unit_of_work import unit_of_work
from tests.bank_files import SampleLine, SampleStatement, camt
from tests.integration.collections.scene import COLLECT_ON, IBAN, Collecting, a_collecting_cast
from tests.integration.collections.test_batches import AFTER, released, texts

OURS = "NL44RABO0123456789"
REVERSED_ON = COLLECT_ON + timedelta(days=1)


class Round:
    """A released batch, and what the bank sends about it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        with unit_of_work(engine) as session:
            self.it: Collecting = a_collecting_cast(session)
            self.reference = released(session, self.it)
        self.opening = self.bank()
        self.number = 0

    def bank(self) -> int:
        with unit_of_work(self.engine, write=False) as session:
            return balance_cents(session, network=self.it.cast.network.code, account=Account.BANK)

    def lines(self) -> tuple[CollectionLine, ...]:
        with unit_of_work(self.engine, write=False) as session:
            return collection_batch(self.it.first_work(session, at_utc=AFTER), self.reference).lines

    def open_cents(self) -> list[int]:
        with unit_of_work(self.engine, write=False) as session:
            work = self.it.first_work(session, at_utc=AFTER)
            return [claim_page(work, claim).row.open_cents for claim in self.it.claims]

    def says(self, *lines: SampleLine) -> None:
        """The bank sends its next statement, which is taken in through the file."""
        self.number += 1
        day = max(one.on for one in lines)
        content = camt(SampleStatement(lines, self.bank(), day, day, self.number, f"A-{self.number}", OURS))
        upload = keep_upload(io.BytesIO(content), self.folder)
        with unit_of_work(self.engine) as session:
            work = self.it.first_work(session, at_utc=AFTER)
            file_id = receive_file(work, file_name="afschrift.xml", upload=upload)
        assert read_and_book(self.engine, file_id=file_id, folder=self.folder, clock=lambda: AFTER)
        with unit_of_work(self.engine, write=False) as session:
            assert agreement(self.it.first_work(session, at_utc=AFTER)).agrees
            assert not verify(session).problems


@pytest.fixture
def collected(engine: Engine, tmp_path: Path) -> Round:
    """Both collections of the file came in, under the end-to-end ids that the file itself gave the bank."""
    made = Round(engine, tmp_path)
    with unit_of_work(engine) as session:
        root = fromstring(read_file(made.it.first_work(session), reference=made.reference))
    amounts = [int((text or "").replace(".", "")) for text in texts(root, "InstdAmt")]
    made.says(
        *(
            SampleLine(cents, COLLECT_ON, "Zayaz", IBAN, "Incasso", end_to_end_id=one or "")
            for cents, one in zip(amounts, texts(root, "EndToEndId"), strict=True)
        )
    )
    return made


def test_what_was_collected_is_recognised_by_its_end_to_end_id(collected: Round) -> None:
    assert collected.bank() == collected.opening + 42_345
    assert collected.open_cents() == [0, 0]
    assert [line.state for line in collected.lines()] == [CollectionState.COLLECTED] * 2


def test_what_the_debtors_bank_reverses_is_owed_again_and_can_be_collected_again(collected: Round) -> None:
    first = collected.lines()[0]
    collected.says(
        SampleLine(
            -30_000,
            REVERSED_ON,
            "Zayaz",
            IBAN,
            "Storno",
            end_to_end_id=first.end_to_end_id,
            reversal=True,
            reason="MD06",
        )
    )
    assert collected.bank() == collected.opening + 12_345
    assert collected.open_cents() == [30_000, 0]
    states = [(line.state, line.bank_reason) for line in collected.lines()]
    assert states == [(CollectionState.REVERSED, "MD06"), (CollectionState.COLLECTED, "")]
    with unit_of_work(collected.engine) as session:
        work = collected.it.first_work(session, at_utc=AFTER)
        again = prepare_collections(
            work, claims=collected.it.claims[:1], collect_on=earliest_day(work.today), key="prepare-again"
        )
        [line] = collection_batch(work, again).lines
    assert line.end_to_end_id.endswith("-I2")
