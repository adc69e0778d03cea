"""Booking every line of the statements that were taken in, in the order of the account.

A line is booked once: what a rule is sure of as that, everything else as not recognised, so that the book
says what the bank says. Some lines at a time go into one transaction, so that nobody waits long for the
book; where it stops, it goes on the next time, here or at another place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, exists, func, select, update

from casework.bank.facts import Remembered, facts_of
from casework.bank.lines import OPEN, KeptLine, kept, lines_query
from casework.bank.posting import book_parts, cases_of, lock_cases, unrecognised
from casework.context import Actor, Work
from casework.due.step import Bench
from casework.network.tables import Network
from errors import OmloopError
from ledger import tables as ledger_tables
from ledger.bank.matching import Matcher
from ledger.bank.matching_facts import Proposal
from ledger.bank.tables import bank_line, bank_statement
from storage.unit_of_work import unit_of_work

AT_ONCE = 100  # lines in one transaction: the book is locked for as long


def book_open_lines(engine: Engine, *, network_id: int, clock: Callable[[], datetime]) -> int:
    """Book every open line of the network's statements that follow on; gives how many were booked.

    Safe to call as often as one likes and at two places at once.
    """
    remembered, done = Remembered(), 0
    while (booked := _book_some(engine, network_id, clock(), remembered)) is not None:
        done += booked
    return done


def book_left(bench: Bench) -> None:
    """What a reader of files left to be booked: a step of the calendar's work."""
    booked = book_open_lines(bench.engine, network_id=bench.network_id, clock=lambda: bench.now_utc)
    if booked:
        bench.did(f"{booked} bank lines are booked.")


def _book_some(engine: Engine, network_id: int, now_utc: datetime, remembered: Remembered) -> int | None:
    """Book the next lines in a transaction of their own; None when none is left."""
    with unit_of_work(engine) as session:
        network = session.get_one(Network, network_id)
        actor = Actor.program(network_id=network.id, network_code=network.code)
        return book_next(Work(session=session, actor=actor, network=network, now_utc=now_utc), remembered)


def book_next(work: Work, remembered: Remembered) -> int | None:
    """Book the next lines in the transaction of ``work``, the program's; None when none is left."""
    statement = _next_statement(work)
    if statement is None:
        return None
    lines = _open_lines(work, statement)
    booked = _book(work, lines, remembered) if lines else 0
    if booked == len(lines) and len(lines) < AT_ONCE:
        work.session.execute(
            update(bank_statement).where(bank_statement.c.id == statement).values(state="booked")
        )
    return booked


def _next_statement(work: Work) -> int | None:
    """The first statement that is not booked and whose predecessor is, locked until the transaction ends."""
    s, f, before = bank_statement.c, ledger_tables.fund.c, bank_statement.alias()
    waits = exists().where(before.c.id == s.follows_id, before.c.state != "booked")
    first = (
        select(s.id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(f.network == work.network.code, s.state == "taken", ~waits)
        .order_by(s.closing_on, s.iban, s.id)
        .limit(1)
    )
    # Locking can have waited for whoever booked it: then it is no longer to be booked, but another may be.
    while (wanted := work.session.scalar(first)) is not None:
        locked = work.session.scalar(
            select(s.id).where(s.id == wanted, s.state == "taken").with_for_update(of=bank_statement)
        )
        if locked is not None:
            return int(locked)
    return None


def _open_lines(work: Work, statement_id: int) -> list[KeptLine]:
    query = (
        lines_query(work)
        .where(bank_line.c.statement_id == statement_id, bank_line.c.state == OPEN)
        .order_by(bank_line.c.position)
        .limit(AT_ONCE)
    )
    return [kept(row) for row in work.session.execute(query)]


def _book(work: Work, lines: Sequence[KeptLine], remembered: Remembered) -> int:
    """Book these lines; gives how many, which is fewer when a case was touched that is not locked."""
    matcher = Matcher(facts_of(work, remembered))
    locked = _foreseen(work, lines, matcher)
    lock_cases(work, locked)
    # What was read before the locks may have changed while waiting for them.
    if work.session.get_bind().dialect.name != "sqlite":  # which lets one write at a time anyway
        matcher = Matcher(facts_of(work, remembered))
    else:
        matcher = Matcher(matcher.facts)
    for at, line in enumerate(lines):
        proposal = matcher.match(line.line).sure
        if proposal is not None and not cases_of(work, proposal.parts) <= locked:
            return at  # it is foreseen the next time
        proposal = _try(work, line, proposal)
        matcher.take(line.line, proposal)
    return len(lines)


def _foreseen(work: Work, lines: Sequence[KeptLine], matcher: Matcher) -> set[str]:
    """The cases that booking these lines will change, as far as can be seen now."""
    found: set[str] = set()
    for line in lines:
        proposal = matcher.match(line.line).sure or unrecognised(line, line.cents)
        found |= cases_of(work, proposal.parts)
        matcher.take(line.line, proposal)
    return found


def _try(work: Work, line: KeptLine, proposal: Proposal | None) -> Proposal:
    """Book the line as proposed. What the book or casework refuses is not recognised after all."""
    if proposal is not None:
        try:
            with work.session.begin_nested():
                book_parts(work, line, proposal, first=1, booked_by=None)
        except OmloopError:
            work.session.expire_all()
        else:
            return proposal
    parked = unrecognised(line, line.cents)
    book_parts(work, line, parked, first=1, booked_by=None)
    return parked


def open_line_count(work: Work) -> int:
    """How many lines of statements that were taken in are not in the book yet."""
    s, f, ln = bank_statement.c, ledger_tables.fund.c, bank_line.c
    query = (
        select(func.count())
        .select_from(bank_line)
        .join(bank_statement, s.id == ln.statement_id)
        .join(ledger_tables.fund, f.id == s.fund_id)
        .where(f.network == work.network.code, s.state == "taken", ln.state == OPEN)
    )
    return int(work.session.scalar(query) or 0)
