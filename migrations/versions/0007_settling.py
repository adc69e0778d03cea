"""Settling: steps of the calendar, letters to outside parties, released summaries.

Revision ID: 0007_settling
Revises: 0006_policy_proposal
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_settling"
down_revision = "0006_policy_proposal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_due_run()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("due_run")


def _create_due_run() -> None:
    op.create_table(
        "due_run",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("leased_until_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(holder IS NULL) = (leased_until_utc IS NULL)", name=op.f("ck_due_run_lease_whole")
        ),
        sa.CheckConstraint("done >= 0 AND failed >= 0", name=op.f("ck_due_run_counts")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_due_run_network_id")),
        sa.PrimaryKeyConstraint("network_id", "step", name=op.f("pk_due_run")),
    )
