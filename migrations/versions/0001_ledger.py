"""The ledger: fund, entries, legs, balances, months, years and claims, with the rules the database keeps.

Revision ID: 0001_ledger
Revises:
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001_ledger"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
MOMENT = sa.DateTime(timezone=True)
ENTRY_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNTS = "1100 1150 1160 1300 1310 1320 1400 2100 2200 2900 3000 3900 4100 4200 4300 4400 4900"
KINDS = (
    "pot_taken_over contribution_received contribution_paid_back case_approved commitment_raised "
    "commitment_released payment_ordered payment_seen payment_rejected payment_returned cards_bought "
    "cards_handed_out partner_paid_in_advance advance_refunded advance_set_off settled "
    "settled_as_gift repayment_received payee_refund_unsettled payee_refund_settled claim_fell_back "
    "repaid_part_fell_back claim_written_off written_off_claim_received receipt_unrecognised "
    "receipt_recognised receipt_sent_back bank_costs other_costs other_income year_closed reversal"
)


def _listed(column: str, values: str) -> str:
    """Whether ``column`` is one of ``values``: shorter for both than IN or CASE."""
    return (
        f"replace({column}, ' ', '') = {column} "
        f"AND replace(' {values} ', ' ' || {column} || ' ', '') <> ' {values} '"
    )


def _name(longest: int) -> sa.String:
    return sa.String(longest).with_variant(sa.String(longest, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "ledger_fund",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("network", sa.String(length=80), nullable=False),
        sa.Column("buffer_cents", sa.BigInteger(), nullable=False),
        sa.Column("entry_count", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("closed_through", sa.Integer(), nullable=False),
        sa.Column("opened_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("buffer_cents >= 0", name=op.f("ck_ledger_fund_buffer")),
        sa.CheckConstraint("entry_count >= 0", name=op.f("ck_ledger_fund_entry_count")),
        sa.CheckConstraint("id BETWEEN 1 AND 99999", name=op.f("ck_ledger_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_fund")),
        sa.UniqueConstraint("network", name=op.f("uq_ledger_fund_network")),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("account", _name(4), nullable=False),
        sa.Column("subject", _name(80), nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "balance_cents <= 0 OR NOT (account = '1150' OR account BETWEEN '2100' AND '2900')",
            name=op.f("ck_ledger_balance_not_above_zero"),
        ),
        sa.CheckConstraint(
            "balance_cents >= 0 OR NOT (account BETWEEN '1160' AND '1400')",
            name=op.f("ck_ledger_balance_not_below_zero"),
        ),
        sa.PrimaryKeyConstraint("fund_id", "account", "subject", name=op.f("pk_ledger_balance")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_buffer_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("buffer_cents", sa.BigInteger(), nullable=False),
        sa.Column("at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("buffer_cents >= 0", name=op.f("ck_ledger_buffer_change_buffer")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_buffer_change_fund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_buffer_change")),
    )
    op.create_index(
        "ix_ledger_buffer_change_fund_id", "ledger_buffer_change", ["fund_id", "at_utc"], unique=False
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", ENTRY_ID, autoincrement=False, nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at_utc", MOMENT, nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("reverses", ENTRY_ID, nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_ledger_entry_reverses")
        ),
        sa.CheckConstraint("cause <> '' AND idempotency_key <> ''", name=op.f("ck_ledger_entry_texts")),
        sa.CheckConstraint(_listed("kind", KINDS), name=op.f("ck_ledger_entry_kind")),
        sa.CheckConstraint("book_year BETWEEN 1900 AND 9999", name=op.f("ck_ledger_entry_book_year")),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(previous_hash) = 64", name=op.f("ck_ledger_entry_hashes")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_ledger_entry_number")),
        sa.CheckConstraint("reverses < id", name=op.f("ck_ledger_entry_reverses_earlier")),
        sa.ForeignKeyConstraint(["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_entry_fund_id")),
        sa.ForeignKeyConstraint(["reverses"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("fund_id", "book_year", "number", name="uq_ledger_entry_number"),
        sa.UniqueConstraint("fund_id", "idempotency_key", name="uq_ledger_entry_idempotency_key"),
    )
    op.create_index("ix_ledger_entry_booked_on", "ledger_entry", ["fund_id", "booked_on"], unique=False)
    op.create_index(
        "uq_ledger_entry_reverses",
        "ledger_entry",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "ledger_month",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("account", _name(4), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("debit_cents >= 0 AND credit_cents >= 0", name=op.f("ck_ledger_month_turnover")),
        sa.PrimaryKeyConstraint("fund_id", "month", "account", "kind", name=op.f("pk_ledger_month")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_year",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'audited', 'adopted')", name=op.f("ck_ledger_year_state")
        ),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_ledger_year_last_number")),
        sa.ForeignKeyConstraint(["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_year_fund_id")),
        sa.PrimaryKeyConstraint("fund_id", "book_year", name=op.f("pk_ledger_year")),
    )
    op.create_table(
        "ledger_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=4), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("settlement", sa.String(length=80), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("party_name", sa.LargeBinary(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("planned_cents", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", ENTRY_ID, nullable=False),
        sa.CheckConstraint("account IN ('1300', '1310', '1320')", name=op.f("ck_ledger_claim_account")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_ledger_claim_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_claim_entry_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["ledger_fund.id"], name=op.f("fk_ledger_claim_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_claim")),
        sa.UniqueConstraint("fund_id", "reference", name="uq_ledger_claim_reference"),
    )
    op.create_index("ix_ledger_claim_case_number", "ledger_claim", ["fund_id", "case_number"], unique=False)
    op.create_index("ix_ledger_claim_party", "ledger_claim", ["fund_id", "party"], unique=False)
    op.create_index("ix_ledger_claim_settlement", "ledger_claim", ["fund_id", "settlement"], unique=False)
    op.create_table(
        "ledger_leg",
        sa.Column("entry_id", ENTRY_ID, nullable=False),
        sa.Column("account", _name(4), nullable=False),
        sa.Column("subject", _name(80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(account = '1150' OR account BETWEEN '1300' AND '3000') = (subject <> '')",
            name=op.f("ck_ledger_leg_subject"),
        ),
        sa.CheckConstraint(
            _listed("account", ACCOUNTS),
            name=op.f("ck_ledger_leg_account"),
        ),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_leg_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name="fk_ledger_leg_entry_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "account", "subject", name=op.f("pk_ledger_leg")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_leg_account", "ledger_leg", ["account", "subject", "entry_id"], unique=False)
    op.create_table(
        "ledger_year_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("people", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at_utc", MOMENT, nullable=False),
        sa.Column("entry_id", ENTRY_ID, nullable=True),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "act IN ('closed', 'audited', 'adopted', 'reopening_asked', 'reopened')",
            name=op.f("ck_ledger_year_act_act"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_year_act_entry_id")),
        sa.ForeignKeyConstraint(
            ["fund_id", "book_year"],
            ["ledger_year.fund_id", "ledger_year.book_year"],
            name="fk_ledger_year_act_year",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_year_act")),
    )
    op.create_index("ix_ledger_year_act_year", "ledger_year_act", ["fund_id", "book_year"], unique=False)
    op.create_table(
        "ledger_instalment",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_ledger_instalment_amount")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["ledger_claim.id"], name=op.f("fk_ledger_instalment_claim_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "plan", "number", name=op.f("pk_ledger_instalment")),
    )
    _run_sql("0001_ledger")


def _run_sql(name: str) -> None:
    dialect = op.get_bind().dialect.name
    for statement in (SQL / f"{name}_{dialect}.sql").read_text().split("\n--------\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("the book is never thrown away by a migration; restore a backup instead")
