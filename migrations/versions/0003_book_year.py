"""A book year's end: who signed for what, and the overview as the executives adopted it.

Revision ID: 0003_book_year
Revises: 0002_casework
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_book_year"
down_revision = "0002_casework"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "book_year_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at_utc", MOMENT, nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("statements_through_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "act IN ('close', 'audit', 'adopt', 'ask_reopening', 'reopen')",
            name=op.f("ck_book_year_signature_act"),
        ),
        sa.CheckConstraint(
            "(act = 'close') = (statements_through_on IS NOT NULL)",
            name=op.f("ck_book_year_signature_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_book_year_signature_network_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_book_year_signature_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_year_signature")),
        sa.UniqueConstraint(
            "network_id", "book_year", "closing", "act", "person_id", name="uq_book_year_signature_once"
        ),
    )
    op.create_table(
        "adopted_overview",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("book_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("adopted_at_utc", MOMENT, nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_adopted_overview_network_id")),
        sa.PrimaryKeyConstraint("network_id", "book_year", name=op.f("pk_adopted_overview")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("adopted_overview")
    op.drop_table("book_year_signature")
