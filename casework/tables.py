"""All mapped tables, imported once so that the metadata is whole (migrations, tests, doctor)."""

from importlib import import_module

# Imported for their effect on the metadata alone.
MODULES = (
    "casework.accounts.tables",
    "casework.audit.tables",
    "casework.book_year.tables",
    "casework.business_case.tables",
    "casework.cases.tables",
    "casework.claims.tables",
    "casework.collections.tables",
    "casework.decision.tables",
    "casework.due.tables",
    "casework.fund.tables",
    "casework.mail.tables",
    "casework.meeting.tables",
    "casework.learning.tables",
    "casework.network.tables",
    "casework.payout.tables",
    "casework.people.tables",
    "casework.policy.tables",
    "casework.reminders.tables",
    "casework.settlement.tables",
    "ledger.bank.tables",
    "ledger.tables",
)
for _name in MODULES:
    import_module(_name)
