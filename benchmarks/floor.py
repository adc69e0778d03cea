"""The floor to measure posting against: what any ledger must write at the least, without guarding anything.

SQLAlchemy Core inserts an entry and its legs and updates one balance per leg, each as one executemany, in
one transaction per entry; no chain, no triggers, no months.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    update,
)

BALANCES = 5_000
_metadata = MetaData()
_entry = Table(
    "floor_entry",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(30), nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("recorded_at", DateTime, nullable=False),
    Column("cause", String(200), nullable=False),
)
_leg = Table(
    "floor_leg",
    _metadata,
    Column("entry_id", ForeignKey("floor_entry.id"), primary_key=True, autoincrement=False),
    Column("account_id", Integer, primary_key=True, autoincrement=False, index=True),
    Column("amount_cents", BigInteger, nullable=False),
)
_balance = Table(
    "floor_balance",
    _metadata,
    Column("account_id", Integer, primary_key=True, autoincrement=False),
    Column("balance_cents", BigInteger, nullable=False),
)
_ADD = (
    update(_balance)
    .where(_balance.c.account_id == bindparam("account"))
    .values(balance_cents=_balance.c.balance_cents + bindparam("cents"))
)


class Floor:
    """The floor's tables in the database of ``engine``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ids = count(1)
        _metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(
                insert(_balance), [{"account_id": n, "balance_cents": 0} for n in range(BALANCES)]
            )

    def post(self, leg_count: int) -> None:
        """One entry of ``leg_count`` legs in a transaction of its own."""
        entry_id = next(self._ids)
        accounts = [(entry_id * leg_count + place) * 7 % BALANCES for place in range(leg_count)]
        amounts = [100] * (leg_count - 1) + [-100 * (leg_count - 1)]
        now = datetime.now(UTC).replace(tzinfo=None)
        with self._engine.begin() as connection:
            connection.execute(
                insert(_entry),
                {
                    "id": entry_id,
                    "kind": "floor",
                    "booked_on": date(2026, 3, 1),
                    "recorded_at": now,
                    "cause": f"cause {entry_id}",
                },
            )
            legs = zip(accounts, amounts, strict=True)
            connection.execute(
                insert(_leg),
                [{"entry_id": entry_id, "account_id": a, "amount_cents": cents} for a, cents in legs],
            )
            connection.execute(
                _ADD, [{"account": a, "cents": cents} for a, cents in zip(accounts, amounts, strict=True)]
            )
