"""Settling: letters to outside parties, released summaries.

Revision ID: 0007_settling
Revises: 0006_policy_proposal
"""

from __future__ import annotations

revision = "0007_settling"
down_revision = "0006_policy_proposal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
