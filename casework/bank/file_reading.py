"""The job that reads a file from the bank: outside any request, by one at a time, whole or not at all.

It begins right after the upload, in a thread of its own; what a stopped server left lying is picked up by
``flask work due``. A lease in the file's row keeps two from reading it at once, and ends by itself when the
one who has it is gone. Reading, checking and encrypting hold no lock; the lines are put in by one short
transaction.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from casework.accounts.find import fund_ibans
from casework.audit.record import record
from casework.audit.tables import LogRecord
from casework.bank.booking import book_open_lines
from casework.bank.files import READING, RECEIVED, REFUSED, TAKEN, receive_file
from casework.context import Work
from casework.network.tables import Network
from errors import OmloopError
from ledger import book
from ledger import tables as ledger_tables
from ledger.bank.reading import ReadFile, read_file
from ledger.bank.refusals import BankFileRefused
from ledger.bank.statement import Ours
from ledger.bank.store import Prepared, Taken, prepare, put
from ledger.bank.tables import bank_file
from storage.sealed import Sealed, remove_after_commit, unseal
from storage.unit_of_work import unit_of_work

LEASE = timedelta(minutes=2)
_REPORT_EVERY_SECONDS = 2.0
_log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Unexpected(BankFileRefused):
    """The program itself failed on this file."""

    nl = (
        "Het programma kon dit bestand niet lezen, door een fout in het programma zelf. Er is niets "
        "ingelezen. "
        "Geef het bestand aan de beheerder, en haal zo nodig een ander formaat op bij de bank."
    )
    en = (
        "The program could not read this file, because of a fault in the program itself. Nothing was taken. "
        "Give "
        "the file to the administrator, and if need be fetch another format from the bank."
    )


class LeaseLost(Exception):
    """Another reader has taken over; whoever sees this stops."""


@dataclass
class _Job:
    """A file that is ours to read until ``until_utc``."""

    engine: Engine
    file_id: int
    network_id: int
    stored_as: str
    folder: Path
    clock: Clock
    until_utc: datetime
    bytes_read: int = 0
    _told: float = field(default_factory=time.monotonic)

    def progress(self, lines: int, read: int) -> None:
        """Keep the lease and say how far it is, every few seconds. Raises :class:`LeaseLost`."""
        self.bytes_read = max(self.bytes_read, read)
        now = time.monotonic()
        if now - self._told < _REPORT_EVERY_SECONDS:
            return
        self._told = now
        try:
            with unit_of_work(self.engine) as session:
                until = self.clock() + LEASE
                self._change(session, lines_read=lines, bytes_read=self.bytes_read, leased_until_utc=until)
                self.until_utc = until
        except OperationalError:
            return  # the database is busy: the lease lasts long enough to say so the next time

    def finish(self, session: Session, **values: object) -> None:
        """Put down how it ended, and remove the file with it. Raises :class:`LeaseLost`."""
        self._change(session, stored_as="", leased_until_utc=None, **values)
        remove_after_commit(session, self.folder / self.stored_as)

    def _change(self, session: Session, **values: object) -> None:
        changed = session.execute(
            update(bank_file)
            .where(
                bank_file.c.id == self.file_id,
                bank_file.c.state == READING,
                bank_file.c.leased_until_utc == self.until_utc,
            )
            .values(**values)
            .returning(bank_file.c.id)
        )
        if changed.first() is None:
            raise LeaseLost()


def read_and_book(engine: Engine, *, file_id: int, folder: Path, clock: Clock) -> bool:
    """Read a file and book what came of it; false where another is at it, or it was done before."""
    network_id = read_one(engine, file_id=file_id, folder=folder, clock=clock)
    if network_id is not None:
        book_open_lines(engine, network_id=network_id, clock=clock)
    return network_id is not None


def read_one(engine: Engine, *, file_id: int, folder: Path, clock: Clock) -> int | None:
    """Read a file and take or refuse it; the network it is of, or none where another is at it.

    Never raises for what is wrong with the file: that is kept with it, to be shown.
    """
    job = _claim(engine, file_id, folder, clock)
    if job is None:
        return None
    try:
        _take(job)
    except LeaseLost:
        return None
    except OmloopError as problem:
        _refuse(job, problem)
    except OperationalError:
        raise  # the file is not to blame: the lease ends and the next one tries again
    except Exception as problem:
        _log.error("bank_file_unreadable", file=file_id, kind=type(problem).__name__)
        _refuse(job, Unexpected())
    return job.network_id


def files_left(session: Session, *, network_id: int, now_utc: datetime) -> list[int]:
    """The files that nobody reads: just received, or left by a server that stopped."""
    query = (
        select(bank_file.c.id)
        .join(ledger_tables.fund, ledger_tables.fund.c.id == bank_file.c.fund_id)
        .join(Network, Network.code == ledger_tables.fund.c.network)
        .where(Network.id == network_id, *_free(now_utc))
        .order_by(bank_file.c.id)
    )
    return list(session.scalars(query))


def _free(now_utc: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        bank_file.c.state.in_((RECEIVED, READING)),
        or_(bank_file.c.leased_until_utc.is_(None), bank_file.c.leased_until_utc <= now_utc),
    )


def _claim(engine: Engine, file_id: int, folder: Path, clock: Clock) -> _Job | None:
    now_utc = clock()
    with unit_of_work(engine) as session:
        claimed = session.execute(
            update(bank_file)
            .where(bank_file.c.id == file_id, *_free(now_utc))
            .values(state=READING, leased_until_utc=now_utc + LEASE)
            .returning(bank_file.c.stored_as, bank_file.c.fund_id)
        ).first()
        if claimed is None:
            return None
        network_id = session.execute(
            select(Network.id)
            .join(ledger_tables.fund, ledger_tables.fund.c.network == Network.code)
            .where(ledger_tables.fund.c.id == claimed.fund_id)
        ).scalar_one()
    return _Job(engine, file_id, network_id, claimed.stored_as, folder, clock, now_utc + LEASE)


def _take(job: _Job) -> None:
    with unit_of_work(job.engine, write=False) as session:
        ours = Ours(tuple(sorted(fund_ibans(session, job.network_id))))
    with unseal(job.folder / job.stored_as) as stream:
        found = read_file(stream, ours, job.progress)
    lines = sum(len(one.lines) for one in found.statements)
    prepared: list[Prepared] = []
    for one in found.statements:
        prepared.append(prepare(one))
        job.progress(lines, job.bytes_read)
    with unit_of_work(job.engine) as session:
        _put(job, session, found, prepared)


def _put(job: _Job, session: Session, found: ReadFile, prepared: Sequence[Prepared]) -> None:
    network = session.get_one(Network, job.network_id)
    values, facts = _kept(session, network.code, job.file_id, found, prepared)
    job.finish(session, **values)
    _log_outcome(job, session, "done", **facts)


def _kept(
    session: Session, network: str, file_id: int, found: ReadFile, prepared: Sequence[Prepared]
) -> tuple[dict[str, object], dict[str, int]]:
    """Put the statements of a file in; what its row says from now on, and what the log says of it."""
    book.lock_fund(session, network=network)
    fund_id = book.fund_id_of(session.connection(), network)
    taken = put(session, fund_id=fund_id, file_id=file_id, statements=prepared)
    lines = sum(len(one.lines) for one in found.statements)
    notes_nl, notes_en = _notes(taken, sum(one.left_out for one in found.statements))
    values: dict[str, object] = {
        "state": TAKEN,
        "format": found.format[:20],
        "lines_read": lines,
        "bytes_read": select(bank_file.c.size_bytes).where(bank_file.c.id == file_id).scalar_subquery(),
        "problem_nl": notes_nl,
        "problem_en": notes_en,
    }
    return values, {"statements": taken.new, "known": taken.known, "lines": lines}


def take_at_once(work: Work, *, file_name: str, content: bytes) -> int:
    """Receive, read and keep a small file in the transaction of ``work``; its id. For the demo.

    Raises what :func:`~casework.bank.files.receive_file` and :func:`~ledger.bank.reading.read_file` raise.
    """
    upload = Sealed("", len(content), hashlib.sha256(content).hexdigest())
    file_id = receive_file(work, file_name=file_name, upload=upload)
    ours = Ours(tuple(sorted(fund_ibans(work.session, work.network.id))))
    found = read_file(io.BytesIO(content), ours)
    prepared = [prepare(one) for one in found.statements]
    values, facts = _kept(work.session, work.network.code, file_id, found, prepared)
    work.session.execute(update(bank_file).where(bank_file.c.id == file_id).values(**values))
    statements, known, lines = facts["statements"], facts["known"], facts["lines"]
    record(work, "bank.take", f"BANK-{file_id}", statements=statements, known=known, lines=lines)
    return file_id


def _notes(taken: Taken, left_out: int) -> tuple[str, str]:
    """What is good to know of a file that was taken."""
    nl, en = [], []
    if taken.known:
        nl.append(
            "1 afschrift was al bekend."
            if taken.known == 1
            else f"{taken.known} afschriften waren al bekend."
        )
        en.append("1 statement was known." if taken.known == 1 else f"{taken.known} statements were known.")
    if left_out:
        nl.append(f"Overgeslagen omdat de bank ze alleen ter informatie meldt: {left_out} regels.")
        en.append(f"Left out, as the bank gives them for information only: {left_out} lines.")
    return " ".join(nl), " ".join(en)


def _refuse(job: _Job, problem: OmloopError) -> None:
    try:
        with unit_of_work(job.engine) as session:
            job.finish(
                session,
                state=REFUSED,
                problem_nl=problem.sentence("nl"),
                problem_en=problem.sentence("en"),
            )
            _log_outcome(job, session, "refused", reason=type(problem).__name__)
    except LeaseLost:
        return


def _log_outcome(job: _Job, session: Session, result: str, **facts: object) -> None:
    """One record, in the name of who brought the file."""
    taken_by = select(bank_file.c.taken_by).where(bank_file.c.id == job.file_id)
    session.add(
        LogRecord(
            at_utc=job.clock(),
            network_id=job.network_id,
            person_id=session.scalar(taken_by),
            action="bank.take",
            object_ref=f"BANK-{job.file_id}",
            result=result,
            address="",
            facts=dict(facts),
        )
    )
