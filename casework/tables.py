"""All mapped tables, imported once so that the metadata is whole (migrations, tests, doctor)."""

import casework.audit.tables
import casework.book_year.tables
import casework.business_case.tables
import casework.cases.tables
import casework.claims.tables
import casework.decision.tables
import casework.fund.tables
import casework.network.tables
import casework.payout.tables
import casework.people.tables
import casework.settlement.tables
import ledger.tables  # noqa: F401  (imported for its side effect on the metadata)
