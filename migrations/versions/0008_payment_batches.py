"""Payments go out in batches that a second treasurer releases; accounts change under four eyes.

Revision ID: 0008_payment_batches
Revises: 0007_settling
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_payment_batches"
down_revision = "0007_settling"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENCRYPTED = sa.LargeBinary()
TABLES = (
    "bank_account",
    "payee_change",
    "fund_payment",
    "payment_batch",
    "payment_batch_line",
    "card_count",
    "contribution_invoice",
)


def upgrade() -> None:
    """Make the tables, and let a payout say how it was paid."""
    # Written out, as Alembic adds no constraints to a table that exists on SQLite, which itself can.
    op.execute(
        "ALTER TABLE payout ADD COLUMN method VARCHAR(10) DEFAULT 'bank' NOT NULL"
        " CONSTRAINT ck_payout_method CHECK (method IN ('bank', 'card', 'advance'))"
    )
    op.execute(
        "ALTER TABLE payout ADD COLUMN advanced_by INTEGER"
        " CONSTRAINT fk_payout_advanced_by REFERENCES partner (id)"
    )
    _accounts()
    _payments()
    _fund()


def _accounts() -> None:
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("holder", ENCRYPTED, nullable=False),
        sa.Column("iban", ENCRYPTED, nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("creditor_id", sa.String(length=35), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at_utc", MOMENT, nullable=False),
        sa.Column("judged_by", sa.Integer(), nullable=True),
        sa.Column("judged_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR judged_by IS NOT NULL OR proposed_by IS NULL",
            name=op.f("ck_bank_account_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_bank_account_state")
        ),
        sa.CheckConstraint(
            "judged_by IS NULL OR proposed_by IS NULL OR judged_by <> proposed_by",
            name=op.f("ck_bank_account_judged_by_another"),
        ),
        sa.ForeignKeyConstraint(["judged_by"], ["person.id"], name=op.f("fk_bank_account_judged_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_bank_account_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_bank_account_partner_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_bank_account_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(
        "ix_bank_account_network_id_partner_id", "bank_account", ["network_id", "partner_id"], unique=False
    )
    op.create_index(
        "uq_bank_account_proposed_for_fund",
        "bank_account",
        ["network_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed' AND partner_id IS NULL"),
        postgresql_where=sa.text("state = 'proposed' AND partner_id IS NULL"),
    )
    op.create_index(
        "uq_bank_account_proposed_for_partner",
        "bank_account",
        ["partner_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "payee_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("cost_line_id", sa.Integer(), nullable=False),
        sa.Column("payee_name", ENCRYPTED, nullable=False),
        sa.Column("payee_iban", ENCRYPTED, nullable=False),
        sa.Column("former_name", ENCRYPTED, nullable=False),
        sa.Column("former_iban", ENCRYPTED, nullable=False),
        sa.Column("reason", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at_utc", MOMENT, nullable=False),
        sa.Column("judged_by", sa.Integer(), nullable=True),
        sa.Column("judged_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR judged_by IS NOT NULL",
            name=op.f("ck_payee_change_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_payee_change_state")
        ),
        sa.CheckConstraint(
            "judged_by IS NULL OR judged_by <> proposed_by", name=op.f("ck_payee_change_judged_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["cost_line_id"], ["cost_line.id"], name=op.f("fk_payee_change_cost_line_id")
        ),
        sa.ForeignKeyConstraint(["judged_by"], ["person.id"], name=op.f("fk_payee_change_judged_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_payee_change_network_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_payee_change_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_change")),
    )
    op.create_index("ix_payee_change_cost_line_id", "payee_change", ["cost_line_id"], unique=False)
    op.create_index(
        "uq_payee_change_proposed",
        "payee_change",
        ["cost_line_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )


def _payments() -> None:
    op.create_table(
        "fund_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("payee_name", ENCRYPTED, nullable=False),
        sa.Column("payee_iban", ENCRYPTED, nullable=False),
        sa.Column("description", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at_utc", MOMENT, nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("entry_ids", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cards', 'advance', 'contribution', 'receipt')", name=op.f("ck_fund_payment_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'ordered', 'paid', 'rejected', 'returned', 'withdrawn')",
            name=op.f("ck_fund_payment_state"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_fund_payment_amount_positive")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_fund_payment_asked_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_fund_payment_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_payment_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_payment")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_fund_payment_network_id_reference")),
    )
    op.create_index("ix_fund_payment_network_id_state", "fund_payment", ["network_id", "state"], unique=False)
    op.create_table(
        "payment_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("execution_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("prepared_at_utc", MOMENT, nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at_utc", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at_utc", MOMENT, nullable=True),
        sa.Column("message_id", sa.String(length=35), nullable=True),
        sa.Column("file", ENCRYPTED, nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('released', 'rejected')) = (released_by IS NOT NULL)",
            name=op.f("ck_payment_batch_released_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('prepared', 'released', 'cancelled', 'rejected')", name=op.f("ck_payment_batch_state")
        ),
        sa.CheckConstraint(
            "(released_by IS NOT NULL) = (file IS NOT NULL)", name=op.f("ck_payment_batch_file_at_release")
        ),
        sa.CheckConstraint("line_count > 0 AND total_cents > 0", name=op.f("ck_payment_batch_not_empty")),
        sa.CheckConstraint(
            "released_by IS NULL OR released_by <> prepared_by",
            name=op.f("ck_payment_batch_released_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bank_account.id"], name=op.f("fk_payment_batch_account_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_payment_batch_ended_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_payment_batch_network_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.id"], name=op.f("fk_payment_batch_prepared_by")),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], name=op.f("fk_payment_batch_released_by")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_payment_batch_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("message_id", name=op.f("uq_payment_batch_message_id")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_payment_batch_network_id_reference")),
    )
    op.create_index(
        "ix_payment_batch_network_id_state", "payment_batch", ["network_id", "state"], unique=False
    )
    op.create_table(
        "payment_batch_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cost_line_id", sa.Integer(), nullable=True),
        sa.Column("fund_payment_id", sa.Integer(), nullable=True),
        sa.Column("payout_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("payee_name", ENCRYPTED, nullable=False),
        sa.Column("payee_iban", ENCRYPTED, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(cost_line_id IS NULL) <> (fund_payment_id IS NULL)",
            name=op.f("ck_payment_batch_line_of_one_thing"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_batch_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_batch_line_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["cost_line_id"], ["cost_line.id"], name=op.f("fk_payment_batch_line_cost_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["fund_payment_id"], ["fund_payment.id"], name=op.f("fk_payment_batch_line_fund_payment_id")
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payment_batch_line_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch_line")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_payment_batch_line_batch_id_position")),
    )
    op.create_index("ix_payment_batch_line_payout_id", "payment_batch_line", ["payout_id"], unique=False)
    op.create_index(
        "uq_payment_batch_line_live_cost_line",
        "payment_batch_line",
        ["cost_line_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_payment_batch_line_live_fund_payment",
        "payment_batch_line",
        ["fund_payment_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )


def _fund() -> None:
    op.create_table(
        "card_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("counted_cents", sa.BigInteger(), nullable=False),
        sa.Column("book_cents", sa.BigInteger(), nullable=False),
        sa.Column("explanation", ENCRYPTED, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("counted_by", sa.Integer(), nullable=False),
        sa.Column("counted_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(counted_cents = book_cents) = (entry_id IS NULL)", name=op.f("ck_card_count_difference_booked")
        ),
        sa.CheckConstraint("counted_cents >= 0", name=op.f("ck_card_count_not_negative")),
        sa.ForeignKeyConstraint(["counted_by"], ["person.id"], name=op.f("fk_card_count_counted_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_card_count_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_count")),
    )
    op.create_index("ix_card_count_network_id", "card_count", ["network_id"], unique=False)
    op.create_table(
        "contribution_invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("for_year", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("invoiced_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_contribution_invoice_amount_positive")),
        sa.CheckConstraint("due_on >= invoiced_on", name=op.f("ck_contribution_invoice_due_after_invoiced")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_contribution_invoice_made_by")),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_contribution_invoice_network_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_contribution_invoice_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_invoice")),
        sa.UniqueConstraint(
            "network_id", "reference", name=op.f("uq_contribution_invoice_network_id_reference")
        ),
        sa.UniqueConstraint(
            "partner_id", "for_year", name=op.f("uq_contribution_invoice_partner_id_for_year")
        ),
    )
    op.create_index(
        "ix_contribution_invoice_network_id_for_year",
        "contribution_invoice",
        ["network_id", "for_year"],
        unique=False,
    )


def downgrade() -> None:
    """Remove them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("payout", "advanced_by")
    op.drop_column("payout", "method")
