"""A change of policy is proposed by one person and adopted by a second.

Revision ID: 0006_policy_proposal
Revises: 0005_deciding
"""

from __future__ import annotations

revision = "0006_policy_proposal"
down_revision = "0005_deciding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
