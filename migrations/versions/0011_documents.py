"""What partners get on paper, and mandates to collect.

Revision ID: 0011_documents
Revises: 0010_mail
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_documents"
down_revision = "0010_mail"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENCRYPTED = sa.LargeBinary()
TABLES = ("finance_contact", "collection_mandate", "collection_batch", "collection")


def upgrade() -> None:
    """Make the tables."""
    _contact()
    _mandate()
    _batch()
    _collection()


def _contact() -> None:
    op.create_table(
        "finance_contact",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("name", ENCRYPTED, nullable=False),
        sa.Column("email", ENCRYPTED, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("changed_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_finance_contact_language")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_finance_contact_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_finance_contact")),
    )


def _mandate() -> None:
    op.create_table(
        "collection_mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=35), nullable=False),
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("holder", ENCRYPTED, nullable=False),
        sa.Column("iban", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at_utc", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at_utc", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("scheme IN ('CORE', 'B2B')", name=op.f("ck_collection_mandate_scheme")),
        sa.CheckConstraint(
            "state <> 'active' OR confirmed_by IS NOT NULL",
            name=op.f("ck_collection_mandate_active_when_confirmed"),
        ),
        sa.CheckConstraint(
            "state IN ('recorded', 'active', 'refused', 'ended')", name=op.f("ck_collection_mandate_state")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> recorded_by",
            name=op.f("ck_collection_mandate_confirmed_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f("fk_collection_mandate_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_collection_mandate_ended_by")),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_collection_mandate_network_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_collection_mandate_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_collection_mandate_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_mandate")),
        sa.UniqueConstraint(
            "network_id", "reference", name=op.f("uq_collection_mandate_network_id_reference")
        ),
    )
    op.create_index(
        "uq_collection_mandate_live",
        "collection_mandate",
        ["partner_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('recorded', 'active')"),
        postgresql_where=sa.text("state IN ('recorded', 'active')"),
    )


def _batch() -> None:
    op.create_table(
        "collection_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("collect_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("prepared_at_utc", MOMENT, nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at_utc", MOMENT, nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=35), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'released') = (released_by IS NOT NULL)",
            name=op.f("ck_collection_batch_released_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('prepared', 'released', 'cancelled')", name=op.f("ck_collection_batch_state")
        ),
        sa.CheckConstraint(
            "(released_by IS NOT NULL) = (file IS NOT NULL)", name=op.f("ck_collection_batch_file_at_release")
        ),
        sa.CheckConstraint("line_count > 0 AND total_cents > 0", name=op.f("ck_collection_batch_not_empty")),
        sa.CheckConstraint(
            "released_by IS NULL OR released_by <> prepared_by",
            name=op.f("ck_collection_batch_released_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bank_account.id"], name=op.f("fk_collection_batch_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by"], ["person.id"], name=op.f("fk_collection_batch_cancelled_by")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_collection_batch_network_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.id"], name=op.f("fk_collection_batch_prepared_by")),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], name=op.f("fk_collection_batch_released_by")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_collection_batch_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_batch")),
        sa.UniqueConstraint("message_id", name=op.f("uq_collection_batch_message_id")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_collection_batch_network_id_reference")),
    )
    op.create_index(
        "ix_collection_batch_network_id_state", "collection_batch", ["network_id", "state"], unique=False
    )


def _collection() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("claim_reference", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("bank_on", sa.Date(), nullable=True),
        sa.Column("bank_reason", sa.String(length=40), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("live = (state IN ('prepared', 'ordered'))", name=op.f("ck_collection_live")),
        sa.CheckConstraint(
            "state IN ('prepared', 'ordered', 'collected', 'rejected', 'reversed', 'cancelled')",
            name=op.f("ck_collection_state"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_collection_amount_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["collection_batch.id"], name=op.f("fk_collection_batch_id")),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["collection_mandate.id"], name=op.f("fk_collection_mandate_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_collection_network_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_collection_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_collection_batch_id_position")),
        sa.UniqueConstraint(
            "network_id",
            "claim_reference",
            "attempt",
            name=op.f("uq_collection_network_id_claim_reference_attempt"),
        ),
        sa.UniqueConstraint(
            "network_id", "end_to_end_id", name=op.f("uq_collection_network_id_end_to_end_id")
        ),
    )
    op.create_index(
        "uq_collection_live_claim",
        "collection",
        ["network_id", "claim_reference"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )


def downgrade() -> None:
    """Remove them."""
    for table in reversed(TABLES):
        op.drop_table(table)
