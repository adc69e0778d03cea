"""The posting path's statements, once per database: what is hot is written in the database's own words.

Posting reads what it needs (with the fund locked), inserts the legs, and inserts the entry, which seals it
(``migrations/sql/0001_ledger_*.sql``). On PostgreSQL that is two round trips: legs go as arrays, together
with their entry; a statement per leg would cost a round trip each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

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
_POSTGRES_WRITE = f"SELECT ledger_write({'%s, ' * 12}%s::text[], %s::text[], %s::bigint[])"


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


def _prepare_sqlite(
    connection: Connection, network: str, book_year: int, key: str, keys: Sequence[AccountKey]
) -> Prepared | None:
    # BEGIN IMMEDIATE has locked the whole database already.
    first = keys[:_KEYS_AT_A_TIME]
    statement = _SQLITE_PREPARE.replace("{balances}", ", ".join([_SQLITE_BALANCE] * len(first)) or "0")
    parameters = (book_year, key, *_parameters(first), network)
    row = connection.exec_driver_sql(statement, parameters).one_or_none()
    if row is None:
        return None
    balances = list(row[7 : 7 + len(first)])
    for start in range(_KEYS_AT_A_TIME, len(keys), _KEYS_AT_A_TIME):
        part = keys[start : start + _KEYS_AT_A_TIME]
        lookups = ", ".join([_SQLITE_BALANCE] * len(part))
        more = f"SELECT {lookups} FROM ledger_fund f WHERE f.id = ?"  # noqa: S608  (only question marks)
        balances += connection.exec_driver_sql(more, (*_parameters(part), row[0])).one()
    return Prepared._make((*row[:7], balances))


def _parameters(keys: Sequence[AccountKey]) -> list[str]:
    return [text for k in keys for text in (k.account.value, k.subject)]


def write(connection: Connection, *, fund_id: int, entry: PostedEntry) -> None:
    """Insert the legs, then the entry that seals them. Raises :class:`BookRefuses` when a rule is broken."""
    on_sqlite = connection.dialect.name == "sqlite"
    recorded: Any = entry.recorded_at_utc
    if on_sqlite:  # as SQLAlchemy's own DateTime writes it
        recorded = entry.recorded_at_utc.strftime("%Y-%m-%d %H:%M:%S.%f")
    row = (
        entry.id,
        fund_id,
        entry.book_year,
        entry.number,
        entry.kind.value,
        entry.booked_on.isoformat() if on_sqlite else entry.booked_on,
        recorded,
        entry.cause,
        entry.idempotency_key,
        entry.reverses,
        entry.previous_hash,
        entry.hash,
    )
    try:
        if on_sqlite:
            legs = [
                (entry.id, leg.key.account.value, leg.key.subject, leg.amount_cents) for leg in entry.legs
            ]
            connection.exec_driver_sql(_SQLITE_LEG, legs)
            connection.exec_driver_sql(_SQLITE_ENTRY, row)
        else:
            arrays = (
                [leg.key.account.value for leg in entry.legs],
                [leg.key.subject for leg in entry.legs],
                [leg.amount_cents for leg in entry.legs],
            )
            connection.exec_driver_sql(_POSTGRES_WRITE, (*row, *arrays))
    except DBAPIError as error:
        if reason := broken_rule(error):
            raise BookRefuses(reason=reason) from error
        raise


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
