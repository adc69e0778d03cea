"""Deciding: substitutes, executives, top-ups and minutes.

Revision ID: 0005_deciding
Revises: 0004_receipt_sent_back
"""

from __future__ import annotations

revision = "0005_deciding"
down_revision = "0004_receipt_sent_back"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
