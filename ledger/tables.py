"""The ledger's tables. Triggers and the rest of the enforcement are in the migration's SQL files.

An entry's id is its fund's number times ``IDS_PER_FUND`` plus its place in that fund's chain (1, 2, 3 …), so
that it is known under the fund's lock, needs no sequence, leaves no gaps, and sorts legs beside each other.

Legs are inserted before their entry. The insert of the entry seals it: a trigger checks its sum and place,
and brings balances, months, the year's last number and the chain's head up to date in the same statement.
"""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ledger.accounts import RULES, Leaning, Subject
from ledger.entries import SUBJECT_MAX, TEXT_MAX, EntryKind
from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

IDS_PER_FUND = 10_000_000_000
HASH_LENGTH = 64

_metadata = Base.metadata


def _name(longest: int) -> String:
    """Text that sorts by code point on both databases, as Python does: the encoding relies on it."""
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


ACCOUNTS = [account.value for account in RULES]
WITH_SUBJECT = [a.value for a, rule in RULES.items() if rule.subject is not Subject.NONE]
DEBIT_ONLY = [a.value for a, rule in RULES.items() if rule.leaning is Leaning.DEBIT]
CREDIT_ONLY = [a.value for a, rule in RULES.items() if rule.leaning is Leaning.CREDIT]
KINDS = [kind.value for kind in EntryKind]


def _listed(column: str, values: list[str]) -> str:
    """Whether ``column`` is one of ``values``, in few words for both databases.

    For an IN list SQLite builds a table at every row it checks; PostgreSQL reads a long condition anew at
    every statement. A word without spaces occurs between spaces only as itself.
    """
    words = "' " + " ".join(values) + " '"
    return (
        f"replace({column}, ' ', '') = {column} AND replace({words}, ' ' || {column} || ' ', '') <> {words}"
    )


def _among(accounts: list[str]) -> str:
    """Whether ``account``, when it is one at all, is one of ``accounts``: as ranges, which is shortest."""
    runs = [list(run) for among, run in groupby(sorted(ACCOUNTS), key=accounts.__contains__) if among]
    ranges = [
        f"account BETWEEN '{run[0]}' AND '{run[-1]}'" if len(run) > 1 else f"account = '{run[0]}'"
        for run in runs
    ]
    return "(" + " OR ".join(ranges) + ")"


fund = Table(
    "ledger_fund",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("network", String(SUBJECT_MAX), nullable=False),
    Column("buffer_cents", BigInteger, nullable=False),
    Column("entry_count", BigInteger, nullable=False),
    Column("head_hash", String(HASH_LENGTH), nullable=False),
    Column("closed_through", Integer, nullable=False),  # the last closed book year; 0 when none is
    Column("opened_at_utc", UtcDateTime, nullable=False),
    UniqueConstraint("network"),
    CheckConstraint("id BETWEEN 1 AND 99999", name="id"),
    CheckConstraint("buffer_cents >= 0", name="buffer"),
    CheckConstraint("entry_count >= 0", name="entry_count"),
)

buffer_change = Table(
    "ledger_buffer_change",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("buffer_cents", BigInteger, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    CheckConstraint("buffer_cents >= 0", name="buffer"),
    Index("ix_ledger_buffer_change_fund_id", "fund_id", "at_utc"),
)

entry = Table(
    "ledger_entry",
    _metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("book_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("recorded_at_utc", UtcDateTime, nullable=False),
    Column("cause", String(TEXT_MAX), nullable=False),
    Column("idempotency_key", String(TEXT_MAX), nullable=False),
    Column("reverses", ForeignKey("ledger_entry.id")),
    Column("previous_hash", String(HASH_LENGTH), nullable=False),
    Column("hash", String(HASH_LENGTH), nullable=False),
    UniqueConstraint("fund_id", "book_year", "number", name="uq_ledger_entry_number"),
    UniqueConstraint("fund_id", "idempotency_key", name="uq_ledger_entry_idempotency_key"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("book_year BETWEEN 1900 AND 9999", name="book_year"),
    CheckConstraint(_listed("kind", KINDS), name="kind"),
    CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reverses"),
    CheckConstraint("reverses < id", name="reverses_earlier"),
    CheckConstraint("cause <> '' AND idempotency_key <> ''", name="texts"),
    CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hashes"),
    Index("ix_ledger_entry_booked_on", "fund_id", "booked_on"),
    Index(
        "uq_ledger_entry_reverses",
        "reverses",
        unique=True,
        sqlite_where=text("reverses IS NOT NULL"),
        postgresql_where=text("reverses IS NOT NULL"),
    ),
)

leg = Table(
    "ledger_leg",
    _metadata,
    Column("entry_id", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("account", _name(4), nullable=False),
    Column("subject", _name(SUBJECT_MAX), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("entry_id", "account", "subject"),  # an account occurs once, and in this order
    # Deferred, because legs come before their entry; at commit every leg has one.
    ForeignKeyConstraint(
        ["entry_id"],
        ["ledger_entry.id"],
        name="fk_ledger_leg_entry_id",
        deferrable=True,
        initially="DEFERRED",
    ),
    CheckConstraint("amount_cents <> 0", name="amount"),
    CheckConstraint(_listed("account", ACCOUNTS), name="account"),
    CheckConstraint(f"{_among(WITH_SUBJECT)} = (subject <> '')", name="subject"),
    Index("ix_ledger_leg_account", "account", "subject", "entry_id"),
    sqlite_with_rowid=False,
)

# One row per sub-account, and one with subject '' per main account: its total. Balances and months are only
# written by the trigger that has just read the fund: a foreign key would look it up again for each row.
balance = Table(
    "ledger_balance",
    _metadata,
    Column("fund_id", Integer, nullable=False),
    Column("account", _name(4), nullable=False),
    Column("subject", _name(SUBJECT_MAX), nullable=False),
    Column("balance_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("fund_id", "account", "subject"),
    CheckConstraint(f"balance_cents >= 0 OR NOT {_among(DEBIT_ONLY)}", name="not_below_zero"),
    CheckConstraint(f"balance_cents <= 0 OR NOT {_among(CREDIT_ONLY)}", name="not_above_zero"),
    sqlite_with_rowid=False,
)

# Turnover per main account, month (yyyymm) and kind; a reversal counts under the kind it reverses.
month = Table(
    "ledger_month",
    _metadata,
    Column("fund_id", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("account", _name(4), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("debit_cents", BigInteger, nullable=False),
    Column("credit_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("fund_id", "month", "account", "kind"),
    CheckConstraint("debit_cents >= 0 AND credit_cents >= 0", name="turnover"),
    sqlite_with_rowid=False,
)

year = Table(
    "ledger_year",
    _metadata,
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("book_year", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    PrimaryKeyConstraint("fund_id", "book_year"),
    CheckConstraint("last_number >= 0", name="last_number"),
    CheckConstraint("state IN ('open', 'closed', 'audited', 'adopted')", name="state"),
)

year_act = Table(
    "ledger_year_act",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("fund_id", Integer, nullable=False),
    Column("book_year", Integer, nullable=False),
    Column("act", String(20), nullable=False),
    Column("people", String(1000), nullable=False),  # ids, one per line
    Column("reason", String(1000), nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("entry_id", ForeignKey("ledger_entry.id")),  # the closing entry or its reversal
    Column("head_hash", String(HASH_LENGTH), nullable=False),
    ForeignKeyConstraint(
        ["fund_id", "book_year"],
        ["ledger_year.fund_id", "ledger_year.book_year"],
        name="fk_ledger_year_act_year",
    ),
    CheckConstraint(
        "act IN ('closed', 'audited', 'adopted', 'reopening_asked', 'reopened')",
        name="act",
    ),
    Index("ix_ledger_year_act_year", "fund_id", "book_year"),
)

claim = Table(
    "ledger_claim",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("reference", String(SUBJECT_MAX), nullable=False),
    Column("account", String(4), nullable=False),
    Column("case_number", String(SUBJECT_MAX), nullable=False),
    Column("settlement", String(SUBJECT_MAX), nullable=False),
    Column("party", String(SUBJECT_MAX), nullable=False),
    Column("party_name", EncryptedText, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("plan", Integer, nullable=False),  # the number of the repayment plan in force
    Column("planned_cents", BigInteger, nullable=False),  # what that plan divides
    Column("entry_id", ForeignKey("ledger_entry.id"), nullable=False),
    UniqueConstraint("fund_id", "reference", name="uq_ledger_claim_reference"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("account IN ('1300', '1310', '1320')", name="account"),
    Index("ix_ledger_claim_case_number", "fund_id", "case_number"),
    Index("ix_ledger_claim_settlement", "fund_id", "settlement"),
    Index("ix_ledger_claim_party", "fund_id", "party"),
)

instalment = Table(
    "ledger_instalment",
    _metadata,
    Column("claim_id", ForeignKey("ledger_claim.id"), nullable=False),
    Column("plan", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("claim_id", "plan", "number"),
    CheckConstraint("amount_cents > 0", name="amount"),
)
