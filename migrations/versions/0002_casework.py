"""Casework: networks, people, cases, decisions, payouts, settlements, log."""

from __future__ import annotations

from alembic import op

import casework.tables  # noqa: F401
from storage.metadata import Base

revision = "0002_casework"
down_revision = "0001_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    tables = [t for t in Base.metadata.sorted_tables if not t.name.startswith("ledger_")]
    Base.metadata.create_all(connection, tables=tables)


def downgrade() -> None:
    connection = op.get_bind()
    tables = [t for t in Base.metadata.sorted_tables if not t.name.startswith("ledger_")]
    Base.metadata.drop_all(connection, tables=tables)
