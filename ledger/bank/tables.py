"""Files from the bank, the statements in them, their lines, and what each line was booked as.

A file is taken whole or not at all. A line belongs to one statement and is never changed but for its
``state``; what it was booked as are ``ledger_bank_booking`` rows, each naming its entry. Undoing a booking
reverses that entry and keeps the row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.metadata import Base
from storage.types import EncryptedText, UtcDateTime

_metadata = Base.metadata

bank_file = Table(
    "ledger_bank_file",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file_name", EncryptedText, nullable=False),
    Column("format", String(20), nullable=False),  # empty until it was recognised
    Column("size_bytes", BigInteger, nullable=False),
    Column("stored_as", String(60), nullable=False),  # empty once the file was read or refused
    Column("state", String(10), nullable=False),
    Column("lines_read", Integer, nullable=False),
    Column("bytes_read", BigInteger, nullable=False),
    Column("problem_nl", EncryptedText, nullable=False),
    Column("problem_en", EncryptedText, nullable=False),
    Column("leased_until_utc", UtcDateTime),  # who reads it now has it until then; after that another may
    Column("taken_by", Integer, nullable=False),  # the person
    Column("taken_at_utc", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('received', 'reading', 'refused', 'taken')", name="state"),
    Index(
        "uq_ledger_bank_file_sha256",
        "fund_id",
        "sha256",
        unique=True,
        sqlite_where=text("state <> 'refused'"),
        postgresql_where=text("state <> 'refused'"),
    ),
)

bank_statement = Table(
    "ledger_bank_statement",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("fund_id", ForeignKey("ledger_fund.id"), nullable=False),
    Column("file_id", ForeignKey("ledger_bank_file.id"), nullable=False),
    Column("iban", String(34), nullable=False),
    Column("statement_id", String(70), nullable=False),
    Column("sequence", Integer),
    Column("opening_on", Date, nullable=False),
    Column("closing_on", Date, nullable=False),
    Column("opening_cents", BigInteger, nullable=False),
    Column("closing_cents", BigInteger, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column(
        "content_hash", String(64), nullable=False
    ),  # of account, balances and lines: the same again is known
    Column("follows_id", ForeignKey("ledger_bank_statement.id")),  # null for the first one of an account
    Column("state", String(10), nullable=False),
    UniqueConstraint("fund_id", "content_hash", name="uq_ledger_bank_statement_content_hash"),
    UniqueConstraint("follows_id", name="uq_ledger_bank_statement_follows_id"),
    # set_aside: its predecessor has not come yet; taken: in the row; booked: every line is in the book
    CheckConstraint("state IN ('set_aside', 'taken', 'booked')", name="state"),
    Index("ix_ledger_bank_statement_fund_id", "fund_id", "state", "closing_on"),
)

bank_line = Table(
    "ledger_bank_line",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("statement_id", ForeignKey("ledger_bank_statement.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("value_on", Date),
    Column("amount_cents", BigInteger, nullable=False),
    Column("counter_iban", EncryptedText, nullable=False),
    Column("counter_name", EncryptedText, nullable=False),
    Column("text", EncryptedText, nullable=False),  # BSN-like numbers masked
    Column("end_to_end_id", String(70), nullable=False),
    Column("reference", String(70), nullable=False),
    Column("bank_reference", String(70), nullable=False),
    Column("code", String(40), nullable=False),
    Column("returned", Integer, nullable=False),  # 0 or 1
    Column("return_reason", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    UniqueConstraint("statement_id", "position", name="uq_ledger_bank_line_position"),
    CheckConstraint("amount_cents <> 0", name="amount"),
    CheckConstraint("returned IN (0, 1)", name="returned"),
    # open: not in the book yet; parked: in the book as not recognised; booked: recognised
    CheckConstraint("state IN ('open', 'parked', 'booked')", name="state"),
    Index("ix_ledger_bank_line_state", "state", "statement_id"),
    Index("ix_ledger_bank_line_end_to_end_id", "end_to_end_id"),
)

bank_booking = Table(
    "ledger_bank_booking",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("line_id", ForeignKey("ledger_bank_line.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", String(30), nullable=False),  # what the (part of the) line was taken for
    Column("subject", String(60), nullable=False),  # the claim, payment, partner or case
    Column("amount_cents", BigInteger, nullable=False),
    Column("entry_id", ForeignKey("ledger_entry.id"), nullable=False),
    Column("undone_by", ForeignKey("ledger_entry.id")),
    Column("rule", String(40), nullable=False),  # the rule that recognised it, or 'by_hand'
    Column("score", Integer, nullable=False),  # 0-100
    Column("booked_by", Integer),  # the person; null where a rule was sure
    Column("booked_at_utc", UtcDateTime, nullable=False),
    UniqueConstraint("line_id", "sequence", name="uq_ledger_bank_booking_sequence"),
    UniqueConstraint("entry_id", name="uq_ledger_bank_booking_entry_id"),
    CheckConstraint("amount_cents <> 0", name="amount"),
)
