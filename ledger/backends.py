"""The posting path's statements, once per database: what is hot is written in the database's own words.

Posting reads what it needs (with the fund locked), inserts the legs, and inserts the entry, which seals it
(``migrations/sql/0001_ledger_*.sql``). On PostgreSQL, where every round trip counts, an entry is first tried
in a single one: the database fills in its place in the chain. Only when the book refuses it, it is posted
step by step to find out why.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger.encoding import Gapped
from ledger.entries import AccountKey, PostedEntry
from ledger.refusals import BookRefuses
from ledger.tables import IDS_PER_FUND


class Prepared(NamedTuple):
    """What posting needs to know of the fund, read under its lock. ``balances`` follow the keys asked for."""

    fund_id: int
    entry_count: int
    head_hash: str
    buffer_cents: int
    closed_through: int
    last_number: int
    earlier_id: int | None
    balances: Sequence[int]

    @property
    def next_id(self) -> int:
        """The id of the entry to be posted."""
        return self.fund_id * IDS_PER_FUND + self.entry_count + 1


_SQLITE_PREPARE = """
SELECT f.id, f.entry_count, f.head_hash, f.buffer_cents, f.closed_through,
  coalesce((SELECT last_number FROM ledger_year WHERE fund_id = f.id AND book_year = ?), 0),
  (SELECT id FROM ledger_entry WHERE fund_id = f.id AND idempotency_key = ?),
  {balances}
FROM ledger_fund f WHERE f.network = ?"""
# One look-up each by primary key: SQLite answers a list of pairs by reading every balance of the fund.
_SQLITE_BALANCE = """coalesce((SELECT balance_cents FROM ledger_balance
  WHERE fund_id = f.id AND account = ? AND subject = ?), 0)"""
_KEYS_AT_A_TIME = 100  # SQLite limits the columns of a result and the parameters of a statement
_SQLITE_LEG = "INSERT INTO ledger_leg (entry_id, account, subject, amount_cents) VALUES (?, ?, ?, ?)"
_ENTRY_COLUMNS = (
    "id, fund_id, book_year, number, kind, booked_on, recorded_at_utc, cause, idempotency_key, reverses, "
    "previous_hash, hash"
)
_SQLITE_ENTRY = f"INSERT INTO ledger_entry ({_ENTRY_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608  (no values)

_POSTGRES_PREPARE = "SELECT * FROM ledger_prepare(%s, %s, %s, %s::text[], %s::text[])"
_POSTGRES_WRITE = "SELECT ledger_write(%s)"
_POSTGRES_POST = "SELECT ledger_post(%s, %s, %s, %s)"


def prepare(
    connection: Connection, *, network: str, book_year: int, key: str, keys: Sequence[AccountKey]
) -> Prepared | None:
    """Lock the fund of ``network`` and read it, with the balances of ``keys``; ``None`` without a fund."""
    if connection.dialect.name == "sqlite":
        return _prepare_sqlite(connection, network, book_year, key, keys)
    accounts = [k.account.value for k in keys]
    subjects = [k.subject for k in keys]
    row = connection.exec_driver_sql(_POSTGRES_PREPARE, (network, book_year, key, accounts, subjects)).one()
    if row[0] is None:
        return None
    return Prepared._make((*row[:7], row[7] or ()))


def _sqlite(
    connection: Connection, statement: str, parameters: Sequence[Any], *, many: bool = False
) -> sqlite3.Cursor:
    """Run ``statement`` on the driver's own connection: SQLAlchemy's part in it takes longer than SQLite's.

    Raises what SQLAlchemy would.
    """
    driver: Any = connection.connection.driver_connection
    run = driver.executemany if many else driver.execute
    try:
        cursor: sqlite3.Cursor = run(statement, parameters)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
    return cursor


def _prepare_sqlite(
    connection: Connection, network: str, book_year: int, key: str, keys: Sequence[AccountKey]
) -> Prepared | None:
    # BEGIN IMMEDIATE has locked the whole database already.
    first = keys[:_KEYS_AT_A_TIME]
    statement = _SQLITE_PREPARE.replace("{balances}", ", ".join([_SQLITE_BALANCE] * len(first)) or "0")
    parameters = (book_year, key, *_parameters(first), network)
    row = _sqlite(connection, statement, parameters).fetchone()
    if row is None:
        return None
    balances = list(row[7 : 7 + len(first)])
    for start in range(_KEYS_AT_A_TIME, len(keys), _KEYS_AT_A_TIME):
        part = keys[start : start + _KEYS_AT_A_TIME]
        lookups = ", ".join([_SQLITE_BALANCE] * len(part))
        more = f"SELECT {lookups} FROM ledger_fund f WHERE f.id = ?"  # noqa: S608  (only question marks)
        balances += _sqlite(connection, more, (*_parameters(part), row[0])).fetchone()
    return Prepared._make((*row[:7], balances))


def _parameters(keys: Sequence[AccountKey]) -> list[str]:
    return [text for k in keys for text in (k.account.value, k.subject)]


class Placed(NamedTuple):
    """An entry's place in the chain."""

    id: int
    number: int
    previous_hash: str
    hash: str


def post_at_once(connection: Connection, *, network: str, book_year: int, encoded: Gapped) -> Placed | None:
    """Post an entry in one round trip; ``None`` where the database cannot, or when the book refuses it."""
    if connection.dialect.name == "sqlite":
        return None
    values = (network, book_year, encoded.start, encoded.rest)
    found: str | None = connection.exec_driver_sql(_POSTGRES_POST, values).scalar_one()
    if found is None:
        return None
    entry_id, number, previous_hash, own_hash = found.split(" ")
    return Placed(int(entry_id), int(number), previous_hash, own_hash)


def write(connection: Connection, *, fund_id: int, entry: PostedEntry, encoded: str) -> None:
    """Insert the legs, then the entry that seals them. Raises :class:`BookRefuses` when a rule is broken.

    ``encoded`` is the entry's whole encoding; on PostgreSQL it is all that is sent.
    """
    try:
        if connection.dialect.name == "sqlite":
            _write_sqlite(connection, fund_id, entry)
        else:
            connection.exec_driver_sql(_POSTGRES_WRITE, (encoded,))
    except DBAPIError as error:
        if reason := broken_rule(error):
            raise BookRefuses(reason=reason) from error
        raise


def _write_sqlite(connection: Connection, fund_id: int, entry: PostedEntry) -> None:
    legs = [(entry.id, key.account.value, key.subject, cents) for key, cents in entry.legs]
    row = (
        entry.id,
        fund_id,
        entry.book_year,
        entry.number,
        entry.kind.value,
        entry.booked_on.isoformat(),
        # as SQLAlchemy's own DateTime writes it
        entry.recorded_at_utc.replace(tzinfo=None).isoformat(" ", "microseconds"),
        entry.cause,
        entry.idempotency_key,
        entry.reverses,
        entry.previous_hash,
        entry.hash,
    )
    _sqlite(connection, _SQLITE_LEG, legs, many=True)
    _sqlite(connection, _SQLITE_ENTRY, row)


def broken_rule(error: DBAPIError) -> str | None:
    """The name of the rule that the database saw broken, or ``None`` for another kind of failure.

    It is a constraint's name, the first word of a trigger's message, or on SQLite, which does not name
    every constraint, what it says instead.
    """
    named: str | None = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named:
        return named
    message = str(error.orig)
    if message.startswith("ledger_"):
        return message.partition(":")[0]
    _, failed, rest = message.partition("constraint failed")
    return (rest.lstrip(": ") or message) if failed else None
