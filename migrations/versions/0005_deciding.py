"""Deciding: substitutes, executives, top-ups and minutes.

Revision ID: 0005_deciding
Revises: 0004_receipt_sent_back
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_deciding"
down_revision = "0004_receipt_sent_back"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENCRYPTED = sa.LargeBinary()
# Written out: Alembic would add a foreign key in a statement of its own, which SQLite does not have.
MAIN_CASE = (
    'ALTER TABLE "case" ADD COLUMN main_case_id INTEGER'
    ' CONSTRAINT fk_case_main_case_id REFERENCES "case" (id)'
    " CONSTRAINT ck_case_main_is_another CHECK (main_case_id <> id)"
)
PROMISED_BY = (
    "ALTER TABLE decision ADD COLUMN promised_by INTEGER"
    " CONSTRAINT fk_decision_promised_by REFERENCES person (id)"
)


def upgrade() -> None:
    """Make the tables of meetings; give cases, assessments and decisions their new columns."""
    op.execute(MAIN_CASE)
    op.add_column("case", sa.Column("top_up_reason", ENCRYPTED, nullable=True))
    op.create_index("ix_case_main_case_id", "case", ["main_case_id"], unique=False)
    op.add_column(
        "assessment",
        sa.Column("given_as", sa.String(length=16), nullable=False, server_default="secretariat"),
    )
    op.add_column(
        "decision", sa.Column("body", sa.String(length=12), nullable=False, server_default="members")
    )
    op.execute(PROMISED_BY)
    op.add_column("decision", sa.Column("promised_at_utc", MOMENT, nullable=True))
    _make_meetings()


def _make_meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("remarks", ENCRYPTED, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at_utc", MOMENT, nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at_utc", MOMENT, nullable=True),
        sa.Column("adopted_by", sa.Integer(), nullable=True),
        sa.Column("adopted_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint("adopted_by <> written_by", name=op.f("ck_meeting_adopted_by_another")),
        sa.CheckConstraint(
            "(adopted_by IS NULL) = (adopted_at_utc IS NULL)", name=op.f("ck_meeting_adopted_whole")
        ),
        sa.ForeignKeyConstraint(["adopted_by"], ["person.id"], name=op.f("fk_meeting_adopted_by")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_meeting_created_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_meeting_network_id")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_meeting_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("network_id", "held_on", name=op.f("uq_meeting_network_id_held_on")),
    )
    op.create_table(
        "meeting_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("title", ENCRYPTED, nullable=False),
        sa.Column("note", ENCRYPTED, nullable=False),
        sa.CheckConstraint(
            "kind IN ('discuss', 'dispute', 'waiting', 'unsettled', 'review', 'own')",
            name=op.f("ck_meeting_point_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'own') = (case_id IS NULL)", name=op.f("ck_meeting_point_own_or_of_a_case")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_meeting_point_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_point_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_point")),
        sa.UniqueConstraint(
            "meeting_id", "kind", "case_id", name=op.f("uq_meeting_point_meeting_id_kind_case_id")
        ),
    )
    op.create_table(
        "meeting_attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_attendance_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_attendance")),
    )


def downgrade() -> None:
    """Remove them; fails while there are top-ups, which would become cases of their own."""
    if op.get_bind().scalar(sa.text('SELECT count(*) FROM "case" WHERE main_case_id IS NOT NULL')):
        raise RuntimeError("there are top-ups: without their main case they would be cases of their own")
    op.drop_table("meeting_attendance")
    op.drop_table("meeting_point")
    op.drop_table("meeting")
    op.drop_index("ix_case_main_case_id", "case")
    for table, column in (
        ("decision", "promised_at_utc"),
        ("decision", "promised_by"),
        ("decision", "body"),
        ("assessment", "given_as"),
        ("case", "top_up_reason"),
        ("case", "main_case_id"),
    ):
        op.drop_column(table, column)
