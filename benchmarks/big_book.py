"""A book of many cases, put in at once: every entry, balance, month and claim as posting would have left it.

Posting 100,000 cases would take many minutes; here the triggers are off while the rows go in, the chain is
computed as posting does, and the measurement begins by verifying the whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine

from ledger import book
from ledger.encoding import FIRST_PREVIOUS_HASH, entry_hash, moment
from ledger.tables import IDS_PER_FUND
from storage.unit_of_work import unit_of_work

NETWORK = "big"
PARTNERS = 16
CASE_CENTS = PARTNERS * 1_000
FIRST_DAY, DAYS = date(2024, 1, 1), 1_000
FUND_ID = 1
CHUNK = 20_000
Legs = list[tuple[str, str, int]]
COLUMNS = {
    "ledger_entry": "id fund_id book_year number kind booked_on recorded_at_utc cause idempotency_key "
    "previous_hash hash",
    "ledger_leg": "entry_id account subject amount_cents",
    "ledger_balance": "fund_id account subject balance_cents",
    "ledger_month": "fund_id month account kind debit_cents credit_cents",
    "ledger_year": "fund_id book_year last_number state",
    "ledger_claim": "fund_id reference account case_number settlement party party_name amount_cents "
    "raised_on due_on plan planned_cents entry_id",
}


@dataclass(slots=True)
class _Chain:
    """The chain while it grows, and what follows from it."""

    on_sqlite: bool
    count: int = 0
    head: str = FIRST_PREVIOUS_HASH
    numbers: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    months: defaultdict[tuple[int, str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    totals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, on: date, cause: str, legs: Legs) -> tuple[Any, ...]:
        """The row of the next entry."""
        self.count += 1
        self.numbers[on.year] += 1
        entry_id = FUND_ID * IDS_PER_FUND + self.count
        at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC) + timedelta(microseconds=self.count)
        key, previous = f"{kind}-{cause}", self.head
        self.head = entry_hash(
            network=NETWORK, entry_id=entry_id, book_year=on.year, number=self.numbers[on.year], kind=kind,
            booked_on=on, recorded_at=moment(at), cause=cause, idempotency_key=key, reverses=None,
            legs=legs, previous_hash=previous,
        )  # fmt: skip
        for account, _, cents in legs:
            self.months[on.year * 100 + on.month, account, kind][int(cents < 0)] += abs(cents)
            self.totals[account] += cents
        if self.on_sqlite:
            when: tuple[Any, Any] = (on.isoformat(), at.strftime("%Y-%m-%d %H:%M:%S.%f"))
        else:
            when = (on, at)
        return (
            entry_id, FUND_ID, on.year, self.numbers[on.year], kind, *when, cause, key, previous, self.head,
        )  # fmt: skip


@dataclass(slots=True)
class _Rows:
    """What goes in next."""

    entries: list[tuple[Any, ...]] = field(default_factory=list)
    legs: list[tuple[Any, ...]] = field(default_factory=list)
    claims: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, entry: tuple[Any, ...], legs: Legs) -> None:
        """Add one entry with its legs."""
        self.entries.append(entry)
        self.legs += [(entry[0], *leg) for leg in legs]


def fill(engine: Engine, cases: int) -> None:
    """Put a book of ``cases`` cases into an empty migrated database: 4 entries and 23 legs each."""
    with unit_of_work(engine) as session:
        book.open_fund(session, network=NETWORK, buffer_cents=0, at_utc=datetime(2024, 1, 1, tzinfo=UTC))
    grown = _Chain(engine.dialect.name == "sqlite")
    with engine.begin() as connection:
        triggers = _triggers_off(connection)
        for start in range(0, cases, CHUNK):
            rows = _Rows()
            if start == 0:
                _contributions(grown, cases, rows)
            for number in range(start, min(start + CHUNK, cases)):
                on = FIRST_DAY + timedelta(days=number * DAYS // cases)
                _case(grown, f"BB-{number:06d}", on, rows)
            _insert(connection, "ledger_entry", rows.entries)
            _insert(connection, "ledger_leg", rows.legs)
            _insert(connection, "ledger_claim", rows.claims)
        for part in _parts(_balances(grown, cases)):
            _insert(connection, "ledger_balance", part)
        months = [(FUND_ID, *key, *turnover) for key, turnover in grown.months.items()]
        _insert(connection, "ledger_month", months)
        years = [(FUND_ID, year, last, "open") for year, last in grown.numbers.items()]
        _insert(connection, "ledger_year", years)
        connection.exec_driver_sql(
            f"UPDATE ledger_fund SET entry_count = {grown.count}, head_hash = '{grown.head}'"
        )
        _triggers_on(connection, triggers)
    analyse = "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(analyse)


def _contributions(grown: _Chain, cases: int, rows: _Rows) -> None:
    share = cases * CASE_CENTS // PARTNERS
    for partner in range(PARTNERS):
        own: Legs = [("1100", "", share), ("3000", f"partner{partner:02d}", -share)]
        rows.add(grown.add("contribution_received", FIRST_DAY, f"start-{partner}", own), own)


def _case(grown: _Chain, case: str, on: date, rows: _Rows) -> None:
    share = CASE_CENTS // PARTNERS
    shares: Legs = [("1300", f"{case}-{partner:02d}", share) for partner in range(PARTNERS)]
    life: tuple[tuple[str, Legs], ...] = (
        ("case_approved", [("1400", case, CASE_CENTS), ("2100", case, -CASE_CENTS)]),
        ("payment_ordered", [("1150", case, -CASE_CENTS), ("2100", case, CASE_CENTS)]),
        ("payment_seen", [("1100", "", -CASE_CENTS), ("1150", case, CASE_CENTS)]),
        ("settled", [*shares, ("1400", case, -CASE_CENTS)]),
    )
    for kind, own in life:
        rows.add(grown.add(kind, on, case, own), own)
    day = on.isoformat() if grown.on_sqlite else on
    settled = rows.entries[-1][0]
    rows.claims += [
        (FUND_ID, name, account, case, case, "partner", b"unread", cents, day, day, 1, cents, settled)
        for account, name, cents in shares
    ]


def _balances(grown: _Chain, cases: int) -> Iterator[tuple[Any, ...]]:
    names = [f"BB-{number:06d}" for number in range(cases)]
    share = CASE_CENTS // PARTNERS
    paid_in = cases * CASE_CENTS // PARTNERS
    for account, total in grown.totals.items():
        yield FUND_ID, account, "", total
    for partner in range(PARTNERS):
        yield FUND_ID, "3000", f"partner{partner:02d}", -paid_in
    for account in ("1150", "1400", "2100"):
        yield from ((FUND_ID, account, name, 0) for name in names)
    for name in names:
        yield from ((FUND_ID, "1300", f"{name}-{partner:02d}", share) for partner in range(PARTNERS))


def _parts(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = iter(rows)
    while part := list(islice(left, CHUNK * 10)):
        yield part


def _insert(connection: Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = COLUMNS[table].split()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _triggers_off(connection: Connection) -> list[str]:
    """Switch the ledger's triggers off; what brings them back."""
    if connection.dialect.name == "postgresql":
        for table in COLUMNS:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")  # foreign keys too
        return [f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in COLUMNS]
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in rows:
        assert re.fullmatch(r"[a-z_]+", name)
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in rows]


def _triggers_on(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
