"""What tests of bank files need: a network with its account, files offered and read, and what came of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, Table, select
from sqlalchemy.orm import Session

from casework.bank import files
from casework.bank.file_reading import read_and_book
from ledger import book
from ledger.accounts import Account
from ledger.balances import balance_cents
from ledger.bank.row_store import row_of
from ledger.bank.tables import bank_file, bank_line, bank_statement
from storage.unit_of_work import unit_of_work
from tests.integration.factories import NOW, Cast, a_cast, fund, work_as

OURS = "NL44RABO0123456789"  # the account that factories give a network


@dataclass
class Desk:
    """A treasurer with files."""

    engine: Engine
    folder: Path
    cast: Cast

    def receive(self, content: bytes, name: str = "afschrift.xml") -> int:
        """Offer a file; it is not read yet."""
        upload = files.keep_upload(io.BytesIO(content), self.folder)
        with unit_of_work(self.engine) as session:
            work = work_as(session, self.cast.treasurer, self.cast.network)
            return files.receive_file(work, file_name=name, upload=upload)

    def read(self, file_id: int) -> bool:
        return read_and_book(self.engine, file_id=file_id, folder=self.folder, clock=lambda: NOW)

    def bring(self, content: bytes, name: str = "afschrift.xml") -> str:
        """Offer a file and read it; the state it ends in, with the problem or note behind it."""
        made = self.receive(content, name)
        assert self.read(made)
        with unit_of_work(self.engine, write=False) as session:
            row = session.execute(select(bank_file).where(bank_file.c.id == made)).one()
        return f"{row.state}: {row.problem_nl}" if row.problem_nl else str(row.state)

    def row(self) -> list[tuple[int, int]]:
        """Opening and closing balances of the statements in the row, in order."""
        with unit_of_work(self.engine, write=False) as session:
            fund_id = self._fund(session)
            return [
                (one.opening_cents, one.closing_cents) for one in row_of(session, fund_id=fund_id, iban=OURS)
            ]

    def amounts(self) -> list[int]:
        """Amounts of the lines in the row, in order."""
        with unit_of_work(self.engine, write=False) as session:
            row = row_of(session, fund_id=self._fund(session), iban=OURS)
            lines = select(bank_line.c.amount_cents).order_by(bank_line.c.position)
            return [
                cents
                for one in row
                for cents in session.scalars(lines.where(bank_line.c.statement_id == one.id))
            ]

    def states(self) -> list[str]:
        """States of all statements, by day."""
        with unit_of_work(self.engine, write=False) as session:
            query = select(bank_statement.c.state).order_by(bank_statement.c.closing_on, bank_statement.c.id)
            return list(session.scalars(query))

    def bank_cents(self) -> int:
        """What the book says stands on the bank."""
        with unit_of_work(self.engine, write=False) as session:
            return balance_cents(session, network=self.cast.network.code, account=Account.BANK)

    def count(self, table: Table) -> int:
        with unit_of_work(self.engine, write=False) as session:
            return len(session.execute(select(table)).all())

    def kept_files(self) -> list[Path]:
        """Uploaded files that still stand in the folder."""
        return sorted(self.folder.iterdir()) if self.folder.exists() else []

    def _fund(self, session: Session) -> int:
        return book.fund_id_of(session.connection(), self.cast.network.code)


def a_desk(engine: Engine, folder: Path, *, opening_cents: int = 0) -> Desk:
    """A network with an account, ``opening_cents`` on the bank, and a treasurer."""
    with unit_of_work(engine) as session:
        cast = a_cast(session)
        if opening_cents:
            fund(work_as(session, cast.treasurer, cast.network), opening_cents)
    return Desk(engine, folder, cast)
