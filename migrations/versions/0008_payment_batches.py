"""Payments go out in batches that a second treasurer releases; accounts change under four eyes.

Revision ID: 0008_payment_batches
Revises: 0007_settling
"""

from __future__ import annotations

revision = "0008_payment_batches"
down_revision = "0007_settling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
