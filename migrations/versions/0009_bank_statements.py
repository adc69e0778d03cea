"""Bank statements are taken in and matched.

Revision ID: 0009_bank_statements
Revises: 0008_payment_batches
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_bank_statements"
down_revision = "0008_payment_batches"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENCRYPTED = sa.LargeBinary()


def upgrade() -> None:
    """Make the tables."""
    _file()
    _statement()
    _line()
    _booking()


def downgrade() -> None:
    """Remove them."""
    op.drop_table("ledger_bank_booking")
    op.drop_table("ledger_bank_line")
    op.drop_table("ledger_bank_statement")
    op.drop_table("ledger_bank_file")


def _file() -> None:
    op.create_table(
        "ledger_bank_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", ENCRYPTED, nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_as", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lines_read", sa.Integer(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("problem_nl", ENCRYPTED, nullable=False),
        sa.Column("problem_en", ENCRYPTED, nullable=False),
        sa.Column("leased_until_utc", MOMENT, nullable=True),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("taken_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'reading', 'refused', 'taken')", name=op.f("ck_ledger_bank_file_state")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_bank_file_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_bank_file")),
    )
    # A file that was refused may be offered again, for instance once the account has been set.
    op.create_index(
        "uq_ledger_bank_file_sha256",
        "ledger_bank_file",
        ["fund_id", "sha256"],
        unique=True,
        sqlite_where=sa.text("state <> 'refused'"),
        postgresql_where=sa.text("state <> 'refused'"),
    )


def _statement() -> None:
    op.create_table(
        "ledger_bank_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("statement_id", sa.String(length=70), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("opening_on", sa.Date(), nullable=False),
        sa.Column("closing_on", sa.Date(), nullable=False),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("closing_cents", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "state IN ('set_aside', 'taken', 'booked')", name=op.f("ck_ledger_bank_statement_state")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_bank_statement_fund_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["ledger_bank_file.id"], name=op.f("fk_ledger_bank_statement_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["ledger_bank_statement.id"], name=op.f("fk_ledger_bank_statement_follows_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_bank_statement")),
        sa.UniqueConstraint("fund_id", "content_hash", name="uq_ledger_bank_statement_content_hash"),
        sa.UniqueConstraint("follows_id", name="uq_ledger_bank_statement_follows_id"),
    )
    op.create_index(
        "ix_ledger_bank_statement_fund_id", "ledger_bank_statement", ["fund_id", "state", "closing_on"]
    )


def _line() -> None:
    op.create_table(
        "ledger_bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("counter_iban", ENCRYPTED, nullable=False),
        sa.Column("counter_name", ENCRYPTED, nullable=False),
        sa.Column("text", ENCRYPTED, nullable=False),
        sa.Column("end_to_end_id", sa.String(length=70), nullable=False),
        sa.Column("reference", sa.String(length=70), nullable=False),
        sa.Column("bank_reference", sa.String(length=70), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("return_reason", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_bank_line_amount")),
        sa.CheckConstraint("returned IN (0, 1)", name=op.f("ck_ledger_bank_line_returned")),
        sa.CheckConstraint("state IN ('open', 'parked', 'booked')", name=op.f("ck_ledger_bank_line_state")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["ledger_bank_statement.id"], name=op.f("fk_ledger_bank_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_bank_line")),
        sa.UniqueConstraint("statement_id", "position", name="uq_ledger_bank_line_position"),
    )
    op.create_index("ix_ledger_bank_line_state", "ledger_bank_line", ["state", "statement_id"])
    op.create_index("ix_ledger_bank_line_end_to_end_id", "ledger_bank_line", ["end_to_end_id"])


def _booking() -> None:
    op.create_table(
        "ledger_bank_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.Column("booked_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_bank_booking_amount")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["ledger_bank_line.id"], name=op.f("fk_ledger_bank_booking_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_bank_booking_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["ledger_entry.id"], name=op.f("fk_ledger_bank_booking_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_bank_booking")),
        sa.UniqueConstraint("line_id", "sequence", name="uq_ledger_bank_booking_sequence"),
        sa.UniqueConstraint("entry_id", name="uq_ledger_bank_booking_entry_id"),
    )
