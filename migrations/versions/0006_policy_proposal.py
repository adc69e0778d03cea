"""A change of policy is proposed by one person and adopted by a second.

Revision ID: 0006_policy_proposal
Revises: 0005_deciding
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_policy_proposal"
down_revision = "0005_deciding"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PROPOSED = "network_id, section, valid_from, document, reason, base_id, proposed_by, proposed_at_utc"
# Per trigger: its name, the table, what it refuses, when, and what it says.
ADOPTED_STAYS = "adopted policy does not change"
ANSWER_STAYS = "an answered proposal does not change"
PROPOSAL_STAYS = "what was proposed does not change"
SEALS = (
    ("policy_section_refuse_update", "policy_section", "UPDATE", "", ADOPTED_STAYS),
    ("policy_section_refuse_delete", "policy_section", "DELETE", "", ADOPTED_STAYS),
    ("policy_proposal_refuse_update", "policy_proposal", "UPDATE", "OLD.state <> 'open'", ANSWER_STAYS),
    ("policy_proposal_refuse_edit", "policy_proposal", f"UPDATE OF {PROPOSED}", "", PROPOSAL_STAYS),
    ("policy_proposal_refuse_delete", "policy_proposal", "DELETE", "", PROPOSAL_STAYS),
)
FUNCTION_POSTGRESQL = """
CREATE FUNCTION policy_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$
"""


def upgrade() -> None:
    """Make the table, and seal what was adopted and answered."""
    op.create_table(
        "policy_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at_utc", MOMENT, nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at_utc", MOMENT, nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=False),
        sa.Column("policy_section_id", sa.Integer(), nullable=True),
        *_checks(),
        *_keys(),
    )
    op.create_index(
        "uq_policy_proposal_open",
        "policy_proposal",
        ["network_id", "section"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    _seal()


def _checks() -> tuple[sa.CheckConstraint, ...]:
    rules = {
        "state": "state IN ('open', 'adopted', 'refused', 'withdrawn')",
        "answered_by_someone": "(state = 'open') = (answered_by IS NULL)",
        "answered_at_a_moment": "(state = 'open') = (answered_at_utc IS NULL)",
        "four_eyes": "state NOT IN ('adopted', 'refused') OR answered_by <> proposed_by",
        "withdrawn_by_proposer": "state <> 'withdrawn' OR answered_by = proposed_by",
        "adopted_version": "(state = 'adopted') = (policy_section_id IS NOT NULL)",
    }
    return tuple(
        sa.CheckConstraint(rule, name=op.f(f"ck_policy_proposal_{name}")) for name, rule in rules.items()
    )


def _keys() -> tuple[sa.Constraint, ...]:
    referred = {
        "network_id": "network.id",
        "base_id": "policy_section.id",
        "proposed_by": "person.id",
        "answered_by": "person.id",
        "policy_section_id": "policy_section.id",
    }
    return (
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_policy_proposal_{column}"))
            for column, target in referred.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_proposal")),
        sa.UniqueConstraint("policy_section_id", name=op.f("uq_policy_proposal_policy_section_id")),
    )


def _seal() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(FUNCTION_POSTGRESQL)
    for name, table, refused, when, said in SEALS:
        begin = f"CREATE TRIGGER {name} BEFORE {refused} ON {table}"
        if sqlite:
            condition = f" WHEN {when}" if when else ""
            op.execute(f"{begin}{condition} BEGIN SELECT RAISE(ABORT, '{said}'); END")
        else:
            condition = f" WHEN ({when})" if when else ""
            op.execute(f"{begin} FOR EACH ROW{condition} EXECUTE FUNCTION policy_refuse('{said}')")


def downgrade() -> None:
    """Remove the seals and the table."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, *_rest in SEALS:
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    op.drop_index("uq_policy_proposal_open", table_name="policy_proposal")
    op.drop_table("policy_proposal")
    if not sqlite:
        op.execute("DROP FUNCTION policy_refuse()")
