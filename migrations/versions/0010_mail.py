"""Mail waits in an outbox; reminders are kept.

Revision ID: 0010_mail
Revises: 0009_bank_statements
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_mail"
down_revision = "0009_bank_statements"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENCRYPTED = sa.LargeBinary()
TABLES = ("mail_preference", "mail", "reminder")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mail_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=6), nullable=False),
        sa.CheckConstraint("how IN ('direct', 'digest', 'off')", name=op.f("ck_mail_preference_how")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_preference")),
    )
    _mail()
    _reminder()


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("message_key", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("name", ENCRYPTED, nullable=False),
        sa.Column("email", ENCRYPTED, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", ENCRYPTED, nullable=False),
        sa.Column("body", ENCRYPTED, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at_utc", MOMENT, nullable=False),
        sa.Column("next_attempt_at_utc", MOMENT, nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("leased_until_utc", MOMENT, nullable=True),
        sa.Column("handed_over_at_utc", MOMENT, nullable=True),
        sa.Column("ended_at_utc", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('gathered', 'queued', 'sending', 'sent', 'failed', 'held', 'unknown', 'dropped')",
            name=op.f("ck_mail_state"),
        ),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_mail_language")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_attempts")),
        sa.CheckConstraint("(holder IS NULL) = (leased_until_utc IS NULL)", name=op.f("ck_mail_lease_whole")),
        sa.CheckConstraint("state = 'sending' OR holder IS NULL", name=op.f("ck_mail_held_while_sending")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_mail_network_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_person_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mail_partner_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["mail.id"], name=op.f("fk_mail_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_key", name=op.f("uq_mail_message_key")),
        sa.UniqueConstraint("network_id", "dedupe_key", name=op.f("uq_mail_network_id_dedupe_key")),
    )
    op.create_index(
        "ix_mail_network_id_state", "mail", ["network_id", "state", "next_attempt_at_utc"], unique=False
    )
    op.create_index("ix_mail_network_id_about", "mail", ["network_id", "about"], unique=False)


def _reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("claim_reference", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("step_on", sa.Date(), nullable=False),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("open_cents > 0", name=op.f("ck_reminder_open_positive")),
        sa.CheckConstraint(
            "kind IN ('announce', 'remind', 'ambassador', 'executives')", name=op.f("ck_reminder_kind")
        ),
        sa.CheckConstraint(
            "audience IN ('partner', 'resident', 'ambassador', 'executives')",
            name=op.f("ck_reminder_audience"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_reminder_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_reminder_partner_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_reminder_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "network_id",
            "claim_reference",
            "due_on",
            "kind",
            "step_on",
            name=op.f("uq_reminder_network_id_claim_reference_due_on_kind_step_on"),
        ),
    )
    op.create_index("ix_reminder_network_id_letter", "reminder", ["network_id", "letter"], unique=False)


def downgrade() -> None:
    """Remove them."""
    for table in reversed(TABLES):
        op.drop_table(table)
