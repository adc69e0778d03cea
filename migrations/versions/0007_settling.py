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

MOMENT = sa.DateTime(timezone=True)
LIVE_SUMMARY = "state <> 'withdrawn'"


def upgrade() -> None:
    """Make the tables, and let the program propose a settlement."""
    _create_due_run()
    _create_claim_letter()
    _create_case_summary()
    _proposer(needed=False)


def downgrade() -> None:
    """Remove them; fails while there are settlements that the program proposed."""
    _proposer(needed=True)
    op.drop_index("ix_case_summary_network_id_state", table_name="case_summary")
    op.drop_index("uq_case_summary_live", table_name="case_summary")
    op.drop_table("case_summary")
    op.drop_table("claim_letter")
    op.drop_table("due_run")


def _proposer(*, needed: bool) -> None:
    """Whether a settlement needs a person who proposed it."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.alter_column("settlement", "proposed_by", existing_type=sa.Integer(), nullable=not needed)
        return
    if needed and bind.scalar(sa.text("SELECT count(*) FROM settlement WHERE proposed_by IS NULL")):
        raise RuntimeError("there are settlements that the program proposed")
    # SQLite changes no column of a table that exists, and this one cannot be made anew while others refer
    # to it. What is stored stays the same, so its definition is changed in place: sqlite.org/lang_altertable.
    with_it, without = "proposed_by INTEGER NOT NULL", "proposed_by INTEGER"
    old, new = (f"{without}, ", f"{with_it}, ") if needed else (f"{with_it}, ", f"{without}, ")
    made = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'settlement'"))
    if made is None or made.count(old) != 1:
        raise RuntimeError(f"settlement does not have the column {old!r}")
    version = int(bind.scalar(sa.text("PRAGMA schema_version")))
    op.execute("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'settlement'"),
        {"sql": made.replace(old, new)},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")


def _create_due_run() -> None:
    op.create_table(
        "due_run",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("leased_until_utc", MOMENT, nullable=True),
        sa.Column("finished_at_utc", MOMENT, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(holder IS NULL) = (leased_until_utc IS NULL)", name=op.f("ck_due_run_lease_whole")
        ),
        sa.CheckConstraint("done >= 0 AND failed >= 0", name=op.f("ck_due_run_counts")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_due_run_network_id")),
        sa.PrimaryKeyConstraint("network_id", "step", name=op.f("pk_due_run")),
    )


def _create_claim_letter() -> None:
    op.create_table(
        "claim_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at_utc", MOMENT, nullable=False),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.CheckConstraint("reason IN ('first', 'again', 'reminder')", name=op.f("ck_claim_letter_reason")),
        sa.CheckConstraint("(number = 1) = (reason = 'first')", name=op.f("ck_claim_letter_first_is_first")),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_claim_letter_language")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_claim_letter_amount_positive")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_claim_letter_network_id")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_claim_letter_settlement_id")
        ),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"], name=op.f("fk_claim_letter_registered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_letter")),
        sa.UniqueConstraint("settlement_id", "number", name="uq_claim_letter_settlement_id_number"),
        sa.UniqueConstraint("settlement_id", "request_key", name="uq_claim_letter_settlement_id_request_key"),
    )


def _create_case_summary() -> None:
    op.create_table(
        "case_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("title", "situation", "barrier", "breakthrough", "lesson")
        ),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("barrier_field", sa.String(length=80), nullable=False),
        sa.Column("barrier_law", sa.String(length=80), nullable=False),
        sa.Column("about_cents", sa.BigInteger(), nullable=False),
        sa.Column("settled_as", sa.String(length=12), nullable=False),
        sa.Column("paid_year", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at_utc", MOMENT, nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("released_at_utc", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at_utc", MOMENT, nullable=True),
        *_summary_rules(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_summary")),
    )
    op.create_index("ix_case_summary_network_id_state", "case_summary", ["network_id", "state"])
    op.create_index(
        "uq_case_summary_live",
        "case_summary",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text(LIVE_SUMMARY),
        postgresql_where=sa.text(LIVE_SUMMARY),
    )


def _summary_rules() -> list[sa.CheckConstraint | sa.ForeignKeyConstraint]:
    checks = {
        "state": "state IN ('draft', 'offered', 'released', 'withdrawn')",
        "four_eyes": "checked_by IS NULL OR checked_by <> written_by",
        "released_is_checked": "state <> 'released' OR checked_by IS NOT NULL",
        "about_not_negative": "about_cents >= 0",
    }
    refers = {
        "network_id": "network.id",
        "case_id": "case.id",
        "written_by": "person.id",
        "checked_by": "person.id",
        "withdrawn_by": "person.id",
    }
    return [
        *(sa.CheckConstraint(rule, name=op.f(f"ck_case_summary_{name}")) for name, rule in checks.items()),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_case_summary_{column}"))
            for column, target in refers.items()
        ),
    ]
