"""Bank statements are taken in and matched.

Revision ID: 0009_bank_statements
Revises: 0008_payment_batches
"""

from __future__ import annotations

revision = "0009_bank_statements"
down_revision = "0008_payment_batches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
