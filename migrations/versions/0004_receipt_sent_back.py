"""What was received can be paid back by hand: one more kind of booking on the fund.

Revision ID: 0004_receipt_sent_back
Revises: 0003_book_year
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_receipt_sent_back"
down_revision = "0003_book_year"
branch_labels = None
depends_on = None

BEFORE = (
    "kind IN ('contribution', 'contribution_paid_back', 'pot_taken_over', 'bank_costs',"
    " 'other_costs', 'other_income')"
)
AFTER = f"{BEFORE.removesuffix(')')}, 'receipt_sent_back')"
CHECK = "ck_fund_booking_kind"


def upgrade() -> None:
    """Allow the new kind."""
    _check(BEFORE, AFTER)


def downgrade() -> None:
    """Refuse it again; fails while there are bookings of this kind."""
    _check(AFTER, BEFORE)


def _check(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(CHECK), "fund_booking", type_="check")
        op.create_check_constraint(op.f(CHECK), "fund_booking", new)
        return
    # SQLite changes no constraint of a table that exists: the table is made anew around its rows.
    made = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'fund_booking'"))
    if made is None or old not in made:
        raise RuntimeError(f"fund_booking does not have the check {old!r}")
    op.execute("ALTER TABLE fund_booking RENAME TO fund_booking_before")
    op.execute("DROP INDEX ix_fund_booking_network_id_for_year")
    op.execute(made.replace(old, new))
    op.execute("INSERT INTO fund_booking SELECT * FROM fund_booking_before")
    op.execute("DROP TABLE fund_booking_before")
    op.create_index("ix_fund_booking_network_id_for_year", "fund_booking", ["network_id", "for_year"])
