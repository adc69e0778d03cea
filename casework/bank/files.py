"""Files from the bank: received and kept encrypted, read by a job (``file_reading``), put aside, removed.

A file is offered by a treasurer. What is in it is read outside the request, as a large one takes longer than
anyone waits for a page.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import IO

from sqlalchemy import delete, func, insert, select, update

from casework.access import Permission, may_ever
from casework.accounts.find import fund_ibans
from casework.accounts.refusals import NoFundAccount
from casework.audit.record import record
from casework.context import Work
from errors import Conflict, Forbidden, Invalid, NotFound
from ledger import book
from ledger.bank.reading import MAXIMUM_BYTES
from ledger.bank.refusals import FileEmpty, TooLarge
from ledger.bank.row import skipped_number
from ledger.bank.row_store import row_of, set_in_row, waiting_for
from ledger.bank.tables import bank_file, bank_line, bank_statement
from ledger.citizen_number import masked
from storage.sealed import Sealed, seal

RECEIVED, READING, REFUSED, TAKEN = "received", "reading", "refused", "taken"
NAME_LONGEST = 120


class FileKnown(Conflict):
    """The very same file was offered before."""

    nl = "Dit bestand is al op {day} aangeboden, als ‘{name}’. Er is niets dubbel ingelezen."
    en = "This file was offered before, on {day}, as ‘{name}’. Nothing was taken twice."


class NoFileChosen(Invalid):
    """The form came without a file."""

    nl = "Kies een bestand van de bank."
    en = "Choose a file from the bank."


class StatementInRow(Conflict):
    """Only what is set aside can be removed or fitted in by hand."""

    nl = "Dit afschrift is al ingelezen en staat vast. Ga terug en kijk bij de afschriften."
    en = "This statement has been taken and is fixed. Go back and look at the statements."


class Removed(Conflict):
    """Said of a file of which every statement was removed by hand."""

    nl = "Het afschrift in dit bestand is met de hand weggehaald. U kunt het bestand opnieuw inlezen."
    en = "The statement in this file was removed by hand. You can bring in the file again."


class NumberFits(Conflict):
    """It is not its number that keeps the statement aside."""

    nl = (
        "Dit afschrift sluit niet aan op het laatste: het begint met een ander bedrag. Lees eerst het "
        "afschrift in dat ertussen hoort."
    )
    en = (
        "This statement does not connect to the last one: it begins with another amount. First take in the "
        "statement that belongs in between."
    )


def keep_upload(source: IO[bytes], folder: Path) -> Sealed:
    """Keep what was sent, encrypted, before any transaction: a large file takes seconds.

    Raises :class:`~ledger.bank.refusals.TooLarge` or :class:`~ledger.bank.refusals.FileEmpty`.
    """
    kept = seal(source, folder, maximum_bytes=MAXIMUM_BYTES)
    if kept is None:
        raise TooLarge(field="file", maximum_mb=MAXIMUM_BYTES // (1024 * 1024))
    if kept.size_bytes == 0:
        (folder / kept.name).unlink(missing_ok=True)
        raise FileEmpty(field="file")
    return kept


def receive_file(work: Work, *, file_name: str, upload: Sealed) -> int:
    """Note a file that was kept, to be read; its id.

    Raises :class:`FileKnown`, or :class:`~casework.accounts.refusals.NoFundAccount` while no statement can be
    recognised as the fund's.
    """
    may_import(work)
    if not fund_ibans(work.session, work.network.id):
        raise NoFundAccount()
    book.lock_fund(work.session, network=work.network.code)
    fund_id = book.fund_id_of(work.session.connection(), work.network.code)
    known = work.session.execute(
        select(bank_file.c.file_name, bank_file.c.taken_at_utc).where(
            bank_file.c.fund_id == fund_id,
            bank_file.c.sha256 == upload.sha256,
            bank_file.c.state != REFUSED,
        )
    ).first()
    if known is not None:
        raise FileKnown(name=known.file_name, day=f"{known.taken_at_utc:%d-%m-%Y}")
    made: int = work.session.execute(
        insert(bank_file)
        .values(
            fund_id=fund_id,
            sha256=upload.sha256,
            file_name=shown_name(file_name),
            format="",
            size_bytes=upload.size_bytes,
            stored_as=upload.name,
            state=RECEIVED,
            lines_read=0,
            bytes_read=0,
            problem_nl="",
            problem_en="",
            taken_by=work.actor.person_id,
            taken_at_utc=work.now_utc,
        )
        .returning(bank_file.c.id)
    ).scalar_one()
    record(work, "bank.receive", f"BANK-{made}", size_bytes=upload.size_bytes)
    return made


def shown_name(name: str) -> str:
    """The name of a file as it may be kept and shown: the last part, printable, without what looks like a
    BSN.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(mark if unicodedata.category(mark)[0] not in "CZ" else " " for mark in last)
    return masked(" ".join(plain.split()))[:NAME_LONGEST] or "bestand"


def remove_set_aside(work: Work, *, statement_id: int) -> None:
    """Remove a statement that was set aside, such as one of a year ago. Raises :class:`StatementInRow`."""
    may_import(work)
    book.lock_fund(work.session, network=work.network.code)
    found = _set_aside(work, statement_id)
    file_id = work.session.scalar(select(bank_statement.c.file_id).where(bank_statement.c.id == found))
    work.session.execute(delete(bank_line).where(bank_line.c.statement_id == found))
    work.session.execute(delete(bank_statement).where(bank_statement.c.id == found))
    left = select(func.count(bank_statement.c.id)).where(bank_statement.c.file_id == file_id)
    if not work.session.scalar(left):
        # Nothing of the file is left, so it may be offered again.
        problem = Removed()
        work.session.execute(
            update(bank_file)
            .where(bank_file.c.id == file_id)
            .values(state=REFUSED, problem_nl=problem.sentence("nl"), problem_en=problem.sentence("en"))
        )
    record(work, "bank.remove", f"BANK-{file_id}", statement=found)


def accept_number(work: Work, *, statement_id: int) -> None:
    """Let a statement follow the last one although the bank skipped a number; the balances agree.

    Raises :class:`NumberFits` where something else keeps it aside, :class:`StatementInRow`.
    """
    may_import(work)
    book.lock_fund(work.session, network=work.network.code)
    found = _set_aside(work, statement_id)
    row = work.session.execute(
        select(bank_statement.c.fund_id, bank_statement.c.iban, bank_statement.c.file_id).where(
            bank_statement.c.id == found
        )
    ).one()
    taken = row_of(work.session, fund_id=row.fund_id, iban=row.iban)
    one = next(
        one for one in waiting_for(work.session, fund_id=row.fund_id, iban=row.iban) if one.id == found
    )
    if not taken or not skipped_number(taken[-1], one):
        raise NumberFits()
    work.session.execute(update(bank_statement).where(bank_statement.c.id == found).values(sequence=None))
    set_in_row(work.session, fund_id=row.fund_id, iban=row.iban)
    record(work, "bank.accept_number", f"BANK-{row.file_id}", statement=found)


def set_all_in_row(work: Work) -> int:
    """Try again what was set aside, as the book or the accounts may have changed; how many were taken."""
    book.lock_fund(work.session, network=work.network.code)
    fund_id = book.fund_id_of(work.session.connection(), work.network.code)
    aside = (bank_statement.c.fund_id == fund_id, bank_statement.c.state == "set_aside")
    ids = set(work.session.scalars(select(bank_statement.c.id).where(*aside)))
    for iban in list(work.session.scalars(select(bank_statement.c.iban).where(*aside).distinct())):
        set_in_row(work.session, fund_id=fund_id, iban=iban)
    return len(ids - set(work.session.scalars(select(bank_statement.c.id).where(*aside))))


def may_import(work: Work) -> None:
    """Raises :class:`errors.Forbidden` for who may not bring in what the bank says."""
    if not may_ever(work.actor, Permission.BANK_IMPORT):
        raise Forbidden()


def _set_aside(work: Work, statement_id: int) -> int:
    fund_id = book.fund_id_of(work.session.connection(), work.network.code)
    row = work.session.execute(
        select(bank_statement.c.id, bank_statement.c.state).where(
            bank_statement.c.id == statement_id, bank_statement.c.fund_id == fund_id
        )
    ).first()
    if row is None:
        raise NotFound()
    if row.state != "set_aside":
        raise StatementInRow()
    return int(row.id)
