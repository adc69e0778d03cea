"""Mail waits in an outbox; reminders are kept.

Revision ID: 0010_mail
Revises: 0009_bank_statements
"""

from __future__ import annotations

revision = "0010_mail"
down_revision = "0009_bank_statements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
