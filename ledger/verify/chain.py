"""One pass over the entries in the order of the chain: place, number, date, sum, hash; and the months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ledger.encoding import FIRST_PREVIOUS_HASH, entry_hash
from ledger.tables import IDS_PER_FUND
from ledger.verify.report import Problem

ROWS_AT_A_TIME = 2_000
PROBLEMS_KEPT = 50
# Dates as the encoding writes them, so that nothing is converted twice on the way.
_TIMES = {
    "sqlite": "e.booked_on, replace(e.recorded_at_utc, ' ', 'T') || 'Z'",
    "postgresql": (
        "to_char(e.booked_on, 'YYYY-MM-DD'), "
        "to_char(e.recorded_at_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    ),
}


class Row(NamedTuple):
    """An entry as it stands in the database, with its dates as text."""

    id: int
    book_year: int
    number: int
    kind: str
    cause: str
    key: str
    reverses: int | None
    previous_hash: str
    hash: str
    flow_kind: str  # the kind it counts under in the months: for a reversal, of what it reverses
    booked_on: str
    recorded_at: str


@dataclass(slots=True)
class Chain:
    """The state of the pass; what it gathers is what the entries say should have been kept.

    ``found`` has the entry id of each hash in ``wanted`` that occurs in the chain.
    """

    network: str
    fund_id: int
    wanted: frozenset[str]
    head: str = FIRST_PREVIOUS_HASH
    entry_count: int = 0
    leg_count: int = 0
    found: dict[str, int] = field(default_factory=dict)
    last_numbers: dict[int, int] = field(default_factory=dict)
    # Per month and kind, and then per account: debit and credit. Two steps, as the first is once per entry.
    turnover: defaultdict[tuple[int, str], defaultdict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: [0, 0]))
    )
    problems: list[Problem] = field(default_factory=list)

    @property
    def months(self) -> dict[tuple[int, str, str], list[int]]:
        """Debit and credit per month, account and kind."""
        return {
            (month, account, kind): cents
            for (month, kind), accounts in self.turnover.items()
            for account, cents in accounts.items()
        }

    def note(self, row: Row | None, what: str) -> None:
        """Keep a problem of ``row``; after some tens, the rest adds nothing."""
        where = f"entry {row.book_year}-{row.number}" if row else "legs"
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(self.network, where, what))


Progress = Callable[[int], None]


def check_chain(
    connection: Connection, *, network: str, fund_id: int, wanted: frozenset[str], progress: Progress
) -> Chain:
    """Walk the chain of one fund; what is wrong is in the result's ``problems``."""
    chain = Chain(network, fund_id, wanted)
    if FIRST_PREVIOUS_HASH in wanted:
        chain.found[FIRST_PREVIOUS_HASH] = 0
    place = fund_id * IDS_PER_FUND
    for row, legs in _rows(connection, fund_id, chain):
        place += 1
        if row.id != place:
            chain.note(row, f"{row.id - place} entries are missing before it")
            place = row.id
        _check_row(chain, row, legs)
        chain.entry_count += 1
        if chain.entry_count % ROWS_AT_A_TIME == 0:
            progress(ROWS_AT_A_TIME)
    progress(chain.entry_count % ROWS_AT_A_TIME)
    return chain


def _check_row(chain: Chain, row: Row, legs: list[tuple[str, str, int]]) -> None:
    if row.previous_hash != chain.head:
        chain.note(row, "it does not follow the entry before it")
    content = entry_hash(
        network=chain.network,
        entry_id=row.id,
        book_year=row.book_year,
        number=row.number,
        kind=row.kind,
        booked_on=row.booked_on,
        recorded_at=row.recorded_at,
        cause=row.cause,
        idempotency_key=row.key,
        reverses=row.reverses,
        legs=legs,
        previous_hash=row.previous_hash,
    )
    if content != row.hash:
        chain.note(row, "its content is not what was posted")
    number = chain.last_numbers.get(row.book_year, 0) + 1
    if row.number != number:
        chain.note(row, f"its number should be {number}")
    if not row.booked_on.startswith(f"{row.book_year}-"):
        chain.note(row, f"its date {row.booked_on} is not in its book year")
    if len(legs) < 2 or sum([leg[2] for leg in legs]) != 0:
        chain.note(row, "its legs do not sum to zero")
    chain.last_numbers[row.book_year] = row.number
    chain.leg_count += len(legs)
    chain.head = row.hash
    if row.hash in chain.wanted:
        chain.found[row.hash] = row.id
    turnover = chain.turnover[row.book_year * 100 + int(row.booked_on[5:7]), row.flow_kind]
    for account, _, cents in legs:
        if cents < 0:
            turnover[account][1] -= cents
        else:
            turnover[account][0] += cents


def _rows(
    connection: Connection, fund_id: int, chain: Chain
) -> Iterator[tuple[Row, list[tuple[str, str, int]]]]:
    """Entries with their legs; a leg that no entry owns is a problem of the chain."""
    dialect = connection.dialect.name
    bounds = f"BETWEEN {fund_id * IDS_PER_FUND} AND {(fund_id + 1) * IDS_PER_FUND - 1}"
    entries = _fetch(
        connection,
        "SELECT e.id, e.book_year, e.number, e.kind, e.cause, e.idempotency_key, e.reverses, "  # noqa: S608  (numbers)
        f"e.previous_hash, e.hash, coalesce(o.kind, e.kind), {_TIMES[dialect]} "
        "FROM ledger_entry e LEFT JOIN ledger_entry o ON o.id = e.reverses "
        f"WHERE e.fund_id = {fund_id} ORDER BY e.id",
    )
    legs = _fetch(
        connection,
        "SELECT entry_id, account, subject, amount_cents FROM ledger_leg "  # noqa: S608  (numbers)
        f"WHERE entry_id {bounds} ORDER BY entry_id, account, subject",
    )
    leg = next(legs, None)
    for values in entries:
        row = Row._make(values)
        own: list[tuple[str, str, int]] = []
        while leg is not None and leg[0] <= row.id:
            if leg[0] == row.id:
                own.append(leg[1:])
            else:
                chain.note(None, f"a leg of entry id {leg[0]}, which does not exist")
            leg = next(legs, None)
        yield row, own
    while leg is not None:
        chain.note(None, f"a leg of entry id {leg[0]}, which does not exist")
        leg = next(legs, None)


def _fetch(connection: Connection, statement: str) -> Iterator[Any]:
    options = {"stream_results": True, "max_row_buffer": ROWS_AT_A_TIME}
    with closing(
        connection.exec_driver_sql(statement.replace("%", "%%"), execution_options=options)
    ) as result:
        # The rows as SQLite gives them: making SQLAlchemy's of them would take longer than reading them. On
        # PostgreSQL SQLAlchemy has read the first already.
        on_sqlite = connection.dialect.name == "sqlite"
        fetch: Callable[[int], Sequence[Any]] = result.cursor.fetchmany if on_sqlite else result.fetchmany
        while rows := fetch(ROWS_AT_A_TIME):
            yield from rows
