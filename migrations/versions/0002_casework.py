"""Casework: networks, people, cases, decisions, payouts, settlements and the log.

Revision ID: 0002_casework
Revises: 0001_ledger
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_casework"
down_revision = "0001_ledger"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DECIMAL = sa.String(40)  # exact: NUMERIC on SQLite passes through floating point
ENCRYPTED = sa.LargeBinary()

# The log is only ever added to. The database holds to that as well.
REFUSE_SQLITE = """
CREATE TRIGGER log_record_refuse_{word} BEFORE {verb} ON log_record
BEGIN SELECT RAISE(ABORT, 'log_record is append-only'); END
"""
REFUSE_POSTGRESQL = (
    """
CREATE FUNCTION log_record_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'log_record is append-only' USING ERRCODE = 'check_violation'; END $$
""",
    """
CREATE TRIGGER log_record_refuse_change BEFORE UPDATE OR DELETE ON log_record
FOR EACH ROW EXECUTE FUNCTION log_record_refuse()
""",
    """
CREATE TRIGGER log_record_refuse_truncate BEFORE TRUNCATE ON log_record
FOR EACH STATEMENT EXECUTE FUNCTION log_record_refuse()
""",
)


def upgrade() -> None:
    """Make the tables and seal the log."""
    op.create_table(
        "network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("case_prefix", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("created_at_utc", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("code", name=op.f("uq_network_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_until_utc", MOMENT, nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at_utc", MOMENT, nullable=False),
        sa.Column("deactivated_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("at_utc", MOMENT, nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        "ix_sign_in_attempt_account_hash_at_utc", "sign_in_attempt", ["account_hash", "at_utc"], unique=False
    )
    op.create_table(
        "allocation_carry",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("partner_code", sa.String(length=40), nullable=False),
        sa.Column("carry_millionths", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_allocation_carry_network_id")),
        sa.PrimaryKeyConstraint("network_id", "partner_code", name=op.f("pk_allocation_carry")),
    )
    op.create_table(
        "claim_write_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("claim_reference", sa.String(length=80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("written_off_by", sa.Integer(), nullable=False),
        sa.Column("written_off_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_claim_write_off_amount_positive")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_claim_write_off_network_id")),
        sa.ForeignKeyConstraint(
            ["written_off_by"], ["person.id"], name=op.f("fk_claim_write_off_written_off_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_write_off")),
    )
    op.create_index(
        "ix_claim_write_off_network_id_claim_reference",
        "claim_write_off",
        ["network_id", "claim_reference"],
        unique=False,
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", ENCRYPTED, nullable=False),
        sa.Column("corrected_by", sa.Integer(), nullable=False),
        sa.Column("corrected_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["corrected_by"], ["person.id"], name=op.f("fk_correction_corrected_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_correction_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("network_id", "entry_id", name=op.f("uq_correction_network_id_entry_id")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=4000), nullable=False),
        sa.Column("used_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_idempotency_key_network_id")),
        sa.PrimaryKeyConstraint("network_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "log_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_utc", MOMENT, nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_ref", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_log_record_network_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_log_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_record")),
    )
    op.create_index(
        "ix_log_record_network_id_object_ref", "log_record", ["network_id", "object_ref"], unique=False
    )
    op.create_table(
        "number_counter",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_number_counter_network_id")),
        sa.PrimaryKeyConstraint("network_id", "kind", "year", name=op.f("pk_number_counter")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on > joined_on", name=op.f("ck_partner_left_after_joined")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_partner_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("network_id", "code", name=op.f("uq_partner_network_id_code")),
    )
    op.create_table(
        "policy_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("assumed", sa.Text(), nullable=False),
        sa.Column("adopted_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_policy_section_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_section")),
        sa.UniqueConstraint(
            "network_id",
            "section",
            "valid_from",
            name=op.f("uq_policy_section_network_id_section_valid_from"),
        ),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at_utc", MOMENT, nullable=False),
        sa.Column("last_seen_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_person_id", "web_session", ["person_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_appointment_until_after_from")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_appointment_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_appointment_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_person_id", "appointment", ["person_id"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_by_form", sa.String(length=40), nullable=False),
        sa.Column("title", ENCRYPTED, nullable=False),
        sa.Column("alias", ENCRYPTED, nullable=False),
        sa.Column("situation", ENCRYPTED, nullable=False),
        sa.Column("tried", ENCRYPTED, nullable=False),
        sa.Column("barrier", ENCRYPTED, nullable=False),
        sa.Column("breakthrough", ENCRYPTED, nullable=False),
        sa.Column("own_contribution", ENCRYPTED, nullable=False),
        sa.Column("barrier_field", sa.String(length=80), nullable=False),
        sa.Column("barrier_law", sa.String(length=80), nullable=False),
        sa.Column("household_type", sa.String(length=40), nullable=False),
        sa.Column("age_band", sa.String(length=20), nullable=False),
        sa.Column("district", sa.String(length=60), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("expected_payers", sa.JSON(), nullable=False),
        sa.Column("household_hash", sa.String(length=64), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("grade_before", sa.Integer(), nullable=True),
        sa.Column("decision_state", sa.String(length=24), nullable=False),
        sa.Column("payment_state", sa.String(length=12), nullable=False),
        sa.Column("settlement_state", sa.String(length=12), nullable=False),
        sa.Column("evaluation_state", sa.String(length=12), nullable=False),
        sa.Column("created_at_utc", MOMENT, nullable=False),
        sa.Column("saved_at_utc", MOMENT, nullable=False),
        sa.Column("submitted_at_utc", MOMENT, nullable=True),
        sa.Column("decided_at_utc", MOMENT, nullable=True),
        sa.Column("first_paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "grade_before IS NULL OR grade_before BETWEEN 1 AND 10", name=op.f("ck_case_grade_before_1_10")
        ),
        sa.ForeignKeyConstraint(["applicant_id"], ["person.id"], name=op.f("fk_case_applicant_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_case_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_case_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("network_id", "number", name=op.f("uq_case_network_id_number")),
    )
    op.create_index(
        "ix_case_network_id_decision_state", "case", ["network_id", "decision_state"], unique=False
    )
    op.create_index(
        "ix_case_network_id_household_hash", "case", ["network_id", "household_hash"], unique=False
    )
    op.create_index(
        "ix_case_network_id_settlement_state", "case", ["network_id", "settlement_state"], unique=False
    )
    op.create_table(
        "fund_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("for_year", sa.Integer(), nullable=False),
        sa.Column("description", ENCRYPTED, nullable=False),
        sa.Column("entry_ids", sa.JSON(), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=False),
        sa.Column("booked_at_utc", MOMENT, nullable=False),
        sa.Column("reversed_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('contribution', 'contribution_paid_back', 'pot_taken_over', 'bank_costs',"
            " 'other_costs', 'other_income')",
            name=op.f("ck_fund_booking_kind"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_fund_booking_amount_positive")),
        sa.ForeignKeyConstraint(["booked_by"], ["person.id"], name=op.f("fk_fund_booking_booked_by")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_fund_booking_network_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_booking_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_booking")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_fund_booking_network_id_reference")),
    )
    op.create_index(
        "ix_fund_booking_network_id_for_year", "fund_booking", ["network_id", "for_year"], unique=False
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("legitimacy", sa.Integer(), nullable=False),
        sa.Column("legitimacy_reason", ENCRYPTED, nullable=False),
        sa.Column("yield_", sa.Integer(), nullable=False),
        sa.Column("yield_reason", ENCRYPTED, nullable=False),
        sa.Column("involvement", sa.Integer(), nullable=False),
        sa.Column("involvement_reason", ENCRYPTED, nullable=False),
        sa.Column("alternatives_explored", sa.Boolean(), nullable=False),
        sa.Column("alternatives_reason", ENCRYPTED, nullable=False),
        sa.Column("durable_solution", sa.Boolean(), nullable=False),
        sa.Column("durable_reason", ENCRYPTED, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("conflict_reason", sa.String(length=40), nullable=False),
        sa.Column("given_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("involvement BETWEEN 1 AND 5", name=op.f("ck_assessment_involvement_1_5")),
        sa.CheckConstraint("legitimacy BETWEEN 1 AND 5", name=op.f("ck_assessment_legitimacy_1_5")),
        sa.CheckConstraint("yield_ BETWEEN 1 AND 5", name=op.f("ck_assessment_yield_1_5")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("case_id", "person_id", name=op.f("uq_assessment_case_id_person_id")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("file_name", ENCRYPTED, nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=40), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_attachment_added_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachment_stored_as")),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"], unique=False)
    op.create_table(
        "business_case",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("deadweight", DECIMAL, nullable=False),
        sa.Column("deadweight_reason", ENCRYPTED, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_business_case_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_business_case")),
    )
    op.create_table(
        "business_case_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("party", sa.String(length=60), nullable=False),
        sa.Column("description", ENCRYPTED, nullable=False),
        sa.Column("quantity", DECIMAL, nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("low_cents", sa.BigInteger(), nullable=False),
        sa.Column("mid_cents", sa.BigInteger(), nullable=False),
        sa.Column("high_cents", sa.BigInteger(), nullable=False),
        sa.Column("probability", DECIMAL, nullable=False),
        sa.Column("price_year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("confidence", sa.String(length=1), nullable=False),
        sa.Column("cashable", sa.Boolean(), nullable=False),
        sa.Column("overlap_group", sa.String(length=40), nullable=True),
        sa.CheckConstraint("confidence IN ('A', 'B', 'C')", name=op.f("ck_business_case_line_confidence")),
        sa.CheckConstraint("side IN ('new', 'regular')", name=op.f("ck_business_case_line_side")),
        sa.CheckConstraint(
            "low_cents <= mid_cents AND mid_cents <= high_cents",
            name=op.f("ck_business_case_line_low_mid_high"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_business_case_line_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_case_line")),
    )
    op.create_index("ix_business_case_line_case_id", "business_case_line", ["case_id"], unique=False)
    op.create_table(
        "cost_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", ENCRYPTED, nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("payee_name", ENCRYPTED, nullable=False),
        sa.Column("payee_iban", ENCRYPTED, nullable=False),
        sa.Column("payee_partner_id", sa.Integer(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_cost_line_amount_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_cost_line_case_id")),
        sa.ForeignKeyConstraint(
            ["payee_partner_id"], ["partner.id"], name=op.f("fk_cost_line_payee_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_line")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_cost_line_case_id_position")),
    )
    op.create_table(
        "decision",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("advice", sa.String(length=8), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("alternative", ENCRYPTED, nullable=False),
        sa.Column("policy_on", sa.Date(), nullable=False),
        sa.Column("reviewed_afterwards", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("decided_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("outcome IN ('approve', 'decline')", name=op.f("ck_decision_outcome")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_decision")),
    )
    op.create_table(
        "decision_review",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("remark", ENCRYPTED, nullable=False),
        sa.Column("reviewed_at_utc", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_review_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_review_person_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_decision_review")),
    )
    op.create_table(
        "decision_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("alternative", ENCRYPTED, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("voted_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("outcome IN ('approve', 'decline')", name=op.f("ck_decision_vote_outcome")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_vote_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_vote_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_vote")),
        sa.UniqueConstraint("case_id", "person_id", name=op.f("uq_decision_vote_case_id_person_id")),
    )
    op.create_table(
        "information_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("question", ENCRYPTED, nullable=False),
        sa.Column("asked_at_utc", MOMENT, nullable=False),
        sa.Column("answer", ENCRYPTED, nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at_utc", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_information_request_answered_by")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_information_request_asked_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_information_request_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )
    op.create_index("ix_information_request_case_id", "information_request", ["case_id"], unique=False)
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("instalment_count", sa.Integer(), nullable=True),
        sa.Column("first_instalment_on", sa.Date(), nullable=True),
        sa.Column("outside_party", sa.String(length=120), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at_utc", MOMENT, nullable=False),
        sa.Column("respond_by_on", sa.Date(), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.Column("escalated_at_utc", MOMENT, nullable=True),
        sa.Column("decided_at_utc", MOMENT, nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('responsible', 'shared', 'collective', 'resident', 'outside', 'gift')",
            name=op.f("ck_settlement_kind"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_settlement_amount_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_settlement_case_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_settlement_network_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_settlement_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("case_id", "request_key", name=op.f("uq_settlement_case_id_request_key")),
        sa.UniqueConstraint("case_id", "sequence", name=op.f("uq_settlement_case_id_sequence")),
    )
    op.create_index("ix_settlement_network_id_state", "settlement", ["network_id", "state"], unique=False)
    op.create_table(
        "allocation_change",
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("partner_code", sa.String(length=40), nullable=False),
        sa.Column("delta_millionths", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_allocation_change_settlement_id")
        ),
        sa.PrimaryKeyConstraint("settlement_id", "partner_code", name=op.f("pk_allocation_change")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("cost_line_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("payee_name", ENCRYPTED, nullable=False),
        sa.Column("payee_iban", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ordered_by", sa.Integer(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("ordered_at_utc", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state IN ('ordered', 'paid', 'rejected', 'returned')", name=op.f("ck_payout_state")
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payout_amount_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_payout_case_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_payout_confirmed_by")),
        sa.ForeignKeyConstraint(["cost_line_id"], ["cost_line.id"], name=op.f("fk_payout_cost_line_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_payout_network_id")),
        sa.ForeignKeyConstraint(["ordered_by"], ["person.id"], name=op.f("fk_payout_ordered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_payout_network_id_reference")),
    )
    op.create_index("ix_payout_case_id", "payout", ["case_id"], unique=False)
    op.create_index("ix_payout_network_id_state", "payout", ["network_id", "state"], unique=False)
    op.create_index(
        "uq_payout_live_cost_line",
        "payout",
        ["cost_line_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('ordered', 'paid')"),
        postgresql_where=sa.text("state IN ('ordered', 'paid')"),
    )
    op.create_table(
        "settlement_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("percentage", DECIMAL, nullable=False),
        sa.Column("share_cents", sa.BigInteger(), nullable=False),
        sa.Column("response", sa.String(length=10), nullable=False),
        sa.Column("reason", ENCRYPTED, nullable=False),
        sa.Column("counter_proposal", ENCRYPTED, nullable=False),
        sa.Column("responded_by", sa.Integer(), nullable=True),
        sa.Column("responded_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint(
            "response IN ('pending', 'accepted', 'disputed', 'silent')",
            name=op.f("ck_settlement_party_response"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_settlement_party_partner_id")),
        sa.ForeignKeyConstraint(
            ["responded_by"], ["person.id"], name=op.f("fk_settlement_party_responded_by")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_party_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_party")),
        sa.UniqueConstraint(
            "settlement_id", "partner_id", name=op.f("uq_settlement_party_settlement_id_partner_id")
        ),
    )
    op.create_table(
        "settlement_undoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at_utc", MOMENT, nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at_utc", MOMENT, nullable=True),
        sa.CheckConstraint(
            "answered_by IS NULL OR answered_by <> asked_by OR state = 'refused'",
            name=op.f("ck_settlement_undoing_four_eyes"),
        ),
        sa.CheckConstraint(
            "ground IN ('anew', 'hardship', 'outside')", name=op.f("ck_settlement_undoing_ground")
        ),
        sa.CheckConstraint("state IN ('asked', 'done', 'refused')", name=op.f("ck_settlement_undoing_state")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_settlement_undoing_answered_by")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_settlement_undoing_asked_by")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_undoing_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_undoing")),
    )
    op.create_index(
        "uq_settlement_undoing_open",
        "settlement_undoing",
        ["settlement_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "settlement_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=12), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("motivation", ENCRYPTED, nullable=False),
        sa.Column("voted_at_utc", MOMENT, nullable=False),
        sa.CheckConstraint("body IN ('secretariat', 'executives')", name=op.f("ck_settlement_vote_body")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_settlement_vote_person_id")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_vote_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_vote")),
        sa.UniqueConstraint(
            "settlement_id", "person_id", "body", name=op.f("uq_settlement_vote_settlement_id_person_id_body")
        ),
    )

    _seal_log()


def _seal_log() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for word, verb in (("update", "UPDATE"), ("delete", "DELETE")):
            op.execute(REFUSE_SQLITE.format(word=word, verb=verb))
        return
    for statement in REFUSE_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Remove everything of casework, the log included."""
    op.drop_table("settlement_vote")
    op.drop_table("settlement_undoing")
    op.drop_table("settlement_party")
    op.drop_table("payout")
    op.drop_table("allocation_change")
    op.drop_table("settlement")
    op.drop_table("information_request")
    op.drop_table("decision_vote")
    op.drop_table("decision_review")
    op.drop_table("decision")
    op.drop_table("cost_line")
    op.drop_table("business_case_line")
    op.drop_table("business_case")
    op.drop_table("attachment")
    op.drop_table("assessment")
    op.drop_table("fund_booking")
    op.drop_table("case")
    op.drop_table("appointment")
    op.drop_table("web_session")
    op.drop_table("policy_section")
    op.drop_table("partner")
    op.drop_table("number_counter")
    op.drop_table("log_record")
    op.drop_table("idempotency_key")
    op.drop_table("correction")
    op.drop_table("claim_write_off")
    op.drop_table("allocation_carry")
    op.drop_table("sign_in_attempt")
    op.drop_table("person")
    op.drop_table("network")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_record_refuse()")
