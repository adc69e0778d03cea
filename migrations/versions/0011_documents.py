"""What partners get on paper, and mandates to collect.

Revision ID: 0011_documents
Revises: 0010_mail
"""

from __future__ import annotations

revision = "0011_documents"
down_revision = "0010_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
